"""Several replicas of a service on one MongoDB: one writes the views, all show them, another takes over, and whoever
was away and wakes does no harm. A pause is a real one (SIGSTOP), a death a kill -9."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID, uuid4

import pytest
from nats.aio.client import Client

from services.directory.structures.domain.structure import STRUCTURE, RegisterStructure, ReviseStructure
from shared.base.outside import REAL
from shared.contract import EVENTS
from shared.contract.directory.structures import StructureRegistered
from shared.contract.envelope import Recorded
from shared.kernel.command_handler import Executor, new_command_id
from shared.kernel.correcting import StrikeEvents
from shared.kernel.decider import Command
from shared.kernel.eventlog.event_log import Log, LogDamaged
from shared.kernel.reactions import on
from shared.kernel.stores.lease import MongoLease
from shared.kernel.stores.mongo import MongoStore
from shared.kernel.stores.mongo_client import Mongo
from shared.kernel.views.projection import Batch, Checkpoint, Turn, Unknown, View
from shared.kernel.views.projector import Pace, Runner
from shared.notions.structure_on_record import structures_on_record
from shared.persons.keys.keyring import Keyring
from shared.runtime.nats.embedded_server import NatsServer
from shared.runtime.service import Definition, Service
from tests.fixtures import small_directory as small
from tests.fixtures.log_histories import OPEN, TALLY, VIEWS, happen, some_history
from tests.fixtures.log_writing import changed, unit, write
from tests.fixtures.mongo_server import Server
from tests.fixtures.small_directory import STRUCTURES, Register, Tag

pytestmark = pytest.mark.slow

OpenRunner = Callable[..., Awaitable["Replica"]]


T = TypeVar("T")
Put = Callable[[Batch], Awaitable[None]]


class Lease(MongoLease):
    """Whose renewals are held up while there is an event that they wait for."""

    def __init__(self, store: Held, *given: Any) -> None:
        super().__init__(*given)
        self._store = store

    async def renew(self, notes: Mapping[str, Any]) -> bool:
        if self._store.renewing is not None:
            await self._store.renewing.wait()
        return await super().renew(notes)


class Held(MongoStore):
    """A store that is held up where a test says so: around each `put`, in front of each checkpoint, after a reading."""

    around_put: Callable[[Put, Batch], Awaitable[None]] | None = None
    before_checkpoint: Callable[[str], Awaitable[None]] | None = None
    after_reading: dict[str, Callable[[], Awaitable[None]]]
    renewing: asyncio.Event | None = None

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.after_reading = {}

    def lease(self, views: Sequence[View]) -> Lease:
        return Lease(self, self._db, views, REAL, DEAD)

    async def put(self, batch: Batch) -> None:
        if self.around_put is not None:
            return await self.around_put(super().put, batch)
        await super().put(batch)

    async def _advance(self, table: str, point: Checkpoint) -> None:
        if self.before_checkpoint is not None:
            await self.before_checkpoint(table)
        await super()._advance(table, point)

    async def versions(self) -> dict[str, int]:
        return await self._read_so("versions", await super().versions())

    async def ahead(self, seq: int) -> dict[str, Turn]:
        return await self._read_so("ahead", await super().ahead(seq))

    async def voids(self, upto: int | None = None, *, after: int = 0) -> dict[int, str]:
        return await self._read_so("voids", await super().voids(upto, after=after))

    async def unknown(self) -> dict[str, Unknown]:
        return await self._read_so("unknown", await super().unknown())

    async def _read_so(self, what: str, found: T) -> T:
        if (then := self.after_reading.pop(what, None)) is not None:
            await then()
        return found


class Replica(Runner):
    """A runner, and the store that it was given."""

    store: Held


DEAD = 1.0
HURRIED = Pace(renew=0.2, look=0.2, far=0.1)


@pytest.fixture
async def replica(log: Log, mongo_url: str, mongo_network: str) -> AsyncIterator[OpenRunner]:
    """Opens a runner on the database of this test. What is open at the end is stopped."""
    opened: list[Replica] = []

    async def open(*views: View, start: bool = True) -> Replica:
        store = Held(Mongo(mongo_url), f"{mongo_network}_directory", dead=DEAD)
        one = Replica(log, store, views or VIEWS, "directory", pace=HURRIED)
        one.store = store
        opened.append(one)
        if start:
            await one.start()
        return one

    yield open
    for one in opened:
        await one.stop()
        await one.store.close()


async def until(true: Callable[[], bool], seconds: float = 60.0) -> None:
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def equal(log: Log, *replicas: Replica) -> None:
    """Every replica shows the whole log, and every view is what a rebuild would be."""
    last = await log.last()
    for one in replicas:
        assert await one.wait_for(last, 60)
    for view in replicas[0].views:
        verdict = await replicas[0].verify(view)
        assert verdict.equal, view.name


async def test_one_replica_writes_and_all_show_how_far_what_is_void_and_what_nobody_knows(
    nc: Client, log: Log, replica: OpenRunner
) -> None:
    first, second, third = await replica(), await replica(), await replica()
    assert [one.writes for one in (first, second, third)] == [True, False, False]
    await some_history(nc, log, 40, seed=5)
    last = await log.last()
    assert all(await asyncio.gather(*(one.wait_for(last, 60) for one in (first, second, third))))
    assert first.voids == second.voids == third.voids and first.voids
    assert first.unknown == second.unknown and set(first.unknown) == {"StructurePainted"}
    assert second.position == last and await second.wait_for(last + 1, timeout=0.1) is False
    late = await replica()
    assert (late.position, late.voids, late.unknown) == (last, first.voids, first.unknown)
    await equal(log, first, second, late)


async def test_a_replica_that_follows_has_a_view_verified_and_rebuilt_by_the_one_that_writes(
    nc: Client, log: Log, replica: OpenRunner
) -> None:
    await some_history(nc, log, 20, seed=6)
    first, second = await replica(), await replica()
    verdict = await second.verify(TALLY)
    assert verdict.equal and verdict.seq == await log.last() and verdict == await first.verify(TALLY)
    await first.store._db[f"view_{TALLY.table}"].delete_one({"doc": {"$exists": True}})
    assert not (await second.verify(TALLY)).equal
    assert await second.rebuild(TALLY) > 0
    assert (await second.verify(TALLY)).equal and not second.writes
    assert await first.store._db.orders.count_documents({}) == 0


async def test_when_the_one_that_writes_ends_another_takes_over_at_once(
    nc: Client, log: Log, replica: OpenRunner
) -> None:
    first, second, third = await replica(), await replica(), await replica()
    await some_history(nc, log, 20, seed=7)
    await first.stop()
    await until(lambda: second.writes or third.writes)
    await some_history(nc, log, 20, seed=8)
    await equal(log, second, third)
    assert second.writes != third.writes


async def test_replicas_that_start_together_agree_on_one(nc: Client, log: Log, replica: OpenRunner) -> None:
    await some_history(nc, log, 20, seed=9)
    some = [await replica(start=False) for _ in range(5)]
    await asyncio.gather(*(one.start() for one in some))
    assert sum(one.writes for one in some) == 1
    writer = next(one for one in some if one.writes)
    await equal(log, writer, *some)


async def test_a_write_that_was_held_up_and_comes_after_another_took_over_changes_nothing(
    nc: Client, log: Log, replica: OpenRunner
) -> None:
    """The worst pause: between the writer's last look at the lease and its write, which is on its way already."""
    first, second = await replica(), await replica()
    await some_history(nc, log, 30, seed=10)
    await equal(log, first, second)
    held, go, done = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def held_up(put: Put, batch: Batch) -> None:
        held.set()
        await go.wait()
        await put(batch)
        done.set()
        await asyncio.Event().wait()  # and it comes to nothing more, or it would mend what it broke

    first.store.around_put, first.store.renewing = held_up, asyncio.Event()  # it does not feel the time pass
    entity = uuid4()
    await log.append(unit(log.network, entity, events=3))
    await held.wait()
    await until(lambda: second.writes)
    await some_history(nc, log, 60, seed=12)
    await equal(log, second)
    before = {view.name: await second.store.digest(view) for view in VIEWS}
    go.set()
    await done.wait()
    assert {view.name: await second.store.digest(view) for view in VIEWS} == before
    await equal(log, second)


class Records:
    """Commands on structures, whose views go by the day."""

    def __init__(self, log: Log, folder: Path) -> None:
        self.execute = Executor(log, Keyring(folder, log.network, "directory"), "directory", [STRUCTURE])

    async def do(self, command: Command, day: date) -> UUID:
        return (await self.execute(command, id=new_command_id(), actor="staff:test", at=day)).entity_id

    async def strike(self, id: UUID) -> None:
        """Its registration never was."""
        event = UUID((await self.execute.history("structure", id)).events[0].id)
        command = StrikeEvents(kind="structure", about=id, events=[event], reason="doublon")
        await self.execute(command, id=new_command_id(), actor="staff:test")


@pytest.fixture
def records(log: Log, tmp_path: Path) -> Records:
    return Records(log, tmp_path / "keys")


async def test_what_came_and_went_in_one_step_does_not_come_back_by_a_write_that_was_held_up(
    log: Log, replica: OpenRunner, records: Records
) -> None:
    view = structures_on_record(9)
    first, second = await replica(view), await replica(view)
    held, go, done = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def held_up(put: Put, batch: Batch) -> None:
        held.set()
        await go.wait()
        await put(batch)
        done.set()
        await asyncio.Event().wait()

    first.store.around_put, first.store.renewing = held_up, asyncio.Event()
    id = await records.do(RegisterStructure(name="Kynarou", kind="association"), date(2016, 1, 5))
    await held.wait()
    await records.strike(id)
    await equal(log, second)
    go.set()
    await done.wait()
    assert await second.store.get(view, str(id)) is None
    await equal(log, second)


async def test_a_replica_that_takes_over_again_knows_what_others_wrote_meanwhile(
    log: Log, replica: OpenRunner, records: Records
) -> None:
    view = structures_on_record(9)
    first, second = await replica(view), await replica(view)
    id = await records.do(RegisterStructure(name="Kynarou", kind="association"), date(2016, 1, 5))
    await equal(log, first, second)

    async def stands_still(put: Put, batch: Batch) -> None:
        await asyncio.Event().wait()

    first.store.around_put, first.store.renewing = stands_still, asyncio.Event()
    await records.do(ReviseStructure(structure=id, name="Juin", kind="association"), date(2016, 6, 5))
    await equal(log, second)
    first.store.renewing.set()
    await until(lambda: not first.writes)
    first.store.around_put = first.store.renewing = None
    await second.stop()
    await until(lambda: first.writes)
    await records.do(ReviseStructure(structure=id, name="Mars", kind="association"), date(2016, 3, 5))
    await equal(log, first)
    shown = await first.store.get(view, str(id))
    assert shown is not None and shown["name"] == "Juin"


def child_of(server: NatsServer, mongo_url: str, network: str, database: str) -> subprocess.Popen[bytes]:
    what = {"nats": [str(server.folder), server.port], "mongo": mongo_url, "network": network, "database": database}
    return subprocess.Popen(
        [sys.executable, "-m", "tests.fixtures.replica_runner", json.dumps(what)], stdout=subprocess.PIPE
    )


async def said(child: subprocess.Popen[bytes]) -> dict[str, Any]:
    assert child.stdout is not None
    found: dict[str, Any] = json.loads(await asyncio.to_thread(child.stdout.readline))
    return found


@pytest.mark.slow
async def test_a_replica_takes_over_from_one_that_was_killed_and_from_one_that_is_paused_which_then_wakes(
    nats_server: NatsServer, nc: Client, log: Log, mongo_url: str, mongo_network: str, replica: OpenRunner
) -> None:
    database = f"{mongo_network}_directory"
    child = child_of(nats_server, mongo_url, log.network, database)
    assert (await said(child))["writes"]
    second = await replica()
    await some_history(nc, log, 20, seed=13)
    assert await second.wait_for(await log.last(), 60) and not second.writes
    os.kill(child.pid, signal.SIGKILL)
    child.communicate()
    await some_history(nc, log, 20, seed=14)
    await until(lambda: second.writes)
    await equal(log, second)

    child = child_of(nats_server, mongo_url, log.network, database)
    assert not (await said(child))["writes"]
    await second.stop()
    while not (await said(child))["writes"]:
        pass
    third = await replica()
    writing = asyncio.create_task(some_history(nc, log, 60, seed=15))
    await asyncio.sleep(0.2)
    os.kill(child.pid, signal.SIGSTOP)
    await until(lambda: third.writes)
    await writing
    await equal(log, third)
    writing = asyncio.create_task(some_history(nc, log, 30, seed=16))
    os.kill(child.pid, signal.SIGCONT)
    await writing
    async with asyncio.timeout(60):
        while (now := await said(child))["writes"] or now["position"] < await log.last():
            pass
    assert third.writes
    await equal(log, third)
    child.kill()
    child.communicate()


async def test_releases_with_other_views_run_side_by_side_and_the_older_one_counts_what_it_does_not_know(
    nc: Client, log: Log, replica: OpenRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The newer release knows one more type and has a new version of a view; the others they share."""
    newer = replace(TALLY, version=2, keys=lambda event: [event.type])
    entity = uuid4()
    old = await replica(), await replica()
    await log.append(unit(log.network, entity, events=5))
    new = await replica(STRUCTURES, newer, OPEN), await replica(STRUCTURES, newer, OPEN)
    assert [one.writes for one in (*old, *new)] == [True, False, True, False]
    for n in range(10):
        await some_history(nc, log, 5, seed=n)
        await asyncio.sleep(0.02)
    two = write(log.network, entity, 6)
    await nc.jetstream().publish(f"{two.entity}.StructurePainted", changed(two.body, type="StructurePainted"))
    await log.append(
        unit(log.network, entity, version=7, expected=(await log.load("directory", "structure", entity)).seq)
    )
    for pair in (old, new):
        await equal(log, *pair)
    assert old[1].unknown["StructurePainted"] >= 1 and old[0].unknown == old[1].unknown
    document = await new[0].store.get(STRUCTURES, str(entity))
    assert document is not None and document["version"] == 7
    monkeypatch.setitem(EVENTS, "StructurePainted", StructureRegistered)  # as if this release knew it
    assert new[1].unknown == {}
    monkeypatch.undo()
    await old[0].stop()
    await old[1].stop()
    await some_history(nc, log, 10, seed=99)
    await equal(log, *new)
    tables = {f"view_{view.table}" for view in (STRUCTURES, TALLY, newer, OPEN)}
    assert tables <= set(await new[0].store._db.list_collection_names()), "a way back stays open"


async def test_a_rebuild_while_another_release_writes_the_same_view_loses_nothing(
    nc: Client, log: Log, replica: OpenRunner
) -> None:
    old, new = await replica(), await replica(STRUCTURES, TALLY)
    writing = asyncio.create_task(some_history(nc, log, 150, seed=21))
    for _ in range(5):
        await new.rebuild(TALLY)
        await old.rebuild(STRUCTURES)
    await writing
    await equal(log, new)
    await equal(log, old)


@pytest.mark.parametrize("read", ["versions", "ahead", "voids", "unknown"])
async def test_a_release_that_reads_what_was_judged_while_another_judges_on_judges_alike(
    nc: Client, log: Log, replica: OpenRunner, read: str
) -> None:
    old, new = await replica(), await replica(STRUCTURES, TALLY, start=False)
    entity = uuid4()
    await log.append(unit(log.network, entity, events=3))
    await equal(log, old)

    async def meanwhile() -> None:
        seq = (await log.load("directory", "structure", entity)).seq
        await log.append(unit(log.network, entity, events=2, version=4, expected=seq))
        await nc.jetstream().publish(f"{log.network}.junk", b"")
        await happen(nc, log, uuid4(), "unknown")
        assert await old.wait_for(await log.last(), 60)

    new.store.after_reading[read] = meanwhile
    await new.start()
    seq = (await log.load("directory", "structure", entity)).seq
    await log.append(unit(log.network, entity, events=2, version=6, expected=seq))
    await equal(log, new, old)
    document = await new.store.get(STRUCTURES, str(entity))
    assert document is not None and document["version"] == 7
    assert new.voids == old.voids and set(new.voids.values()) == {"not-an-event"} and new.unknown == old.unknown


async def test_a_step_whose_view_is_swapped_between_its_documents_and_its_checkpoint_is_done_again(
    nc: Client, log: Log, replica: OpenRunner
) -> None:
    """What the step wrote went with the collection that was swapped away."""
    old, new = await replica(), await replica(STRUCTURES, TALLY, start=False)
    await some_history(nc, log, 20, seed=23)
    await equal(log, old)
    await new._load()
    new.writes = True
    held, go = asyncio.Event(), asyncio.Event()

    async def held_up(table: str) -> None:
        if table == TALLY.table:
            held.set()
            await go.wait()

    old.store.before_checkpoint = held_up
    await log.append(unit(log.network, uuid4(), events=3))
    await held.wait()
    await new.rebuild(TALLY)
    go.set()
    await some_history(nc, log, 20, seed=24)
    await equal(log, old)


async def test_replicas_go_on_by_themselves_when_mongodb_was_away(nc: Client, log: Log, tmp_path: Path) -> None:
    server = Server(tmp_path / "mongo").start()
    some = []
    for _ in range(2):
        store = MongoStore(Mongo(f"{server.url}&serverSelectionTimeoutMS=300"), "n_directory")
        some.append(Replica(log, store, VIEWS, "directory"))
        some[-1].store = store
        await some[-1].start()
    await some_history(nc, log, 20, seed=31)
    await equal(log, *some)
    server.stop()
    await some_history(nc, log, 20, seed=32)
    assert await some[0].wait_for(await log.last(), timeout=1) is False
    server.start()
    for one in some:
        assert await one.wait_for(await log.last(), 25)
    await equal(log, *some)
    assert sum(one.writes for one in some) == 1
    for one in some:
        await one.stop()
        await one.store.close()
    server.stop()


async def test_damage_is_shown_by_all_replicas(nc: Client, log: Log, replica: OpenRunner) -> None:
    first, second = await replica(), await replica()
    await some_history(nc, log, 10, seed=22)
    await equal(log, first, second)
    await nc.jetstream().delete_stream(log.network)
    other = Log(nc, log.network)  # who saw the one before would not write into this one
    await other.start()
    await other.append(unit(log.network, uuid4()))
    await other.stop()
    await until(lambda: first.damage is not None and second.damage is not None)
    assert first.damage == second.damage and "was read before" in (second.damage or "")
    with pytest.raises(LogDamaged):
        await replica()


# -- whole services -----------------------------------------------------------------------------------------------


@pytest.fixture
async def pair(
    nats_server: NatsServer, network: str, mongo_url: str, mongo_network: str, tmp_path: Path
) -> AsyncIterator[Callable[[Definition], Awaitable[Sequence[Service]]]]:
    """Two replicas of a service, each with its own connections; they share MongoDB and the folder of the keys."""
    async with contextlib.AsyncExitStack() as stack:

        async def open(what: Definition) -> Sequence[Service]:
            both = []
            for name in ("one", "two"):
                nc = await nats_server.connect(name)
                stack.push_async_callback(nc.close)
                store = MongoStore(Mongo(mongo_url), f"{mongo_network}_{what.name}")
                service = small.service(what, network, nc, nats_server, tmp_path, store)
                stack.push_async_callback(service.stop)
                await service.start()
                both.append(service)
            return both

        yield open


async def test_two_replicas_react_once_in_effect_and_share_the_work(
    pair: Callable[[Definition], Awaitable[Sequence[Service]]],
) -> None:
    heard: dict[int, list[int]] = {}
    failed: list[int] = []

    @on(StructureRegistered, name="welcome")
    async def welcome(event: Recorded, service: Service) -> Sequence[Command]:
        heard.setdefault(id(service), []).append(event.seq)
        if event.seq % 7 == 0 and event.seq not in failed:
            failed.append(event.seq)
            raise OSError("once")
        return [Tag(structure=UUID(event.entity_id), tag="one"), Tag(structure=UUID(event.entity_id), tag="two")]

    one, two = await pair(small.definition(reactions=[welcome]))
    for service in (one, two):
        await service.start_reactions()
    entities = []
    for n in range(30):
        made = await (one, two)[n % 2].execute(Register(name=f"n{n}"), id=new_command_id(), actor="staff:test")
        entities.append(made.entity_id)
    async with asyncio.timeout(60):
        while await two.log.last() < 90:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    # Offered again to both, which an acknowledgement that was lost comes to:
    for service in (one, two):
        for seq in range(1, 20):
            message = await service.log.at(seq)
            if message is not None and message.subject.endswith("StructureRegistered"):
                await service.reactions.react(service.reactions.reactions[0], message)
    assert await one.log.last() == 90
    for entity in entities:
        history = await one.execute.history("structure", entity)
        assert [e.version for e in history.events] == [1, 2, 3]
    assert len(heard) == 2, "both had some"
    assert await one.store.parked() == await two.store.parked() == []


async def test_commands_on_one_entity_by_two_replicas_at_once_are_all_done_each_once(
    pair: Callable[[Definition], Awaitable[Sequence[Service]]],
) -> None:
    one, two = await pair(small.definition())
    entity = (await one.execute(Register(name="x"), id=new_command_id(), actor="staff:test")).entity_id
    commands = [(new_command_id(), Tag(structure=entity, tag=f"t{n}")) for n in range(20)]
    outcomes = await asyncio.gather(
        *(
            service.execute(command, id=id, actor="staff:test")
            for id, command in commands
            for service in (one, two)  # the same command at both: a click that was sent twice
        )
    )
    history = await two.execute.history("structure", entity)
    assert len(history.events) == 21 and history.version == 21
    for service in (one, two):
        assert await service.runner.wait_for(max(outcome.seq for outcome in outcomes))
    document = await two.store.get(STRUCTURES, str(entity))
    assert document is not None and sorted(document["tags"]) == sorted(f"t{n}" for n in range(20))
    by_command = {(outcomes[n].seq, outcomes[n + 1].seq) for n in range(0, 40, 2)}
    assert len(by_command) == 20 and all(first == second for first, second in by_command)
