"""Whose figures these are: the region of the network, and the review that it printed before there was a log.

Both are settings, and nothing where nothing is set: no network has another's. (*A network is data* makes them events.)
"""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request

from services.observatory.network.printed_review import Published, published
from shared.base.settings import Settings
from shared.runtime.faces import Premises


@dataclass(frozen=True, slots=True)
class Network:
    """`region`: the codes of its departments, in order; empty where it has none. `printed`: None where nothing was."""

    region: tuple[str, ...] = ()
    printed: Published | None = None


NOBODY = Network()


def whose(request: Request) -> Network:
    """The network whose pages are asked for."""
    service: Premises = request.app.state.service
    return network_of(service.settings)


def network_of(settings: Settings) -> Network:
    return Network(settings.departments, published(settings.review) if settings.review else None)
