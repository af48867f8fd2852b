"""The runner: live and rebuilt views are equal, a restart goes on, void messages are shown, damage stops it loudly."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nats.aio.client import Client
from nats.js.api import StreamConfig

from shared.contract import Event
from shared.contract.directory.structures import StructureRegistered
from shared.contract.envelope import Message, Recorded, Void
from shared.kernel.command_handler import new_command_id
from shared.kernel.eventlog.event_log import Log, LogDamaged, Unit
from shared.kernel.stores.sqlite import SqliteStore
from shared.kernel.views.projection import Batch, Moved, StoreAway, View
from shared.kernel.views.projector import Pace, Runner
from shared.runtime.nats.embedded_server import NatsServer
from shared.runtime.service import Service
from tests.fixtures import small_directory as small
from tests.fixtures.log_histories import happen
from tests.fixtures.log_writing import changed, unit, write
from tests.fixtures.small_directory import CONTACTS, STRUCTURE, STRUCTURES, AddContact, Close, Register, Tag

Open = Callable[..., Awaitable[Service]]
VIEWS = (STRUCTURES, CONTACTS)


@contextlib.asynccontextmanager
async def running(
    log: Log,
    path: Path,
    views: tuple[View, ...] = VIEWS,
    *,
    store: SqliteStore | None = None,
    pace: Pace | None = None,
) -> AsyncIterator[Runner]:
    store = store or SqliteStore(path)
    runner = Runner(log, store, views, "directory", pace=pace)
    runner.store = store  # type: ignore[attr-defined]
    try:
        await runner.start()
        yield runner
    finally:
        await runner.stop()
        await store.close()


async def count(runner: Runner, view: View = STRUCTURES) -> int:
    return int((await runner.store.find(view, limit=1)).total)  # type: ignore[attr-defined]


async def up_to_date(runner: Runner, log: Log) -> None:
    assert await runner.wait_for(await log.last(), timeout=60)


async def test_a_command_is_visible_after_waiting_for_its_sequence(service: Service) -> None:
    made = await service.execute(Register(name="Eau vive"), id=new_command_id(), actor="staff:test")
    assert await service.runner.wait_for(made.seq)
    assert (await service.store.get(STRUCTURES, str(made.entity_id)) or {})["name"] == "Eau vive"
    assert await service.runner.wait_for(made.seq + 1, timeout=0.05) is False
    assert service.runner.position == made.seq


async def test_many_who_wait_are_all_woken(service: Service) -> None:
    waiting = [asyncio.create_task(service.runner.wait_for(n)) for n in range(1, 21)]
    for n in range(20):
        await service.execute(Register(name=f"n{n}"), id=new_command_id(), actor="staff:test")
    assert all(await asyncio.gather(*waiting))


def known(events: Iterable[Recorded]) -> Iterable[Event]:
    """What a view can fold of a history; a decision would be refused where that is not all of it."""
    for event in events:
        with contextlib.suppress(KeyError, Void):
            yield event.data


steps = st.lists(
    st.tuples(
        st.integers(0, 5),
        st.sampled_from(["register", "again", "tag", "close", "void", "copy", "unreadable", "unknown"]),
    ),
    max_size=40,
)


@pytest.mark.slow
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps, split=st.integers(0, 40))
def test_whatever_happens_the_live_view_equals_its_rebuild(
    nats_server: NatsServer, tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, str]], split: int
) -> None:
    asyncio.run(a_history(nats_server, tmp_path_factory.mktemp("views"), steps, split))


async def a_history(server: NatsServer, folder: Path, steps: list[tuple[int, str]], split: int) -> None:
    """Some history, with the reader restarted in the middle of it; then every view against its rebuild."""
    nc = await server.connect("test")
    log = Log(nc, f"h{uuid4().hex[:12]}")
    await log.start()
    entities = [uuid4() for _ in range(6)]
    for part in (steps[:split], steps[split:]):
        async with running(log, folder / "views.sqlite") as runner:
            for which, what in part:
                await happen(nc, log, entities[which], what)
            await up_to_date(runner, log)
    async with running(log, folder / "views.sqlite") as runner, running(log, folder / "fresh.sqlite") as fresh:
        await up_to_date(fresh, log)
        for view in VIEWS:
            verdict = await runner.verify(view)
            assert verdict.equal and verdict.live == (await fresh.verify(view)).live
        assert runner.voids == fresh.voids
        for entity in entities:  # what is shown is what decides
            history = await log.load("directory", "structure", entity)
            state = STRUCTURE.fold(known(history.events))
            document = await runner.store.get(STRUCTURES, str(entity))  # type: ignore[attr-defined]
            assert (document and (document["name"], document["closed"])) == (state.name and (state.name, state.closed))
    await nc.jetstream().delete_stream(log.network)
    await log.stop()
    await nc.close()


async def test_a_restart_goes_on_where_the_views_stood(log: Log, tmp_path: Path) -> None:
    for n in range(3):
        await log.append(unit(log.network, uuid4()))
        async with running(log, tmp_path / "v") as runner:
            assert runner.position == n, "what was read is not read again"
            await up_to_date(runner, log)
            assert await count(runner) == n + 1


async def test_a_new_version_of_a_view_is_built_and_the_old_one_dropped(nc: Client, log: Log, tmp_path: Path) -> None:
    for _ in range(20):
        await log.append(unit(log.network, uuid4(), events=2))
    async with running(log, tmp_path / "v") as runner:
        await up_to_date(runner, log)
    newer = replace(
        STRUCTURES, version=2, fields=("name",), on={StructureRegistered: STRUCTURES.on[StructureRegistered]}
    )
    added = replace(STRUCTURES, name="others")
    readings: list[int] = []

    class Noted(Log):
        def read(self, after: int = 0, **how: Any) -> AsyncGenerator[list[Message], None]:
            readings.append(after)
            return super().read(after, **how)

    noted = Noted(nc, log.network)
    await noted.start()
    async with running(noted, tmp_path / "v", (newer, added)) as runner:
        assert (await count(runner, newer), await count(runner, added)) == (20, 20), "start returns when they are built"
        assert readings[:2] == [0, 40], "the log is read once for both, then followed"
        with pytest.raises(Exception, match="no such table"):
            await count(runner, STRUCTURES)
        assert (await runner.verify(newer)).equal
        await log.append(unit(log.network, uuid4()))
        await up_to_date(runner, log)
        assert (await count(runner, newer), await count(runner, added)) == (21, 21)
    await noted.stop()


async def test_void_messages_are_passed_over_and_listed_also_after_a_restart(
    nc: Client, log: Log, tmp_path: Path
) -> None:
    entity = uuid4()
    await log.append(unit(log.network, entity))
    one, two = write(log.network, entity), write(log.network, entity, 2)
    js = nc.jetstream()
    await js.publish(one.subject, b"junk")
    await js.publish(one.subject, one.body)
    await js.publish(one.subject, write(log.network, uuid4()).body)
    await js.publish(f"{log.network}.much.too.short", one.body)
    await js.publish(one.subject, changed(one.body, time="one day", entityversion=2))
    await log.append(Unit([two], {two.entity: (await log.load("directory", "structure", entity)).seq}))
    listed = {2: "not-an-event", 3: "out-of-turn", 4: "subject-disagrees", 5: "subject-disagrees", 6: "not-an-event"}
    for _ in range(2):
        async with running(log, tmp_path / "v") as runner:
            await up_to_date(runner, log)
            assert runner.voids == listed and await count(runner) == 1
            document = await runner.store.get(STRUCTURES, str(entity))  # type: ignore[attr-defined]
            assert document["version"] == 2 and (await runner.verify(STRUCTURES)).equal


async def test_data_against_their_type_are_listed_and_change_no_view_but_keep_their_turn(
    nc: Client, log: Log, tmp_path: Path
) -> None:
    entity = uuid4()
    await log.append(unit(log.network, entity))
    two = write(log.network, entity, 2)
    await nc.jetstream().publish(two.subject, changed(two.body, data={"kind": ["ministry"]}))
    await log.append(unit(log.network, entity, version=3, expected=2))
    by_data = replace(
        STRUCTURES,
        name="by_data",
        keys=lambda event: [event.data.type_name()],
        sources=lambda key, document: [],
    )
    async with running(log, tmp_path / "v", (STRUCTURES, by_data)) as runner:
        await up_to_date(runner, log)
        assert runner.voids == {2: "unreadable-data"}
        document = await runner.store.get(STRUCTURES, str(entity))  # type: ignore[attr-defined]
        assert document["version"] == 3


async def test_what_an_older_release_could_not_read_is_read_by_a_rebuild(log: Log, tmp_path: Path) -> None:
    await log.append(unit(log.network, uuid4()))
    async with running(log, tmp_path / "v") as runner:
        await up_to_date(runner, log)
        runner.voids[1] = "unreadable-data"  # as that release noted it
        await runner.rebuild(STRUCTURES)
        assert await count(runner) == 1


async def test_types_that_nobody_knows_are_counted_and_in_nobodys_way(nc: Client, log: Log, tmp_path: Path) -> None:
    entity = uuid4()
    await log.append(unit(log.network, entity))
    two = write(log.network, entity, 2)
    await nc.jetstream().publish(f"{two.entity}.StructurePainted", changed(two.body, type="StructurePainted"))
    await log.append(unit(log.network, entity, version=3, expected=2))
    async with running(log, tmp_path / "v") as runner:
        await up_to_date(runner, log)
        assert dict(runner.unknown) == {"StructurePainted": 1} and runner.voids == {}
        document = await runner.store.get(STRUCTURES, str(entity))  # type: ignore[attr-defined]
        assert document["version"] == 3


async def test_a_batch_that_could_not_be_written_is_read_again_and_judged_alike(log: Log, tmp_path: Path) -> None:
    class Full(SqliteStore):
        """Whose disk is full, as often as `failures` says."""

        failures = 0

        async def put(self, batch: Batch) -> None:
            if self.failures:
                self.failures -= 1
                raise OSError("disk full")
            await super().put(batch)

    store = Full(tmp_path / "v")
    async with running(log, tmp_path / "v", store=store, pace=Pace(retry=0.05)) as runner:
        store.failures = 2
        await log.append(unit(log.network, uuid4(), events=3))
        await up_to_date(runner, log)
        assert runner.voids == {} and await count(runner) == 1 and (await runner.verify(STRUCTURES)).equal


async def test_a_view_is_rebuilt_while_events_come_in(service: Service) -> None:
    written = asyncio.Event()

    async def write_on() -> int:
        n = 0
        while not written.is_set():
            made = await service.execute(Register(name=f"n{n}"), id=new_command_id(), actor="staff:test")
            await service.execute(Tag(structure=made.entity_id, tag="t"), id=new_command_id(), actor="staff:test")
            n += 1
        return n

    writing = [asyncio.create_task(write_on()) for _ in range(5)]
    for _ in range(4):
        await asyncio.sleep(0.1)
        assert await service.runner.rebuild(STRUCTURES) > 0
        assert (await service.runner.verify(STRUCTURES)).equal
    written.set()
    made = sum(await asyncio.gather(*writing))
    await up_to_date(service.runner, service.log)
    assert (await service.store.find(STRUCTURES)).total == made > 20
    assert (await service.store.find(STRUCTURES, {"tags": "t"})).total == made
    assert (await service.runner.verify(STRUCTURES)).equal and service.runner.rebuilding == {}


async def test_a_view_that_differs_from_its_rebuild_is_found_and_mended(service: Service) -> None:
    made = await service.execute(Register(name="Eau vive"), id=new_command_id(), actor="staff:test")
    await up_to_date(service.runner, service.log)
    assert isinstance(service.store, SqliteStore)
    service.store._writer.execute(f"UPDATE view_{STRUCTURES.table} SET doc = replace(CAST(doc AS TEXT), 'Eau', 'Vin')")
    verdict = await service.runner.verify(STRUCTURES)
    assert not verdict.equal and verdict.seq == made.seq
    await service.runner.rebuild(STRUCTURES)
    assert (await service.runner.verify(STRUCTURES)).equal


async def test_views_keep_what_is_personal_sealed(service: Service) -> None:
    made = await service.execute(
        AddContact(structure=uuid4(), name="Zénobie", email="z@exemple.invalid"),
        id=new_command_id(),
        actor="staff:test",
    )
    assert await service.runner.wait_for(made.seq)
    document = await service.store.get(CONTACTS, str(made.entity_id))
    assert document is not None and "nobie" not in json.dumps(document)
    assert service.keyring.reveal(document["name"]) == "Zénobie"


@pytest.fixture
async def breakable(nc: Client, network: str) -> AsyncIterator[Log]:
    config = StreamConfig(name=network, subjects=[f"{network}.>"], allow_direct=True, allow_atomic=True)
    await nc.jetstream().add_stream(config)
    log = Log(nc, network, unfit=lambda *_: [])
    await log.start()
    yield log
    await log.stop()


async def test_a_hole_stops_the_views_and_says_which_sequence_is_missing(
    nc: Client, breakable: Log, tmp_path: Path
) -> None:
    for _ in range(10):
        await breakable.append(unit(breakable.network, uuid4()))
    await nc.jetstream().delete_msg(breakable.network, 6)
    async with running(breakable, tmp_path / "v") as runner:
        async with asyncio.timeout(60):
            assert await runner.wait_for(10, timeout=600) is False, "whoever waits is told at once"
        assert runner.damage == "sequence 6 is missing from the log: restore it"
        assert runner.position == 5 and await count(runner) == 5, "what came before is shown"
        assert await runner.wait_for(5) is True


async def test_views_of_a_longer_log_refuse_to_start(log: Log, nc: Client, tmp_path: Path) -> None:
    for _ in range(5):
        await log.append(unit(log.network, uuid4()))
    async with running(log, tmp_path / "v") as runner:
        await up_to_date(runner, log)
    await nc.jetstream().delete_stream(log.network)
    other = Log(nc, log.network)  # who saw the one before would not write into this one
    await other.start()
    await other.append(unit(log.network, uuid4()))
    await other.stop()
    with pytest.raises(LogDamaged, match="ends at sequence 1, but 5 was read before"):
        async with running(log, tmp_path / "v"):
            pass


async def test_views_of_another_log_refuse_to_start(log: Log, nc: Client, tmp_path: Path) -> None:
    for _ in range(5):
        await log.append(unit(log.network, uuid4()))
    async with running(log, tmp_path / "v") as runner:
        await up_to_date(runner, log)
    await nc.jetstream().delete_stream(log.network)
    other = Log(nc, log.network)
    await other.start()
    for _ in range(8):
        await other.append(unit(log.network, uuid4()))
    await other.stop()
    with pytest.raises(LogDamaged, match="sequence 5 of the log is not the event that was read there before"):
        async with running(log, tmp_path / "v"):
            pass


async def test_a_closed_structure_stays_what_it_was_but_closed(service: Service) -> None:
    made = await service.execute(Register(name="Eau vive"), id=new_command_id(), actor="staff:test")
    closed = await service.execute(Close(structure=made.entity_id), id=new_command_id(), actor="staff:test")
    assert await service.runner.wait_for(closed.seq)
    page = await service.store.find(STRUCTURES, {"closed": True}, text="eau")
    assert [(d["name"], d["version"]) for d in page.documents] == [("Eau vive", 2)]


def test_the_small_service_declares_what_the_tests_rely_on() -> None:
    assert small.definition().views[: len(VIEWS)] == VIEWS


class Moody(SqliteStore):
    """A store that does not do what is asked, as often as there are `errors`; nor tells how far it is, once."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.errors: list[Exception] = []
        self.silent: list[Exception] = []

    async def put(self, batch: Batch) -> None:
        if self.errors:
            raise self.errors.pop(0)
        await super().put(batch)

    async def versions(self) -> dict[str, int]:
        if self.silent:
            raise self.silent.pop(0)
        return await super().versions()


@pytest.mark.slow
async def test_a_store_that_is_away_or_whose_view_was_swapped_meanwhile_loses_nothing(log: Log, tmp_path: Path) -> None:
    store = Moody(tmp_path / "v")
    async with running(log, tmp_path / "v", store=store, pace=Pace(retry=0.05)) as runner:
        store.errors = [StoreAway("away"), Moved("the view was swapped")]
        store.silent = [StoreAway("away still")]
        for _ in range(3):
            await log.append(unit(log.network, uuid4(), events=2))
        await up_to_date(runner, log)
        assert await count(runner) == 3 and (await runner.verify(STRUCTURES)).equal
    assert not store.errors and not store.silent


async def test_a_rebuild_that_fails_leaves_the_live_view_and_nothing_beside_it(log: Log, tmp_path: Path) -> None:
    class Full(SqliteStore):
        async def swap(self, rebuilt: View, live: View) -> None:
            raise OSError("disk full")

    store = Full(tmp_path / "v")
    async with running(log, tmp_path / "v", store=store) as runner:
        await log.append(unit(log.network, uuid4(), events=2))
        await up_to_date(runner, log)
        with pytest.raises(OSError, match="disk full"):
            await runner.rebuild(STRUCTURES)
        assert runner.rebuilding == {} and await count(runner) == 1
        assert (await runner.verify(STRUCTURES)).equal
