"""Nothing that a wrong clock leaves makes it believed, over restarts and with its heartbeat gone: whole histories of
one machine, whose log has the same wrong time, as on a machine of one's own."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from uuid import UUID

import msgspec
import pytest

from shared.base.whole_files import KeptFile
from shared.contract.envelope import opened
from shared.kernel.command_handler import Executor, new_command_id
from shared.kernel.eventlog.event_log import Log
from shared.ledger.archive_format import Archive
from shared.persons.keys.keyring import Keyring
from shared.runtime.nats.embedded_server import NatsServer
from shared.runtime.times.clock import Clock, Heartbeat
from tests.fixtures import small_directory as small

pytestmark = pytest.mark.slow

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)
DAY, HOUR, YEARS = timedelta(days=1), timedelta(hours=1), timedelta(days=5 * 365)
SERVICES = ("directory", "events")


class OwnLog(Log):
    """A log whose node has the clock of the machine, right or wrong."""

    told: Callable[[], datetime]

    async def end(self) -> tuple[int, datetime | None]:
        last, _ = await super().end()
        return last, self.told()


class Process:
    """A service that runs: its clock, and who carries out its commands."""

    def __init__(self, machine: Machine, service: str) -> None:
        self.machine, self.service = machine, service
        folder = machine.folder_of(service)
        self.ring = Keyring(folder / "keys", machine.log.network, service)
        self.clock = Clock(machine.log, folder, service, lambda: machine.now, lambda: machine.up)
        deciders = [small.STRUCTURE] if service == "directory" else []
        self.execute = Executor(
            machine.log, self.ring, service, deciders, lambda: machine.now, doubted=self.clock.doubted_at
        )


class Machine:
    """`off`: by how much its clock is wrong. `apart`: each service has a folder of its own, as in containers."""

    def __init__(self, log: OwnLog, folder: Path, apart: bool) -> None:
        self.log, self.folder, self.apart = log, folder, apart
        self.true, self.up, self.off = NOON, 1000.0, timedelta(0)
        self.running: dict[str, Process] = {}
        log.told = lambda: self.now

    @property
    def now(self) -> datetime:
        return self.true + self.off

    def folder_of(self, service: str) -> Path:
        return self.folder / service if self.apart else self.folder

    def pass_(self, time: timedelta) -> None:
        self.true, self.up = self.true + time, self.up + time.total_seconds()

    async def start(self) -> None:
        for service in SERVICES:
            self.running[service] = Process(self, service)
            await self.running[service].clock.start()

    async def stop(self) -> None:
        for one in self.running.values():
            await one.clock.stop()
            one.ring.close()
        self.running.clear()

    async def say(self) -> None:
        """A command, by whatever time it is said to be."""
        await self.running["directory"].execute(small.Register(name="Eau vive"), id=new_command_id(), actor="test")

    async def believed(self) -> list[datetime | None]:
        return [await one.clock.believed() for one in self.running.values()]

    def heartbeats(self) -> list[KeptFile[Heartbeat]]:
        return [
            KeptFile(folder / "keys" / "heartbeat", Heartbeat) for folder in {self.folder_of(one) for one in SERVICES}
        ]

    def checkpoint(self, at: datetime) -> None:
        """The archive was copied by whoever has the clock: its files have that time."""
        path = Archive(self.folder_of("events") / "archive" / self.log.network).latest_path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("maillage/reseau\n1000000\nhash\n")
        os.utime(path, (at.timestamp(),) * 2)


@pytest.fixture
async def log(nats_server: NatsServer, network: str) -> AsyncIterator[OwnLog]:
    connection = await nats_server.connect("test")
    found = OwnLog(connection, network)
    await found.start()
    yield found
    await found.stop()
    await connection.close()


TRACES = ("all", "no heartbeat", "damaged", "of another log", "of no log", "a later checkpoint")


@pytest.mark.parametrize("apart", [False, True])
@pytest.mark.parametrize("trace", TRACES)
async def test_a_wrong_clock_is_believed_at_no_start_and_the_right_one_at_the_first(
    log: OwnLog, tmp_path: Path, trace: str, apart: bool
) -> None:
    machine = Machine(log, tmp_path, apart)
    await machine.start()
    await machine.say()
    assert None not in await machine.believed()
    await machine.stop()
    machine.off = YEARS
    for _ in range(3):
        await machine.start()
        assert await machine.believed() == [None, None]
        await machine.say()
        machine.pass_(2 * HOUR)
        assert await machine.believed() == [None, None]
        await machine.stop()
        for file in machine.heartbeats():
            if trace == "no heartbeat":
                file.path.unlink(missing_ok=True)
            elif trace == "damaged":
                file.path.write_bytes(b"{")
            elif trace == "of another log":
                file.path.write_bytes(msgspec.json.encode(Heartbeat(machine.now, 1_000_000, 0.0, "0" * 32)))
            elif trace == "of no log":  # of an installation that began a minute ago, or of a release that named none
                file.path.write_bytes(msgspec.json.encode(Heartbeat(machine.now)))
        if trace == "a later checkpoint":
            machine.checkpoint(machine.now)
    machine.off = timedelta(0)
    await machine.start()
    assert await machine.believed() == [machine.now] * 2, "and nobody has said a word"
    await machine.stop()


async def test_a_service_that_is_new_beside_a_wrong_one_does_not_take_its_word(log: OwnLog, tmp_path: Path) -> None:
    """The first start of a release that keeps heartbeats, one container after the other."""
    machine = Machine(log, tmp_path, apart=True)
    await machine.start()
    await machine.say()
    await machine.stop()
    for file in machine.heartbeats():
        file.path.unlink()
    machine.off = YEARS
    for service in SERVICES:
        machine.running[service] = Process(machine, service)
        await machine.running[service].clock.start()
        assert await machine.running[service].clock.believed() is None
        await machine.say()
    assert await machine.believed() == [None, None]
    await machine.stop()


async def test_where_nothing_vouches_one_word_is_asked_for_and_is_enough(log: OwnLog, tmp_path: Path) -> None:
    machine = Machine(log, tmp_path, apart=False)
    await machine.start()
    await machine.say()
    await machine.stop()
    for file in machine.heartbeats():
        file.path.unlink()
    machine.pass_(30 * DAY)  # a quiet log, by the right clock
    for _ in range(2):
        await machine.start()
        assert await machine.believed() == [None, None]
        await machine.say()
        assert await machine.believed() == [None, None]
        await machine.stop()
    await machine.start()
    for one in machine.running.values():
        assert (await one.clock.confirm()).doubt is None
    await machine.stop()
    for _ in range(2):
        machine.pass_(3 * DAY)
        await machine.start()
        assert None not in await machine.believed()
        await machine.stop()


@pytest.mark.parametrize("seed", range(12))
async def test_whatever_happens_no_time_that_is_far_off_is_believed(log: OwnLog, tmp_path: Path, seed: int) -> None:
    """At most five days pass, so that no right clock has a reason to be in doubt."""
    chance = Random(seed)
    machine = Machine(log, tmp_path, apart=bool(seed % 2))
    await machine.start()
    await machine.say()
    for _ in range(60):
        match chance.choice(("say", "say", "pass", "judge", "jump", "right", "again", "lose")):
            case "say":
                await machine.say()
            case "pass":
                machine.pass_(chance.random() * 2 * HOUR)
            case "judge":
                await machine.believed()
            case "jump":
                machine.off = chance.choice([8, 40, 5 * 365, -8, -50 * 365]) * DAY
            case "right":
                machine.off = timedelta(0)
            case "again":
                await machine.stop()
                machine.pass_(chance.random() * HOUR)
                await machine.start()
            case "lose":
                chance.choice(machine.heartbeats()).path.unlink(missing_ok=True)
        found = await machine.believed()
        assert found == [machine.now if not machine.off else None] * 2, machine.off
    await machine.stop()
    for seq in range(1, await log.last() + 1):
        message = await log.at(seq)
        assert message is not None
        event = opened(message)
        assert NOON <= (event.believed or event.recorded) <= machine.true
        assert UUID(event.id)
