"""Histories with all that a log may hold, and views that notice when an event is missed or counted twice."""

from __future__ import annotations

import random
from typing import Any
from uuid import UUID, uuid4

from nats.aio.client import Client

from shared.contract.directory.structures import StructureClosed, StructureRegistered, StructureRevised
from shared.contract.envelope import Recorded
from shared.kernel.eventlog.event_log import Log, Unit
from shared.kernel.projection import Document, View
from tests.facts import changed, write
from tests.small import STRUCTURES

KINDS = ("register", "register", "again", "tag", "tag", "close", "void", "copy", "unreadable", "unknown")


async def happen(nc: Client, log: Log, entity: UUID, what: str) -> None:
    """One thing happens to an entity, as far as it can."""
    history = await log.load("directory", "structure", entity)
    version = history.version + 1
    fact = {
        "register": StructureRegistered(name=f"n{version}", kind="association"),
        "again": StructureRegistered(name=f"m{version}", kind="school"),
        "close": StructureClosed(reason="over"),
    }.get(what, StructureRevised(themes=[f"t{version}"]))
    if history.version == 0:
        fact = StructureRegistered(name="first", kind="school")
    one = write(log.network, entity, version, fact)
    if what == "void":
        await nc.jetstream().publish(one.subject, b"junk")
    elif what == "copy" and history.events:
        await nc.jetstream().publish(
            one.subject.rpartition(".")[0] + "." + history.events[0].type, history.events[0].body
        )
    elif what == "unreadable":
        await nc.jetstream().publish(one.subject, changed(one.body, data=[]))
    elif what == "unknown":
        subject = one.entity + ".StructurePainted"
        await nc.jetstream().publish(subject, changed(one.body, type="StructurePainted"))
    else:
        await log.append(Unit([one], {one.entity: history.seq}))


async def some_history(nc: Client, log: Log, number: int, seed: int, entities: int = 6) -> None:
    dice = random.Random(seed)
    some = [uuid4() for _ in range(entities)]
    for _ in range(number):
        await happen(nc, log, dice.choice(some), dice.choice(KINDS))


def _up(document: Document | None, data: Any, event: Recorded) -> Document:
    before = document or {"number": 0, "seen": []}
    return {"number": before["number"] + 1, "seen": [*before["seen"], event.seq]}


def _down(document: Document | None, data: Any, event: Recorded) -> Document | None:
    """The last one takes the document away, so that what comes later begins with nothing."""
    if document is None or document["number"] <= 1:
        return None
    return {"number": document["number"] - 1, "seen": [*document["seen"], event.seq]}


TALLY = View(
    name="tally",
    version=1,
    on={StructureRegistered: _up, StructureRevised: _up, StructureClosed: _down},
    keys=lambda event: [f"all-{event.entity_id[-1]}", event.type],
    sources=lambda key, document: [],  # of many entities; all that happens here is of one day, so nothing comes late
    fields=("number",),
)
OPEN = View(
    name="open",
    version=1,
    on={StructureRegistered: _up, StructureClosed: lambda document, data, event: None},
    fields=("number", "seen"),
    text=lambda document: str(document["number"]),
)
VIEWS = (STRUCTURES, TALLY, OPEN)
