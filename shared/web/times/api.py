"""What is odd in the times of a service's log, and an operator's word on a day (docs/adr/0052)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import structlog
from fastapi import APIRouter, Header, Request
from pydantic import BaseModel, Field

from shared.contract.fields import Day, Reason
from shared.kernel.command_handler import new_command_id
from shared.runtime.faces import Commands
from shared.web.api import IDEMPOTENCY_KEY, PROBLEMS, Done
from shared.web.here import Here
from shared.web.security.authorization import access, who_of
from shared.web.times.odd_times import Odd, RedateAny, odd_times

log = structlog.get_logger()


class OddTime(BaseModel):
    """An event whose time is odd. `redate`: the event that a better day is known of, which may be the one that began
    its entity."""

    why: str
    code: str | None
    sequence: int
    type: str
    kind: str
    about: UUID
    event: UUID
    day: date
    recorded: datetime
    redate: UUID
    redate_sequence: int
    redate_type: str
    better: date | None


class OddTimes(BaseModel):
    """What is odd in the entities of one service. `jumps`: how often, in the whole log, recording went back by more
    than clocks may differ."""

    service: str
    jumps: int
    odd: list[OddTime]


class Redated(BaseModel):
    """The day on which something was, by an operator's word."""

    kind: str = Field(max_length=40)
    about: UUID
    event: UUID
    day: Day
    reason: Reason


times_routes = APIRouter(prefix="/api/times")
"""Routes under `/<service>/api/times`."""


@times_routes.get("", tags=["state"], name="odd_times")
@access("administrator")
async def times(service: Here[Commands]) -> OddTimes:
    """Facts whose time is odd: older than their entity, wrong in their line, of the future; what went back."""
    found, jumps = await odd_times(service)
    return OddTimes(service=service.name, jumps=jumps, odd=[_told(one) for one in found])


@times_routes.post("/redate", tags=["state"], responses=PROBLEMS, name="redate")
@access("administrator")
async def redate(
    service: Here[Commands],
    request: Request,
    said: Redated,
    idempotency_key: Annotated[UUID | None, Header(description=IDEMPOTENCY_KEY)] = None,
) -> Done:
    """Says on which day an event was, whatever its type, with all that its command said."""
    command = RedateAny(kind=said.kind, about=said.about, events=[said.event], day=said.day, reason=said.reason)
    by = who_of(request).actor
    done = await service.execute(command, id=idempotency_key or new_command_id(), actor=by)
    log.warning("times.redated", service=service.name, fact=str(said.event), day=str(said.day), by=by)
    return Done(
        entity=done.entity_id,
        sequence=done.seq,
        events=list(done.events),
        repeated=done.repeated,
        changed=done.changed,
    )


def _told(one: Odd) -> OddTime:
    return OddTime(
        why=one.why,
        code=one.code,
        sequence=one.event.seq,
        type=one.event.type,
        kind=one.event.entity,
        about=UUID(one.event.entity_id),
        event=UUID(one.event.id),
        day=one.day,
        recorded=one.event.recorded,
        redate=UUID(one.of.id),
        redate_sequence=one.of.seq,
        redate_type=one.of.type,
        better=one.better,
    )
