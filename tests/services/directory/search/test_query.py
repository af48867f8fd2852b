"""What an address of the search asks for, and the address that asks it again."""

from __future__ import annotations

from datetime import date
from urllib.parse import parse_qs

from services.directory.search.query import Asked
from shared.web.past.moments import Moment


def test_the_same_question_is_one_address() -> None:
    assert Asked().query() == ""
    asked = Asked(
        "eau & sel",
        {"department": ["31", "48"], "kind": ["school"]},
        "-seen",
        Moment(date(2017, 10, 31), date(2018, 1, 1)),
    )
    assert parse_qs(asked.query()) == {
        "q": ["eau & sel"],
        "department": ["31", "48"],
        "kind": ["school"],
        "sort": ["-seen"],
        "as_of": ["2017-10-31"],
        "known_at": ["2018-01-01"],
    }


def test_the_map_comes_nearer_to_one_department_that_there_is() -> None:
    assert Asked(where={"department": ["31"]}).closer == "31"
    for chosen in ([], ["31", "48"], ["99"]):
        assert Asked(where={"department": chosen}).closer is None
