"""What the directory says: structures, contacts, support, media coverage, requests, publications."""

from __future__ import annotations

from datetime import date
from typing import Literal
from uuid import UUID

from shared.contract import Event
from shared.personal import Personal

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
    "acronym", "department", "commune", "address", "website", "themes", "countries", "sdgs", "siren", "siret", "rna"
]


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
    cleared: list[StructureField] = []
    source: str | None = None


class StructureListed(StructureEvent):
    """A structure, on its own wish, entered the public directory."""


class StructureUnlisted(StructureEvent):
    """A structure left the public directory."""

    reason: str | None = None


class StructureClosed(StructureEvent):
    """A structure ceased or was entered by mistake: it is counted no more."""

    reason: str


class StructureReopened(StructureEvent):
    """The closing of a structure was undone."""


class ContactEvent(Event, abstract=True):
    service = "directory"
    entity = "contact"


class ContactAdded(ContactEvent):
    """A person was named as contact of a structure."""

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
    """The request was answered with so many structures."""

    structures: int
    answer: str | None = None


class PublicationEvent(Event, abstract=True):
    service = "directory"
    entity = "publication"


class MemberNewsPublished(PublicationEvent):
    """A member published news in its space."""

    structure: UUID
    structure_name: str
    title: str
    text: str
    url: str | None = None


class MemberOfferPublished(PublicationEvent):
    """A member published an offer in its space."""

    structure: UUID
    structure_name: str
    kind: OfferKind
    title: str
    text: str
    url: str | None = None
    deadline: date | None = None


class PublicationWithdrawn(PublicationEvent):
    """A member took its news or offer back."""

    reason: str | None = None
