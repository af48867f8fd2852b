"""What the directory says of those who ask to look after a record."""

from __future__ import annotations

from uuid import UUID

from shared.base.translations import L
from shared.contract import Event
from shared.contract.directory.structure_facts import (
    StructureKind,
)
from shared.contract.personal import Personal
from shared.contract.says import Says, Thing


class ClaimEvent(Event, abstract=True):
    service = "directory"
    entity = "claim"
    live = True
    thing = Thing(L("demande pour tenir une fiche"))


class ListingClaimed(ClaimEvent):
    """Somebody asked, on the public page, to look after the record of a structure, or to have one.

    `structure`: the record, if there is one; else what they say of it.
    """

    says = Says(L("Demande pour tenir une fiche"), detail="structure_name")

    structure_name: str
    name: Personal
    email: Personal
    role: str | None = None
    structure: UUID | None = None
    kind: StructureKind | None = None
    department: str | None = None
    website: str | None = None
    message: Personal | None = None


class ClaimConfirmed(ClaimEvent):
    """Who claimed followed the link in a mail: the address is theirs. The network looks at a claim from here on."""

    says = Says(
        L("Adresse d’une demande confirmée"),
        here=L("Adresse de la demande confirmée"),
    )


class ClaimAccepted(ClaimEvent):
    """The network found that who claimed speaks for the structure."""

    says = Says(L("Demande acceptée"), sets={"accepted": True})

    structure: UUID


class ClaimRefused(ClaimEvent):
    """The network did not accept a claim."""

    says = Says(L("Demande refusée"), detail="reason", sets={"accepted": False})

    reason: str
