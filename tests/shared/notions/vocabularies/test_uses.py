"""What uses a term of the network's own: which events say one, and how many of them are remembered."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast
from uuid import uuid4

from shared.contract.directory.casework import SupportGiven
from shared.contract.directory.structures import StructureRegistered
from shared.contract.envelope import Recorded
from shared.contract.events.tandems import TandemFormed
from shared.contract.membership.members import CollegeOpened
from shared.notions.vocabularies import vocabulary_id
from shared.notions.vocabularies.uses import MOST, SPEAKING, TERM_USES, codes_said, thing


def given(kind: str, day: int = 1, **more: Any) -> Recorded:
    more = {"time": datetime(2020, 1, day, 12, tzinfo=UTC), **more}
    data = SupportGiven(structure=uuid4(), kind=kind)
    of = {"service": "directory", "entity": "support", "entity_id": str(uuid4()), "data": data}
    return cast(Recorded, SimpleNamespace(**of, **more))


def test_terms_of_a_list_are_remembered_and_colleges_have_records_of_their_own() -> None:
    assert SupportGiven in SPEAKING and CollegeOpened in SPEAKING  # of its kinds of structures
    opened = CollegeOpened(college="towns", title="Villes", kinds=["school", "lycee"])
    assert [*codes_said(opened)] == [("structure", "school"), ("structure", "lycee")]
    assert TERM_USES.keys(given("funding_search")) == [thing(vocabulary_id("support"), "funding_search")]
    assert TERM_USES.keys(given("coaching")) == [thing(vocabulary_id("support"), "coaching")]


def test_a_theme_that_was_said_by_its_code_is_used_and_words_are_not() -> None:
    said = StructureRegistered(name="A", kind="association", themes=["water", "Eau et santé", "border-culture"])
    assert [*codes_said(said)] == [("structure", "association"), ("theme", "water"), ("theme", "border-culture")]
    formed = TandemFormed(school_year="2016-2017", association=uuid4(), association_name="A", theme="water")
    assert ("theme", "water") in [*codes_said(formed)] and TandemFormed in SPEAKING


def test_the_first_that_used_a_term_are_remembered() -> None:
    fold, document = TERM_USES.on[SupportGiven], None
    events = [given("coaching") for _ in range(MOST + 5)]
    for event in (events[0], *events):
        document = fold(document, event.data, event)
    assert document is not None and len(document["by"]) == MOST
    assert document["by"][0] == f"directory.support.{events[0].entity_id}"


def test_those_of_the_latest_days_are_remembered_too() -> None:
    fold, document = TERM_USES.on[SupportGiven], None
    late = given("coaching", day=9)
    for event in (late, *(given("coaching") for _ in range(MOST + 5)), late):
        document = fold(document, event.data, event)
    assert document is not None and len(document["last"]) == MOST
    assert document["last"][-1] == [f"directory.support.{late.entity_id}", "2020-01-09"]
