"""The work list of likely duplicates: computed from the views when they have changed, kept until they change again."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from services.directory.documents import everything
from services.directory.likeness import Likeness, Pair, named
from services.directory.register_views import NAMESAKES
from services.directory.views import STRUCTURES
from shared.service import Service
from shared.views import Document

NUMBERS = ("siren", "siret", "rna")


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

    def __init__(self, service: Service) -> None:
        self._store = service.store
        self._lock = asyncio.Lock()
        self._at = (-1, -1)
        self._likeness = Likeness([])
        self._pairs: list[Pair] = []

    async def pairs(self) -> list[Pair]:
        """Most alike first; without those that were told apart."""
        await self._current()
        return self._pairs

    async def likeness(self) -> Likeness:
        """All open records, to compare lines of a file or a new name with."""
        await self._current()
        return self._likeness

    async def _current(self) -> None:
        async with self._lock:
            at = (
                (await self._store.checkpoint(STRUCTURES.table)).seq,
                (await self._store.checkpoint(NAMESAKES.table)).seq,
            )
            if at == self._at:
                return
            records = [named(one) async for one in everything(self._store, STRUCTURES, {"closed": False})]
            apart = [frozenset(one["structures"]) async for one in everything(self._store, NAMESAKES, {"apart": True})]

            def work() -> tuple[Likeness, list[Pair]]:
                likeness = Likeness(records)
                return likeness, likeness.pairs(apart)

            self._likeness, self._pairs = await asyncio.to_thread(work)
            self._at = at


def duplicates_of(service: Service) -> Duplicates:
    """The work list of this process."""
    extra = service.around.extra
    if "duplicates" not in extra:
        extra["duplicates"] = Duplicates(service)
    found: Duplicates = extra["duplicates"]
    return found


def side_by_side(first: Document, second: Document, fields: tuple[str, ...]) -> list[Side]:
    """Two records beside each other. What only the second knows is proposed to be taken."""
    sides = []
    for name in fields:
        one, other = first.get(name), second.get(name)
        both_lists = isinstance(one, list) or isinstance(other, list)
        more = bool(set(other or ()) - set(one or ())) if both_lists else not one and bool(other)
        sides.append(Side(name, one, other, one != other, more))
    return sides
