"""A node that is cut from its peers is left for one that is not.

It greets and answers pings, so nats-py stays with it for ever: commands would be refused, reactions would stand still
and pages would grow old for as long as the cut lasts.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence

import structlog
from nats.aio.client import Client
from nats.errors import Error as NatsError

from shared.kernel.broker.connection import Connection
from shared.kernel.eventlog.direct_get import Unavailable
from shared.runtime.nats.cluster import LogEnd

log = structlog.get_logger()
LOOK = 1.0  # seconds between two looks
PATIENCE = 2.0  # seconds that a node may take to answer for the log, and another one to let us in and answer
Beside = Callable[[str], Awaitable[Client]]
"""A connection of its own to the node of this address, which does not come back by itself. Raises nats-py's errors,
TimeoutError, OSError"""


class Leaving:
    """Of the `connections` of one service to the log of a network. `beside`: how another node is asked beside them;
    None where there is one server alone."""

    def __init__(self, network: str, connections: Callable[[], Sequence[Client]], beside: Beside | None) -> None:
        self._network, self._connections, self._beside = network, connections, beside

    async def look(self) -> None:
        """One look at each; to be called again and again, every LOOK seconds. A node is left where it knows of no
        leader whom most nodes follow, and another does: so nobody moves in an election, or where no node can write."""
        await asyncio.gather(*(self._look_at(nc) for nc in self._connections()))

    async def _look_at(self, nc: Client) -> None:
        here = nc.connected_url
        if self._beside is None or here is None or not isinstance(nc, Connection) or await self._leads(nc):
            return
        others = [server for server in nc.servers if server.netloc != here.netloc]
        found = await asyncio.gather(*(self._can(other.geturl()) for other in others))
        better = [other.netloc for other, can in zip(others, found, strict=True) if can]
        if better and nc.connected_url == here:
            log.warning("nats.node_left", node=here.netloc, instead=better[0])
            await nc.go(better[0])

    async def _leads(self, nc: Client) -> bool:
        """Whether a node leads to who leads the log."""
        with contextlib.suppress(Unavailable, TimeoutError):
            async with asyncio.timeout(PATIENCE):
                await LogEnd(nc, self._network).last()
                return True
        return False

    async def _can(self, node: str) -> bool:
        assert self._beside is not None
        try:
            async with asyncio.timeout(PATIENCE):
                nc = await self._beside(node)
        except (NatsError, TimeoutError, OSError):
            return False
        try:
            return await self._leads(nc)
        finally:
            with contextlib.suppress(NatsError, OSError, TimeoutError):
                async with asyncio.timeout(PATIENCE):
                    await nc.close()
