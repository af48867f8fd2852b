"""What counts a kind of fact: figures, of which years, and published reviews that hold such figures.

A page says it before anything is saved. It is known without the observatory, which may be down: which types of events
an indicator counts, and which a command may say, stand in `table.json`
(`python -m tests.docs.counting_table` makes it of the indicators' heads and of the decisions); which reviews are
published, in a view of each service (shared/notions/published_reviews.py). What a correction moves exactly, the
difference page of a review says afterwards."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal

import msgspec

from shared.base.translations import Lang, translated
from shared.kernel.decider import Command
from shared.kernel.views.projection import Document, everything, folded
from shared.notions.published_reviews import PUBLISHED
from shared.notions.vocabularies import VOCABULARIES
from shared.runtime.faces import Forms

TABLE = Path(__file__).with_name("table.json")
Span = Literal["state", "year", "run"]
"""state: from its day on, as long as it holds. year: in the year of its day. run: in every stretch of years that holds
its day"""


class Counting(msgspec.Struct, frozen=True):
    """An indicator: its title (French, a message of the catalogue), how long a fact counts in it, which types it counts
    directly (its own events, and by which entity they are found), which terms and marks of the network's lists it asks
    for. `each`: whether every kind of gathering has a figure of its own in it. `earlier`: whether it is the name that
    an earlier release gave: a review that is published may hold it, nothing else shows it."""

    title: str
    span: Span
    types: list[str]
    sorts: list[str] = []
    each: bool = False
    earlier: bool = False


class Table(msgspec.Struct, frozen=True):
    """`indicators`: by name. `commands`: `<service>.<Command>` → the types of events that it may say."""

    indicators: dict[str, Counting]
    commands: dict[str, list[str]]


@cache
def table() -> Table:
    return msgspec.json.decode(TABLE.read_bytes(), type=Table)


@dataclass(frozen=True, slots=True)
class Figure:
    """An indicator that counts it, with the years whose figures it may move; `last` None: up to now."""

    name: str
    title: str
    first: int
    last: int | None


@dataclass(frozen=True, slots=True)
class Review:
    """A published review with such figures, of whose period the fact is or may be."""

    key: str
    title: str
    since: date
    until: date


@dataclass(frozen=True, slots=True)
class Counted:
    """What counts a kind of fact. `earlier`: further reviews that do if it is of an earlier day than the one supposed,
    where the day is yet to be given. `dated`: False where no day was even supposed, so that the years of the figures
    are yet to come, and `earlier` are all the reviews that may. Figures are by title, until they are put in order for a
    record (`telling`)."""

    figures: Sequence[Figure] = ()
    reviews: Sequence[Review] = ()
    earlier: Sequence[Review] = ()
    dated: bool = True

    def undated(self) -> Counted:
        """The same of facts whose days nobody gave yet."""
        return replace(self, reviews=(), earlier=[*self.reviews, *self.earlier], dated=False)

    def telling(self, about: str, sorts: Collection[str] = ()) -> Counted:
        """The same, the most telling figures first: those that ask for what the record is of (`sorts`), whose titles
        speak of it (`about`: what it and its sort are called), then those that count the fewest kinds of facts."""
        words = _words(about)

        def order(one: Figure) -> tuple[int, int, int, str]:
            of = table().indicators[one.name]
            own = 2 * len({*sorts} & {*of.sorts}) + (of.each and bool(sorts))
            return -own, -len(words & _words(one.title)), len(of.types), one.title

        return replace(self, figures=sorted(self.figures, key=order))

    @property
    def first(self) -> int:
        return min(figure.first for figure in self.figures)

    @property
    def last(self) -> int | None:
        """The last year that may move, None for this one and those to come."""
        lasts = [figure.last for figure in self.figures]
        return None if None in lasts else max(year for year in lasts if year is not None)


def _words(text: str) -> set[str]:
    """The words of a text that tell of something, as they are searched, without a plural's ending."""
    return {word.rstrip("sx") for word in re.findall(r"\w{4,}", folded(text.replace("’", " ")))}


def said_by(service: str, command: type[Command]) -> Sequence[str]:
    """The types of events that a command may say."""
    return table().commands.get(f"{service}.{command.__name__}", ())


async def sorts_of(service: Forms, documents: Iterable[Document | None]) -> set[str]:
    """Of which terms of the network's lists records are, and what is marked of these."""
    kinds = {one["kind"] for one in documents if one and isinstance(one.get("kind"), str)}
    now = await service.lists.now()
    lists = [now.terms(name) for name in VOCABULARIES]
    return kinds.union(*(terms[kind].marks for terms in lists for kind in kinds & terms.keys()))


async def counted(
    service: Forms, types: Iterable[str], day: date, lang: Lang | str, *, supposed: bool = False
) -> Counted:
    """What counts facts of these types that are of this day, or of an earlier one where it is only `supposed`. In a
    service that knows of no reviews: the figures alone."""
    wanted = set(types)
    found = {name: one for name, one in table().indicators.items() if wanted.intersection(one.types)}
    if not found:
        return Counted()
    figures = [
        Figure(name, translated(one.title, lang), day.year, day.year if one.span == "year" else None)
        for name, one in found.items()
        if not one.earlier
    ]
    published = sorted(await _published(service), key=lambda one: (one["until"], one["key"]))
    own = [one for one in published if _holds(one, found, day)]
    further = [one for one in published if supposed and one not in own and found.keys() & set(one["indicators"])]
    return Counted(sorted(figures, key=lambda one: one.title), [*map(_review, own)], [*map(_review, further)])


def _review(one: Document) -> Review:
    return Review(one["key"], one["title"], date.fromisoformat(one["since"]), date.fromisoformat(one["until"]))


async def _published(service: Forms) -> list[Document]:
    if PUBLISHED not in service.definition.views:
        return []
    return [one async for one in everything(service.store, PUBLISHED, {"state": "published"})]


async def of_facts(
    service: Forms, facts: Iterable[tuple[str, date]], lang: Lang | str, *, supposed: bool = False
) -> Counted:
    """What counts these facts (type, day): those that a command is about to say, or that a correction is about, on each
    day that they count or counted for."""
    found = [await counted(service, [kind], day, lang, supposed=supposed) for kind, day in sorted(set(facts))]
    figures: dict[str, Figure] = {}
    for figure in (figure for one in found for figure in one.figures):
        known = figures.get(figure.name, figure)
        lasts = (known.last, figure.last)
        last = None if None in lasts else max(year for year in lasts if year is not None)
        figures[figure.name] = Figure(figure.name, figure.title, min(known.first, figure.first), last)
    reviews = {review.key: review for one in found for review in one.reviews}
    further = {review.key: review for one in found for review in one.earlier if review.key not in reviews}
    return Counted(
        sorted(figures.values(), key=lambda one: one.title),
        sorted(reviews.values(), key=lambda one: (one.until, one.key)),
        sorted(further.values(), key=lambda one: (one.until, one.key)),
    )


def _holds(review: Document, found: Mapping[str, Counting], day: date) -> bool:
    """Whether a published review has a figure that a fact of this day may be part of."""
    if date.fromisoformat(review["as_of"]) < day:
        return False
    own = [found[name] for name in review["indicators"] if name in found]
    within = date.fromisoformat(review["since"]).year - 1 <= day.year  # the year before it stands beside, for comparing
    return any(one.span != "year" or within for one in own)
