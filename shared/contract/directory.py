"""What the directory says: structures, contacts, support, media coverage, requests, publications. Cooperation projects
stand in cooperation.py, the facts of a structure in structure_facts.py."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from shared.base.translations import L
from shared.contract import Event
from shared.contract.fields import SaidDay, SaidMoment
from shared.contract.personal import Personal
from shared.contract.says import Says, Thing
from shared.contract.structure_facts import MergedField, StructureEvent, StructureFacts, StructureField, StructureKind

SupportKind = Literal[
    "project_method",
    "funding_search",
    "communication",
    "networking",
    "partner_search",
    "directory_listing",
    "event_support",
    "regional_dynamics",
]
"""The eight kinds of individual support of the review 2012-2017, mission 3."""
OfferKind = Literal["training", "job", "internship", "volunteering", "civic_service"]
PublicationSort = Literal["news", "offer", "project", "event"]
DraftField = Literal["kind", "url", "deadline", "starts", "ends", "place", "project", "picture", "picture_text"]


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
    """Another record, `merged`, was of the same structure: this one is kept, and what speaks of that one is of this one.

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
    """This record was merged into another, `kept`. A StructureClosed comes with it, so that it is counted no more."""

    says = Says(L("Fiche fusionnée avec une autre"), sets={"absorbed": True})

    kept: UUID


class StructureReleased(StructureEvent):
    """The merge of this record was undone. A StructureReopened comes with it where the merge had closed it."""

    says = Says(L("Fiche de nouveau séparée"), sets={"absorbed": False}, undoes=(StructureAbsorbed,))

    kept: UUID


class NamesakesEvent(Event, abstract=True):
    service = "directory"
    entity = "namesakes"
    live = True
    thing = Thing(L("paire d’homonymes"))


class NamesakesToldApart(NamesakesEvent):
    """Two records that look alike are two structures. The pair's id derives from theirs, whatever their order."""

    says = Says(L("Homonymes distingués"), detail="reason", sets={"told_apart": True})

    first: UUID
    second: UUID
    reason: str | None = None


class NamesakesDoubted(NamesakesEvent):
    """Two records that had been told apart may be of one structure after all."""

    says = Says(L("Homonymes à revoir"), sets={"told_apart": False}, undoes=(NamesakesToldApart,))

    first: UUID
    second: UUID


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


class ImportEvent(Event, abstract=True):
    service = "directory"
    entity = "import"
    live = True
    thing = Thing(L("import"))


class ImportStarted(ImportEvent):
    """A file's lines are being registered as structures. `file`: its SHA-256 (hex); `columns`: what each was read as.

    `skipped`: the numbers of the lines that are left out. The command of a line derives from the import's id and the
    line's number, so an import that was interrupted and goes on writes each line once.
    """

    says = Says(
        L("Import de structures commencé, lignes"),
        detail="lines",
        here=L("Import commencé"),
    )

    file: str
    lines: int
    columns: list[str] = []
    skipped: list[int] = []
    source: str | None = None


class ImportFinished(ImportEvent):
    """All lines that were not left out are registered. `completed`: lines that filled what a record there did not say."""

    says = Says(
        L("Import terminé, structures inscrites"),
        detail="registered",
        here=L("Import terminé"),
    )

    registered: int
    skipped: int = 0
    completed: int = 0


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


class SupportEvent(Event, abstract=True):
    service = "directory"
    entity = "support"
    thing = Thing(L("appui individuel"))


class SupportGiven(SupportEvent):
    """The team supported one structure, once."""

    says = Says(L("Appui individuel donné"), detail="kind", here=L("Appui donné"))

    structure: UUID
    kind: SupportKind
    summary: str | None = None


class SupportWithdrawn(SupportEvent):
    """A support was noted by mistake."""

    says = Says(
        L("Appui retiré, noté par erreur"),
        detail="reason",
        sets={"withdrawn": True},
        undoes=(SupportGiven,),
    )

    reason: str


class CoverageEvent(Event, abstract=True):
    service = "directory"
    entity = "coverage"
    thing = Thing(L("parution dans un média"))


class MediaCoverageNoted(CoverageEvent):
    """A medium spoke of a structure thanks to the network."""

    says = Says(
        L("Parution dans un média"),
        detail="medium",
        here=L("Retombée dans les médias"),
    )

    structure: UUID
    medium: str
    title: str | None = None
    url: str | None = None


class MediaCoverageWithdrawn(CoverageEvent):
    """A coverage was noted by mistake."""

    says = Says(
        L("Parution retirée, notée par erreur"),
        detail="reason",
        here=L("Retombée retirée, notée par erreur"),
        sets={"withdrawn": True},
        undoes=(MediaCoverageNoted,),
    )

    reason: str


class RequestEvent(Event, abstract=True):
    service = "directory"
    entity = "request"
    thing = Thing(L("demande d’acteurs"), "/directory/requests/{}")


class IdentificationRequested(RequestEvent):
    """Somebody asked the network which actors work on a theme, in a country, of a kind."""

    says = Says(L("Demande d’identification d’acteurs"), detail="requester")

    requester: str
    themes: list[str] = []
    countries: list[str] = []
    kinds: list[StructureKind] = []
    departments: list[str] = []
    question: str | None = None


class IdentificationAnswered(RequestEvent):
    """The request was answered with so many structures.

    `found`: these; `shown_upto`: the sequence that the log had then, so that the answer can be given again as it was.
    """

    says = Says(
        L("Demande d’acteurs : structures données"),
        detail="structures",
        here=L("Réponse à la demande"),
    )

    structures: int
    answer: str | None = None
    found: list[UUID] = []
    shown_upto: int | None = None


class IdentificationRequestWithdrawn(RequestEvent):
    """A request was noted by mistake."""

    says = Says(
        L("Demande retirée, notée par erreur"),
        detail="reason",
        sets={"withdrawn": True},
        undoes=(IdentificationRequested,),
    )

    reason: str


class PublicationEvent(Event, abstract=True):
    service = "directory"
    entity = "publication"
    live = True
    thing = Thing(L("publication d’un adhérent"))


class MemberNewsPublished(PublicationEvent):
    """A member published news in its space."""

    says = Says(L("Actualité publiée"), detail="title", sets={"published": True})

    structure: UUID
    structure_name: str
    title: str
    text: str
    url: str | None = None
    picture: str | None = None
    picture_text: str | None = None


class MemberOfferPublished(PublicationEvent):
    """A member published an offer in its space."""

    says = Says(L("Offre publiée"), detail="title", sets={"published": True})

    structure: UUID
    structure_name: str
    kind: OfferKind
    title: str
    text: str
    url: str | None = None
    deadline: SaidDay | None = None
    picture: str | None = None
    picture_text: str | None = None


class MemberProjectPublished(PublicationEvent):
    """A member presented a project in its space. `project`: the cooperation project, if it is entered as one."""

    says = Says(
        L("Projet présenté par un adhérent"),
        detail="title",
        here=L("Projet présenté"),
        sets={"published": True},
    )

    structure: UUID
    structure_name: str
    title: str
    text: str
    url: str | None = None
    project: UUID | None = None
    picture: str | None = None
    picture_text: str | None = None


class MemberEventPublished(PublicationEvent):
    """A member announced an event of its own."""

    says = Says(L("Événement annoncé par un adhérent"), detail="title", sets={"published": True})

    structure: UUID
    structure_name: str
    title: str
    text: str
    starts: SaidMoment
    ends: SaidMoment | None = None
    place: str | None = None
    url: str | None = None
    picture: str | None = None
    picture_text: str | None = None


class PublicationDrafted(PublicationEvent):
    """A member began something to publish. Nobody else sees it yet. `kind`: of an offer."""

    says = Says(L("Brouillon commencé"), detail="sort")

    structure: UUID
    sort: PublicationSort
    title: str
    text: str
    kind: OfferKind | None = None
    url: str | None = None
    deadline: SaidDay | None = None
    starts: SaidMoment | None = None
    ends: SaidMoment | None = None
    place: str | None = None
    project: UUID | None = None
    picture: str | None = None
    picture_text: str | None = None


class PublicationRedrafted(PublicationEvent):
    """A draft changed. A field that is absent stayed as it was; `cleared` names those emptied."""

    says = Says(L("Brouillon modifié"))

    title: str | None = None
    text: str | None = None
    kind: OfferKind | None = None
    url: str | None = None
    deadline: SaidDay | None = None
    starts: SaidMoment | None = None
    ends: SaidMoment | None = None
    place: str | None = None
    project: UUID | None = None
    picture: str | None = None
    picture_text: str | None = None
    cleared: list[DraftField] = []


class PublicationWithdrawn(PublicationEvent):
    """A member took back what it had published, or dropped a draft."""

    says = Says(
        L("Publication retirée"),
        detail="reason",
        here=L("Publication retirée", context="PublicationWithdrawn"),
        sets={"published": False},
    )

    reason: str | None = None
