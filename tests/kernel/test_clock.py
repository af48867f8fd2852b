"""When a clock is believed: beside its heartbeat, the last event, the checkpoint and the node of the log."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from shared.base.kept_file import KeptFile
from shared.contract.observatory import LogRestored, ledger_id
from shared.kernel.command_handler import new_command_id
from shared.kernel.eventlog.event_log import Log
from shared.ledger.archive_format import Archive
from shared.runtime.clock import Clock, Heartbeat, Witness, judged
from shared.runtime.nats.embedded_server import NatsServer
from shared.runtime.service import Service
from tests import small
from tests.conftest import OpenService
from tests.signing_in import say

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


async def test_back_with_the_right_clock_events_of_later_are_believed_until_an_operator_speaks(
    service: Service, open_service: OpenService
) -> None:
    wrong = datetime.now(UTC) + 5 * 365 * DAY
    service.around.clock = lambda: wrong
    assert await service.clock.doubt() is not None
    await said(service, days=5 * 365)
    assert await service.clock.doubt() is not None
    await service.stop()
    again = await open_service()
    doubt = await again.clock.doubt()
    assert doubt is not None and "before event 1 was recorded" in doubt
    await said(again)  # by the right clock
    assert await again.clock.doubt() is not None
    await again.stop()
    again = await open_service()
    assert await again.clock.doubt() is not None
    assert (await again.clock.confirm()).doubt is None
    await again.stop()
    again = await open_service()
    assert await again.clock.doubt() is None
    await said(again, days=5 * 365)
    again.around.clock = lambda: datetime.now(UTC)
    assert await again.clock.doubt() is not None, "an operator speaks of what was, not of what will be"


async def test_what_was_recorded_while_the_clock_jumped_is_remembered_after_it_jumped_back(service: Service) -> None:
    await said(service, days=8)
    assert await service.clock.doubt() is not None
    await said(service)
    doubt = await service.clock.doubt()
    assert doubt is not None and "before event 1 was recorded" in doubt


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
