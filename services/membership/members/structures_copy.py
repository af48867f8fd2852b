"""Structures that may join: the directory's, as far as the choice of one needs them."""

from __future__ import annotations

from shared.contract.directory import (
    StructureAbsorbed,
    StructureClosed,
    StructureRegistered,
    StructureReleased,
    StructureReopened,
    StructureRevised,
)  # fmt: skip
from shared.contract.envelope import Recorded
from shared.kernel.projection import Document, Evolve, View, folded


def _registered(document: Document | None, data: StructureRegistered, event: Recorded) -> Document:
    facts = {"name": data.name, "kind": data.kind, "department": data.department}
    return {**facts, "sort": folded(data.name), "closed": False}


def _revised(document: Document | None, data: StructureRevised, event: Recorded) -> Document | None:
    if document is None:
        return None
    changed = {name: value for name in ("name", "kind", "department") if (value := getattr(data, name)) is not None}
    after = {**document, **changed, **({"department": None} if "department" in data.cleared else {})}
    return {**after, "sort": folded(after["name"])}


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
        StructureClosed: _closed(True),
        StructureReopened: _closed(False),
        StructureAbsorbed: _absorbed,
        StructureReleased: _released,
    },
    fields=("sort", "closed"),
    text=lambda d: d["name"],
)
"""`merged_into`: the record that the directory keeps instead of this one, if it was merged."""
