"""What the directory keeps about the contacts of structures, and until when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.directory.structures.views import STRUCTURES
from shared.base.translations import L
from shared.contract.corrections import Correcting
from shared.contract.directory.structures import (
    ContactAdded,
    ContactRemoved,
    StructureAbsorbed,
    StructureClosed,
    StructureRegistered,
    StructureReleased,
    StructureReopened,
)
from shared.contract.envelope import Recorded
from shared.kernel.views.projection import Document, Evolve, Store, View
from shared.notions.terms import term_begins
from shared.persons.data_subjects import Purpose

PURPOSE = Purpose(
    code="contact",
    whom=L("Contacts des structures"),
    what=L("Nom, adresse électronique, téléphone, fonction"),
    why=L("Joindre les structures de l’annuaire"),
    ground=L("Intérêt légitime du réseau (RGPD, art. 6.1.f)"),
    begins=L("le retrait du contact ou la clôture de la fiche"),
    seen_by=L("L’équipe qui tient l’annuaire"),
    setting="keep_contacts",
)


def record_begins(purpose: str, field: str, of: str = "") -> Evolve:
    """A record begins: it is about the person of this field, and of the entity that `of` names."""

    def evolve(document: Document | None, data: Any, event: Recorded) -> Document:
        whose = getattr(data, of) if of else None
        return {
            "person": str(getattr(data, field).person),
            "purpose": purpose,
            "since": None,
            "of": str(whose) if whose is not None else None,
        }

    return evolve


def _structure(document: Document | None, **now: str | None) -> Document:
    return {"person": None, "purpose": "structure", "since": None, "of": None, **(document or {}), **now}


def _absorbed(document: Document | None, data: StructureAbsorbed, event: Recorded) -> Document:
    return _structure(document, of=str(data.kept))


CONTACTS_HELD: Mapping[type, Evolve] = {
    ContactAdded: record_begins("contact", "name", "structure"),
    ContactRemoved: term_begins,
}
STRUCTURES_HELD: Mapping[type, Evolve] = {
    StructureClosed: lambda document, data, event: _structure(document, since=event.begins),
    StructureReopened: lambda document, data, event: _structure(document, since=None),
    StructureAbsorbed: _absorbed,
    StructureReleased: lambda document, data, event: _structure(document, of=None),
}
"""Structures that were ever closed or merged: their contacts follow them"""


def structure_struck(document: Document | None, data: Correcting, event: Recorded) -> Document | None:
    """A structure that was registered by mistake has contacts too, whose term begins then."""
    if (event.service, event.entity, data.kind) != ("directory", "structure", StructureRegistered.type_name()):
        return term_begins(document, data, event)
    return _structure(document, since=event.begins)


async def ended(store: Store, held: View, told: View, records: Sequence[Document]) -> Mapping[str, str | None]:
    """A contact is not needed any more when it was removed, or its structure closed or struck, if that was first."""
    structures: dict[str, Document] = {}
    wanted = {record["of"] for record in records if record["of"] is not None}
    while wanted:  # a record that was merged into another, which may have been merged in turn
        found = await store.get_many(held, sorted(wanted))
        ever = {key: one for key, one in (await store.get_many(told, sorted(wanted))).items() if key not in found}
        there = await store.get_many(STRUCTURES, sorted(ever)) if ever else {}
        found |= {key: {**one, "of": None} for key, one in ever.items() if key not in there}
        structures |= found
        wanted = {one["of"] for one in found.values() if one["of"] is not None} - structures.keys()

    def closed(id: str | None) -> str | None:
        seen = set()
        while id in structures and structures[id]["of"] is not None and id not in seen:
            seen.add(id)
            id = structures[id]["of"]
        return structures[id]["since"] if id in structures else None

    return {
        record["key"]: min((one for one in (record["since"], closed(record["of"])) if one), default=None)
        for record in records
    }
