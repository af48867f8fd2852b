"""The network itself: its name, and the networks it stands beside on the national map."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from services.membership.base.queries import everything
from services.membership.network.api import routes as api_routes
from services.membership.network.begin_pages import routes as begin_routes
from services.membership.network.domain import network, peer_network
from services.membership.network.domain.network import NETWORK as NETWORK_DECIDER
from services.membership.network.domain.network import (
    NetworkCommand,
)
from services.membership.network.domain.peer_network import (
    PEER_NETWORK,
    PeerNetworkCommand,
    RenamePeerNetwork,
)
from services.membership.network.metrics import measuring
from services.membership.network.pages import routes
from services.membership.network.views import NETWORK, PEER_NETWORKS
from services.membership.network.words import WORDS
from shared.base.translations import among, languages, translated
from shared.geo import DEPARTMENTS
from shared.kernel.command_handler import Outcome
from shared.kernel.decider import Command
from shared.notions.legal_terms import LAWS, legal_terms
from shared.notions.network import DYES
from shared.runtime.faces import Views
from shared.runtime.feature import Feature
from shared.runtime.service import Choices, Retired
from shared.web.formatting import language_name


def page_of(command: Command, outcome: Outcome) -> str | None:
    """The page of the network, or of its peers."""
    if isinstance(command, NetworkCommand):
        return "/membership/network"
    return "/membership/peers" if isinstance(command, PeerNetworkCommand) else None


async def choices(service: Views, command: type[Command], lang: str) -> Choices:
    """The peer networks by their names; what the network may say of itself."""
    if issubclass(command, NetworkCommand):
        if "reviews" in command.model_fields:
            await service.ourselves.refresh()
            return {"reviews": [(one, one) for one in service.ourselves.reviews()]}
        return {name: of(lang) for name, of in OFFERED.items() if name in command.model_fields}
    if not issubclass(command, PeerNetworkCommand) or "peer_network" not in command.model_fields:
        return {}
    peers = await everything(service, PEER_NETWORKS, sort="sort")
    return {"peer_network": [(one["key"], one["name"]) for one in peers]}


def _called(titles: Mapping[str, str], lang: str) -> str:
    return among(titles, lang) or ""


OFFERED: Mapping[str, Callable[[str], Sequence[tuple[str, str]]]] = {
    "departments": lambda lang: [(code, f"{one.name} ({code})") for code, one in DEPARTMENTS.items()],
    "languages": lambda lang: [(one, language_name(one, lang)) for one in languages()],
    "dye": lambda lang: [(one, translated(said, lang)) for one, said in DYES.items()],
    "law": lambda lang: [(one, translated(said, lang)) for one, said in LAWS.items()],
    "term": lambda lang: [(code, _called(one.title, lang)) for code, one in legal_terms().items()],
}
"""field → what the forms about the network itself offer, in a language"""

RETIRED = {
    "RestorePeerNetwork": Retired("peer-network", "StrikeEvents"),
}

FEATURE = Feature(
    name="network",
    deciders=(PEER_NETWORK, NETWORK_DECIDER),
    views=(NETWORK, PEER_NETWORKS),
    words=WORDS,
    routes=(routes, begin_routes, api_routes),
    measuring=measuring,
    page_of=page_of,
    choices=choices,
    retired=RETIRED,
    whole=(RenamePeerNetwork,),
    again={**network.AGAIN, **peer_network.AGAIN},
)
