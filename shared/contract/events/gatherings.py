"""What events says of gatherings: planned, announced, held, who registered and who came."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from shared.base.translations import L
from shared.contract import Event
from shared.contract.fields import SaidMoment
from shared.contract.fields.codes import Code, Of
from shared.contract.personal import Personal
from shared.contract.says import Says, Thing

GatheringKind = Annotated[Code, Of("gathering")]
Audience = Annotated[Code, Of("audience")]


class GatheringEvent(Event, abstract=True):
    service = "events"
    entity = "gathering"
    thing = Thing(L("rencontre"), "/events/gatherings/{}")


class GatheringPlanned(GatheringEvent):
    """A gathering is to be held. `days` is its length, `module` names a training's, `topics` what will be spoken of."""

    timeless = True
    says = Says(L("Rencontre prévue"), detail="title")

    kind: GatheringKind
    title: str
    starts: SaidMoment
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
    says = Says(L("Rencontre modifiée"), detail="title")

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
    says = Says(L("Rencontre annoncée"), detail="title", sets={"announced": True})

    kind: GatheringKind
    title: str
    starts: SaidMoment
    town: str | None = None
    summary: str | None = None


class GatheringMoved(GatheringEvent):
    """Time or place of a gathering changed; absent fields stayed."""

    live = True
    says = Says(L("Rencontre déplacée"), detail="town")

    starts: SaidMoment | None = None
    town: str | None = None
    department: str | None = None
    place: str | None = None


class GatheringCancelled(GatheringEvent):
    """A gathering will not be held."""

    live = True
    says = Says(L("Rencontre annulée"), detail="reason", sets={"cancelled": True})

    reason: str


class GatheringReinstated(GatheringEvent):
    """A cancellation was taken back: the gathering is to be held after all."""

    live = True
    says = Says(
        L("Rencontre maintenue, annulée par erreur"),
        here=L("Annulation reprise\u00a0: rencontre maintenue"),
        sets={"cancelled": False},
        undoes=(GatheringCancelled,),
    )


class GatheringHeld(GatheringEvent):
    """A gathering took place. Carries its kind, town, module, days and topics again, since they are what is counted."""

    says = Says(
        L("Rencontre tenue"),
        detail="title",
        here=L("La rencontre a eu lieu"),
        sets={"held": True},
    )

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

    says = Says(
        L("Tenue défaite, notée par erreur"),
        detail="reason",
        here=L("«\u00a0A eu lieu\u00a0» repris, noté par erreur"),
        sets={"held": False},
        undoes=(GatheringHeld,),
    )

    reason: str


class HeadsCounted(GatheringEvent):
    """So many people of one public came, counted and not named. A later count of the same public replaces it."""

    says = Says(L("Personnes comptées"), detail="people", part="audience")

    audience: Audience | None = None
    people: int


class HeadCountWithdrawn(GatheringEvent):
    """The people of one public were not counted after all: not measured, which is not zero."""

    says = Says(
        L("Comptage retiré : non mesuré"),
        detail="audience",
        here=L("Compte retiré\u00a0: non mesuré"),
        part="audience",
        clears=("people",),
        undoes=(HeadsCounted,),
    )

    audience: Audience | None = None


class WorkshopHeld(GatheringEvent):
    """A workshop took place inside a gathering."""

    says = Says(L("Atelier tenu"), detail="title", part="workshop")

    workshop: UUID
    title: str


class WorkshopWithdrawn(GatheringEvent):
    """A workshop was noted by mistake."""

    says = Says(
        L("Atelier retiré, noté par erreur"),
        part="workshop",
        sets={"withdrawn": True},
        undoes=(WorkshopHeld,),
    )

    workshop: UUID


class ParticipantRegistered(GatheringEvent):
    """A person registered for a gathering; `waiting` when it was full. `ticket` counts from 1 within the gathering."""

    live = True
    says = Says(
        L("Inscription à une rencontre"),
        detail="structure_name",
        here=L("Personne inscrite"),
        part="registration",
    )

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
    says = Says(
        L("Place donnée à qui attendait"),
        here=L("Place donnée à une personne en attente"),
        part="registration",
        sets={"waiting": False},
    )

    registration: UUID


class RegistrationCancelled(GatheringEvent):
    """A registration was cancelled; whoever waits first moves up."""

    live = True
    says = Says(L("Inscription annulée"), part="registration", sets={"cancelled": True})

    registration: UUID


class RegistrationReinstated(GatheringEvent):
    """The cancellation of a registration was a mistake; `waiting` when its place was given to another."""

    live = True
    says = Says(
        L("Inscription rétablie"),
        here=L("Inscription rétablie", context="RegistrationReinstated"),
        part="registration",
        sets={"cancelled": False},
        undoes=(RegistrationCancelled,),
    )

    registration: UUID
    waiting: bool = False


class AgoraAttended(GatheringEvent):
    """A registered person was checked in at a yearly gathering."""

    says = Says(
        L("Personne accueillie à la rencontre annuelle"),
        detail="audience",
        here=L("Personne accueillie à la rencontre annuelle", context="AgoraAttended"),
        part="registration",
        sets={"came": True},
    )

    registration: UUID
    audience: Audience
    structure: UUID | None = None


class GatheringAttended(GatheringEvent):
    """A registered person was checked in at a gathering other than a yearly one."""

    says = Says(
        L("Personne accueillie"),
        detail="audience",
        here=L("Personne accueillie", context="GatheringAttended"),
        part="registration",
        sets={"came": True},
    )

    registration: UUID
    audience: Audience
    structure: UUID | None = None


class AttendanceUndone(GatheringEvent):
    """A check-in was a mistake and was taken back."""

    says = Says(
        L("Accueil défait, noté par erreur"),
        here=L("Accueil défait, fait par erreur"),
        part="registration",
        sets={"came": False},
        undoes=(
            AgoraAttended,
            GatheringAttended,
        ),
    )

    registration: UUID
