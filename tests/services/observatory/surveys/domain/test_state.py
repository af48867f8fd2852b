"""A survey, as its events leave it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import reduce

import pytest

from services.observatory.surveys.domain.state import Survey, answerable, evolve, there
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
    SurveyWithdrawn,
)
from shared.kernel.decider import Refused
from tests.fixtures.deciding import context

QUESTION = SurveyQuestion("q", "short", "Quoi ?")
DRAFT = SurveyDrafted(title="Eau", intro="Bonjour", questions=[QUESTION])
OPENED = SurveyOpened(begins=date(2016, 10, 1), until=date(2017, 10, 31))


def after(*events: Event) -> Survey:
    return reduce(evolve, events, Survey())


def test_what_a_change_does_not_name_stays_and_what_it_clears_goes() -> None:
    assert after(DRAFT, SurveyRevised(title="Sel")).intro == "Bonjour"
    changed = after(DRAFT, SurveyRevised(cleared=["intro"], questions=[], asks_who=True))
    assert (changed.title, changed.intro, changed.questions, changed.asks_who) == ("Eau", None, (), True)


def test_it_begins_and_ends_with_days_in_paris() -> None:
    survey = after(DRAFT, OPENED)
    assert not survey.has_begun(datetime(2016, 9, 30, 21, 59, tzinfo=UTC))
    assert survey.has_begun(datetime(2016, 9, 30, 22, tzinfo=UTC))
    assert not survey.is_over(datetime(2017, 10, 31, 22, 59, tzinfo=UTC))
    assert survey.is_over(datetime(2017, 10, 31, 23, tzinfo=UTC))


def test_closing_holds_until_it_is_prolonged() -> None:
    now = datetime(2017, 1, 1, tzinfo=UTC)
    assert after(DRAFT, OPENED, SurveyClosed()).is_over(now)
    assert not after(DRAFT, OPENED, SurveyClosed(), SurveyExtended(until=date(2017, 12, 1))).is_over(now)


def test_what_is_put_away_publishes_nothing_and_what_was_once_published_is_remembered() -> None:
    shown = after(DRAFT, OPENED, SurveyClosed(), SurveyResultsPublished())
    assert shown.published and not evolve(shown, SurveyWithdrawn(reason="x")).published
    hidden = evolve(shown, SurveyResultsWithdrawn(reason="x"))
    assert not hidden.published and hidden.ever_published


@pytest.mark.parametrize(
    ("events", "code"),
    [
        ([DRAFT], "survey-not-begun"),
        ([DRAFT, SurveyOpened(begins=date(2099, 1, 1), until=date(2099, 2, 1))], "survey-not-begun"),
        ([DRAFT, OPENED, SurveyClosed()], "survey-closed"),
        ([DRAFT, OPENED, SurveyWithdrawn(reason="x")], "survey-closed"),
    ],
)
def test_it_is_answered_while_it_is_open(events: list[Event], code: str) -> None:
    with pytest.raises(Refused, match=code):
        answerable(after(*events), context())
    answerable(after(DRAFT, OPENED), context())


def test_what_is_not_there_is_told_from_what_was_put_away() -> None:
    there(after(DRAFT))
    for survey, code in ((Survey(), "unknown-survey"), (after(DRAFT, SurveyWithdrawn(reason="x")), "survey-withdrawn")):
        with pytest.raises(Refused, match=code):
            there(survey)
