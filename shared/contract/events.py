"""What events says: gatherings of every kind, who came, workshops, projects presented, tandems."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from shared.contract import Event
from shared.contract.personal import Personal

GatheringKind = Literal[
    "agora",
    "departmental_tour",
    "local_authorities",
    "thematic",
    "aper_oc",
    "training",
    "working_group",
    "mobility_exchange",
    "other",
]
Audience = Literal["associations", "public_bodies", "companies", "students", "higher_education", "others"]
"""The six publics that the review counts at the Agora."""
SchoolLevel = Literal["primary", "lower_secondary", "upper_secondary"]


class GatheringEvent(Event, abstract=True):
    service = "events"
    entity = "gathering"


class GatheringPlanned(GatheringEvent):
    """A gathering is to be held. `days` is its length, `module` names a training's, `topics` what will be spoken of."""

    timeless = True

    kind: GatheringKind
    title: str
    starts: datetime
    days: int = 1
    town: str | None = None
    department: str | None = None
    place: str | None = None
    capacity: int | None = None
    module: str | None = None
    topics: list[str] = []
    organiser: str | None = None
    """Who holds it, if not the network."""


class GatheringRevised(GatheringEvent):
    """What is known of a gathering to come changed, but for its time and place; absent fields stayed, `cleared` ones
    were emptied."""

    live = True

    title: str | None = None
    days: int | None = None
    capacity: int | None = None
    module: str | None = None
    topics: list[str] | None = None
    organiser: str | None = None
    cleared: list[Literal["capacity", "module", "topics", "organiser"]] = []


class GatheringAnnounced(GatheringEvent):
    """A gathering was made known to the public; carries all that an announcement needs."""

    live = True

    kind: GatheringKind
    title: str
    starts: datetime
    town: str | None = None
    summary: str | None = None


class GatheringMoved(GatheringEvent):
    """Time or place of a gathering changed; absent fields stayed."""

    live = True

    starts: datetime | None = None
    town: str | None = None
    department: str | None = None
    place: str | None = None


class GatheringCancelled(GatheringEvent):
    """A gathering will not be held."""

    live = True

    reason: str


class GatheringReinstated(GatheringEvent):
    """A cancellation was taken back: the gathering is to be held after all."""

    live = True


class GatheringHeld(GatheringEvent):
    """A gathering took place. Carries its kind, town, module, days and topics again, since they are what is counted."""

    kind: GatheringKind
    title: str
    town: str | None = None
    department: str | None = None
    module: str | None = None
    days: int = 1
    topics: list[str] = []
    guests: list[str] = []
    organiser: str | None = None


class GatheringHoldingUndone(GatheringEvent):
    """It was noted by mistake that a gathering took place; it did not, or not yet."""

    reason: str


class HeadsCounted(GatheringEvent):
    """So many people of one public came, counted and not named. A later count of the same public replaces it."""

    audience: Audience | None = None
    people: int


class HeadCountWithdrawn(GatheringEvent):
    """The people of one public were not counted after all: not measured, which is not zero."""

    audience: Audience | None = None


class WorkshopHeld(GatheringEvent):
    """A workshop took place inside a gathering."""

    workshop: UUID
    title: str


class WorkshopWithdrawn(GatheringEvent):
    """A workshop was noted by mistake."""

    workshop: UUID


class ParticipantRegistered(GatheringEvent):
    """A person registered for a gathering; `waiting` when it was full. `ticket` counts from 1 within the gathering."""

    live = True

    registration: UUID
    ticket: int
    audience: Audience
    name: Personal
    email: Personal | None = None
    structure: UUID | None = None
    structure_name: str | None = None
    waiting: bool = False


class ParticipantMovedUp(GatheringEvent):
    """A place came free and the first person who waited has it."""

    live = True

    registration: UUID


class RegistrationCancelled(GatheringEvent):
    """A registration was cancelled; whoever waits first moves up."""

    live = True

    registration: UUID


class RegistrationReinstated(GatheringEvent):
    """The cancellation of a registration was a mistake; `waiting` when its place was given to another."""

    live = True

    registration: UUID
    waiting: bool = False


class AgoraAttended(GatheringEvent):
    """A registered person was checked in at an Agora."""

    registration: UUID
    audience: Audience
    structure: UUID | None = None


class GatheringAttended(GatheringEvent):
    """A registered person was checked in at a gathering other than an Agora."""

    registration: UUID
    audience: Audience
    structure: UUID | None = None


class AttendanceUndone(GatheringEvent):
    """A check-in was a mistake and was taken back."""

    registration: UUID


class ProjectEvent(Event, abstract=True):
    service = "events"
    entity = "project"


class ProjectPresented(ProjectEvent):
    """A project was presented at the Tribune des projets of an Agora."""

    title: str
    gathering: UUID | None = None
    structure: UUID | None = None
    structure_name: str | None = None
    country: str | None = None


class ProjectPresentationWithdrawn(ProjectEvent):
    """A presentation was noted by mistake."""

    reason: str


class TandemEvent(Event, abstract=True):
    service = "events"
    entity = "tandem"


class TandemFormed(TandemEvent):
    """An association and a school teamed up for a school year (`2016-2017`); `pilot` before the full launch."""

    school_year: str
    association: UUID | None = None
    association_name: str
    theme: str | None = None
    department: str | None = None
    pilot: bool = False


class TandemSchoolJoined(TandemEvent):
    """A school takes part in a tandem."""

    school: UUID
    school_name: str
    level: SchoolLevel | None = None


class TandemSchoolLeft(TandemEvent):
    """A school takes no part in a tandem after all."""

    school: UUID


class PupilsCounted(TandemEvent):
    """So many pupils took part; a later count of the same tandem replaces it."""

    pupils: int


class TandemCancelled(TandemEvent):
    """A tandem did not take place."""

    reason: str


class TandemReinstated(TandemEvent):
    """The cancellation of a tandem was a mistake."""
