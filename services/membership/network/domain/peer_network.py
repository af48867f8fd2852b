"""A regional multi-actor network on the national map: ourselves, or one of the others. A name stands there once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from services.membership.base.fields import natural
from shared.contract import Event
from shared.contract.fields import Line, Name, Reason
from shared.contract.membership.network import (
    PeerNetworkJoined,
    PeerNetworkLeft,
    PeerNetworkRenamed,
)
from shared.kernel.decider import Command, Context, Decider, Decision, Refused


def peer_network_id(name: str) -> UUID:
    """The id of the network that came on the map under this name, however it is written."""
    return natural("peer-network", name.casefold())


class PeerNetworkCommand(Command):
    entity = "peer-network"


class AddPeerNetwork(PeerNetworkCommand):
    """Note a regional network that stands on the national map."""

    name: Name
    region: Line | None = None
    ourselves: bool = False

    def target(self, context: Context) -> UUID:
        return peer_network_id(self.name)


class RenamePeerNetwork(PeerNetworkCommand):
    """Note the new name of a regional network."""

    peer_network: UUID
    name: Name


class RemovePeerNetwork(PeerNetworkCommand):
    """Note that a regional network stands on the map no more."""

    peer_network: UUID
    reason: Reason | None = None


@dataclass(frozen=True)
class PeerNetwork:
    name: str | None = None
    left: bool = False


def evolve(state: PeerNetwork, event: Event) -> PeerNetwork:
    match event:
        case PeerNetworkJoined():
            return PeerNetwork(event.name)
        case PeerNetworkRenamed():
            return replace(state, name=event.name)
        case PeerNetworkLeft():
            return replace(state, left=True)
    return state


def _joined(command: AddPeerNetwork, state: PeerNetwork, context: Context) -> Decision:
    if state.name is not None and not state.left:
        raise Refused("already-on-the-map", field="name", name=state.name)
    return [PeerNetworkJoined(name=command.name, region=command.region, ourselves=command.ourselves)]


def _renamed(command: RenamePeerNetwork, state: PeerNetwork, context: Context) -> Decision:
    return [] if _known(state) == command.name else [PeerNetworkRenamed(name=command.name)]


def _left(command: RemovePeerNetwork, state: PeerNetwork, context: Context) -> Decision:
    _known(state)
    return [] if state.left else [PeerNetworkLeft(reason=command.reason)]


def _known(state: PeerNetwork) -> str:
    if state.name is None:
        raise Refused("unknown-peer-network")
    return state.name


def allows(state: PeerNetwork, event: Event) -> str | None:
    on = state.name is not None and not state.left
    match event:
        case PeerNetworkJoined():
            return "already-on-the-map" if on else None
        case PeerNetworkLeft():
            return None if on else "peer-network-left"
    return None


AGAIN: Mapping[type[Event], type[Command]] = {
    PeerNetworkJoined: AddPeerNetwork,
    PeerNetworkRenamed: RenamePeerNetwork,
    PeerNetworkLeft: RemovePeerNetwork,
}
"""Fact → the command that says it again with other answers"""
PEER_NETWORK = Decider(
    entity="peer-network",
    initial=PeerNetwork(),
    evolve=evolve,
    decisions={
        AddPeerNetwork: _joined,
        RenamePeerNetwork: _renamed,
        RemovePeerNetwork: _left,
    },
    allows=allows,
    births=(PeerNetworkJoined,),
)
