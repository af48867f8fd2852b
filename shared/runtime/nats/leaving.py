"""A node that answers and can't write is left for another.

A node that is cut from its peers greets and answers pings, so nats-py stays with it for ever: commands would be refused
and reactions would stand still for as long as the cut lasts. What it can't do any more the canary finds out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import structlog
from nats.aio.client import Client

from shared.base.outside import REAL, Outside
from shared.runtime.nats.canary import PERIOD, Canary

log = structlog.get_logger()
LOOK = 1.0  # seconds between two looks; a node is asked every PERIOD at most


class Leaving:
    """Of the `connections` of one service."""

    def __init__(self, canary: Canary, connections: Callable[[], Sequence[Client]], outside: Outside = REAL) -> None:
        self._canary, self._connections, self._outside = canary, connections, outside
        self._left: dict[Client, list[float]] = {}  # when it was left, without success since

    async def look(self) -> None:
        """One look at each; to be called again and again, every LOOK seconds. Where all are as bad, as in an election,
        each other node is tried once, then one every PERIOD: whoever comes to no good is not to be without a connection
        all the time."""
        for nc in self._connections():
            others = len(nc.servers) - 1
            if others < 1 or not nc.is_connected:
                continue
            node, reconnects = nc.connected_url, nc.stats["reconnects"]
            found = await self._canary.asked(nc)
            if not found.alone:
                self._left.pop(nc, None)
            elif nc.stats["reconnects"] == reconnects and self._may(nc, others):
                log.warning("nats.node_left", node=node.netloc if node else "", why=found.why)
                await nc.force_reconnect()

    def _may(self, nc: Client, others: int) -> bool:
        left, now = self._left.setdefault(nc, []), self._outside.monotonic()
        if len(left) >= others and now - left[-1] < PERIOD:
            return False
        left.append(now)
        del left[:-others]
        return True
