"""A gathering as its decisions see it: what is known, whether it is on, who was counted, who has a place.

Registrations live inside the gathering, since a place freed by one is given to another in the same decision.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from shared.base.paris_days import PARIS
from shared.contract import Event
from shared.contract.events.gatherings import (
    AgoraAttended,
    Audience,
    GatheringAnnounced,
    GatheringAttended,
    GatheringCancelled,
    GatheringHeld,
    GatheringMoved,
    GatheringPlanned,
    GatheringReinstated,
    GatheringRevised,
    HeadsCounted,
    ParticipantMovedUp,
    ParticipantRegistered,
    RegistrationCancelled,
    RegistrationReinstated,
    WorkshopHeld,
)
from shared.kernel.decider import Context, Refused

GRACE = 7  # days after the last one in which a forgotten check-in or count may still be dated
EMPTY: Mapping[str, Any] = {"capacity": None, "module": None, "topics": [], "organiser": None}
Standing = Literal["registered", "waiting", "present", "cancelled"]


@dataclass(frozen=True, slots=True)
class Place:
    """One registration: its public, its structure, where it stands."""

    audience: Audience
    structure: UUID | None
    standing: Standing


@dataclass(frozen=True)
class Gathering:
    """`facts` is None before it is planned. `places` keeps the order in which people joined the queue: of registration,
    or of coming back to wait."""

    facts: Mapping[str, Any] | None = None
    announced: bool = False
    cancelled: bool = False
    held: bool = False
    heads: Mapping[Audience | None, int] = field(default_factory=dict)
    workshops: frozenset[UUID] = frozenset()
    places: Mapping[UUID, Place] = field(default_factory=dict)

    @property
    def spare(self) -> int | None:
        """Places left, below 0 where more have one than there are; None where there is no limit."""
        capacity = (self.facts or {}).get("capacity")
        taken = sum(place.standing in ("registered", "present") for place in self.places.values())
        return None if capacity is None else capacity - taken

    @property
    def free(self) -> int | None:
        """Places that can be given; None where there is no limit."""
        return None if self.spare is None else max(0, self.spare)

    def waiting(self) -> list[UUID]:
        """Who waits, first come first."""
        return [id for id, place in self.places.items() if place.standing == "waiting"]


def evolve(state: Gathering, event: Event) -> Gathering:
    match event:
        case GatheringPlanned():
            return replace(state, facts=dict(event))
        case GatheringRevised() | GatheringMoved() if state.facts is None:
            return state  # its planning was noted by mistake
        case GatheringRevised():
            changed = {n: v for n, v in event if v is not None and n != "cleared"}
            return replace(state, facts={**(state.facts or {}), **changed, **{n: EMPTY[n] for n in event.cleared}})
        case GatheringMoved():
            return replace(state, facts={**(state.facts or {}), **{n: v for n, v in event if v is not None}})
        case GatheringAnnounced():
            return replace(state, announced=True)
        case GatheringCancelled():
            return replace(state, cancelled=True)
        case GatheringReinstated():
            return replace(state, cancelled=False)
        case GatheringHeld():
            return replace(state, held=True)
        case HeadsCounted():
            return replace(state, heads={**state.heads, event.audience: event.people})
        case WorkshopHeld():
            return replace(state, workshops=state.workshops | {event.workshop})
        case ParticipantRegistered():
            place = Place(event.audience, event.structure, "waiting" if event.waiting else "registered")
            return replace(state, places={**state.places, event.registration: place})
        case ParticipantMovedUp():
            return _standing(state, event.registration, "registered")
        case RegistrationCancelled():
            return _standing(state, event.registration, "cancelled")
        case RegistrationReinstated() if event.waiting:
            return _standing(_last(state, event.registration), event.registration, "waiting")
        case RegistrationReinstated():
            return _standing(state, event.registration, "registered")
        case AgoraAttended() | GatheringAttended():
            return _standing(state, event.registration, "present")
    return state


def _last(state: Gathering, registration: UUID) -> Gathering:
    """Whoever comes back waits behind those who waited meanwhile."""
    others = {id: place for id, place in state.places.items() if id != registration}
    return replace(state, places=others | {id: state.places[id] for id in (registration,) if id in state.places})


def _standing(state: Gathering, registration: UUID, standing: Standing) -> Gathering:
    """Who came was there, whatever became of the registration: that it was so may be restored later."""
    place = state.places.get(registration)
    if place is None or place.standing == "present":
        return state
    return replace(state, places={**state.places, registration: replace(place, standing=standing)})


def known(state: Gathering) -> Mapping[str, Any]:
    """What is known of a gathering that was planned. Raises Refused."""
    if state.facts is None:
        raise Refused("unknown-gathering")
    return state.facts


def on(state: Gathering) -> Mapping[str, Any]:
    """The same of one that was not cancelled."""
    facts = known(state)
    if state.cancelled:
        raise Refused("gathering-cancelled")
    return facts


def days_of(facts: Mapping[str, Any]) -> tuple[date, date]:
    """First and last day, in Paris."""
    starts: datetime = facts["starts"]
    first = starts.astimezone(PARIS).date()
    return first, first + timedelta(days=facts["days"] - 1)


def in_its_days(facts: Mapping[str, Any], context: Context) -> None:
    """Refuses another day than its own, with some grace: a figure belongs to the year it happened in, and a day left
    empty on a form means today."""
    first, last = days_of(facts)
    day = context.day
    if day < first:
        raise Refused("not-yet", field="happened", day=f"{first:%d/%m/%Y}")
    if day > last + timedelta(days=GRACE):
        raise Refused("say-the-day", field="happened", day=f"{first:%d/%m/%Y}")


def dated(state: Gathering, event: Event, day: date) -> None:
    """Refuses another day than its own for what took place in a gathering; that it was held is of its own days, with no
    grace, since its figures are. Raises Refused."""
    if state.facts is None or isinstance(event, GatheringPlanned):
        return
    first, last = days_of(state.facts)
    if not first <= day <= last + timedelta(days=0 if isinstance(event, GatheringHeld) else GRACE):
        raise Refused("not-its-day", field="day", first=f"{first:%d/%m/%Y}", last=f"{last:%d/%m/%Y}")


def over(facts: Mapping[str, Any], context: Context) -> bool:
    """Whether its last day had passed."""
    return context.day > days_of(facts)[1]


def place(state: Gathering, registration: UUID) -> Place:
    """One registration. Raises Refused."""
    known(state)
    found = state.places.get(registration)
    if found is None:
        raise Refused("unknown-registration", field="registration")
    return found
