"""What commands of every service may refer to, and in which states (`Refers`): folded from what its own service says,
by one definition for all five.

The initial state is that of a day before the beginning. Of a structure or a gathering, our books know more than what
was since then, so it may be referred to; nobody was a member before joining, and there was no college, no charter."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from shared.contract import Event
from shared.contract.directory.duplicates import NamesakesDoubted, NamesakesToldApart
from shared.contract.directory.structures import (
    StructureAbsorbed,
    StructureClosed,
    StructureListed,
    StructureRegistered,
    StructureReleased,
    StructureReopened,
    StructuresMerged,
    StructureUnlisted,
)
from shared.contract.events.gatherings import GatheringCancelled, GatheringPlanned, GatheringReinstated
from shared.contract.membership.members import (
    CharterAdopted,
    CollegeClosed,
    CollegeOpened,
    MemberJoined,
    MemberLeft,
    MemberRestored,
)
from shared.contract.newsletter.bulletins import BulletinClosed, BulletinOpened
from shared.kernel.decider import Decider
from shared.notions.vocabularies import of_persons
from shared.notions.vocabularies.referent import VOCABULARY


@dataclass(frozen=True)
class OnRecord:
    """A structure. `merged`: its record was merged into another one; `followers`: the records that were merged into it,
    whenever."""

    closed: bool = False
    merged: bool = False
    listed: bool = False
    followers: frozenset[UUID] = frozenset()


def _structure(state: OnRecord, event: Event) -> OnRecord:
    match event:
        case StructureClosed() | StructureReopened():
            return replace(state, closed=isinstance(event, StructureClosed))
        case StructureAbsorbed() | StructureReleased():
            return replace(state, merged=isinstance(event, StructureAbsorbed))
        case StructureListed() | StructureUnlisted():
            return replace(state, listed=isinstance(event, StructureListed))
        case StructuresMerged():
            return replace(state, followers=state.followers | {event.merged, *event.followers})
    return state


def _apart(state: OnRecord, said: UUID) -> str | None:
    return "reference-merged" if state.merged else None


def _open(state: OnRecord, said: UUID) -> str | None:
    return _apart(state, said) or ("reference-closed" if state.closed else None)


def _listed(state: OnRecord, said: UUID) -> str | None:
    return _open(state, said) or (None if state.listed else "reference-unlisted")


def _member(state: bool, event: Event) -> bool:
    match event:
        case MemberJoined() | MemberRestored():
            return True
        case MemberLeft():
            return False
    return state


def _gathering(state: bool, event: Event) -> bool:
    match event:
        case GatheringCancelled():
            return False
        case GatheringReinstated():
            return True
    return state


@dataclass(frozen=True)
class OpenCollege:
    open: bool = False
    persons: bool = False


def _college(state: OpenCollege, event: Event) -> OpenCollege:
    match event:
        case CollegeOpened():
            return OpenCollege(True, of_persons(event))
        case CollegeClosed():
            return replace(state, open=False)
    return state


def _college_open(state: OpenCollege, said: str) -> str | None:
    return None if state.open else "reference-college-closed"


def _college_of(persons: bool) -> Callable[[OpenCollege, str], str | None]:
    why = "reference-college-of-structures" if persons else "reference-college-of-persons"
    return lambda state, said: _college_open(state, said) or (None if state.persons == persons else why)


def _apart_for_good(state: bool, event: Event) -> bool:
    return isinstance(event, NamesakesToldApart) or (state and not isinstance(event, NamesakesDoubted))


STRUCTURE = Decider(
    "structure",
    OnRecord(),
    _structure,
    {},
    births=(StructureRegistered,),
    states={"apart": _apart, "open": _open, "listed": _listed},
)
"""`apart`: its record was not merged into another one; `open`: nor closed; `listed`: and everybody sees it."""
MEMBER = Decider(
    "member",
    False,
    _member,
    {},
    births=(MemberJoined,),
    states={"member": lambda state, said: None if state else "reference-not-member"},
)
"""`member`: it had joined, and not left."""
GATHERING = Decider(
    "gathering",
    True,
    _gathering,
    {},
    births=(GatheringPlanned,),
    states={"standing": lambda state, said: None if state else "reference-cancelled"},
)
"""`standing`: it was not cancelled."""

COLLEGE = Decider(
    "college",
    OpenCollege(),
    _college,
    {},
    births=(CollegeOpened,),
    states={"open": _college_open, "of structures": _college_of(False), "of persons": _college_of(True)},
)
"""`open`: it was opened, and not closed; `of structures`, `of persons`: and such are its members."""
BULLETIN = Decider(
    "bulletin",
    False,
    lambda state, event: isinstance(event, BulletinOpened) or (state and not isinstance(event, BulletinClosed)),
    {},
    births=(BulletinOpened,),
    states={"open": lambda state, said: None if state else "reference-bulletin-closed"},
)
"""`open`: it was opened, and not closed."""
CHARTER = Decider(
    "charter",
    0,
    lambda state, event: event.version if isinstance(event, CharterAdopted) else state,
    {},
    births=(CharterAdopted,),
    states={"in force": lambda state, said: None if said == state else "reference-charter"},
)
"""`in force`: the version that was said, and no later one, had been adopted last."""
NAMESAKES = Decider(
    "namesakes",
    False,
    _apart_for_good,
    {},
    states={"undivided": lambda state, said: "told-apart" if state else None},
)
"""A pair of structures. Nothing begins it: `undivided` is also one of which nobody ever spoke."""

REFERENTS: Mapping[str, Decider[Any]] = {
    "directory.structure": STRUCTURE,
    "directory.namesakes": NAMESAKES,
    "membership.member": MEMBER,
    "membership.college": COLLEGE,
    "membership.charter": CHARTER,
    "membership.vocabulary": VOCABULARY,
    "events.gathering": GATHERING,
    "newsletter.bulletin": BULLETIN,
}
"""`<service>.<entity>` → what may be asked of one."""
OF_FOLLOWERS = ("directory.namesakes", "undivided")
"""What is asked of a pair of structures is asked of all pairs of those that were merged into either: who merges the
two makes one of all of them."""
