"""The pages of a service that runs: its templates, its words, the network's name, and how far behind the log it is."""

from __future__ import annotations

from typing import Protocol

from shared.base.translations import Text
from shared.runtime.faces import Defined, Visitors
from shared.runtime.times.staleness import Freshness
from shared.web.templating import Pages


class Shown(Visitors, Defined, Protocol):
    """A service, as its pages are made of it."""

    @property
    def footnote(self) -> Text | None: ...
    @property
    def freshness(self) -> Freshness: ...


def made_of(service: Shown, name: str) -> Pages:
    """The pages of a service. `name`: its own, or "" for pages that belong to no service."""
    return Pages(
        name,
        service.definition.folder / "templates",
        service.words,
        network_title=lambda: service.ourselves.title,
        always=lambda request: {
            "footnote": service.footnote,
            "stale": service.freshness.of,
            "doubted": lambda: service.clock.doubted is not None,
            "redrawn": service.ourselves.redrawn,
            "regional": lambda: bool(service.ourselves.region()),
            "dye": service.ourselves.now.dye,
        },
        label=service.sessions.label,
    )
