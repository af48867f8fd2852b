"""The network itself: the names that it has had."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from services.membership.base.fields import natural
from shared.contract import Event
from shared.contract.fields import Name
from shared.contract.membership.network import NetworkNamed
from shared.kernel.decider import Command, Context, Decider, Decision

NETWORK_ID = natural("network", "ourselves")


class NameNetwork(Command):
    """Give the network a name."""

    entity = "network"
    name: Name

    def target(self, context: Context) -> UUID:
        return NETWORK_ID


@dataclass(frozen=True)
class Network:
    name: str | None = None


def evolve(state: Network, event: Event) -> Network:
    return Network(event.name) if isinstance(event, NetworkNamed) else state


def _named(command: NameNetwork, state: Network, context: Context) -> Decision:
    return [] if command.name == state.name else [NetworkNamed(name=command.name)]


AGAIN: Mapping[type[Event], type[Command]] = {NetworkNamed: NameNetwork}
"""Fact → the command that says it again with other answers"""
NETWORK = Decider("network", Network(), evolve, {NameNetwork: _named}, births=(NetworkNamed,))
