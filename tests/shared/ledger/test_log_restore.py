"""A log that came back shorter, or with a hole, is not written to: its sequences would be given out again, or what is
acknowledged would count for nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest

from shared.kernel.broker.connection import OPERATOR
from shared.kernel.command_handler import Executor
from shared.kernel.eventlog.event_log import Log, LogUnfit, Unavailable
from shared.ledger.log_restore import _marked
from shared.runtime.nats.embedded_server import NatsServer
from shared.runtime.service import Service
from tests.drill.damages import records
from tests.fixtures import small_directory as small

NETWORK = "shorter"


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[NatsServer]:
    server = NatsServer(tmp_path / "nats")
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def service(server: NatsServer, tmp_path: Path) -> AsyncIterator[Service]:
    nc = await server.connect(OPERATOR, reconnect_time_wait=0.02)
    service = small.service(small.definition(), NETWORK, nc, server, tmp_path)
    await service.start()
    yield service
    await service.stop()
    await nc.close()


async def test_a_server_that_comes_back_with_a_shorter_log_is_written_to_no_more(
    server: NatsServer, service: Service
) -> None:
    for n in range(20):
        await service.execute(small.Register(name=f"Structure {n}"), id=uuid4(), actor="test")
    await server.stop()
    (block,) = server.folder.rglob("1.blk")
    whole = block.read_bytes()
    block.write_bytes(whole[: records(whole)[9].end])
    for path in server.folder.rglob("index.db"):
        path.unlink()
    await server.start()
    with pytest.raises(Unavailable, match="ends at sequence 10, but 20"):
        await service.execute(small.Register(name="Après"), id=uuid4(), actor="test")
    assert await service.log.last() == 10, "sequence 11 was not given out again"


@pytest.mark.slow
async def test_nothing_is_decided_on_half_a_history(server: NatsServer, service: Service) -> None:
    done = await service.execute(small.Register(name="Structure"), id=uuid4(), actor="test")
    for tag in ("eau", "santé", "école"):
        last = await service.execute(small.Tag(structure=done.entity_id, tag=tag), id=uuid4(), actor="test")
    assert await service.runner.wait_for(last.seq)
    await server.stop()
    (block,) = server.folder.rglob("1.blk")
    whole = bytearray(block.read_bytes())
    whole[records(bytes(whole))[2].payload + 5] ^= 1
    block.write_bytes(whole)
    await server.start()
    anew = Executor(service.log, service.keyring, service.name, service.definition.deciders)  # remembers nothing
    with pytest.raises(Unavailable, match=r"event 3 of directory\.structure\..* is missing"):
        await anew(small.Tag(structure=done.entity_id, tag="sport"), id=uuid4(), actor="test")
    assert await service.log.last() == last.seq


async def test_a_log_that_is_being_restored_is_no_log_yet(server: NatsServer) -> None:
    nc = await server.connect(OPERATOR)
    await _marked(nc, NETWORK, 1, 0)
    with pytest.raises(LogUnfit, match="being restored"):
        await Log(nc, NETWORK).start()
    await asyncio.sleep(0)
    await nc.close()
