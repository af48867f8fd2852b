"""Durable append with 256 commands in flight, beside nats-py's plain publish and beside `eventsourcing` with SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from time import perf_counter
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from nats.js.api import StreamConfig

from services.directory.app import DIRECTORY
from services.directory.structures.domain.structure import RegisterStructure
from shared.kernel.command_handler import Executor, new_command_id
from shared.kernel.decider import derived_id
from shared.kernel.eventlog.event_log import Log
from shared.persons.keys.keyring import Keyring
from tests.bench.history import SPACE, commands, registration
from tests.bench.measure import IN_FLIGHT, Figure, Watch, at_once, fast, in_turns, stock
from tests.bench.place import Place, opened, place

COMMANDS = 10_000
SAVES = 3_000
ROUNDS = 5


def cases(watch: Watch) -> Iterator[Figure]:
    """Commands (or events) a second that are on the disk when they are acknowledged.

    Ours: `Executor` executes `RegisterStructure` of the directory: decided, sealed in its envelope, committed in
    groups with an expectation on each entity, on uvloop as `maillage up` runs; each command has a UUIDv7.

    nats-py: `js.publish` of bodies of the same size to as many subjects, without expectation or id, 256 of them
    awaited at any moment; on uvloop and on the stock event loop, and the better of the two counts. The same server
    (`sync_interval: always`: one fsync a message or a batch), a new stream of the same configuration for each turn.

    eventsourcing 9.5: its aggregate with the same facts, `Application.save` of one event each, its SQLite recorder
    on a file with the settings it makes itself: WAL and `synchronous` as SQLite has it (FULL: one fsync a commit).
    One after the other, which is its fastest: SQLite has one writer, and more threads only wait for it.
    """
    with place("append") as here:
        body = _a_body(here)
        todo = commands(COMMANDS)
        fast(_ours(here, todo[: COMMANDS // 5]))
        found = in_turns(
            watch,
            ROUNDS,
            {
                "Maillage": lambda: fast(_ours(here, todo)),
                "nats-py on uvloop": lambda: fast(_plain(here, body)),
                "nats-py on asyncio": lambda: stock(_plain(here, body)),
                "eventsourcing": lambda: _eventsourcing(here),
            },
        )
        sync = _sync_setting(here)
    ours = found["Maillage"]
    plain = max(found["nats-py on uvloop"], found["nats-py on asyncio"])
    what = f"durable commands, {IN_FLIGHT} in flight, NATS sync always"
    peer = f"nats-py publish, {IN_FLIGHT} in flight, NATS sync always"
    yield Figure("append_vs_plain_publish", what, ours, "/s", peer, plain, 3)
    peer = f"eventsourcing 9.5, an event a save, SQLite {sync}"
    yield Figure("append_vs_eventsourcing", what, ours, "/s", peer, found["eventsourcing"], 3)


def _executor(here: Place, log: Log) -> Executor:
    keyring = Keyring(here.folder / "keys" / log.network, log.network, DIRECTORY.name)
    return Executor(log, keyring, DIRECTORY.name, DIRECTORY.deciders)


async def _ours(here: Place, todo: list[RegisterStructure]) -> float:
    async with opened(here, here.new_network()) as log:
        execute = _executor(here, log)

        async def one(command: RegisterStructure) -> None:
            await execute(command, id=new_command_id(), actor="bench")

        seconds = await at_once(one, todo)
        assert await log.last() == len(todo)
    return len(todo) / seconds


def _a_body(here: Place) -> bytes:
    """The bytes of one of our events, for others to store as many."""

    async def work() -> bytes:
        async with opened(here, here.new_network()) as log:
            await _executor(here, log)(commands(1)[0], id=new_command_id(), actor="bench")
            message = await log.at(1)
        assert message is not None
        return message.body

    return fast(work())


async def _plain(here: Place, body: bytes) -> float:
    nc = await here.server.connect("bench")
    network = here.new_network()
    js = nc.jetstream()
    await js.add_stream(StreamConfig(name=network, subjects=[f"{network}.>"]))
    ids: list[UUID] = [derived_id(SPACE, str(n)) for n in range(COMMANDS)]

    async def one(id: UUID) -> None:
        await js.publish(f"{network}.directory.structure.{id}.StructureRegistered", body)

    seconds = await at_once(one, ids)
    await nc.close()
    return COMMANDS / seconds


class Structure(Aggregate):
    """A structure as `eventsourcing` has it."""

    @event("Registered")
    def __init__(self, name: str, kind: str, facts: dict[str, object]) -> None:
        self.name, self.kind, self.facts = name, kind, facts


def _application(here: Place) -> Application[UUID]:
    path = here.folder / "eventsourcing.sqlite"
    return Application(env={"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": str(path)})


def _eventsourcing(here: Place) -> float:
    application = _application(here)
    facts = registration(1)
    rest = {name: value for name, value in facts.items() if name not in ("name", "kind")}
    start = perf_counter()
    for n in range(SAVES):
        application.save(
            Structure(name=f"Association {n} pour la solidarité internationale", kind="association", facts=rest)
        )
    seconds = perf_counter() - start
    application.close()
    return SAVES / seconds


def _sync_setting(here: Place) -> str:
    """How SQLite keeps what `eventsourcing` saved: its journal, and what a connection without orders syncs."""
    with closing(sqlite3.connect(here.folder / "eventsourcing.sqlite")) as db:
        journal = db.execute("PRAGMA journal_mode").fetchone()[0]
        level = db.execute("PRAGMA synchronous").fetchone()[0]
    return f"{journal} synchronous={('OFF', 'NORMAL', 'FULL', 'EXTRA')[level]}"
