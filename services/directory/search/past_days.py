"""The directory as it was at the end of any day, to be searched: an index of the last few days that were asked for."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import date

from services.directory.search.finder import BREATH, NONE, OPEN, STRUCTURE_FACETS, Results, Where, entry_of
from services.directory.search.inverted_index import Found, Index
from services.directory.structures.history import folded_from, in_order
from services.directory.structures.view_walk import changed, chosen
from services.directory.structures.views import TIMELINES
from shared.kernel.views.projection import Document, Store, everything
from shared.runtime.faces import Views
from shared.runtime.parts import Key

DAYS = 3  # days of which an index is kept in memory

PAST: Key[Past] = Key("past")


class Day:
    """The directory at the end of one day, to be searched: an index of it, kept current as more is learnt of that day.
    What was found is folded from the timelines again, so that a day takes no more room than its index."""

    def __init__(self, store: Store, day: date) -> None:
        self._store, self._day = store, day
        self._index = Index(STRUCTURE_FACETS, ("name", "seen"))
        self._upto = 0
        self._lock = asyncio.Lock()

    async def find(
        self,
        text: str = "",
        where: Where | None = None,
        *,
        order: str = "name",
        limit: int = 25,
        offset: int = 0,
        count: Iterable[str] = ("department", "kind", "themes", "countries", "sdgs", "listed"),
        prefixes: Mapping[str, str] = NONE,
    ) -> Results:
        """As `Finder.find`; who was a member then is not known here, nor what projects add."""
        found = await self._find(text, where, order, limit, offset, count, prefixes)
        documents = [document async for document in self.documents(found.keys)]
        return Results(documents, found.total, found.facets, found.forgiven)

    async def keys(self, text: str = "", where: Where | None = None, *, order: str = "name") -> list[str]:
        """All structures of a search in their order, for an export."""
        return (await self._find(text, where, order, 10**9, 0, (), NONE)).keys

    async def documents(self, keys: Sequence[str]) -> AsyncIterator[Document]:
        """The records with these keys as they were then, in this order."""
        async for timeline in chosen(self._store, TIMELINES, keys):
            found = self._folded(timeline)
            if found is not None:
                yield found

    async def current(self) -> None:
        """Takes in what was learnt of the day since the last time. The first time that is everything."""
        async with self._lock:
            upto = (await self._store.checkpoint(TIMELINES.table)).seq
            if upto <= self._upto:
                return
            taken = 0
            view, upto_then = TIMELINES, self._upto
            async for timeline in changed(self._store, view, upto_then) if upto_then else everything(self._store, view):
                found = self._folded(timeline)
                if found is None or found["merged_into"]:
                    self._index.drop(timeline["key"])
                else:
                    self._index.put(entry_of(found))
                taken += 1
                if taken % BREATH == 0:
                    await asyncio.sleep(0)  # noqa: TID251 - waits for nothing, lets others in
            self._upto = upto

    async def _find(
        self,
        text: str,
        where: Where | None,
        order: str,
        limit: int,
        offset: int,
        count: Iterable[str],
        prefixes: Mapping[str, str],
    ) -> Found:
        await self.current()
        asked = {**OPEN, **{name: list(values) for name, values in (where or {}).items() if values}}
        return self._index.find(text, asked, order=order, limit=limit, offset=offset, count=count, prefixes=prefixes)

    def _folded(self, timeline: Document) -> Document | None:
        return folded_from(timeline["key"], in_order(timeline["events"], self._day))


class Past:
    """Days of one directory. The last few that were asked for are kept."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._days: OrderedDict[date, Day] = OrderedDict()

    def day(self, day: date) -> Day:
        found = self._days.setdefault(day, Day(self._store, day))
        self._days.move_to_end(day)
        while len(self._days) > DAYS:
            self._days.popitem(last=False)
        return found


def past_of(service: Views) -> Past:
    """The past as this process keeps it."""
    return service.parts.get(PAST) or service.parts.put(PAST, Past(service.store))
