"""A survey: drafted, opened from a day to a day, sent, closed; its figures published. Its answers are a sort of their
own (answer.py)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from services.observatory.surveys.domain.questions import MOST_QUESTIONS, Question
from services.observatory.surveys.domain.state import Survey, SurveyCommand, answerable, evolve, there
from shared.base.paris_days import PARIS, end_of
from shared.contract.fields import AS_TEXT, EMPTIED, Day, Reason, Title
from shared.contract.observatory.surveys import (
    SendingKind,
    SurveyClosed,
    SurveyDrafted,
    SurveyExtended,
    SurveyOpened,
    SurveyResultsPublished,
    SurveyResultsWithdrawn,
    SurveyRevised,
    SurveySent,
    SurveyWithdrawn,
)
from shared.kernel.decider import Context, Decider, Decision, Refers, Refused

MOST_AT_ONCE = 1000  # structures of one sending
LONGEST = timedelta(days=731)  # that a survey may be open


Intro = Annotated[Annotated[str, Field(min_length=1, max_length=10_000), AS_TEXT] | None, EMPTIED]
Questions = Annotated[list[Question], Field(max_length=MOST_QUESTIONS)]


class DraftSurvey(SurveyCommand):
    """Begin a survey."""

    creates = True
    title: Title
    intro: Intro = None
    questions: Questions = []
    asks_who: bool = False


class ReviseSurvey(SurveyCommand):
    """Change a survey that has not been opened yet: all of it as it shall be."""

    survey: UUID
    title: Title
    intro: Intro = None
    questions: Questions = []
    asks_who: bool = False


class OpenSurvey(SurveyCommand):
    """Let a survey be answered until a day. Its questions stay as they are from then on."""

    survey: UUID
    begins: Day | None = None
    until: Day
    open_link: bool = False


class ExtendSurvey(SurveyCommand):
    """Let a survey be answered until another day, also one that is closed."""

    survey: UUID
    until: Day


class CloseSurvey(SurveyCommand):
    """Close a survey now."""

    survey: UUID


class WithdrawSurvey(SurveyCommand):
    """Put a survey away. What was answered stays in the log."""

    survey: UUID
    reason: Reason


class SendSurvey(SurveyCommand):
    """Ask structures to answer, or remind them. Those who have answered, or do not wish to, are left out of a reminder
    by whoever sends it."""

    refers: ClassVar = {"structures": Refers("directory.structure")}
    survey: UUID
    kind: SendingKind
    structures: Annotated[list[UUID], Field(min_length=1, max_length=MOST_AT_ONCE)]


class PublishSurveyResults(SurveyCommand):
    """Show the figures of a closed survey to everybody. It can't be opened again."""

    survey: UUID


class WithdrawSurveyResults(SurveyCommand):
    """Show the figures of a survey to everybody no longer."""

    survey: UUID
    reason: Reason


def _drafted(command: DraftSurvey, state: Survey, context: Context) -> Decision:
    if state.state != "none":
        raise Refused("already-registered")
    _each_once(command.questions)
    said = [one.as_said() for one in command.questions]
    return [SurveyDrafted(title=command.title, intro=command.intro, questions=said, asks_who=command.asks_who)]


def _each_once(questions: list[Question]) -> None:
    if len({one.id for one in questions}) < len(questions):
        raise Refused("question-twice", field="questions")


def _revised(command: ReviseSurvey, state: Survey, context: Context) -> Decision:
    there(state)
    if state.state != "draft":
        raise Refused("survey-opened")
    _each_once(command.questions)
    said = tuple(one.as_said() for one in command.questions)
    if (command.title, command.intro, said, command.asks_who) == (
        state.title,
        state.intro,
        state.questions,
        state.asks_who,
    ):
        return []
    return [
        SurveyRevised(
            title=command.title if command.title != state.title else None,
            intro=command.intro if command.intro != state.intro else None,
            questions=list(said) if said != state.questions else None,
            asks_who=command.asks_who if command.asks_who != state.asks_who else None,
            cleared=["intro"] if state.intro and command.intro is None else [],
        )
    ]


def _opened(command: OpenSurvey, state: Survey, context: Context) -> Decision:
    there(state)
    today = context.now.astimezone(PARIS).date()
    begins = command.begins or today
    if state.state != "draft":
        if not state.closed and (state.begins, state.until, state.open_link) == (
            begins,
            command.until,
            command.open_link,
        ):
            return []
        raise Refused("survey-opened")
    if not state.questions:
        raise Refused("survey-empty")
    if begins < today:
        raise Refused("survey-begins-before", field="begins")
    _until(command.until, begins, context)
    return [SurveyOpened(begins=begins, until=command.until, open_link=command.open_link)]


def _until(until: date, begins: date, context: Context) -> None:
    if context.now >= end_of(until) or until < begins:
        raise Refused("survey-ends-before", field="until")
    if until - context.now.astimezone(PARIS).date() > LONGEST:
        raise Refused("survey-too-long", field="until")


def _extended(command: ExtendSurvey, state: Survey, context: Context) -> Decision:
    _has_opened(state)
    if state.ever_published:
        raise Refused("survey-published")
    assert state.begins is not None
    _until(command.until, state.begins, context)
    return [] if command.until == state.until and not state.closed else [SurveyExtended(until=command.until)]


def _has_opened(state: Survey) -> None:
    there(state)
    if state.state != "open":
        raise Refused("survey-not-opened")


def _closed(command: CloseSurvey, state: Survey, context: Context) -> Decision:
    _has_opened(state)
    return [] if state.is_over(context.now) else [SurveyClosed()]


def _withdrawn(command: WithdrawSurvey, state: Survey, context: Context) -> Decision:
    if state.state == "withdrawn":
        return []
    there(state)
    return [SurveyWithdrawn(reason=command.reason)]


def _sent(command: SendSurvey, state: Survey, context: Context) -> Decision:
    _has_opened(state)
    answerable(state, context)
    return [SurveySent(kind=command.kind, structures=list(dict.fromkeys(command.structures)))]


def _published(command: PublishSurveyResults, state: Survey, context: Context) -> Decision:
    _has_opened(state)
    if not state.is_over(context.now):
        raise Refused("survey-still-open")
    return [] if state.published else [SurveyResultsPublished()]


def _unpublished(command: WithdrawSurveyResults, state: Survey, context: Context) -> Decision:
    there(state)
    return [SurveyResultsWithdrawn(reason=command.reason)] if state.published else []


SURVEY = Decider(
    "survey",
    Survey(),
    evolve,
    {
        DraftSurvey: _drafted,
        ReviseSurvey: _revised,
        OpenSurvey: _opened,
        ExtendSurvey: _extended,
        CloseSurvey: _closed,
        WithdrawSurvey: _withdrawn,
        SendSurvey: _sent,
        PublishSurveyResults: _published,
        WithdrawSurveyResults: _unpublished,
    },
    takes="now",
)
