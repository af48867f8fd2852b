"""What the directory says: structures, contacts, support, media coverage, requests, publications. Cooperation projects
stand in cooperation.py."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from shared.contract import Event
from shared.contract.personal import Personal

StructureKind = Literal["association", "public_body", "company", "higher_education", "school", "student_group", "other"]
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
StructureField = Literal[
    "acronym",
    "department",
    "commune",
    "address",
    "website",
    "themes",
    "countries",
    "sdgs",
    "siren",
    "siret",
    "rna",
    "summary",
]
MergedField = Literal[
    "name", "kind", "acronym", "department", "commune", "address", "website", "themes", "countries", "sdgs", "siren", "siret",
    "rna", "summary",
]  # fmt: skip
PublicationSort = Literal["news", "offer", "project", "event"]
DraftField = Literal["kind", "url", "deadline", "starts", "ends", "place", "project", "picture", "picture_text"]


class StructureEvent(Event, abstract=True):
    service = "directory"
    entity = "structure"


class StructureRegistered(StructureEvent):
    """A structure entered the directory. Codes are official: department and commune (INSEE), country (ISO 3166-1)."""

    name: str
    kind: StructureKind
    department: str | None = None
    commune: str | None = None
    acronym: str | None = None
    address: str | None = None
    website: str | None = None
    themes: list[str] = []
    countries: list[str] = []
    sdgs: list[int] = []
    siren: str | None = None
    siret: str | None = None
    rna: str | None = None
    summary: str | None = None
    source: str | None = None
    invented: bool = False


class StructureRevised(StructureEvent):
    """Fields of a structure changed. A field that is absent stayed as it was; `cleared` names those emptied."""

    name: str | None = None
    kind: StructureKind | None = None
    department: str | None = None
    commune: str | None = None
    acronym: str | None = None
    address: str | None = None
    website: str | None = None
    themes: list[str] | None = None
    countries: list[str] | None = None
    sdgs: list[int] | None = None
    siren: str | None = None
    siret: str | None = None
    rna: str | None = None
    summary: str | None = None
    cleared: list[StructureField] = []
    source: str | None = None


class StructureListed(StructureEvent):
    """A structure, on its own wish, entered the public directory."""

    live = True


class StructureUnlisted(StructureEvent):
    """A structure left the public directory."""

    live = True

    reason: str | None = None


class StructureClosed(StructureEvent):
    """A structure ceased or was entered by mistake: it is counted no more."""

    reason: str


class StructureReopened(StructureEvent):
    """The closing of a structure was undone."""


class StructureListingWished(StructureEvent):
    """A structure asked to stand in the public directory; the network has not looked at it yet."""

    live = True


class StructureListingDeclined(StructureEvent):
    """The network did not list a structure that had asked for it, and said why."""

    live = True

    reason: str


class StructurePictured(StructureEvent):
    """A structure shows this picture: the SHA-256 (hex) of the file as kept, and what is to be seen on it."""

    live = True

    picture: str
    picture_text: str | None = None


class StructureUnpictured(StructureEvent):
    """A structure shows no picture any more."""

    live = True


class StructuresMerged(StructureEvent):
    """Another record, `merged`, was of the same structure: this one is kept, and what speaks of that one is of this one.

    `followers`: the records that had been merged into that one before. `taken`: the fields whose value came from it.
    """

    merged: UUID
    followers: list[UUID] = []
    taken: list[MergedField] = []


class StructuresUnmerged(StructureEvent):
    """A merge was undone: `merged` and its `followers` stand for themselves again."""

    merged: UUID
    followers: list[UUID] = []
    reason: str | None = None


class StructureAbsorbed(StructureEvent):
    """This record was merged into another, `kept`. A StructureClosed comes with it, so that it is counted no more."""

    kept: UUID


class StructureReleased(StructureEvent):
    """The merge of this record was undone. A StructureReopened comes with it where the merge had closed it."""

    kept: UUID


class NamesakesEvent(Event, abstract=True):
    service = "directory"
    entity = "namesakes"
    live = True


class NamesakesToldApart(NamesakesEvent):
    """Two records that look alike are two structures. The pair's id derives from theirs, whatever their order."""

    first: UUID
    second: UUID
    reason: str | None = None


class NamesakesDoubted(NamesakesEvent):
    """Two records that had been told apart may be of one structure after all."""

    first: UUID
    second: UUID


class ClaimEvent(Event, abstract=True):
    service = "directory"
    entity = "claim"
    live = True


class ListingClaimed(ClaimEvent):
    """Somebody asked, on the public page, to look after the record of a structure, or to have one.

    `structure`: the record, if there is one; else what they say of it.
    """

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


class ClaimAccepted(ClaimEvent):
    """The network found that who claimed speaks for the structure."""

    structure: UUID


class ClaimRefused(ClaimEvent):
    """The network did not accept a claim."""

    reason: str


class ImportEvent(Event, abstract=True):
    service = "directory"
    entity = "import"
    live = True


class ImportStarted(ImportEvent):
    """A file's lines are being registered as structures. `file`: its SHA-256 (hex); `columns`: what each was read as.

    `skipped`: the numbers of the lines that are left out. The command of a line derives from the import's id and the
    line's number, so an import that was interrupted and goes on writes each line once.
    """

    file: str
    lines: int
    columns: list[str] = []
    skipped: list[int] = []
    source: str | None = None


class ImportFinished(ImportEvent):
    """All lines that were not left out are registered. `completed`: lines that filled what a record there did not say."""

    registered: int
    skipped: int = 0
    completed: int = 0


class ContactEvent(Event, abstract=True):
    service = "directory"
    entity = "contact"


class ContactAdded(ContactEvent):
    """A person was named as contact of a structure."""

    timeless = True

    structure: UUID
    name: Personal
    email: Personal | None = None
    phone: Personal | None = None
    role: str | None = None


class ContactRevised(ContactEvent):
    """What is known of a contact changed; absent fields stayed."""

    name: Personal | None = None
    email: Personal | None = None
    phone: Personal | None = None
    role: str | None = None


class ContactRemoved(ContactEvent):
    """A person is contact of that structure no more."""

    reason: str | None = None


class SupportEvent(Event, abstract=True):
    service = "directory"
    entity = "support"


class SupportGiven(SupportEvent):
    """The team supported one structure, once."""

    structure: UUID
    kind: SupportKind
    summary: str | None = None


class SupportWithdrawn(SupportEvent):
    """A support was noted by mistake."""

    reason: str


class CoverageEvent(Event, abstract=True):
    service = "directory"
    entity = "coverage"


class MediaCoverageNoted(CoverageEvent):
    """A medium spoke of a structure thanks to the network."""

    structure: UUID
    medium: str
    title: str | None = None
    url: str | None = None


class MediaCoverageWithdrawn(CoverageEvent):
    """A coverage was noted by mistake."""

    reason: str


class RequestEvent(Event, abstract=True):
    service = "directory"
    entity = "request"


class IdentificationRequested(RequestEvent):
    """Somebody asked the network which actors work on a theme, in a country, of a kind."""

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

    structures: int
    answer: str | None = None
    found: list[UUID] = []
    shown_upto: int | None = None


class IdentificationRequestWithdrawn(RequestEvent):
    """A request was noted by mistake."""

    reason: str


class PublicationEvent(Event, abstract=True):
    service = "directory"
    entity = "publication"
    live = True


class MemberNewsPublished(PublicationEvent):
    """A member published news in its space."""

    structure: UUID
    structure_name: str
    title: str
    text: str
    url: str | None = None
    picture: str | None = None
    picture_text: str | None = None


class MemberOfferPublished(PublicationEvent):
    """A member published an offer in its space."""

    structure: UUID
    structure_name: str
    kind: OfferKind
    title: str
    text: str
    url: str | None = None
    deadline: date | None = None
    picture: str | None = None
    picture_text: str | None = None


class MemberProjectPublished(PublicationEvent):
    """A member presented a project in its space. `project`: the cooperation project, if it is entered as one."""

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

    structure: UUID
    structure_name: str
    title: str
    text: str
    starts: datetime
    ends: datetime | None = None
    place: str | None = None
    url: str | None = None
    picture: str | None = None
    picture_text: str | None = None


class PublicationDrafted(PublicationEvent):
    """A member began something to publish. Nobody else sees it yet. `kind`: of an offer."""

    structure: UUID
    sort: PublicationSort
    title: str
    text: str
    kind: OfferKind | None = None
    url: str | None = None
    deadline: date | None = None
    starts: datetime | None = None
    ends: datetime | None = None
    place: str | None = None
    project: UUID | None = None
    picture: str | None = None
    picture_text: str | None = None


class PublicationRedrafted(PublicationEvent):
    """A draft changed. A field that is absent stayed as it was; `cleared` names those emptied."""

    title: str | None = None
    text: str | None = None
    kind: OfferKind | None = None
    url: str | None = None
    deadline: date | None = None
    starts: datetime | None = None
    ends: datetime | None = None
    place: str | None = None
    project: UUID | None = None
    picture: str | None = None
    picture_text: str | None = None
    cleared: list[DraftField] = []


class PublicationWithdrawn(PublicationEvent):
    """A member took back what it had published, or dropped a draft."""

    reason: str | None = None
