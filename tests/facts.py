"""Facts to write: structures of the directory as deciders would state them, and what a log holds."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from shared.contract import Event
from shared.contract.directory.structures import StructureRegistered, StructureRevised
from shared.contract.envelope import Message, Provenance, address, sealed_body
from shared.kernel.eventlog.event_log import Log, Unit, Write

START = datetime(2017, 3, 1, 9, 30, tzinfo=UTC)


def write(network: str, entity: UUID, version: int = 1, event: Event | None = None, id: UUID | None = None) -> Write:
    """One event: a registration at version 1, a revision later, if no other is given."""
    fact = event or (
        StructureRegistered(name=f"Structure {entity}", kind="association", themes=["eau"])
        if version == 1
        else StructureRevised(name=f"Structure {entity}, {version}")
    )
    number = id or uuid4()
    body = sealed_body(
        network,
        fact,
        entity,
        id=number,
        version=version,
        at=START + timedelta(days=version),
        now=datetime(2026, 1, 2, tzinfo=UTC),
        by=Provenance(actor="staff:test", command=uuid4(), correlation=uuid4()),
    )
    return Write(address(network, fact, entity), str(number), body)


def unit(network: str, *entities: UUID, events: int = 1, version: int = 1, expected: int = 0) -> Unit:
    """So many events for each entity, from `version` on."""
    writes = [write(network, entity, version + n) for entity in entities for n in range(events)]
    return Unit(writes, {w.entity: expected for w in writes})


def changed(body: bytes, **changes: Any) -> bytes:
    """The same event but for some attributes; None takes one away."""
    content = {**json.loads(body), **changes}
    return json.dumps({name: value for name, value in content.items() if value is not None}).encode()


async def everything(log: Log, after: int = 0) -> list[Message]:
    return [message async for run in log.read(after) for message in run]


def ids(messages: list[Message]) -> list[str]:
    return [json.loads(message.body)["id"] for message in messages]
