"""The NATS nodes that hold the log, how each of them is, and which of them may be believed."""

from __future__ import annotations

from typing import Literal

from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js.api import StreamInfo
from nats.js.errors import APIError

from shared.kernel.eventlog.direct_get import Unavailable

Standing = Literal["leads", "current", "behind", "away"]
GOOD: frozenset[Standing] = frozenset({"leads", "current"})


async def nodes_of(nc: Client, network: str) -> dict[str, Standing]:
    """Each node's name → how it is, as the stream's leader says it; empty where there is one server alone.

    `behind`: it has not all of the log yet, so that the others must not be taken away. Raises nats-py's errors.
    """
    cluster = (await nc.jetstream().stream_info(network)).cluster
    if cluster is None or not cluster.name:
        return {}
    found: dict[str, Standing] = {cluster.leader: "leads"} if cluster.leader else {}
    for peer in cluster.replicas or ():
        found[peer.name or "?"] = "away" if peer.offline else "current" if peer.current else "behind"
    return found


UNHEARD = 4.0  # seconds without a word of a node, each of which answers its leader every second


def without_majority(info: StreamInfo) -> bool:
    """Whether the log has no leader, or one that hears of less than half of the nodes. One that is cut from the others
    does not know yet that another was elected, and tells of its own past for ten seconds and more."""
    if (cluster := info.cluster) is None or not cluster.name:
        return False  # one server alone
    peers = cluster.replicas or []
    heard = sum(not peer.offline and (peer.active or 0) < UNHEARD * 1e9 for peer in peers)
    return not cluster.leader or 2 * (heard + 1) <= len(peers) + 1


class LogEnd:
    """Where the log of a network ends, as nobody but a leader knows whom the others follow."""

    def __init__(self, nc: Client, network: str) -> None:
        self._nc, self._network = nc, network

    async def last(self) -> int:
        """The sequence of the last message, 0 of an empty log. Raises Unavailable where that can't be known."""
        try:
            info = await self._nc.jetstream().stream_info(self._network)
        except (TimeoutError, NatsError, APIError) as error:
            raise Unavailable("the event log does not answer") from error
        if without_majority(info):
            raise Unavailable("the event log does not know whether it goes on elsewhere")
        return int(info.state.last_seq)
