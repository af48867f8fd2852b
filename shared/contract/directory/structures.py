"""What the directory says of structures and their contacts."""

from __future__ import annotations

from uuid import UUID

from shared.base.translations import L
from shared.contract import Event
from shared.contract.directory.structure_facts import (
    MergedField,
    StructureEvent,
    StructureFacts,
    StructureField,
    StructureKind,
)
from shared.contract.personal import Personal
from shared.contract.says import Says, Thing


class StructureRegistered(StructureFacts):
    """A structure entered the directory. Codes are official: department and commune (INSEE), country (ISO 3166-1)."""

    says = Says(L("Structure inscrite"), detail="name")

    name: str
    kind: StructureKind
    themes: list[str] = []
    countries: list[str] = []
    sdgs: list[int] = []
    source: str | None = None
    invented: bool = False


class StructureRevised(StructureFacts):
    """Fields of a structure changed. A field that is absent stayed as it was; `cleared` names those emptied."""

    says = Says(L("Fiche modifiée"))

    cleared: list[StructureField] = []
    source: str | None = None


class StructureListed(StructureEvent):
    """A structure, on its own wish, entered the public directory."""

    live = True
    says = Says(L("Entrée dans l’annuaire public"), sets={"listed": True})


class StructureUnlisted(StructureEvent):
    """A structure left the public directory."""

    live = True
    says = Says(L("Sortie de l’annuaire public"), detail="reason", sets={"listed": False})

    reason: str | None = None


class StructureClosed(StructureEvent):
    """A structure ceased or was entered by mistake: it is counted no more."""

    says = Says(L("Fiche close"), detail="reason", sets={"closed": True})

    reason: str


class StructureReopened(StructureEvent):
    """The closing of a structure was undone."""

    says = Says(L("Fiche rouverte"), sets={"closed": False})


class StructureListingWished(StructureEvent):
    """A structure asked to stand in the public directory; the network has not looked at it yet."""

    live = True
    says = Says(L("Inscription à l’annuaire public demandée"), sets={"listing_wished": True})


class StructureListingDeclined(StructureEvent):
    """The network did not list a structure that had asked for it, and said why."""

    live = True
    says = Says(
        L("Inscription à l’annuaire public refusée"),
        detail="reason",
        sets={"listing_wished": False},
    )

    reason: str


class StructurePictured(StructureEvent):
    """A structure shows this picture: the SHA-256 (hex) of the file as kept, and what is to be seen on it."""

    live = True
    says = Says(L("Image choisie"))

    picture: str
    picture_text: str | None = None


class StructureUnpictured(StructureEvent):
    """A structure shows no picture any more."""

    live = True
    says = Says(
        L("Image retirée"),
        clears=(
            "picture",
            "picture_text",
        ),
    )


class StructuresMerged(StructureEvent):
    """Another record, `merged`, was of the same structure: this one is kept, and what speaks of that one is of this
    one.

    `followers`: the records that had been merged into that one before. `taken`: the fields whose value came from it.
    """

    says = Says(
        L("Une autre fiche fusionnée avec celle-ci"),
        here=L("Une autre fiche a été fusionnée avec celle-ci"),
    )

    merged: UUID
    followers: list[UUID] = []
    taken: list[MergedField] = []


class StructuresUnmerged(StructureEvent):
    """A merge was undone: `merged` and its `followers` stand for themselves again."""

    says = Says(L("Fusion défaite"), detail="reason", undoes=(StructuresMerged,))

    merged: UUID
    followers: list[UUID] = []
    reason: str | None = None


class StructureAbsorbed(StructureEvent):
    """This record was merged into another, `kept`. A StructureClosed comes with it, so that it is counted no more.
    `followers`: what had been merged into this one by then, and stands for `kept` from now on."""

    says = Says(L("Fiche fusionnée avec une autre"), sets={"absorbed": True})

    kept: UUID
    followers: list[UUID] | None = None


class StructureReleased(StructureEvent):
    """The merge of this record was undone. A StructureReopened comes with it where the merge had closed it."""

    says = Says(L("Fiche de nouveau séparée"), sets={"absorbed": False}, undoes=(StructureAbsorbed,))

    kept: UUID


class ContactEvent(Event, abstract=True):
    service = "directory"
    entity = "contact"
    thing = Thing(L("contact"))


class ContactAdded(ContactEvent):
    """A person was named as contact of a structure."""

    timeless = True
    says = Says(L("Contact ajouté"), detail="role")

    structure: UUID
    name: Personal
    email: Personal | None = None
    phone: Personal | None = None
    role: str | None = None


class ContactRevised(ContactEvent):
    """What is known of a contact changed; absent fields stayed."""

    says = Says(L("Contact modifié"))

    name: Personal | None = None
    email: Personal | None = None
    phone: Personal | None = None
    role: str | None = None


class ContactRemoved(ContactEvent):
    """A person is contact of that structure no more."""

    says = Says(L("Contact retiré"), detail="reason", sets={"removed": True})

    reason: str | None = None
