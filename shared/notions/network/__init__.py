"""What a network says of itself, from a day on: its name, region, languages, dye, law, the reviews that it printed.

One fold for all who read or judge it (docs/adr/0053). What was never said is None: then the settings hold, as they did
before the log had a word for it (`view.py`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from uuid import NAMESPACE_URL, UUID, uuid5

from shared.base.network_files import printed_reviews, reviews_of, whose
from shared.base.translations import SOURCE, L, Lang, languages
from shared.contract import Event
from shared.contract.membership.network import (
    DyeChosen,
    LanguagesChosen,
    LawChosen,
    LegalTermStated,
    NetworkNamed,
    PrintedReviewsNamed,
    RegionDrawn,
)

NETWORK_ID: UUID = uuid5(uuid5(NAMESPACE_URL, "urn:maillage:membership"), "network/ourselves")
"""The one entity `network`, the same in every log"""

SAYS = (NetworkNamed, RegionDrawn, LanguagesChosen, DyeChosen, LawChosen, LegalTermStated, PrintedReviewsNamed)
"""The types of what is said of it"""

DYES: Mapping[str, str] = {
    "pastel": L("Pastel, un bleu"),
    "garance": L("Garance, un rouge"),
    "gaude": L("Gaude, un jaune"),
    "vert": L("Vert, de pastel et de gaude"),
    "violet": L("Violet, de pastel et de garance"),
}
"""The dyes of the house, of which a network takes one as its own"""


def spoken() -> tuple[Lang, ...]:
    """The languages that pages can be in."""
    return languages()


def known_reviews() -> tuple[str, ...]:
    """The printed reviews that can be recounted, by their names."""
    return printed_reviews()


def own_reviews(said: Iterable[Event]) -> tuple[str, ...]:
    """Those of them that this network printed, under a name that it has or had, by what was said of it."""
    return reviews_of(one.name for one in said if isinstance(one, NetworkNamed))


def printed_by(review: str) -> str | None:
    """What the network is called whose printed review it is; None: it says nobody."""
    return next(iter(whose(review)), None)


@dataclass(frozen=True, slots=True)
class Ourselves:
    """What was said; None where nothing was. `departments`: the codes of the region, in order, empty where there is
    none; `languages`: the first for readers who chose none; `legal`: (law, term) → what was said of it last."""

    name: str | None = None
    region: str | None = None
    departments: tuple[str, ...] | None = None
    languages: tuple[str, ...] | None = None
    dye: str | None = None
    law: str | None = None
    reviews: tuple[str, ...] | None = None
    legal: Mapping[tuple[str, str], LegalTermStated] = field(default_factory=dict)


NOTHING_SAID = Ourselves()


def first_language(said: Iterable[tuple[Event, date]], day: date | None = None) -> Lang:
    """The first language of the network at the end of a day, None: now, by what it said in the order of its line: the
    one that its own titles are in which say none. French where it said nothing of it."""
    first = SOURCE
    for event, on in said:
        if isinstance(event, LanguagesChosen) and (day is None or on <= day):
            first = next((one for one in event.languages if one in languages()), SOURCE)
    return first


def after(state: Ourselves, event: Event) -> Ourselves:
    """What is said of the network after an event of its line. Total, as every reader's fold is."""
    match event:
        case NetworkNamed():
            return replace(state, name=event.name)
        case RegionDrawn():
            return replace(state, region=event.region, departments=tuple(event.departments))
        case LanguagesChosen():
            return replace(state, languages=tuple(event.languages))
        case DyeChosen():
            return replace(state, dye=event.dye)
        case LawChosen():
            return replace(state, law=event.law)
        case LegalTermStated():
            return replace(state, legal={**state.legal, (event.law, event.term): event})
        case PrintedReviewsNamed():
            return replace(state, reviews=tuple(event.reviews))
    return state
