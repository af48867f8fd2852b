"""Where a survey stands on which day."""

from __future__ import annotations

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from services.observatory.event_table.moment import Moment
from services.observatory.surveys.stage import over, questions_of, stage_of

OPEN: dict[str, Any] = {"state": "open", "closed": None, "begins": "2017-10-01", "until": "2017-10-31"}


def at(now: datetime) -> Any:
    return SimpleNamespace(now=lambda: now)


@pytest.mark.parametrize(
    ("now", "is_over"),
    [(datetime(2017, 10, 31, 22, 59, tzinfo=UTC), False), (datetime(2017, 10, 31, 23, tzinfo=UTC), True)],
)
def test_it_is_over_when_its_last_day_is_in_paris(now: datetime, is_over: bool) -> None:
    assert over(at(now), OPEN) is is_over is over(at(datetime(2000, 1, 1, tzinfo=UTC)), OPEN, now)
    assert over(at(now), {**OPEN, "closed": "2017-10-02"}) and over(at(now), {**OPEN, "state": "draft"})


@pytest.mark.parametrize(
    ("day", "survey", "stage"),
    [
        (date(2017, 9, 30), OPEN, "waiting"),
        (date(2017, 10, 1), OPEN, "open"),
        (date(2017, 10, 31), OPEN, "open"),
        (date(2017, 11, 1), OPEN, "closed"),
        (date(2017, 10, 5), {**OPEN, "closed": "x"}, "closed"),
        (date(2017, 10, 5), {**OPEN, "state": "draft"}, "draft"),
        (date(2017, 10, 5), {**OPEN, "state": "withdrawn"}, "withdrawn"),
    ],
)
def test_a_past_day_has_the_stage_of_that_day(day: date, survey: dict[str, Any], stage: str) -> None:
    assert stage_of(at(datetime(2030, 1, 1, tzinfo=UTC)), survey, Moment(day, None, 1)) == stage


def test_without_a_day_the_clock_closes_it() -> None:
    assert stage_of(at(datetime(2030, 1, 1, tzinfo=UTC)), OPEN) == "closed"
    assert questions_of({"questions": [{"id": "q", "kind": "short", "text": "Quoi ?"}]})[0].id == "q"
