"""What uses a term of the network's own: which events say one, and how many of them are remembered."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast
from uuid import uuid4

from shared.contract.directory.casework import SupportGiven
from shared.contract.envelope import Recorded
from shared.contract.membership.members import CollegeOpened
from shared.notions.vocabularies import vocabulary_id
from shared.notions.vocabularies.uses import MOST, SPEAKING, TERM_USES, codes_said, thing


def given(kind: str, **more: Any) -> Recorded:
    data = SupportGiven(structure=uuid4(), kind=kind)
    of = {"service": "directory", "entity": "support", "entity_id": str(uuid4()), "data": data}
    return cast(Recorded, SimpleNamespace(**of, **more))


def test_terms_of_the_general_list_and_colleges_are_not_remembered() -> None:
    assert SupportGiven in SPEAKING and CollegeOpened in SPEAKING  # of its kinds of structures
    opened = CollegeOpened(college="towns", title="Villes", kinds=["school", "lycee"])
    assert [*codes_said(opened)] == [("structure", "school"), ("structure", "lycee")]
    assert TERM_USES.keys(given("funding_search")) == []
    assert TERM_USES.keys(given("coaching")) == [thing(vocabulary_id("support"), "coaching")]


def test_the_first_that_used_a_term_are_remembered() -> None:
    fold, document = TERM_USES.on[SupportGiven], None
    events = [given("coaching") for _ in range(MOST + 5)]
    for event in (events[0], *events):
        document = fold(document, event.data, event)
    assert document is not None and len(document["by"]) == MOST
    assert document["by"][0] == f"directory.support.{events[0].entity_id}"
