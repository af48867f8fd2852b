"""What comes from outside is one thing that a service is given and hands on, with one time of day."""

from __future__ import annotations

import asyncio
import threading
from datetime import UTC, datetime, timedelta

import pytest
from nats.aio.client import Client

from shared.base.outside import REAL, Outside
from shared.kernel.eventlog.event_log import Log, Unavailable
from shared.kernel.eventlog.ordered_reader import AGAIN, DOUBTS
from tests.conftest import OpenService
from tests.fixtures.log_writing import unit


async def test_the_world_as_it_is() -> None:
    assert REAL.now().tzinfo is UTC and abs(REAL.now() - datetime.now(UTC)) < timedelta(minutes=1)
    assert REAL.monotonic() <= REAL.monotonic()
    assert len(REAL.random(16)) == 16 and REAL.random(16) != REAL.random(16)
    one, other = REAL.new_id(), REAL.new_id()
    assert one.version == other.version == 7 and one < other, "ids are in the order in which they were made"
    assert await REAL.in_thread(threading.get_ident) != threading.get_ident()
    with REAL.threads(1, "mine") as pool:
        name = await asyncio.get_running_loop().run_in_executor(pool, lambda: threading.current_thread().name)
    assert name.startswith("mine")


async def test_a_service_has_one_time_of_day_also_where_its_clock_is_set_anew(open_service: OpenService) -> None:
    service = await open_service(outside=Outside(now=lambda: pytest.fail("it has a clock of its own")))
    for year in (2016, 2031):
        at = datetime(year, 6, 1, tzinfo=UTC)
        service.around.clock = lambda at=at: at  # type: ignore[misc]
        assert service.now() == service.outside.now() == at


async def test_whoever_waits_for_the_log_waits_as_it_is_told(nc: Client, log: Log) -> None:
    """Two seconds of asking again take none where sleeping does not."""
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        await asyncio.sleep(0)

    id = REAL.new_id()
    last = await log.append(unit(log.network, id))
    quick = Log(nc, log.network, outside=Outside(sleep=sleep))
    await quick.start()
    assert (await quick.load("directory", "structure", id, shows=last)).version == 1 and slept == []
    with pytest.raises(Unavailable):
        await quick.load("directory", "structure", id, shows=last + 1)
    assert slept == [AGAIN] * DOUBTS
    await quick.stop()
