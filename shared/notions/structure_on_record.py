"""A structure as the other services see it: what the directory says of it, and whether it is a member of the network.

One fold, heard in two ways. `structures_on_record` has a document for each structure, by its id in the directory.
`member_structures` has the same by the id of its membership, and knows who is a member: that a member left is said of
the membership alone, and from a membership's id nobody finds the structure, only the other way (`member_of`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from shared.base.paris_days import PARIS
from shared.contract import Event
from shared.contract.directory.structures import (
    StructureAbsorbed,
    StructureClosed,
    StructureRegistered,
    StructureReleased,
    StructureReopened,
    StructureRevised,
)
from shared.contract.envelope import Recorded
from shared.contract.membership.members import MemberJoined, MemberLeft, MemberRestored
from shared.kernel.views.projection import Document, Evolve, View, folded, own_entity
from shared.notions.membership import natural

FACTS = ("name", "acronym", "kind", "department")
"""What the directory says of a structure, as far as other services show it."""


def member_of(structure: UUID) -> UUID:
    """The membership that a structure has or would have: a structure is a member once."""
    return natural("member", str(structure))


def _registered(document: Document | None, data: StructureRegistered, event: Recorded) -> Document:
    facts = {name: getattr(data, name) for name in FACTS}
    return {**(document or {}), **facts, "structure": event.entity_id, "sort": folded(data.name), "closed": False}


def _revised(document: Document | None, data: StructureRevised, event: Recorded) -> Document | None:
    if document is None:
        return None
    given = {name: value for name in FACTS if (value := getattr(data, name)) is not None}
    cleared: Document = {name: None for name in FACTS if name in data.cleared}
    after = {**document, **given, **cleared}
    return {**after, "sort": folded(after["name"])}


def _closed(closed: bool) -> Evolve:
    return lambda document, data, event: None if document is None else {**document, "closed": closed}


def _absorbed(document: Document | None, data: StructureAbsorbed, event: Recorded) -> Document | None:
    return None if document is None else {**document, "merged_into": str(data.kept)}


def _released(document: Document | None, data: StructureReleased, event: Recorded) -> Document | None:
    return None if document is None else {name: value for name, value in document.items() if name != "merged_into"}


def _joined(document: Document | None, data: MemberJoined | MemberRestored, event: Recorded) -> Document | None:
    if document is not None:
        return _moved(document, "joined" if isinstance(data, MemberJoined) else "restored", event)
    if data.structure is None:
        return None  # a person
    name = (data.name if isinstance(data, MemberJoined) else None) or ""
    unknown: Document = {**dict.fromkeys(FACTS), "name": name, "sort": folded(name), "closed": False}
    return _moved({**unknown, "structure": str(data.structure)}, "joined", event)


def _left(document: Document | None, data: MemberLeft, event: Recorded) -> Document | None:
    if document is None:
        return None
    return _moved(document, "never-joined" if data.reason == "mistake" else "left", event)


def _moved(document: Document, move: str, event: Recorded) -> Document:
    """The document with one more move of its membership: in the order of their days, since a departure of 2015 may be
    learnt today."""
    move_of_it = {"move": move, "at": event.cloud.time, "seq": event.seq}
    moves = sorted([*document.get("moves", []), move_of_it], key=lambda one: (_day(one["at"]), one["seq"]))
    periods = _periods(moves)
    return {**document, "moves": moves, "periods": periods, "member": bool(periods) and periods[-1]["until"] is None}


def _periods(moves: Sequence[Document]) -> list[Document]:
    """From when until when it was a member: (`since`, `until`), the latter None for now. A joining by mistake counts
    nowhere; a leaving that was undone has not been."""
    found: list[Document] = []
    undone: Document | None = None  # the period that the move before took away
    for one in moves:
        running = bool(found) and found[-1]["until"] is None
        taken, undone = undone, None
        match one["move"]:
            case "joined" if not running:
                found.append({"since": one["at"], "until": None})
            case "left" if running:
                found[-1] = {**found[-1], "until": one["at"]}
            case "never-joined" if running:
                undone = found.pop()
            case "restored" if taken is not None:
                found.append(taken)
            case "restored" if found:
                found[-1] = {**found[-1], "until": None}
    return found


def member_on(document: Document, day: date) -> bool:
    """Whether a structure of `member_structures` was a member at the end of this day in Paris."""
    return any(
        _day(one["since"]) <= day and (one["until"] is None or day < _day(one["until"]))
        for one in document.get("periods", ())
    )


def _day(at: str) -> date:
    return datetime.fromisoformat(at).astimezone(PARIS).date()


STRUCTURE: Mapping[type[Event], Evolve] = {
    StructureRegistered: _registered,
    StructureRevised: _revised,
    StructureClosed: _closed(True),
    StructureReopened: _closed(False),
    StructureAbsorbed: _absorbed,
    StructureReleased: _released,
}
"""The directory's part of the fold. `merged_into`: the record that it keeps instead of this one, if it was merged."""
MEMBERSHIP: Mapping[type[Event], Evolve] = {MemberJoined: _joined, MemberRestored: _joined, MemberLeft: _left}
"""Membership's part of the fold."""


def structures_on_record(version: int) -> View:
    """The view of structures, by their ids in the directory."""
    return View(
        name="structures",
        version=version,
        on=STRUCTURE,
        fields=("sort", "name", "kind", "department", "closed"),
        text=lambda d: d["name"],
    )


def member_structures(version: int) -> View:
    """The view of the same by their memberships: `structure` is the id in the directory, `member` says whether it is
    one now, and is missing where it never was; `member_on` says it of a day."""
    return View(
        name="member_structures",
        version=version,
        on={**STRUCTURE, **MEMBERSHIP},
        keys=_membership,
        sources=_sources,
        fields=("structure", "name", "kind", "department", "member", "closed"),
        text=lambda d: d["name"],
    )


def _sources(key: str, document: Document | None) -> Sequence[str]:
    structure = document.get("structure") if document else None
    return [f"membership.member.{key}", *([f"directory.structure.{structure}"] if structure else [])]


def _membership(event: Recorded) -> Sequence[str]:
    return (str(member_of(UUID(event.entity_id))),) if event.entity == "structure" else own_entity(event)
