"""The NATS nodes that hold the log, and how each of them is."""

from __future__ import annotations

from typing import Literal

from nats.aio.client import Client

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
