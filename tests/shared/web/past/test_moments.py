"""Which moment a page of a past day stands at, and what was there then."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest

from services.newsletter.bulletins.views import BULLETINS
from shared.web.past.moments import Moment, as_it_was, moment_of
from tests.services.newsletter.conftest import House, house, settings

__all__ = ["house", "settings"]  # fixtures

NOW = datetime(2020, 6, 1, 23, 30, tzinfo=UTC)  # the second in Paris
THEN = date(2019, 3, 1)


def test_only_days_that_are_over_are_past() -> None:
    assert not moment_of(None, None, NOW).past
    assert not moment_of(date(2020, 6, 2), date(2021, 1, 1), NOW).past
    assert moment_of(date(2020, 6, 1), None, NOW) == Moment(date(2020, 6, 1))
    assert moment_of(THEN, THEN, NOW).query == "?as_of=2019-03-01&known_at=2019-03-01"
    assert Moment().query == ""


def test_what_was_learnt_later_is_not_of_the_moment() -> None:
    happened, learnt = "2019-03-01T10:00:00Z", "2019-05-01T10:00:00Z"
    assert Moment(THEN).has(happened, learnt)
    assert not Moment(date(2019, 2, 28)).has(happened, learnt)
    assert not Moment(THEN, date(2019, 4, 30)).has(happened, learnt)
    assert Moment(THEN, date(2019, 5, 1)).has(happened, learnt)


@pytest.mark.slow
async def test_what_nobody_ever_spoke_of_was_not_there(house: House) -> None:
    assert await as_it_was(house.now, BULLETINS, "bulletin", uuid4(), Moment(THEN)) is None
