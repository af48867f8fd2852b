"""Whose figures these are: the region of the network, and the reviews that it printed before there was a log.

Both are what the log says of it, and where it says nothing, settings; nothing where nothing is said: no network has
another's. Figures ask the region of their day themselves (`region_at`, indicators/macros.sql).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from fastapi import Request

from services.observatory.network.printed_review import Figure, Published, published
from shared.base.network_files import printed_reviews
from shared.base.settings import Settings
from shared.notions.network import NOTHING_SAID, Ourselves
from shared.runtime.faces import Premises

HOME = "/observatory/review"
"""The page of what was printed"""


@dataclass(frozen=True, slots=True)
class Network:
    """`region`: the codes of its departments now, in order; empty where it has none. `reviews`: those that it printed,
    in the order that it names them."""

    region: tuple[str, ...] = ()
    reviews: tuple[Published, ...] = ()

    @property
    def printed(self) -> Published | None:
        """The one that is meant where none is named: the first."""
        return self.reviews[0] if self.reviews else None

    def review(self, name: str | None) -> Published | None:
        """A review by its name, without one the first; None where there is none."""
        return self.printed if name is None else next((one for one in self.reviews if one.name == name), None)

    def page_of(self, review: Published | None) -> str:
        """The address of a review's page: its own where there are several."""
        return HOME if review is None or len(self.reviews) < 2 else f"{HOME}/{review.name}"

    def figure(self, path: str) -> Figure | None:
        """The figure of a review that is of this path of an indicator."""
        return next((found for one in self.reviews if (found := one.figure(path))), None)

    @property
    def indicators(self) -> frozenset[str]:
        """Those of which it has printed a figure."""
        return frozenset(figure.indicator for one in self.reviews for figure in one.figures)


NOBODY = Network()


def whose(request: Request) -> Network:
    """The network whose pages are asked for, with the region of the day that they are of."""
    service: Premises = request.app.state.service
    then = replace(service.ourselves.on(), reviews=service.ourselves.now.reviews)
    return network_of(service.settings, then)


def network_of(settings: Settings, said: Ourselves = NOTHING_SAID) -> Network:
    """The network, of what was said of it and of the settings. A review that this release does not have is none."""
    names = said.reviews if said.reviews is not None else [settings.review] if settings.review else []
    known = [published(name) for name in dict.fromkeys(names) if name in printed_reviews()]
    region = settings.departments if said.departments is None else said.departments
    return Network(region, tuple(known))
