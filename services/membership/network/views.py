"""The network itself: its name, and the networks it stands beside on the national map."""

from __future__ import annotations

from services.membership.base.status_history import sort_key, standing, with_happening
from shared.contract.envelope import Recorded
from shared.contract.membership.network import (
    NetworkNamed,
    PeerNetworkJoined,
    PeerNetworkLeft,
    PeerNetworkRenamed,
    PeerNetworkRestored,
)
from shared.kernel.views.projection import Document, View


def _network(document: Document | None, data: NetworkNamed, event: Recorded) -> Document:
    after = with_happening(document, data, event)
    return {**after, "name": after["history"][-1]["name"]}


NETWORK = View(name="network", version=1, on={NetworkNamed: _network})

PEER_NETWORKS = View(
    name="peer_networks",
    version=1,
    on=standing(
        {
            PeerNetworkJoined: "current",
            PeerNetworkRenamed: None,
            PeerNetworkLeft: "former",
            PeerNetworkRestored: "current",
        },
        then=lambda peer: {**peer, "sort": sort_key(peer.get("name"))},
    ),
    fields=("status", "sort", "ourselves"),
)
