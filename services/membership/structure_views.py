"""Structures that may join: the directory's, as far as the choice of one needs them."""

from __future__ import annotations

from shared.contract.directory import StructureClosed, StructureRegistered, StructureReopened, StructureRevised
from shared.envelope import Recorded
from shared.views import Document, Evolve, View, folded


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


STRUCTURES = View(
    name="structures",
    version=1,
    on={
        StructureRegistered: _registered,
        StructureRevised: _revised,
        StructureClosed: _closed(True),
        StructureReopened: _closed(False),
    },
    fields=("sort", "closed"),
    text=lambda d: d["name"],
)
