"""The work list of likely duplicates: computed from the views when a record has changed, kept until one changes
again."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Literal

from services.directory.casework.views import COVERAGES, SUPPORTS
from services.directory.duplicates.matching import Likeness, Pair, Reason, named
from services.directory.duplicates.views import MERGES, NAMESAKES
from services.directory.projects.views import PROJECTS
from services.directory.publications.views import PUBLICATIONS
from services.directory.search.finder import finder_of
from services.directory.structures.contact_views import CONTACTS
from services.directory.structures.kept_records import known_as
from services.directory.structures.views import STRUCTURES
from shared.base.cancellation import end
from shared.contract.directory.structure_facts import FACTS, LISTS
from shared.kernel.views.projection import Document, View, everything, folded
from shared.runtime.faces import Premises, Views
from shared.runtime.parts import Key

QUICK = 1.0  # seconds: a list that takes longer is shown as it was, and made anew behind
NEVER = (-1, -1)
PATIENCE = 10.0  # seconds that a page waits for the first list, and for one that is quick
ABOUT: Mapping[str, View] = {
    "contacts": CONTACTS,
    "supports": SUPPORTS,
    "coverages": COVERAGES,
    "publications": PUBLICATIONS,
    "projects": PROJECTS,
}
"""What speaks of a structure, and follows the record that is kept"""
Sure = Literal["high", "middle", "low"]
SURE: tuple[Sure, ...] = ("high", "middle", "low")
REASONS: tuple[Reason, ...] = ("identifier", "name", "acronym", "alike")


@dataclass(frozen=True)
class Side:
    """A field of two records, for comparing them: whether they differ, and which value a merge might better take."""

    name: str
    first: Any
    second: Any
    differ: bool
    take_second: bool


class Duplicates:
    """Likely pairs among the open records of one directory."""

    def __init__(self, service: Views) -> None:
        self._store = service.store
        self._lock = asyncio.Lock()
        self._at, self._pairs_at = NEVER, NEVER
        self._seconds = 0.0
        self._behind: asyncio.Task[None] | None = None
        self._likeness = Likeness([])
        self._pairs: list[Pair] = []

    async def pairs(self) -> list[Pair]:
        """Most alike first; without those that were told apart. In a large directory they may be those of a moment ago,
        or none while it is compared for the first time (`ready`)."""
        if await self._state() != self._pairs_at:
            if self._behind is None or self._behind.done():
                self._behind = asyncio.create_task(self._compared())
            if not self.ready or self._seconds < QUICK:
                await asyncio.wait({self._behind}, timeout=PATIENCE)
            if self._behind.done():
                self._behind.result()  # raises what went wrong
        gone = {one["key"] async for one in everything(self._store, MERGES)}
        apart = {frozenset(one["structures"]) async for one in everything(self._store, NAMESAKES, {"apart": True})}
        return [
            pair
            for pair in self._pairs
            if pair.first not in gone
            and pair.second not in gone
            and (not apart or frozenset((pair.first, pair.second)) not in apart)
        ]

    @property
    def ready(self) -> bool:
        """Whether all records were compared, once at least."""
        return self._pairs_at != NEVER

    @property
    def comparing(self) -> bool:
        """Whether what changed last is still being compared, so that the list is that of a moment ago."""
        return self._behind is not None and not self._behind.done()

    async def close(self) -> None:
        self._likeness.halted = True
        await end(self._behind)

    async def likeness(self) -> Likeness:
        """All open records, to compare lines of a file or a new name with."""
        async with self._lock:
            await self._current()
        return self._likeness

    def name(self, key: str) -> str:
        """The name of a record, as it was compared."""
        return self._likeness.name(key)

    async def _state(self) -> tuple[int, int]:
        """The sequence of the last event that changed a record, and how many records there are: one that never was
        takes its sequence with it."""
        found = await self._store.find(STRUCTURES, sort=["-seq"], limit=1)
        return (int(found.documents[0]["seq"]) if found.documents else 0, found.total)

    async def _current(self) -> tuple[int, int]:
        state = await self._state()
        if state != self._at:
            records = [named(one) async for one in everything(self._store, STRUCTURES, {"closed": False})]
            self._likeness = await asyncio.to_thread(Likeness, records)
            self._at = state
        return state

    async def _compared(self) -> None:
        async with self._lock:
            start = perf_counter()
            state = await self._current()
            if state != self._pairs_at:
                self._pairs = await asyncio.to_thread(self._likeness.pairs)
                self._pairs_at, self._seconds = state, perf_counter() - start


DUPLICATES: Key[Duplicates] = Key("duplicates")


def duplicates_of(service: Views) -> Duplicates:
    """The work list of this process."""
    return service.parts.get(DUPLICATES) or service.parts.put(DUPLICATES, Duplicates(service))


async def closing(service: Premises) -> None:
    found = service.parts.get(DUPLICATES)
    if found is not None:
        await found.close()


def sure(pair: Pair) -> Sure:
    """How likely it is, in words."""
    return "high" if pair.likeness >= 0.95 else "middle" if pair.likeness >= 0.7 else "low"


def chosen(
    duplicates: Duplicates, pairs: Sequence[Pair], q: str = "", sures: Sequence[str] = (), reasons: Sequence[str] = ()
) -> list[Pair]:
    """The pairs in which a name holds these words, of these likelihoods, for these reasons."""
    words = folded(q).split()

    def has(pair: Pair) -> bool:
        names = folded(f"{duplicates.name(pair.first)} {duplicates.name(pair.second)}")
        return all(word in names for word in words)

    return [
        pair
        for pair in pairs
        if (not sures or sure(pair) in sures) and (not reasons or pair.reason in reasons) and (not words or has(pair))
    ]


def side_by_side(first: Document, second: Document, fields: tuple[str, ...]) -> list[Side]:
    """Two records beside each other. What only the second knows is proposed to be taken."""
    sides = []
    for name in fields:
        one, other = first.get(name), second.get(name)
        both_lists = isinstance(one, list) or isinstance(other, list)
        more = bool(set(other or ()) - set(one or ())) if both_lists else not one and bool(other)
        sides.append(Side(name, one, other, one != other, more))
    return sides


@dataclass(frozen=True)
class Standing:
    """What stands behind a record: what speaks of it, by view, and the college where it is a member."""

    about: Mapping[str, int]
    college: str | None

    @property
    def total(self) -> int:
        return sum(self.about.values())


async def standing(service: Views, document: Document) -> Standing:
    finder = finder_of(service)
    await finder.current()
    where = {"structure": known_as(document)}
    about = {}
    for name, view in ABOUT.items():
        by = {"structures": known_as(document)} if "structures" in view.fields else where
        about[name] = (await service.store.find(view, by, limit=1)).total
    return Standing(about, finder.college(document["key"]))


def better_kept(one: Document, other: Document, behind: Mapping[str, Standing]) -> bool:
    """Whether the first is the one to keep: a member's, the public one, of which more is said, which says more, is
    older."""

    def weight(document: Document) -> tuple[bool, bool, int, int]:
        stands = behind[document["key"]]
        filled = sum(bool(document[name]) for name in FACTS)
        return stands.college is not None, document["listed"], stands.total, filled

    if weight(one) != weight(other):
        return weight(one) > weight(other)
    return (one["since"], one["key"]) <= (other["since"], other["key"])


def takeable(side: Side) -> bool:
    """Whether there is anything to choose in a field."""
    if side.name in LISTS:
        return bool(set(side.second or ()) - set(side.first or ()))
    return side.differ and bool(side.second)
