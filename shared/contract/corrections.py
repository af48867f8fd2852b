"""Corrections: three words about an event, of any entity of any service. They are stored under the entity of the event
that they name; their own time is when they were said, and no reader counts them."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from shared.base.translations import L
from shared.contract import Event
from shared.contract.fields import SaidDay
from shared.contract.says import Says, Thing


class Correcting(Event, abstract=True):
    """`event`: the id of the event that it is about; `kind`: that event's type."""

    service: ClassVar[str] = "any"
    entity: ClassVar[str] = "any"
    anywhere: ClassVar[bool] = True
    live: ClassVar[bool] = True
    thing: ClassVar[Thing] = Thing(L("fait"))
    event: UUID
    kind: str


class EventStruck(Correcting):
    """An event was noted by mistake: what it says never was."""

    says = Says(L("Noté par erreur"), detail="reason")

    reason: str


class StrikeLifted(Correcting):
    """An event was struck by mistake: what it says was, after all."""

    says = Says(L("Fait rétabli"), detail="reason")

    reason: str | None = None


class EventRedated(Correcting):
    """What an event says was on another day."""

    says = Says(L("Date corrigée"), detail="day")

    day: SaidDay
    reason: str
