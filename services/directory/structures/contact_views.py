"""Contacts of structures, and the addresses by which they are found."""

from __future__ import annotations

from services.directory.structures.view_folds import gone
from shared.contract.directory.structures import ContactAdded, ContactRemoved, ContactRevised
from shared.contract.envelope import Recorded
from shared.kernel.views.projection import Document, View, kept


def _added(document: Document | None, data: ContactAdded, event: Recorded) -> Document:
    return {
        "structure": str(data.structure),
        "name": kept(data.name, event, "name"),
        "email": kept(data.email, event, "email"),
        "phone": kept(data.phone, event, "phone"),
        "role": data.role,
        "since": event.cloud.time,
        "version": event.version,
    }


def _revised(document: Document | None, data: ContactRevised, event: Recorded) -> Document | None:
    if document is None:
        return None
    personal = {n: kept(v, event, n) for n in ("name", "email", "phone") if (v := getattr(data, n)) is not None}
    return {**document, **personal, "role": data.role or document["role"], "version": event.version}


CONTACTS = View(
    name="contacts",
    version=1,
    on={ContactAdded: _added, ContactRevised: _revised, ContactRemoved: gone},
    fields=("structure", "since"),
)


def _address_added(document: Document | None, data: ContactAdded, event: Recorded) -> Document:
    email = kept(data.email, event, "email")
    return {"structure": str(data.structure), "person": str(data.name.person), "email": email}


def _address_revised(document: Document | None, data: ContactRevised, event: Recorded) -> Document | None:
    if document is None or data.email is None:
        return document
    return {**document, "email": kept(data.email, event, "email")}


CONTACT_ADDRESSES = View(
    name="contact_addresses",
    version=1,
    on={
        ContactAdded: _address_added,
        ContactRevised: _address_revised,
        ContactRemoved: lambda document, data, event: None,
    },
    fields=("person", "structure"),
    asks="administrator",
)
