"""A survey, as its events leave it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Literal

from shared.base.paris_days import PARIS, end_of
from shared.contract import Event
from shared.contract.observatory.surveys import (
    SurveyClosed,
    SurveyDrafted,
    SurveyExtended,
    SurveyOpened,
    SurveyQuestion,
    SurveyResultsPublished,
    SurveyResultsWithdrawn,
    SurveyRevised,
    SurveySent,
    SurveyWithdrawn,
)
from shared.kernel.decider import Command, Context, Refused

State = Literal["none", "draft", "open", "withdrawn"]


class SurveyCommand(Command):
    entity = "survey"


@dataclass(frozen=True)
class Survey:
    state: State = "none"
    title: str = ""
    intro: str | None = None
    questions: tuple[SurveyQuestion, ...] = field(default=())
    asks_who: bool = False
    begins: date | None = None
    until: date | None = None
    closed: bool = False
    open_link: bool = False
    published: bool = False
    ever_published: bool = False
    sent: int = 0

    def has_begun(self, now: datetime) -> bool:
        return self.state == "open" and self.begins is not None and self.begins <= now.astimezone(PARIS).date()

    def is_over(self, now: datetime) -> bool:
        return self.closed or (self.until is not None and now >= end_of(self.until))


def evolve(state: Survey, event: Event) -> Survey:
    match event:
        case SurveyDrafted():
            return Survey("draft", event.title, event.intro, tuple(event.questions), event.asks_who)
        case SurveyRevised():
            return replace(
                state,
                title=event.title or state.title,
                intro=None if "intro" in event.cleared else event.intro or state.intro,
                questions=state.questions if event.questions is None else tuple(event.questions),
                asks_who=state.asks_who if event.asks_who is None else event.asks_who,
            )
        case SurveyOpened():
            return replace(state, state="open", begins=event.begins, until=event.until, open_link=event.open_link)
        case SurveyExtended():
            return replace(state, until=event.until, closed=False)
        case SurveyClosed():
            return replace(state, closed=True)
        case SurveyWithdrawn():
            return replace(state, state="withdrawn", published=False)
        case SurveySent():
            return replace(state, sent=state.sent + len(event.structures))
        case SurveyResultsPublished():
            return replace(state, published=True, ever_published=True)
        case SurveyResultsWithdrawn():
            return replace(state, published=False)
    return state


def there(state: Survey) -> None:
    if state.state == "none":
        raise Refused("unknown-survey")
    if state.state == "withdrawn":
        raise Refused("survey-withdrawn")


def answerable(state: Survey, context: Context) -> None:
    if state.state == "withdrawn" or state.is_over(context.now):
        raise Refused("survey-closed")
    if not state.has_begun(context.now):
        raise Refused("survey-not-begun")
