"""What was typed into a form, as the model takes it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from pydantic import BaseModel
from starlette.datastructures import FormData

from shared.web.forms.forms import parse
from tests.fixtures.registering_form import Register


def test_answers_are_read_as_the_model_takes_them() -> None:
    read = parse(
        Register,
        FormData(
            [
                ("name", "  Kynarou \r\n"),
                ("kind", "school"),
                ("themes", "water"),
                ("themes", "health"),
                ("aliases", "Un\r\n\r\n Deux "),
                ("_shown", "listed"),
                ("places", "1\u202f200"),
                ("amount", "12,50"),
                ("on", "31/10/2017"),
                ("starts", "2017-10-31T17:42"),
                ("siret", ""),
                ("unknown", "x"),
                ("accepted", "false"),
            ]
        ),
    )
    assert read == {
        "name": "Kynarou",
        "kind": "school",
        "themes": ["water", "health"],
        "aliases": ["Un", "Deux"],
        "listed": False,
        "places": 1200,
        "amount": "12.50",
        "on": "2017-10-31",
        "starts": datetime(2017, 10, 31, 16, 42, tzinfo=UTC),
        "siret": None,
        "accepted": False,
    }


def test_a_tick_box_that_was_not_on_the_form_keeps_its_default() -> None:
    assert "listed" not in parse(Register, FormData([("name", "x")]))


def test_a_tick_box_that_must_be_answered_is_a_no_when_left_empty() -> None:
    class Consent(BaseModel):
        agreed: bool

    assert parse(Consent, FormData([])) == {"agreed": False}


def test_an_empty_answer_is_absent_so_that_it_is_reported_missing_not_too_short() -> None:
    read = parse(Register, FormData([("name", "  "), ("on", "")]))
    assert "name" not in read and "on" not in read


def test_what_cannot_be_read_is_left_for_the_model_to_refuse() -> None:
    read = parse(Register, FormData([("places", "beaucoup"), ("on", "hier"), ("starts", "bientôt")]))
    assert (read["places"], read["on"], read["starts"]) == ("beaucoup", "hier", "bientôt")


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("31/10/2017", "2017-10-31"),
        ("31.10.2017", "2017-10-31"),
        ("1/2/2017", "2017-02-01"),
        ("31/10/17", "31/10/17"),
        ("10/31/2017", "10/31/2017"),
        ("20171031", "20171031"),
        ("31/10.2017", "31/10.2017"),
    ],
)
def test_a_day_is_read_as_one_types_it_and_what_is_none_is_left(text: str, read: str) -> None:
    assert parse(Register, FormData({"on": text}))["on"] == read


def test_a_moment_is_read_as_one_types_it_and_what_is_none_is_left() -> None:
    there = datetime(2017, 10, 31, 16, 42, tzinfo=UTC)
    for text in (
        "2017-10-31T17:42",
        "31/10/2017 17:42",
        "31.10.2017 17h42",
        "31/10/2017 à 17 h 42",
        "2017-10-31T17:42:00+01:00",
    ):
        assert parse(Register, FormData({"starts": text}))["starts"] == there, text
    for text in ("20171031T1742", "1509468120", "31/10/2017", "31/02/2017 17:42", "2017-10-31T25:00"):
        assert parse(Register, FormData({"starts": text}))["starts"] == text
