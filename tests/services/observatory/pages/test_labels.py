"""Things and values in words: nothing sealed is shown, nothing grows without end."""

from __future__ import annotations

from typing import Any

import pytest

from services.observatory.app import OBSERVATORY
from services.observatory.pages.labels import LONGEST, Record, facts_of, id_of, record_of, said
from shared.base.translations import Lexicon
from shared.web.words.messages import WORDS

LEXICON = Lexicon(WORDS, OBSERVATORY.words)
ID = "01890000-0000-7000-8000-000000000001"


def row(service: str, entity: str, structure: str | None = None) -> dict[str, Any]:
    return {"service": service, "entity": entity, "entity_id": ID, "structure": structure}


def test_a_thing_is_shown_where_its_service_shows_it_or_on_its_structure() -> None:
    own = record_of([row("directory", "structure")])
    assert own == Record(f"/directory/structures/{ID}", "directory", "reader", True)
    of_structure = record_of(
        [row("directory", "contact"), row("directory", "contact", "s"), row("directory", "contact")]
    )
    assert of_structure == Record("/directory/structures/s", "directory", "reader", False)
    assert record_of([]) is None is record_of([row("directory", "contact")])
    assert record_of([row("membership", "nothing", "s")]) is None


def test_facts_of_days_are_corrected_on_a_page_and_those_of_now_nowhere() -> None:
    assert facts_of(row("directory", "structure")) == f"/directory/history/structure/{ID}"
    assert facts_of(row("directory", "account")) is None


@pytest.mark.parametrize("value", [ID, ID.upper()])
def test_an_id_is_one_however_it_is_written(value: str) -> None:
    assert id_of(value) == ID
    for none in (value[:-1], f"{value[:-1]}g", None, 7, value.replace("-", "") + "abcd"):
        assert id_of(none) is None


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("x", None, ""),
        ("x", [], ""),
        ("x", "", ""),
        ("email", {"person": ID, "sealed": "…"}, "scellé"),
        ("open", True, "oui"),
        ("open", False, "non"),
        ("year", 2017, "2017"),
        ("people", 1805, "1\u202f805"),
        ("department", "31", "Haute-Garonne (31)"),
        ("countries", ["SN", "ML"], "Sénégal, Mali"),
        ("x", "2017-10-31", "31/10/2017"),
        ("x", "2017-13-31", "2017-13-31"),
        ("x", {"a": 1, "b": [2]}, "a: 1, b: 2"),
    ],
)
def test_a_value_is_said_for_people(name: str, value: Any, words: str) -> None:
    assert said(name, value, "fr", LEXICON) == words


def test_what_is_long_is_cut() -> None:
    assert len(said("x", "a" * 999, "fr", LEXICON)) == LONGEST
    assert said("x", list("a" * 99), "fr", LEXICON).endswith(" …")
    assert len(said("x", {str(n): "a" * 999 for n in range(99)}, "fr", LEXICON)) < 9 * LONGEST
