"""Corrections: three words about an event, of any entity of any service. They are stored under the entity of the event
that they name; their own time is when they were said, and no reader counts them."""

from __future__ import annotations

from datetime import date
from typing import ClassVar
from uuid import UUID

from shared.contract import Event


class Correcting(Event, abstract=True):
    """`event`: the id of the event that it is about; `kind`: that event's type."""

    service: ClassVar[str] = "any"
    entity: ClassVar[str] = "any"
    anywhere: ClassVar[bool] = True
    event: UUID
    kind: str


class EventStruck(Correcting):
    """An event was noted by mistake: what it says never was."""

    reason: str


class StrikeLifted(Correcting):
    """An event was struck by mistake: what it says was, after all."""

    reason: str | None = None


class EventRedated(Correcting):
    """What an event says was on another day."""

    day: date
    reason: str
