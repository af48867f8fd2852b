"""Logs to measure on: real events of the directory in the proportions of the sample.

Of a hundred events of the sample 49 are about structures (20 registered, 27 revised, 2 listed) and 31 about contacts;
support stands for the rest. What changes a structure comes thousands of events after its registration, so that a view
has to fetch what it knew.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count, islice
from uuid import UUID

from nats.aio.client import Client

from services.directory.structures.domain.structure import RegisterStructure
from shared.contract import Event
from shared.contract.directory.casework import SupportGiven
from shared.contract.directory.structures import (
    ContactAdded,
    ContactRevised,
    StructureListed,
    StructureRegistered,
    StructureRevised,
)
from shared.contract.envelope import Provenance, address, sealed_body
from shared.contract.personal import Personal
from shared.kernel.decider import derived_id
from shared.kernel.eventlog.atomic_batch import Unit, Write, publish
from shared.kernel.eventlog.event_log import Log

BEGIN = datetime(2012, 1, 2, 12, tzinfo=UTC)
SPACE = UUID("6f0f5a0e-6d5c-5d0a-9a52-0d2f3c1b7a11")
BATCH = 1000  # events written at once
LATER = 1000  # structures that are registered before the first one changes
LONG = derived_id(SPACE, "the entity with a history")
SEALED = "x" * 72  # as long as a sealed name

Happening = tuple[UUID, Event]
"""An entity, and what happened to it."""


def registration(n: int) -> dict[str, object]:
    """The facts of the n-th structure, as a form or an event gives them."""
    return {
        "name": f"Association {n} pour la solidarité internationale",
        "kind": "association",
        "department": "31",
        "commune": "31555",
        "acronym": f"ASI{n}",
        "address": f"{n} rue des Arts, 31000 Toulouse",
        "website": f"https://asi{n}.example",
        "themes": ["eau et assainissement", "éducation"],
        "countries": ["MA", "SN"],
        "sdgs": [4, 6],
    }


def commands(number: int) -> list[RegisterStructure]:
    """So many commands, each of which registers a structure."""
    return [RegisterStructure.model_validate(registration(n)) for n in range(number)]


def happenings() -> Iterator[Happening]:
    """What happens in a directory, without end, in the proportions of the sample."""
    for n in count():
        structure = derived_id(SPACE, f"structure/{n}")
        earlier = n - LATER
        before = derived_id(SPACE, f"structure/{earlier}")
        contact = derived_id(SPACE, f"contact/{n}")
        yield structure, StructureRegistered.model_validate(registration(n))
        yield derived_id(SPACE, f"support/{n}"), SupportGiven(structure=structure, kind="networking")
        name = Personal(person=contact, sealed=SEALED)
        yield contact, ContactAdded(structure=structure, name=name, email=name, role="direction")
        if earlier < 0:
            continue
        yield before, StructureRevised(address=f"{n} allée de Brienne, 31000 Toulouse", themes=["eau", "santé"])
        if n % 3 == 0:
            yield before, StructureRevised(name=f"Association {earlier}, nouveau nom")
            yield derived_id(SPACE, f"contact/{earlier}"), ContactRevised(role="présidence")
        if n % 10 == 0:
            yield before, StructureListed()


def long_entity(number: int) -> Iterator[Event]:
    """A structure's history of so many events."""
    yield StructureRegistered.model_validate(registration(0))
    for n in range(number - 1):
        yield StructureRevised(address=f"{n} rue qui change")


def spread(total: int, entity_events: int) -> Iterator[Happening]:
    """`total` happenings, among which those of `LONG` are spread evenly from the first to the last but a few."""
    others, own = happenings(), long_entity(entity_events)
    step = total // entity_events
    for n in range(total):
        yield (LONG, next(own)) if n % step == 0 and n < step * entity_events else next(others)


async def fill(nc: Client, network: str, story: Iterator[Happening], total: int) -> Log:
    """Writes the first `total` happenings of a story to a new log, which is returned started."""
    log = Log(nc, network)
    await log.start()
    by = Provenance(actor="bench", command=SPACE, correlation=SPACE)
    last: dict[str, int] = {}
    versions: dict[UUID, int] = {}
    written = 0
    while batch := list(islice(story, min(BATCH, total - written))):
        writes: list[Write] = []
        for id, event in batch:
            versions[id] = version = versions.get(id, 0) + 1
            event_id = derived_id(id, f"event/{version}")
            now = BEGIN + timedelta(minutes=written + len(writes))
            body = sealed_body(network, event, id, id=event_id, version=version, at=now, now=now, by=by)
            writes.append(Write(address(network, event, id), str(event_id), body))
        await publish(nc, network, [Unit(writes, {write.entity: last.get(write.entity, 0) for write in writes})])
        last.update((write.entity, written + n) for n, write in enumerate(writes, 1))
        written += len(batch)
    return log
