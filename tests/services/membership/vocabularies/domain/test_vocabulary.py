"""What may be said of a list of the network, and on which day."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from services.membership.vocabularies.domain.vocabulary import VOCABULARY, CloseTerm, DefineTerm, ReviseTerm
from shared.contract import Event
from shared.contract.membership.vocabularies import TermClosed, TermDefined, TermRevised
from shared.kernel.decider import Command
from tests.fixtures.deciding import Given, decided

CAFE = {"vocabulary": "gathering", "code": "cafe", "titles": {"fr": "Café", "en": "Coffee"}, "rank": 9}
DEFINED = TermDefined(**CAFE)
DEFINED_ANEW = TermRevised(**CAFE)
CLOSED = TermClosed(vocabulary="gathering", code="cafe")


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


CASES: list[tuple[str, list[Given], Command, list[Event] | str]] = [
    ("a term is added", [], DefineTerm(**CAFE), [DEFINED]),
    ("twice the same is once", [DEFINED], DefineTerm(**CAFE), []),
    ("a code that is taken", [DEFINED], DefineTerm(**{**CAFE, "rank": 3}), "term-defined"),
    ("a code of the general list", [], DefineTerm(**{**CAFE, "code": "training"}), "term-defined"),
    ("a closed one is opened again", [DEFINED, CLOSED], DefineTerm(**CAFE), [DEFINED]),
    ("no such list", [], DefineTerm(**{**CAFE, "vocabulary": "planets"}), "unknown-vocabulary"),
    ("colleges are kept elsewhere", [], DefineTerm(**{**CAFE, "vocabulary": "college"}), "list-kept-elsewhere"),
    ("a language without pages", [], DefineTerm(**{**CAFE, "titles": {"xx": "?"}}), "unknown-language"),
    ("a mark of another list", [], DefineTerm(**CAFE, marks=["public"]), "unknown-mark"),
    ("a mark", [], DefineTerm(**CAFE, marks=["tour"]), [TermDefined(**CAFE, marks=["tour"])]),
    (
        "renamed",
        [DEFINED],
        ReviseTerm(**{**CAFE, "titles": {"fr": "Thé"}}),
        [TermRevised(**{**CAFE, "titles": {"fr": "Thé"}})],
    ),
    (
        "a general one is renamed",
        [],
        ReviseTerm(**{**CAFE, "code": "agora"}),
        [TermRevised(**{**CAFE, "code": "agora"}, marks=["yearly"])],
    ),
    ("one that is so everywhere stays so", [], ReviseTerm(**{**CAFE, "code": "agora"}, marks=[]), "own-mark"),
    (
        "more is so of a general one",
        [],
        ReviseTerm(**{**CAFE, "code": "agora"}, marks=["tour", "yearly"]),
        [TermRevised(**{**CAFE, "code": "agora"}, marks=["tour", "yearly"])],
    ),
    (
        "what is left out stays",
        [TermDefined(**CAFE, marks=["tour"])],
        ReviseTerm(vocabulary="gathering", code="cafe", titles={"fr": "Thé"}),
        [TermRevised(**{**CAFE, "titles": {"fr": "Thé"}}, marks=["tour"])],
    ),
    (
        "a mark of its own is taken away",
        [TermDefined(**CAFE, marks=["tour"])],
        ReviseTerm(**CAFE, marks=[]),
        [DEFINED_ANEW],
    ),
    (
        "opened again it is as it was",
        [TermDefined(**CAFE, marks=["tour"]), CLOSED],
        DefineTerm(vocabulary="gathering", code="cafe", titles={"fr": "Thé"}),
        [TermDefined(**{**CAFE, "titles": {"fr": "Thé"}}, marks=["tour"])],
    ),
    ("nothing is changed", [DEFINED], ReviseTerm(**CAFE), []),
    ("one that nobody knows", [], ReviseTerm(**CAFE), "unknown-term"),
    ("a closed one is not renamed", [DEFINED, CLOSED], ReviseTerm(**CAFE), "term-closed"),
    ("closed", [DEFINED], CloseTerm(vocabulary="gathering", code="cafe"), [CLOSED]),
    ("closed twice is closed once", [DEFINED, CLOSED], CloseTerm(vocabulary="gathering", code="cafe"), []),
    (
        "closed into another",
        [DEFINED],
        CloseTerm(vocabulary="gathering", code="cafe", into=["other"]),
        [TermClosed(vocabulary="gathering", code="cafe", into=["other"])],
    ),
    ("closed into itself", [DEFINED], CloseTerm(vocabulary="gathering", code="cafe", into=["cafe"]), "unknown-term"),
    (
        "closed into nothing known",
        [DEFINED],
        CloseTerm(vocabulary="gathering", code="cafe", into=["x"]),
        "unknown-term",
    ),
    ("close what nobody knows", [], CloseTerm(vocabulary="gathering", code="cafe"), "unknown-term"),
]


@pytest.mark.parametrize(("given", "command", "then"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_what_is_said_of_a_list(given: list[Given], command: Command, then: list[Event] | str) -> None:
    assert decided(VOCABULARY, given, command) == then


def test_a_list_is_judged_on_the_day() -> None:
    given: list[Given] = [(DEFINED, date(2015, 1, 1)), (CLOSED, date(2017, 1, 1))]
    renamed = ReviseTerm(**{**CAFE, "titles": {"fr": "Thé"}})
    assert decided(VOCABULARY, given, renamed, at(date(2014, 1, 1))) == "unknown-term"
    assert decided(VOCABULARY, given, renamed, at(date(2016, 1, 1))) == [
        TermRevised(**{**CAFE, "titles": {"fr": "Thé"}})
    ]
    assert decided(VOCABULARY, given, renamed, at(date(2017, 6, 1))) == "term-closed"


def test_what_follows_a_state() -> None:
    opened = VOCABULARY.fold([DEFINED])
    assert VOCABULARY.allows(opened, DEFINED) == "term-defined"
    assert VOCABULARY.allows(VOCABULARY.initial, DEFINED) is None
    assert VOCABULARY.allows(VOCABULARY.initial, CLOSED) == "unknown-term"
    assert VOCABULARY.allows(VOCABULARY.fold([DEFINED, CLOSED]), CLOSED) == "term-closed"


def test_a_list_has_room_for_so_many() -> None:
    many = [TermDefined(vocabulary="theme", code=f"t{n}", titles={"fr": "T"}) for n in range(500)]
    assert decided(VOCABULARY, many, DefineTerm(**{**CAFE, "vocabulary": "theme"})) == "too-many-terms"
