"""Reading everything: in order, without a hole, from any sequence on, also while the server restarts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest
from nats.aio.client import Client
from nats.js.api import StreamConfig

from shared.kernel.eventlog.event_log import Log, LogDamaged
from shared.runtime.nats.embedded_server import NatsServer
from tests.fixtures.log_writing import everything, unit


async def filled(log: Log, messages: int) -> None:
    for start in range(0, messages, 1000):
        await log.append(unit(log.network, uuid4(), events=min(1000, messages - start)))


def sequences(runs: list[list[int]]) -> list[int]:
    return [seq for run in runs for seq in run]


async def test_an_empty_log_is_read_at_once(log: Log) -> None:
    assert await everything(log) == []


@pytest.mark.slow
async def test_20000_events_come_in_order_and_no_run_is_empty(log: Log) -> None:
    await filled(log, 20_000)
    runs = [[m.seq for m in run] async for run in log.read()]
    assert sequences(runs) == list(range(1, 20_001))
    assert all(runs) and len(runs) < 200


@pytest.mark.parametrize(("after", "until"), [(0, 1), (0, 2500), (1499, 1500), (700, 2100), (2500, 2500), (2600, 2500)])
async def test_reading_from_one_sequence_until_another(log: Log, after: int, until: int) -> None:
    await filled(log, 3000)
    runs = [[m.seq for m in run] async for run in log.read(after, until=until)]
    assert sequences(runs) == list(range(after + 1, until + 1))


async def test_following_goes_on_with_what_is_written_later_and_ends_where_it_is_told(log: Log) -> None:
    await filled(log, 10)
    found: list[int] = []

    async def follow() -> None:
        async for run in log.read(4, follow=True, until=30):
            found.extend(m.seq for m in run)

    following = asyncio.create_task(follow())
    for _ in range(22):
        await log.append(unit(log.network, uuid4()))
    await asyncio.wait_for(following, 60)
    assert found == list(range(5, 31))


@pytest.mark.slow
async def test_a_slow_reader_gets_everything_too(log: Log) -> None:
    await filled(log, 9000)
    found: list[int] = []
    async for run in log.read():
        found.extend(m.seq for m in run)
        await asyncio.sleep(0.05)
    assert found == list(range(1, 9001))


async def test_readers_leave_no_consumer_behind(nc: Client, log: Log) -> None:
    await filled(log, 3000)
    async for _ in log.read():
        pass
    following = asyncio.ensure_future(anext(log.read(3000, follow=True)))
    await asyncio.sleep(0.1)
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)
    await asyncio.sleep(0.05)
    assert await nc.jetstream().consumers_info(log.network) == []


@pytest.fixture
async def own_server(tmp_path: Path) -> AsyncIterator[NatsServer]:
    server = NatsServer(tmp_path / "nats")
    await server.start()
    yield server
    await server.stop()


@pytest.mark.slow
async def test_a_reader_goes_on_where_it_stood_when_the_server_is_killed_and_comes_back(own_server: NatsServer) -> None:
    nc = await own_server.connect("test")
    log = Log(nc, "restarted")
    await log.start()
    await filled(log, 6000)
    found: list[int] = []

    async def follow() -> None:
        async for run in log.read(follow=True, until=6500):
            found.extend(m.seq for m in run)
            await asyncio.sleep(0.02)

    following = asyncio.create_task(follow())
    for _ in range(2):
        await asyncio.sleep(0.05)
        assert own_server.process is not None
        own_server.process.kill()
        own_server.process.wait()
        await own_server.start()
    await filled(log, 500)
    await asyncio.wait_for(following, 60)
    assert found == list(range(1, 6501))
    await log.stop()
    await nc.close()


@pytest.fixture
async def breakable(nc: Client, network: str) -> AsyncIterator[Log]:
    """A log whose stream lets messages be deleted, as no real one does."""
    config = StreamConfig(name=network, subjects=[f"{network}.>"], allow_direct=True, allow_atomic=True)
    await nc.jetstream().add_stream(config)
    log = Log(nc, network, unfit=lambda *_: [])
    await log.start()
    await filled(log, 50)
    yield log
    await log.stop()


@pytest.mark.slow
@pytest.mark.parametrize("missing", [1, 20, 49, 50])
@pytest.mark.parametrize("follow", [False, True])
async def test_a_missing_sequence_stops_the_reader_with_all_before_it_read(
    nc: Client, breakable: Log, missing: int, follow: bool
) -> None:
    await nc.jetstream().delete_msg(breakable.network, missing)
    found: list[int] = []
    with pytest.raises(LogDamaged, match=f"sequence {missing} is missing"):
        async with asyncio.timeout(60):
            async for run in breakable.read(follow=follow):
                found.extend(m.seq for m in run)
    assert found == list(range(1, missing))


async def test_a_log_that_ends_before_what_was_read_is_damaged(log: Log) -> None:
    await filled(log, 10)
    with pytest.raises(LogDamaged, match="ends at sequence 10, but 11 was read"):
        await anext(log.read(11, follow=True))


@pytest.mark.slow
@pytest.mark.parametrize("rewritten", [0, 5, 40])
async def test_a_log_that_is_replaced_under_a_reader_is_damaged(own_server: NatsServer, rewritten: int) -> None:
    """As after a restart that lost the end of the log, when others have written on in its place."""
    nc = await own_server.connect("test")
    log = Log(nc, "replaced")
    await log.start()
    await filled(log, 20)
    reading = log.read(follow=True)
    seen = 0
    while seen < 20:
        seen += len(await anext(reading))
    waiting = asyncio.ensure_future(anext(reading))
    await nc.jetstream().delete_stream("replaced")
    other = Log(nc, "replaced")  # who saw the one before would not write into this one
    await other.start()
    if rewritten:
        await filled(other, rewritten)
    await other.stop()
    with pytest.raises(LogDamaged):
        async with asyncio.timeout(60):
            await waiting
    await log.stop()
    await nc.close()


@pytest.mark.slow
async def test_a_bit_that_flipped_on_the_disk_stops_the_reader(own_server: NatsServer) -> None:
    nc = await own_server.connect("test")
    log = Log(nc, "flipped")
    await log.start()
    await filled(log, 3000)
    await log.stop()
    await nc.close()
    await own_server.stop()
    block = next(own_server.folder.glob("store/**/msgs/1.blk"))
    content = bytearray(block.read_bytes())
    content[len(content) // 2] ^= 1
    block.write_bytes(content)
    await own_server.start()
    nc = await own_server.connect("test")
    log = Log(nc, "flipped")
    await log.start()
    with pytest.raises(LogDamaged):
        async with asyncio.timeout(60):
            async for _ in log.read(until=3000, follow=True):
                pass
            await anext(log.read(3000, follow=True))
    await log.stop()
    await nc.close()
