"""What directory and membership say of structures, as far as a registration or a tandem names one."""

from __future__ import annotations

from collections.abc import Sequence

from shared.contract.directory import (
    StructureAbsorbed,
    StructureClosed,
    StructureRegistered,
    StructureReleased,
    StructureReopened,
    StructureRevised,
)  # fmt: skip
from shared.contract.envelope import Recorded
from shared.contract.membership import MemberJoined
from shared.kernel.projection import Document, Evolve, View


def _structure(event: Recorded) -> Sequence[str]:
    data = event.data
    if isinstance(data, MemberJoined):
        return (str(data.structure),) if data.structure else ()
    return (event.entity_id,)


def _registered(document: Document | None, data: StructureRegistered, event: Recorded) -> Document:
    member = bool(document and document["member"])
    return {"name": data.name, "kind": data.kind, "department": data.department, "member": member, "closed": False}


def _revised(document: Document | None, data: StructureRevised, event: Recorded) -> Document | None:
    if document is None:
        return None
    given = {name: value for name in ("name", "kind", "department") if (value := getattr(data, name)) is not None}
    return {**document, **given}


def _joined(document: Document | None, data: MemberJoined, event: Recorded) -> Document:
    unknown = {"name": data.name or "", "kind": None, "department": None, "closed": False}
    return {**(document or unknown), "member": True}


def _closed(closed: bool) -> Evolve:
    return lambda document, data, event: None if document is None else {**document, "closed": closed}


def _absorbed(document: Document | None, data: StructureAbsorbed, event: Recorded) -> Document | None:
    return None if document is None else {**document, "merged_into": str(data.kept)}


def _released(document: Document | None, data: StructureReleased, event: Recorded) -> Document | None:
    return None if document is None else {name: value for name, value in document.items() if name != "merged_into"}


STRUCTURES = View(
    name="structures",
    version=2,
    on={
        StructureRegistered: _registered,
        StructureRevised: _revised,
        MemberJoined: _joined,
        StructureClosed: _closed(True),
        StructureReopened: _closed(False),
        StructureAbsorbed: _absorbed,
        StructureReleased: _released,
    },
    keys=_structure,
    fields=("name", "kind", "department", "member", "closed"),
    text=lambda d: d["name"],
)
