"""The network itself: its name, and the networks it stands beside on the national map."""

from __future__ import annotations

from services.membership.base.queries import everything
from services.membership.network.domain import network, peer_network
from services.membership.network.domain.network import NETWORK as NETWORK_DECIDER
from services.membership.network.domain.network import NameNetwork
from services.membership.network.domain.peer_network import (
    PEER_NETWORK,
    PeerNetworkCommand,
    RenamePeerNetwork,
)
from services.membership.network.pages import routes
from services.membership.network.views import NETWORK, PEER_NETWORKS
from services.membership.network.words import WORDS
from shared.kernel.command_handler import Outcome
from shared.kernel.decider import Command
from shared.runtime.faces import Views
from shared.runtime.feature import Feature
from shared.runtime.service import Choices, Retired


def page_of(command: Command, outcome: Outcome) -> str | None:
    """The page of the network and its peers."""
    return "/membership/peers" if isinstance(command, NameNetwork | PeerNetworkCommand) else None


async def choices(service: Views, command: type[Command], lang: str) -> Choices:
    """The peer networks by their names."""
    if not issubclass(command, PeerNetworkCommand) or "peer_network" not in command.model_fields:
        return {}
    peers = await everything(service, PEER_NETWORKS, sort="sort")
    return {"peer_network": [(one["key"], one["name"]) for one in peers]}


RETIRED = {
    "RestorePeerNetwork": Retired("peer-network", "StrikeEvents"),
}

FEATURE = Feature(
    name="network",
    deciders=(PEER_NETWORK, NETWORK_DECIDER),
    views=(NETWORK, PEER_NETWORKS),
    words=WORDS,
    routes=(routes,),
    page_of=page_of,
    choices=choices,
    retired=RETIRED,
    whole=(RenamePeerNetwork,),
    again={**network.AGAIN, **peer_network.AGAIN},
)
