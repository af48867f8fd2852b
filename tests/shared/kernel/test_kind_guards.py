"""A guard over a kind of entity: two who carry it never both write on what they read alike, in one process, in two, and
on three nodes, where what is under way is compared by its text (ADR 54)."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from uuid import uuid4

import pytest

from shared.contract.membership.members import MemberJoined
from shared.kernel.eventlog.event_log import Conflict, Log, Unit
from shared.runtime.nats.embedded_server import NatsServer
from tests.fixtures.log_writing import write
from tests.shared.runtime.nats.test_canary import NETWORK, Cluster, cluster

__all__ = ["cluster"]  # a fixture
JOINED = MemberJoined(college="public", charter_version=1, structure=uuid4(), name="Kynarou")


async def joins(log: Log, last: int) -> int | None:
    """A new member, where no other one was written since the sequence `last`; where it stands, None if it does not."""
    one = write(log.network, uuid4(), 1, JOINED)
    try:
        return await log.append(Unit([one], {one.entity: 0}, {f"{log.network}.membership.member.*": last}))
    except Conflict:
        return None


async def one_each_round(logs: list[Log], rounds: int) -> None:
    last = 0
    for n in range(rounds):
        came = [one for one in await asyncio.gather(*(joins(log, last) for log in logs)) if one is not None]
        assert len(came) == 1, (n, came)
        (last,) = came


async def test_in_one_process_one_alone_writes(log: Log) -> None:
    await one_each_round([log] * 4, 50)


async def test_in_two_processes_one_alone_writes(nats_server: NatsServer, log: Log) -> None:
    nc = await nats_server.connect("other")
    other = Log(nc, log.network)
    await other.start()
    await one_each_round([log, other, log, other], 60)
    await other.stop()
    await nc.close()


async def test_what_is_written_of_another_kind_is_in_nobodys_way(log: Log) -> None:
    last = await joins(log, 0)
    other = write(log.network, uuid4())
    await log.append(Unit([other], {other.entity: 0}))
    assert last is not None and await joins(log, last) is not None


@pytest.mark.slow
async def test_on_three_nodes_one_alone_writes(cluster: Cluster) -> None:
    async with AsyncExitStack() as ends:
        logs = []
        for node in cluster.urls:
            nc = await cluster.connect("membership", node)
            ends.push_async_callback(nc.close)
            log = Log(nc, NETWORK, replicas=3)
            await log.start()
            ends.push_async_callback(log.stop)
            logs.append(log)
        await one_each_round(logs, 60)
