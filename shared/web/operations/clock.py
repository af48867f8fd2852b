"""How the clock of a service stands, and an operator's word on it."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Protocol

import structlog
from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from shared.kernel.command_handler import new_command_id
from shared.persons.foretelling import PATIENCE
from shared.runtime.faces import Commands, Upkeep
from shared.runtime.service import TERMS
from shared.runtime.times.clock import Standing
from shared.runtime.times.word import word_on
from shared.web.here import Here
from shared.web.security.authorization import access, who_of

log = structlog.get_logger()


class Overseer(Upkeep, Commands, Protocol):
    """A service, as an operator speaks to it."""


class ClockWitness(BaseModel):
    """Something that knows what time it was, or is: heartbeat, event, checkpoint, node."""

    name: str
    said: str
    at: datetime


class PersonsQuestion(BaseModel):
    """Persons who fell due without having been foretold, too many to go unasked. `late`: unanswered for days."""

    persons: int
    since: datetime
    late: bool


class ClockOut(BaseModel):
    """The clock beside its witnesses."""

    service: str
    now: datetime
    doubt: str | None = Field(description="Why it is not believed, so that what can't be undone waits.")
    witnesses: list[ClockWitness]
    question: PersonsQuestion | None = Field(description="What an operator is asked before terms go on.")


clock_routes = APIRouter(prefix="/api")
"""Routes under `/<service>/api`."""


@clock_routes.get("/clock", tags=["state"], name="look")
@access("administrator")
async def clock(service: Here[Upkeep]) -> ClockOut:
    """Whether the clock is believed, and what waits for an operator."""
    return await _told(service, await service.clock.judge())


@clock_routes.post("/clock/confirm", tags=["state"], name="confirm")
@access("administrator")
async def confirm_clock(service: Here[Overseer], request: Request) -> ClockOut:
    """Says that the clock is right: nothing that was recorded up to now knows better. What waited goes on. Who said it
    is an event, which stands before what follows from it."""
    word = word_on(await service.clock.judge())
    await service.execute(word, id=new_command_id(), actor=who_of(request).actor)
    standing = await service.clock.confirm()
    log.warning("clock.confirmed", service=service.name, now=standing.now.isoformat(), by=who_of(request).actor)
    service.jobs.again(TERMS)
    return await _told(service, standing)


async def _told(service: Upkeep, standing: Standing) -> ClockOut:
    asked = await asyncio.to_thread(lambda: service.persons.foretold.question)
    late = asked is not None and service.clock.surely() - asked.since > PATIENCE
    return ClockOut(
        service=service.name,
        now=standing.now,
        doubt=standing.doubt,
        witnesses=[ClockWitness(name=one.name, said=one.said, at=one.at) for one in standing.witnesses],
        question=None if asked is None else PersonsQuestion(persons=asked.persons, since=asked.since, late=late),
    )
