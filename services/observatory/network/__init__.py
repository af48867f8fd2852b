"""Whose figures these are: the region of the network, and the review that it printed before there was a log.

Both are what the log says of it, and where it says nothing, settings; nothing where nothing is said: no network has
another's. Figures ask the region of their day themselves (`region_at`, indicators/macros.sql).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from fastapi import Request

from services.observatory.network.printed_review import Published, published
from shared.base.network_files import printed_reviews
from shared.base.settings import Settings
from shared.notions.network import NOTHING_SAID, Ourselves
from shared.runtime.faces import Premises


@dataclass(frozen=True, slots=True)
class Network:
    """`region`: the codes of its departments now, in order; empty where it has none. `printed`: None where nothing was;
    of several, the first that it names."""

    region: tuple[str, ...] = ()
    printed: Published | None = None


NOBODY = Network()


def whose(request: Request) -> Network:
    """The network whose pages are asked for, with the region of the day that they are of."""
    service: Premises = request.app.state.service
    then = replace(service.ourselves.on(), reviews=service.ourselves.now.reviews)
    return network_of(service.settings, then)


def network_of(settings: Settings, said: Ourselves = NOTHING_SAID) -> Network:
    """The network, of what was said of it and of the settings. A review that this release does not have is none."""
    names = said.reviews if said.reviews is not None else [settings.review] if settings.review else []
    known = [published(name) for name in names if name in printed_reviews()]
    region = settings.departments if said.departments is None else said.departments
    return Network(region, known[0] if known else None)
