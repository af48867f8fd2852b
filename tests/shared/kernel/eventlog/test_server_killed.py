"""kill -9 of the server amid appends, and a start on the same store: what was acknowledged is there, nothing is
twice."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest

from shared.kernel.eventlog.atomic_batch import Patience
from shared.kernel.eventlog.event_log import Log, Unit
from shared.runtime.nats.embedded_server import NatsServer
from tests.fixtures.log_writing import everything, ids, unit


@pytest.fixture
async def own_server(tmp_path: Path) -> AsyncIterator[NatsServer]:
    server = NatsServer(tmp_path / "nats")
    await server.start()
    yield server
    await server.stop()


def kill(server: NatsServer) -> None:
    assert server.process is not None
    server.process.kill()
    server.process.wait()


@pytest.mark.slow
async def test_of_2000_appends_during_kills_every_acknowledged_one_is_in_the_log_whole_and_once(
    own_server: NatsServer,
) -> None:
    dice = random.Random(1)
    nc = await own_server.connect("test")
    log = Log(nc, "killed", patience=Patience(answer=0.5))
    await log.start()
    units = [unit("killed", uuid4(), events=dice.randint(1, 4)) for _ in range(2000)]

    async def append(one: Unit) -> object:
        await asyncio.sleep(dice.random() * 1.5)
        try:
            return await log.append(one)
        except Exception as error:
            return error

    appending = asyncio.gather(*(append(one) for one in units))
    for _ in range(3):
        await asyncio.sleep(dice.random() * 0.4)
        kill(own_server)
        await own_server.start()
    outcomes = await appending
    held = ids(await everything(log))
    place = {id: seq for seq, id in enumerate(held, 1)}
    assert len(held) == len(place), "an event is there twice"
    for one, outcome in zip(units, outcomes, strict=True):
        assert outcome == place.get(one.writes[-1].id), f"{outcome!r}"
        assert held[place[one.writes[0].id] - 1 :][: len(one.writes)] == [w.id for w in one.writes]
    await log.stop()
    await nc.close()


async def test_a_server_that_is_killed_while_nothing_happens_is_not_noticed_by_the_next_command(
    own_server: NatsServer,
) -> None:
    nc = await own_server.connect("test")
    log = Log(nc, "killed", patience=Patience(answer=0.5))
    await log.start()
    entity = uuid4()
    assert await log.append(unit("killed", entity)) == 1
    kill(own_server)
    await own_server.start()
    assert await log.append(unit("killed", entity, version=2, expected=1)) == 2
    assert (await log.load("directory", "structure", entity)).version == 2
    await log.stop()
    await nc.close()


async def test_every_user_has_a_key_of_its_own_in_a_file_only_we_read(own_server: NatsServer) -> None:
    key = own_server.keys / "operator.nk"
    assert key.stat().st_mode & 0o777 == 0o600 and key.read_text().startswith("SU")
    for public in ("nats.conf", "accounts.conf"):
        path = own_server.folder / public
        assert path.stat().st_mode & 0o777 == 0o600 and key.read_text().strip() not in path.read_text()
    assert own_server.url.startswith("nats://127.0.0.1:")
