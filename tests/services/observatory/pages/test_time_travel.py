"""What was heard at a moment: what had happened by its day, and was known by its sequence."""

from __future__ import annotations

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from services.observatory.event_table.moment import Moment
from services.observatory.pages.time_travel import heard, in_the_head


@pytest.mark.parametrize(
    ("seq", "at", "is_heard"),
    [
        (7, datetime(2017, 10, 31, 12, tzinfo=UTC), True),
        (8, datetime(2017, 10, 31, 12, tzinfo=UTC), False),
        (7, datetime(2017, 10, 31, 22, 59, tzinfo=UTC), True),
        (7, datetime(2017, 10, 31, 23, tzinfo=UTC), False),
    ],
)
def test_the_day_ends_in_paris(seq: int, at: datetime, is_heard: bool) -> None:
    event: Any = SimpleNamespace(seq=seq, time=at)
    assert heard(event, Moment(date(2017, 10, 31), None, 7)) is is_heard


def test_links_carry_the_moment_on() -> None:
    assert in_the_head(None) == {"moment_query": ""}
    assert in_the_head(Moment(date(2017, 10, 31), None, 7))["moment_query"] == "as_of=2017-10-31"
    both = in_the_head(Moment(date(2017, 10, 31), date(2017, 11, 2), 7))
    assert both["moment_query"] == "as_of=2017-10-31&known_at=2017-11-02" and both["known_at"] == date(2017, 11, 2)
