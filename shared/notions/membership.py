"""Who is a member on a day: one definition for pages, badges, searches and forms; the indicators' macro `member_at`
says the same in SQL, and a test compares them all (tests/shared/notions/test_one_definition.py).

A member joined, and did not leave since, whatever became of its record in the directory. It is in the college that it
joined or that it changed to last. Of one day, what was learnt later counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from shared.contract import Event

NAMESPACE = uuid5(NAMESPACE_URL, "urn:maillage:membership")


def natural(kind: str, name: str) -> UUID:
    """The id of the one entity of a kind that has this name: two commands that name it mean the same."""
    return uuid5(NAMESPACE, f"{kind}/{name}")


def college_id(code: str) -> UUID:
    return natural("college", code)


CHARTER_ID = natural("charter", "charter")
"""The one charter of the network, whatever its version"""

TYPES = ("MemberJoined", "MemberCollegeChanged", "MemberLeft", "MemberRestored")
"""What makes and ends it, by the names of types"""


@dataclass(frozen=True, slots=True)
class Membership:
    """A membership at one point of its line. `since`: when it joined last; `left`: when it left, since then; None while
    it has not."""

    member: bool = False
    college: str | None = None
    structure: str | None = None
    since: str | None = None
    left: str | None = None
    because: str | None = None


NONE = Membership()


def after(state: Membership, kind: str, said: Mapping[str, Any], at: str) -> Membership:
    """The state after an event: its type, what it says, when. Total, as every reader's fold is."""
    match kind:
        case "MemberJoined":
            structure = str(said["structure"]) if said.get("structure") else None
            return Membership(True, said["college"], structure or state.structure, at)
        case "MemberCollegeChanged":
            return replace(state, college=said["college"])
        case "MemberLeft":
            return replace(state, member=False, left=at, because=said.get("reason"))
        case "MemberRestored":  # an earlier way of taking a leaving back; readers of lines never meet it
            return replace(state, member=True, college=said["college"], left=None, because=None)
    return state


def folded(happenings: Iterable[tuple[str, Mapping[str, Any], str]]) -> Membership:
    """What events in the order of their line come to: (type, what it says, when)."""
    state = NONE
    for kind, said, at in happenings:
        state = after(state, kind, said, at)
    return state


def said(data: Event) -> dict[str, Any]:
    """What an event of a membership says, as far as it matters here."""
    return {name: getattr(data, name, None) for name in ("college", "structure", "reason")}
