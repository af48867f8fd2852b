"""Poison: events that a service's stolen key, or a mistake of ours, could put into the log. Whatever they hold, every
view of every service and the observatory's table go on to what comes after them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID, uuid4

import pytest
from nats.aio.client import Client

from deploy.host.all_services import DEFINITIONS
from services.observatory.event_table.table import EventTable
from shared.contract import EVENTS
from shared.contract.envelope import Recorded
from shared.contract.examples import example_of
from shared.kernel.eventlog.event_log import Log
from shared.kernel.stores.sqlite import SqliteStore
from shared.kernel.views.projection import Document
from shared.kernel.views.projector import UNFOLDED, Runner
from shared.runtime.service import COMMON_VIEWS
from tests.fixtures.following import following
from tests.fixtures.log_writing import changed, unit, write
from tests.fixtures.small_directory import STRUCTURES

HOSTILE: tuple[Any, ...] = (
    2**31, 2**63, 2**70, str(2**70), -1, 0, 1e308, "9999-12-31T23:59:59.999999Z", "9999-12-31", "0001-01-01",
    "0001-01-01T00:00:00+14:00", "x\0y", "", "en clair", [], {}, True, None,
)  # fmt: skip
EACH = 6
"""Hostile events of each type."""


def places(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in data of JSON but the whole."""
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, part in steps:
        yield (*place, step)
        yield from places(part, (*place, step))


def poison(network: str) -> Iterator[tuple[str, bytes]]:
    """Each type of event as the first of an entity that was never made, then with a hostile value somewhere in it."""
    chance = Random(4)
    for kind in EVENTS.values():
        for n in range(1 + EACH):
            message = example_of(kind, network)
            body, entity = json.loads(message.body), str(UUID(int=chance.getrandbits(128)))
            where = list(places(body["data"]))
            if n and where:
                *way, last = chance.choice(where)
                inside = body["data"]
                for step in way:
                    inside = inside[step]
                inside[last] = chance.choice(HOSTILE)
            body |= {"id": str(uuid4()), "subject": f"{kind.entity}/{entity}"}
            yield f"{network}.{kind.service}.{kind.entity}.{entity}.{kind.type_name()}", json.dumps(body).encode()


@pytest.mark.slow
async def test_no_event_of_any_type_stops_a_view_or_the_table(nc: Client, log: Log, tmp_path: Path) -> None:
    messages = list(poison(log.network))
    for start in range(0, len(messages), 200):
        some = messages[start : start + 200]
        await asyncio.gather(*(nc.jetstream().publish(subject, body, timeout=30) for subject, body in some))
    good = uuid4()
    last = await log.append(unit(log.network, good))
    for definition in DEFINITIONS:
        store = SqliteStore(tmp_path / definition.name)
        runner = Runner(log, store, [*definition.views, *COMMON_VIEWS], definition.name)
        await runner.start()
        assert await runner.wait_for(last, timeout=60), f"{definition.name} stands at {runner.position} of {last}"
        assert set(runner.voids.values()) <= {"unreadable-data", UNFOLDED, "subject-disagrees"}
        for view in runner.views:
            assert (await runner.verify(view)).equal, f"{definition.name}: {view.name}"
        if definition.name == "directory":
            structures = next(view for view in definition.views if view.name == "structures")
            assert await store.get(structures, str(good)) is not None
        await runner.stop()
        await store.close()
    table = EventTable(tmp_path / "table.duckdb")
    table.open()
    async with following(table, log):
        assert await table.wait_for(last, timeout=60), f"the table stands at {table.position} of {last}"


@pytest.mark.parametrize("fails", ["evolve", "keys"])
async def test_a_view_that_fails_on_an_event_leaves_it_out_and_all_else_goes_on(
    log: Log, tmp_path: Path, fails: str
) -> None:
    bad, good = uuid4(), uuid4()

    def evolve(document: Document | None, data: Any, event: Recorded) -> Document | None:
        if event.entity_id == str(bad) and event.version == 2:
            raise ZeroDivisionError
        return {"version": event.version}

    def keys(event: Recorded) -> list[str]:
        if fails == "keys" and event.entity_id == str(bad) and event.version == 2:
            raise ZeroDivisionError
        return [event.entity_id]

    mistaken = replace(
        STRUCTURES, name="mistaken", on=dict.fromkeys(STRUCTURES.on, evolve), keys=keys, text=None, of_log=True
    )
    first = await log.append(unit(log.network, bad, events=3))
    last = await log.append(unit(log.network, good))
    for _ in range(2):  # the second begins where the first stopped
        store = SqliteStore(tmp_path / "v")
        runner = Runner(log, store, (STRUCTURES, mistaken), "directory")
        await runner.start()
        assert await runner.wait_for(last, timeout=60)
        assert runner.voids == {first - 1: UNFOLDED} and not runner.is_void(first - 1)
        for view in (STRUCTURES, mistaken):
            assert (await store.get(view, str(bad)) or {})["version"] == 3
            assert (await store.get(view, str(good)) or {})["version"] == 1
            assert (await runner.verify(view)).equal
        await runner.stop()
        await store.close()


async def test_a_number_that_no_store_holds_and_a_name_in_clear_are_unreadable(
    nc: Client, log: Log, tmp_path: Path
) -> None:
    entity = uuid4()
    await log.append(unit(log.network, entity))
    two = write(log.network, entity, 2)
    await nc.jetstream().publish(two.subject, changed(two.body, data={"sdgs": [2**70]}))
    contact = example_of(EVENTS["ContactAdded"], log.network)
    data = {**json.loads(contact.body)["data"], "name": "en clair"}
    await nc.jetstream().publish(contact.subject, changed(contact.body, data=data))
    last = await log.append(unit(log.network, entity, version=3, expected=2))
    store = SqliteStore(tmp_path / "v")
    runner = Runner(log, store, DEFINITIONS[0].views, "directory")
    await runner.start()
    assert await runner.wait_for(last, timeout=60) and runner.voids == {2: "unreadable-data", 3: "unreadable-data"}
    await runner.stop()
    await store.close()


async def test_an_event_of_the_last_hour_of_the_calendar_stops_nobody(nc: Client, log: Log, tmp_path: Path) -> None:
    entity = uuid4()
    await log.append(unit(log.network, entity))
    for version, name in ((2, "time"), (3, "recordedtime")):
        said = write(log.network, entity, version)
        await nc.jetstream().publish(said.subject, changed(said.body, **{name: "9999-12-31T23:00:00.000000Z"}))
    last = await log.append(unit(log.network, entity, version=4, expected=3))
    store = SqliteStore(tmp_path / "v")
    runner = Runner(log, store, DEFINITIONS[0].views, "directory")
    await runner.start()
    assert await runner.wait_for(last, timeout=60), f"it stands at {runner.position} of {last}"
    assert runner.voids == {last - 2: "unreadable-data", last - 1: "unreadable-data"}
    await runner.stop()
    await store.close()
