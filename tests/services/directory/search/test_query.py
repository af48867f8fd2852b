"""What an address of the search asks for, and the address that asks it again."""

from __future__ import annotations

from datetime import UTC, date, datetime
from urllib.parse import parse_qs

import pytest

from services.directory.search.query import Asked, past_day


@pytest.mark.parametrize(
    ("day", "past"),
    [
        (None, False),
        (date(2017, 10, 30), True),
        (date(2017, 10, 31), True),
        (date(2017, 11, 1), False),
        (date(2099, 1, 1), False),
    ],
)
def test_a_day_is_past_once_it_is_over_in_paris(day: date | None, past: bool) -> None:
    now = datetime(2017, 10, 31, 23, 30, tzinfo=UTC)  # the first of November there
    assert past_day(day, now) == (day if past else None)


def test_the_same_question_is_one_address() -> None:
    assert Asked().query() == ""
    asked = Asked("eau & sel", {"department": ["31", "48"], "kind": ["school"]}, "-seen", date(2017, 10, 31))
    assert parse_qs(asked.query()) == {
        "q": ["eau & sel"],
        "department": ["31", "48"],
        "kind": ["school"],
        "sort": ["-seen"],
        "as_of": ["2017-10-31"],
    }


def test_the_map_comes_nearer_to_one_department_that_there_is() -> None:
    assert Asked(where={"department": ["31"]}).closer == "31"
    for chosen in ([], ["31", "48"], ["99"]):
        assert Asked(where={"department": chosen}).closer is None
