"""A record as its page says it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from services.directory.app import DIRECTORY
from services.directory.structures.history import Value
from services.directory.structures.record_fields import (
    FIELDS,
    facts_of,
    grouped,
    in_words,
    place_of,
    to_be_checked,
    told,
)
from shared.base.translations import NNBSP, Lexicon
from shared.contract.directory.structures import StructureRegistered, StructureRevised
from shared.web.words.messages import WORDS
from tests.fixtures.log_writing import recorded

LEXICON = Lexicon(WORDS, DIRECTORY.words)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("summary", None, None),
        ("themes", [], None),
        ("acronym", "", None),
        ("department", "31", "Haute-Garonne (31)"),
        ("commune", "31555", "Toulouse (31555)"),
        ("commune", "99999", "99999"),
        ("countries", ["SN"], "Sénégal"),
        ("themes", ["Eau", "Sel"], "Eau, Sel"),
        ("siren", "732829320", f"732{NNBSP}829{NNBSP}320"),
    ],
)
def test_a_value_is_said_in_words(name: str, value: Any, words: str | None) -> None:
    assert in_words(name, value, LEXICON, "fr") == words


def test_digits_that_are_too_many_or_few_are_all_said() -> None:
    assert grouped("12", (3, 3)) == "12" and grouped("1234567", (3, 3)) == f"123{NNBSP}456{NNBSP}7"


def test_a_place_is_as_short_as_can_be() -> None:
    assert place_of({"commune": "31555", "department": "31"}) == "Toulouse (31)"
    assert place_of({"commune": None, "department": "31"}) == "Haute-Garonne (31)"
    assert place_of({}) == "" == place_of({"commune": "99999"})


def test_each_field_stands_in_its_order_with_what_it_was_before() -> None:
    values = [Value(text, "2017-03-01", "2017-03-01", "staff:x", None, n) for n, text in enumerate(["B", "A"])]
    document: dict[str, Any] = {**dict.fromkeys(FIELDS), "name": "B", "listed": False}
    found = facts_of(document, {"name": values}, LEXICON, "fr")
    assert [one.name for one in found] == list(FIELDS)
    name = next(one for one in found if one.name == "name")
    assert (name.text, name.origin, name.before) == ("B", values[0], [("A", values[1])])
    assert next(one for one in found if one.name == "acronym").text is None


def test_a_change_names_the_fields_that_it_changed_or_emptied() -> None:
    change = StructureRevised(name="B", cleared=["website"])
    said = told(recorded(change, UUID(int=1)), LEXICON, "fr")
    assert ":" in said and "nom" in said and "site" in said
    assert ":" not in told(recorded(StructureRegistered(name="A", kind="school"), UUID(int=1)), LEXICON, "fr")


def test_a_record_is_checked_again_after_a_year() -> None:
    now = datetime(2018, 11, 1, 12, 0, 1, tzinfo=UTC)
    assert to_be_checked({"seen": "2017-10-31T12:00:00+00:00"}, now)
    assert not to_be_checked({"seen": "2017-10-31T12:00:01+00:00"}, now)
