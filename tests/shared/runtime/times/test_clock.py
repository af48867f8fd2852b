"""When a clock is believed: beside its heartbeat, the last event, the checkpoint and the node of the log."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import msgspec
import pytest

from shared.base.whole_files import KeptFile
from shared.contract.directory.structures import StructureRegistered
from shared.contract.envelope import NEVER, Message, opened
from shared.contract.observatory.ledger import LogRestored, ledger_id
from shared.kernel.command_handler import new_command_id
from shared.kernel.eventlog.event_log import Log
from shared.ledger.archive_format import Archive
from shared.runtime.nats.embedded_server import NatsServer
from shared.runtime.service import Service
from shared.runtime.times.clock import Clock, Heartbeat, Witness, judged
from tests.conftest import OpenService
from tests.fixtures import small_directory as small
from tests.fixtures.signing_in import say

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


class Machine:
    """A machine whose clock is set by hand, with a folder, whose log does not answer unless it is given one."""

    def __init__(self, folder: Path, log: Log) -> None:
        self.folder, self.log = folder, log
        self.now, self.up = NOON, 1000.0

    def boot(self) -> Clock:
        """The clock of a process that starts now."""
        return Clock(self.log, self.folder, "directory", lambda: self.now, lambda: self.up)

    def pass_(self, time: timedelta) -> None:
        """Time passes, and the clock goes right meanwhile."""
        self.now, self.up = self.now + time, self.up + time.total_seconds()

    @property
    def file(self) -> KeptFile[Heartbeat]:
        return KeptFile(self.folder / "keys" / "heartbeat", Heartbeat)


@pytest.fixture
async def machine(nats_server: NatsServer, network: str, tmp_path: Path) -> Machine:
    gone = await nats_server.connect("test")
    await gone.close()
    return Machine(tmp_path, Log(gone, network))


async def test_a_fresh_installation_has_no_witness_and_is_believed(machine: Machine) -> None:
    assert await machine.boot().doubt() is None
    assert machine.file.read() == Heartbeat(NOON)


@pytest.mark.parametrize(
    ("off", "believed"),
    [
        (3 * DAY, True),
        (6 * DAY, True),
        (7 * DAY, True),
        (8 * DAY, False),
        (5 * 365 * DAY, False),
        (-4 * MINUTE, True),
        (-6 * MINUTE, False),
        (-2 * DAY, False),
        (-50 * 365 * DAY, False),
    ],
)
@pytest.mark.parametrize("restarted", [True, False])
async def test_a_clock_is_held_against_its_heartbeat(
    machine: Machine, off: timedelta, believed: bool, restarted: bool
) -> None:
    clock = machine.boot()
    assert await clock.doubt() is None
    machine.now += off  # and no time passes by the clock that nobody sets
    doubt = await (machine.boot() if restarted else clock).doubt()
    assert (doubt is None) == believed
    if doubt is not None:
        assert "its last heartbeat (2026-11-29 12:00 UTC)" in doubt


async def test_a_process_that_runs_knows_how_much_time_has_passed(machine: Machine) -> None:
    clock = machine.boot()
    await clock.judge()
    machine.pass_(40 * DAY)  # a laptop that slept
    assert await clock.doubt() is None
    machine.now -= 6 * MINUTE
    assert await clock.doubt() is not None
    machine.pass_(2 * MINUTE)  # time comes to where the clock was believed
    assert await clock.doubt() is None and await clock.doubt() is None


async def test_a_clock_that_jumped_while_it_ran_is_believed_again_when_it_comes_back(machine: Machine) -> None:
    clock = machine.boot()
    await clock.judge()
    for jump in (5 * 365 * DAY, -2 * DAY, 8 * DAY):
        machine.now += jump
        assert await clock.doubt() is not None
        machine.pass_(20 * DAY)  # however long that takes
        if jump > timedelta(0):
            assert await clock.doubt() is not None
        machine.now -= jump
        assert await clock.doubt() is None


async def test_a_doubt_outlives_restarts_and_a_clock_in_doubt_is_not_its_own_witness(machine: Machine) -> None:
    await machine.boot().judge()
    machine.now += 5 * 365 * DAY
    for _ in range(3):
        clock = machine.boot()
        assert await clock.doubt() is not None
        machine.pass_(2 * MINUTE)
        assert await clock.doubt() is not None
        await clock.stop()
    assert machine.file.read().at == NOON
    machine.now -= 5 * 365 * DAY
    assert await machine.boot().doubt() is None


async def test_what_is_written_at_the_end_is_what_an_off_time_is_counted_from(machine: Machine) -> None:
    clock = machine.boot()
    await clock.start()
    machine.pass_(timedelta(seconds=50))
    await clock.stop()
    machine.now -= 6 * MINUTE
    assert await machine.boot().doubt() is not None


async def test_a_heartbeat_that_somebody_damaged_is_in_nobody_s_way(machine: Machine) -> None:
    await machine.boot().judge()
    for junk in (b"", b"{", b'{"at": 5}', b"\xff\xfe"):
        machine.file.path.write_bytes(junk)
        assert await machine.boot().doubt() is None
        assert machine.file.read().at == NOON


@pytest.mark.parametrize("minutes", [4, 6])
async def test_a_checkpoint_that_was_signed_later_is_a_witness_until_an_operator_knows_better(
    machine: Machine, minutes: int
) -> None:
    path = Archive(machine.folder / "archive" / machine.log.network).latest_path
    path.parent.mkdir(parents=True)
    path.write_text("maillage/reseau\n812\nhash\n")
    later = (NOON + minutes * MINUTE).timestamp()
    os.utime(path, (later, later))
    clock = machine.boot()
    assert (await clock.doubt() is None) == (minutes == 4)
    clock.believe(812, None)
    assert await clock.doubt() is None


def test_the_node_is_believed_neither_for_nor_against_what_others_say() -> None:
    """On one machine it has the same clock: that it agrees says nothing; that it does not, much."""
    wrong = NOON + 5 * 365 * DAY
    assert judged(wrong, [Witness("heartbeat", NOON, "…", ahead=True), Witness("node", wrong, "…", ahead=True)]).doubt
    assert judged(wrong, [Witness("heartbeat", wrong, "…", ahead=True), Witness("node", NOON, "…", ahead=True)]).doubt
    assert judged(NOON, [Witness("node", NOON + 6 * MINUTE, "…", ahead=True)]).doubt
    assert judged(NOON, [Witness("node", NOON - 6 * DAY, "…", ahead=True)]).doubt is None


# Beside a log


@pytest.fixture
async def service(open_service: OpenService) -> AsyncIterator[Service]:
    yield await open_service()


async def said(service: Service, **off: float) -> None:
    """An event that is recorded by a clock that is so far off."""
    then = datetime.now(UTC) + timedelta(**off)
    service.around.clock = lambda: then
    await service.execute(small.Register(name="Eau vive"), id=new_command_id(), actor="test")


def heartbeat(service: Service, **off: float) -> None:
    then = datetime.now(UTC) + timedelta(**off)
    file = KeptFile(service.around.data / "keys" / "heartbeat", Heartbeat)
    file.change(lambda kept: msgspec.structs.replace(kept, at=then))


async def test_a_log_that_is_quiet_for_a_month_is_no_reason_to_doubt_where_there_is_a_heartbeat(
    service: Service, open_service: OpenService
) -> None:
    await said(service, days=-30)
    await service.stop()
    heartbeat(service, days=-3)  # off for three days
    assert await (await open_service()).clock.doubt() is None


@pytest.mark.parametrize(("days", "believed"), [(-6, True), (-8, False)])
async def test_without_a_heartbeat_the_last_event_says_how_late_it_may_be(
    service: Service, open_service: OpenService, days: int, believed: bool
) -> None:
    await said(service, days=days)
    await service.stop()
    file = service.around.data / "keys" / "heartbeat"
    file.unlink()
    again = await open_service()
    assert (await again.clock.doubt() is None) == believed
    if not believed:  # and what is recorded by the clock in doubt changes nothing
        await said(again)
        assert await again.clock.doubt() is not None
        await again.stop()
        assert await (await open_service()).clock.doubt() is not None


async def test_a_restore_does_not_vouch_for_the_clock_by_which_it_was_made(
    service: Service, open_service: OpenService
) -> None:
    await said(service, days=-8)
    await say(service, ledger_id(service.network), LogRestored(events=1, signed=1, root=""))
    await service.stop()
    (service.around.data / "keys" / "heartbeat").unlink()
    again = await open_service()
    first = again.clock.standing.doubt
    assert first is not None and "8 days after event 1 was recorded" in first
    assert await again.clock.doubt() is not None


async def test_back_with_the_right_clock_nothing_that_the_wrong_one_left_is_in_its_way(
    service: Service, open_service: OpenService
) -> None:
    heartbeat(service, days=-1)
    for _ in range(2):  # over restarts, and with its traces in the log
        wrong = datetime.now(UTC) + 5 * 365 * DAY
        service.around.clock = lambda: wrong  # noqa: B023
        await said(service, days=5 * 365)
        assert await service.clock.doubt() is not None
        await said(service, days=5 * 365)
        assert await service.clock.doubt() is not None
        await service.stop()
        service = await open_service()
    assert await service.clock.doubt() is None, "and nobody has said a word"
    await said(service)
    assert await service.clock.doubt() is None


@pytest.mark.parametrize("trace", ["heartbeat", "none", "damaged", "of another log"])
async def test_a_clock_that_is_years_ahead_is_not_believed_for_what_it_has_left(
    service: Service, open_service: OpenService, trace: str
) -> None:
    await said(service)
    file = service.around.data / "keys" / "heartbeat"
    wrong = datetime.now(UTC) + 5 * 365 * DAY
    for _ in range(3):
        service.around.clock = lambda: wrong
        await said(service, days=5 * 365)  # before it is judged: a clock that jumps amid the work
        assert await service.clock.believed() is None
        await said(service, days=5 * 365)
        await service.stop()
        if trace == "none":
            file.unlink(missing_ok=True)
        elif trace == "damaged":
            file.write_bytes(b"{")
        elif trace == "of another log":
            file.write_bytes(msgspec.json.encode(Heartbeat(wrong, confirmed=100, log="0" * 32)))
        service = await open_service(clock=lambda: wrong)
        assert await service.clock.believed() is None
    sure = service.clock.surely()
    assert abs(sure - datetime.now(UTC)) < 10 * MINUTE


async def test_one_service_s_wrong_clock_neither_vouches_for_another_nor_puts_it_in_doubt(
    service: Service, nats_server: NatsServer, tmp_path: Path
) -> None:
    """Each has a folder of its own, as in containers; all have one log."""
    await said(service, days=5 * 365)
    right = Clock(service.log, tmp_path / "right", "events", lambda: datetime.now(UTC))
    assert await right.believed() is not None
    later = datetime.now(UTC) + 5 * 365 * DAY
    wrong = Clock(service.log, tmp_path / "wrong", "membership", lambda: later)
    assert await wrong.believed() is None, "the first start with heartbeats, seconds after another one's"
    assert await right.believed() is not None


async def test_one_that_was_off_for_long_is_believed_where_the_others_went_on(service: Service, tmp_path: Path) -> None:
    """Ahead of all of them it must be."""
    clock = Clock(service.log, tmp_path / "other", "events", lambda: datetime.now(UTC))
    assert await clock.believed() is not None
    file = KeptFile(tmp_path / "other" / "keys" / "heartbeat", Heartbeat)
    file.change(lambda kept: msgspec.structs.replace(kept, at=datetime.now(UTC) - 20 * DAY, log=""))
    quiet = Clock(service.log, tmp_path / "other", "events", lambda: datetime.now(UTC))
    assert await quiet.believed() is None
    await said(service)
    assert await quiet.believed() is not None


async def test_where_nothing_says_what_time_it_was_an_operator_says_it_once(
    service: Service, open_service: OpenService
) -> None:
    await say(service, ledger_id(service.network), LogRestored(events=0, signed=0, root=""))
    await service.stop()
    (service.around.data / "keys" / "heartbeat").unlink()
    for _ in range(2):
        service = await open_service()
        doubt = await service.clock.doubt()
        assert doubt is not None and "nothing says what time it was" in doubt
        await said(service)
        assert await service.clock.doubt() is not None
        assert service.clock.surely() == NEVER
        await service.stop()
    service = await open_service()
    assert (await service.clock.confirm()).doubt is None
    await service.stop()
    assert await (await open_service()).clock.doubt() is None


async def test_a_log_that_does_not_answer_is_no_reason_to_believe_where_there_are_keys(machine: Machine) -> None:
    keys = machine.folder / "keys"
    keys.mkdir()
    (keys / "directory.wrapping-key").write_bytes(b"one")
    clock = machine.boot()
    assert await clock.doubt() is not None and await clock.doubt() is not None
    assert not (keys / "heartbeat").exists()


async def test_what_an_older_release_recorded_by_a_wrong_clock_waits_for_the_next_event_or_an_operator(
    service: Service, open_service: OpenService
) -> None:
    later = datetime.now(UTC) + 5 * 365 * DAY
    await say(service, uuid4(), StructureRegistered(name="Eau vive", kind="association"), now=later)
    for _ in range(2):
        await service.stop()
        service = await open_service()
        doubt = await service.clock.doubt()
        assert doubt is not None and "before event 1 was recorded" in doubt
    await said(service)
    assert await service.clock.doubt() is None, "its own heartbeat agrees with it"
    await say(service, uuid4(), StructureRegistered(name="Eau vive", kind="association"), now=later)
    assert await service.clock.doubt() is not None
    assert (await service.clock.confirm()).doubt is None
    await service.stop()
    assert await (await open_service()).clock.doubt() is None


async def test_an_operator_speaks_of_what_was_not_of_what_will_be(service: Service) -> None:
    assert (await service.clock.confirm()).doubt is None
    then = datetime.now(UTC) + 5 * 365 * DAY
    service.around.clock = lambda: then
    assert await service.clock.doubt() is not None


async def test_another_replica_hears_what_an_operator_has_said(machine: Machine) -> None:
    """Also where it counts from a later time, which was wrong."""
    one, other = machine.boot(), machine.boot()
    machine.now += 5 * 365 * DAY
    one.believe(1, None)
    assert await other.doubt() is None
    machine.now = NOON + 2 * MINUTE
    assert await one.doubt() is not None and await other.doubt() is not None
    one.believe(2, None)
    assert await one.doubt() is None and await other.doubt() is None


@pytest.mark.parametrize("off", [5 * 365 * DAY, -2 * DAY, -50 * 365 * DAY])
async def test_an_event_says_whether_its_time_is_believed(service: Service, off: timedelta) -> None:
    await said(service)
    for judged_before in (False, True):
        then = datetime.now(UTC) + off
        service.around.clock = lambda: then  # noqa: B023
        if judged_before:
            assert await service.clock.doubt() is not None
        await service.execute(small.Register(name="Eau vive"), id=new_command_id(), actor="test")
    service.around.clock = lambda: datetime.now(UTC)
    assert await service.clock.doubt() is None
    await said(service)
    events = [opened(message) for message in await everything_in(service)]
    assert [one.believed is None for one in events] == [True, False, False, True]
    for one in events[1:3]:
        assert one.believed is not None and abs(one.believed - datetime.now(UTC)) < 10 * MINUTE
        assert one.surely == min(one.recorded, one.believed)


async def everything_in(service: Service) -> list[Message]:
    found = [await service.log.at(seq) for seq in range(1, await service.log.last() + 1)]
    return [one for one in found if one is not None]


async def test_a_checkpoint_that_a_wrong_clock_dated_is_in_nobody_s_way(machine: Machine) -> None:
    """Signed it never was by a clock in doubt; but files that are copied have the time of their copying."""
    await machine.boot().judge()
    path = Archive(machine.folder / "archive" / machine.log.network).latest_path
    path.parent.mkdir(parents=True)
    path.write_text("maillage/reseau\n812\nhash\n")
    later = (NOON + 5 * 365 * DAY).timestamp()
    os.utime(path, (later, later))
    assert await machine.boot().doubt() is None
    machine.now += 5 * 365 * DAY
    assert await machine.boot().doubt() is not None


async def test_a_node_that_was_wrong_and_is_right_again_needs_no_second_word(service: Service) -> None:
    last, node = await service.log.end()
    assert node is not None
    service.clock.believe(last, node + 5 * 365 * DAY)
    assert (await service.clock.judge()).doubt is None
    assert service.clock.standing.witnesses[-1].name == "node"


async def test_the_node_of_the_log_has_a_time_of_its_own(service: Service) -> None:
    last, at = await service.log.end()
    assert last == await service.log.last() and at is not None
    assert abs(at - datetime.now(UTC)) < 5 * MINUTE
    heartbeat(service, days=5 * 365)
    wrong = datetime.now(UTC) + 5 * 365 * DAY + MINUTE
    service.around.clock = lambda: wrong
    doubt = await service.clock.doubt()
    assert doubt is not None and "the time of the log's node" in doubt
    assert (await service.clock.confirm()).doubt is None, "an operator knows which of the two is wrong"
    service.around.clock = lambda: wrong + 8 * DAY
    heartbeat(service, days=5 * 365 + 8)
    assert await service.clock.doubt() is not None, "and by how much"
