"""A structure as other services see it: what was cleared is empty, who left is no member, however it was learnt."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from itertools import permutations
from uuid import UUID, uuid4

import pytest

from shared.contract import Event
from shared.contract.directory.structures import (
    StructureClosed,
    StructureRegistered,
    StructureReopened,
    StructureRevised,
)
from shared.contract.envelope import Message, Provenance, Recorded, address, opened, sealed_body
from shared.contract.membership.members import MemberJoined, MemberLeft, MemberRestored
from shared.contract.personal import Personal
from shared.kernel.views.projection import Document, View
from shared.notions.structure_on_record import member_of, member_on, member_structures, structures_on_record

ID = UUID("6f3cbb52-0c5c-4f0e-8c6c-6e1c5a3f2b11")
NOW = datetime(2026, 1, 2, tzinfo=UTC)
REGISTERED = StructureRegistered(name="Kynarou", kind="association", department="31", acronym="K")
JOINED = MemberJoined(college="associative", charter_version=1, structure=ID, name="Kynarou")
LEFT = MemberLeft(reason="withdrawal")
MISTAKE = MemberLeft(reason="mistake")
RESTORED = MemberRestored(college="associative", structure=ID)
Dated = tuple[Event, int]
"""An event, and the year in which it happened."""


def recorded(event: Event, year: int, seq: int) -> Recorded:
    entity = ID if event.entity == "structure" else member_of(ID)
    by = Provenance(actor="test", command=uuid4(), correlation=uuid4())
    at = datetime(year, 6, 1, 10, tzinfo=UTC)
    body = sealed_body("test", event, entity, id=uuid4(), version=seq, at=at, now=NOW, by=by)
    return opened(Message(seq, address("test", event, entity), body))


def shown(view: View, *learnt: Dated) -> Document | None:
    """The only document after events that were learnt in this order."""
    document: Document | None = None
    for seq, (event, year) in enumerate(learnt, 1):
        one = recorded(event, year, seq)
        if type(event) in view.on:
            assert len(view.keys(one)) == 1
            document = view.evolve(document, one)
    return document


def known(view: View, *learnt: Dated) -> Document:
    document = shown(view, *learnt)
    assert document is not None
    return document


@pytest.mark.parametrize("view", [structures_on_record(1), member_structures(1)], ids=lambda view: str(view.name))
def test_a_cleared_field_is_empty(view: View) -> None:
    before = known(view, (REGISTERED, 2012))
    assert (before["department"], before["acronym"]) == ("31", "K")
    after = known(view, (REGISTERED, 2012), (StructureRevised(cleared=["department"]), 2013))
    assert (after["name"], after["department"], after["acronym"]) == ("Kynarou", None, "K")


def test_who_left_is_no_member() -> None:
    view = member_structures(1)
    assert known(view, (REGISTERED, 2010), (JOINED, 2012))["member"] is True
    assert known(view, (REGISTERED, 2010), (JOINED, 2012), (LEFT, 2015))["member"] is False
    assert known(view, (JOINED, 2012), (LEFT, 2015))["member"] is False, "the directory's word may come later"


def test_who_was_welcomed_by_mistake_never_was_a_member() -> None:
    document = known(member_structures(1), (REGISTERED, 2010), (JOINED, 2012), (MISTAKE, 2015))
    assert document["member"] is False and document["periods"] == []
    assert not member_on(document, date(2013, 1, 1))


def test_a_joining_of_before_stands_beside_one_by_mistake() -> None:
    document = known(member_structures(1), (JOINED, 2012), (LEFT, 2014), (JOINED, 2016), (MISTAKE, 2017))
    assert [member_on(document, date(year, 12, 31)) for year in (2011, 2013, 2014, 2016)] == [False, True, False, False]


@pytest.mark.parametrize("left", [LEFT, MISTAKE], ids=["left", "by mistake"])
def test_a_leaving_undone_has_not_been(left: Event) -> None:
    document = known(member_structures(1), (JOINED, 2012), (left, 2015), (RESTORED, 2015))
    assert document["member"] is True and len(document["periods"]) == 1
    assert member_on(document, date(2012, 6, 1)) and member_on(document, date(2016, 1, 1))
    assert not member_on(document, date(2012, 5, 31))


MOVES: Sequence[Dated] = ((JOINED, 2010), (LEFT, 2012), (JOINED, 2014), (LEFT, 2018))


@pytest.mark.parametrize("learnt", list(permutations(MOVES)))
def test_days_count_not_the_order_in_which_they_were_learnt(learnt: Sequence[Dated]) -> None:
    document = shown(member_structures(1), (REGISTERED, 2009), *learnt)
    assert document is not None and document["member"] is False
    member = [member_on(document, date(year, 12, 31)) for year in range(2009, 2019)]
    assert member == [False, True, True, False, False, True, True, True, True, False]


def test_the_directory_and_membership_say_what_they_know() -> None:
    view = member_structures(1)
    document = known(view, (JOINED, 2012), (REGISTERED, 2010), (StructureClosed(reason="ceased"), 2020))
    assert (document["structure"], document["department"]) == (str(ID), "31")
    assert document["member"] is True and document["closed"] is True
    again = known(view, (REGISTERED, 2010), (StructureClosed(reason="ceased"), 2020), (StructureReopened(), 2020))
    assert again["closed"] is False and not again.get("member")
    assert view.keys(recorded(REGISTERED, 2010, 1)) == view.keys(recorded(LEFT, 2010, 1)) == (str(member_of(ID)),)


def test_a_person_is_no_structure() -> None:
    person = MemberJoined(
        college="qualified_persons", charter_version=1, person=Personal(person=uuid4(), sealed="c2VhbGVk")
    )
    assert member_structures(1).evolve(None, recorded(person, 2012, 1)) is None
