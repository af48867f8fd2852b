"""What may be referred to, and why not: each state of each kind, after each history that matters."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from shared.contract import Event
from shared.contract.directory.duplicates import NamesakesDoubted, NamesakesToldApart
from shared.contract.directory.structures import (
    StructureAbsorbed,
    StructureClosed,
    StructureListed,
    StructureRegistered,
    StructureReleased,
    StructureReopened,
    StructureRevised,
    StructureUnlisted,
)
from shared.contract.events.gatherings import (
    GatheringCancelled,
    GatheringHeld,
    GatheringPlanned,
    GatheringReinstated,
)
from shared.contract.membership.members import (
    CharterAdopted,
    CollegeClosed,
    CollegeOpened,
    MemberJoined,
    MemberLeft,
    MemberRestored,
)
from shared.contract.newsletter.bulletins import BulletinClosed, BulletinOpened
from shared.notions.referents import REFERENTS

ID = UUID(int=7)
REGISTERED = StructureRegistered(name="Eau vive", kind="association")
CLOSED, REOPENED = StructureClosed(reason="fin"), StructureReopened()
ABSORBED, RELEASED = StructureAbsorbed(kept=ID), StructureReleased(kept=ID)
LISTED, UNLISTED = StructureListed(), StructureUnlisted()
REVISED = StructureRevised(name="Eau claire")
JOINED, LEFT = MemberJoined(college="public", charter_version=1), MemberLeft(reason="lapse")
BACK = MemberRestored(college="public")
PLANNED = GatheringPlanned(kind="agora", title="Agora", starts=datetime(2026, 6, 1, 17, tzinfo=UTC))
CANCELLED, REINSTATED = GatheringCancelled(reason="neige"), GatheringReinstated()
HELD = GatheringHeld(kind="agora", title="Agora")
OPENED, SHUT = CollegeOpened(college="public", title="A"), CollegeClosed(college="public")
APART, DOUBTED = (kind(first=UUID(int=1), second=ID) for kind in (NamesakesToldApart, NamesakesDoubted))
FIRST = CharterAdopted(version=1, title="Charte", principles=["un"])
SECOND = CharterAdopted(version=2, title="Charte", principles=["deux"])


@pytest.mark.parametrize(
    ("given", "apart", "open_", "listed"),
    [
        ([], None, None, "reference-unlisted"),
        ([REVISED], None, None, "reference-unlisted"),
        ([LISTED], None, None, None),
        ([LISTED, UNLISTED], None, None, "reference-unlisted"),
        ([LISTED, CLOSED], None, "reference-closed", "reference-closed"),
        ([LISTED, CLOSED, REOPENED], None, None, None),
        ([ABSORBED, CLOSED], "reference-merged", "reference-merged", "reference-merged"),
        ([LISTED, ABSORBED, CLOSED, RELEASED], None, "reference-closed", "reference-closed"),
        ([LISTED, ABSORBED, CLOSED, RELEASED, REOPENED], None, None, None),
    ],
)
def test_a_structure_is_apart_or_open_or_listed(
    given: Sequence[Event], apart: str | None, open_: str | None, listed: str | None
) -> None:
    assert [judged("directory.structure", one, [REGISTERED, *given]) for one in ("apart", "open", "listed")] == [
        apart,
        open_,
        listed,
    ]


PUBLISHED, NO_MORE = BulletinOpened(bulletin="b", title="B", purpose="p"), BulletinClosed(bulletin="b")
EXPERTS = CollegeOpened(college="experts", title="Experts", persons=True)
EARLIER = CollegeOpened(college="qualified_persons", title="Personnalités qualifiées")


@pytest.mark.parametrize(
    ("to", "state", "given", "value", "code"),
    [
        ("membership.member", "member", [], ID, "reference-not-member"),
        ("membership.member", "member", [JOINED], ID, None),
        ("membership.member", "member", [JOINED, LEFT], ID, "reference-not-member"),
        ("membership.member", "member", [JOINED, LEFT, BACK], ID, None),
        ("membership.member", "member", [JOINED, LEFT, JOINED], ID, None),
        ("membership.college", "open", [OPENED], "public", None),
        ("membership.college", "open", [OPENED, SHUT], "public", "reference-college-closed"),
        ("membership.college", "open", [OPENED, SHUT, OPENED], "public", None),
        ("membership.college", "open", [], "public", "reference-college-closed"),
        ("membership.college", "of structures", [OPENED], "public", None),
        ("membership.college", "of persons", [OPENED], "public", "reference-college-of-structures"),
        ("membership.college", "of persons", [EXPERTS], "experts", None),
        ("membership.college", "of structures", [EXPERTS], "experts", "reference-college-of-persons"),
        ("membership.college", "of persons", [EARLIER], "qualified_persons", None),
        ("membership.college", "of persons", [EXPERTS, SHUT], "experts", "reference-college-closed"),
        ("newsletter.bulletin", "open", [PUBLISHED], "b", None),
        ("newsletter.bulletin", "open", [PUBLISHED, NO_MORE], "b", "reference-bulletin-closed"),
        ("newsletter.bulletin", "open", [PUBLISHED, NO_MORE, PUBLISHED], "b", None),
        ("newsletter.bulletin", "open", [], "b", "reference-bulletin-closed"),
        ("membership.charter", "in force", [], 1, "reference-charter"),
        ("membership.charter", "in force", [FIRST], 1, None),
        ("membership.charter", "in force", [FIRST], 2, "reference-charter"),
        ("membership.charter", "in force", [FIRST, SECOND], 1, "reference-charter"),
        ("membership.charter", "in force", [FIRST, SECOND], 2, None),
        ("directory.namesakes", "undivided", [], ID, None),
        ("directory.namesakes", "undivided", [APART], ID, "told-apart"),
        ("directory.namesakes", "undivided", [APART, DOUBTED], ID, None),
        ("events.gathering", "standing", [PLANNED, HELD], ID, None),
        ("events.gathering", "standing", [PLANNED, CANCELLED], ID, "reference-cancelled"),
        ("events.gathering", "standing", [PLANNED, CANCELLED, REINSTATED], ID, None),
    ],
)
def test_what_is_referred_to_is_in_the_state_that_is_asked_for(
    to: str, state: str, given: Sequence[Event], value: Any, code: str | None
) -> None:
    assert judged(to, state, given, value) == code


def judged(to: str, state: str, given: Sequence[Event], value: Any = ID) -> str | None:
    decider = REFERENTS[to]
    return decider.states[state](decider.fold(given), value)


@pytest.mark.parametrize("to", REFERENTS)
def test_each_is_of_the_service_whose_events_begin_it(to: str) -> None:
    births = REFERENTS[to].births
    assert {f"{kind.service}.{kind.entity}" for kind in births} <= {to}
    assert births or to in ("directory.namesakes", "membership.vocabulary"), (
        "what nothing begins is judged though nobody ever spoke of it"
    )
