"""A service leaves a node that answers and can't write, with all of its connections, and no other."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import pytest
from nats.aio.client import Client

from shared.kernel.broker.connection import OPERATOR, Broker, Connection, broker_options, connected
from shared.kernel.eventlog.direct_get import Unavailable
from shared.runtime.nats.canary import Canary
from shared.runtime.nats.cluster import LogEnd
from shared.runtime.nats.leaving import Leaving
from shared.runtime.nats.server_config import seed_of
from tests.shared.runtime.nats.test_canary import ELECTED, NETWORK, Cluster, cluster, well

__all__ = ["cluster"]


def node_of(nc: Client, cluster: Cluster) -> str:
    """The node that a connection is with, empty where it is with none."""
    url = nc.connected_url
    return next((name for name, known in cluster.urls.items() if url and known.endswith(url.netloc)), "")


async def put(nc: Connection, node: str, cluster: Cluster) -> None:
    """Lets a connection go from node to node until it is with this one."""
    async with asyncio.timeout(ELECTED):
        while node_of(nc, cluster) != node:
            if nc.is_connected:
                await nc.force_reconnect()
            await asyncio.sleep(0.05)


@pytest.mark.slow
async def test_what_is_with_a_node_that_is_cut_from_its_peers_leaves_it_and_what_is_not_stays(cluster: Cluster) -> None:
    async with contextlib.AsyncExitStack() as stack:
        operator = await cluster.connect(OPERATOR)
        stack.push_async_callback(operator.close)
        seed = seed_of(cluster.folder / "keys", "membership")

        async def beside(node: str) -> Connection:
            return await connected(node, seed, "membership", allow_reconnect=False, connect_timeout=1)

        broker = Broker(**broker_options(list(cluster.urls.values()), seed, "membership"), logger=None)
        await broker.start()
        stack.push_async_callback(broker.stop)
        for cuts_the_leader in (False, True):
            leader = (await operator.jetstream().stream_info(NETWORK)).cluster.leader
            node = leader if cuts_the_leader else next(name for name in cluster.urls if name != leader)
            elsewhere = next(name for name in cluster.urls if name not in (node, leader))
            nc, (reacts,) = await cluster.connect("membership"), broker.own
            stack.push_async_callback(nc.close)
            assert isinstance(reacts, Connection)
            await put(nc, elsewhere, cluster)
            await put(reacts, node, cluster)
            await put(operator, elsewhere, cluster)
            one = Leaving(NETWORK, lambda nc=nc: [nc, *broker.own], beside)
            for _ in range(20):
                await one.look()
            assert (node_of(nc, cluster), node_of(reacts, cluster)) == (elsewhere, node), "nobody leaves a good node"
            async with cluster.cut(node):
                await until(one, lambda reacts=reacts, node=node: node_of(reacts, cluster) not in ("", node))
                await until(one, lambda nc=nc, node=node: well_off(nc, cluster, node))
                there = await cluster.connect("events", node)
                stack.push_async_callback(there.close)
                alone = Leaving(NETWORK, lambda there=there: [there], beside)
                # A leader of old tells what it knows, until it is known for one.
                await until(alone, lambda there=there: ends(there, None))
                assert there.is_connected, "what has nowhere else to go stays"
            await until(alone, lambda there=there: ends(there, 0))


async def until(one: Leaving, true: Callable[[], bool | Awaitable[bool]]) -> None:
    async with asyncio.timeout(ELECTED):
        while True:
            found = true()
            if found if isinstance(found, bool) else await found:
                return
            await one.look()
            await asyncio.sleep(0.1)


async def well_off(nc: Client, cluster: Cluster, bad: str) -> bool:
    """Whether it is with another node than the bad one, and could write there."""
    return node_of(nc, cluster) != bad and await Canary(nc, NETWORK, "membership", well).trouble() is None


async def ends(nc: Client, where: int | None) -> bool:
    """Whether the log ends there by this node; None: whether that can't be known."""
    found = None
    with contextlib.suppress(Unavailable):
        found = await LogEnd(nc, NETWORK).last()
    return found == where
