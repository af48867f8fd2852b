"""The directory as it was at the end of any day, to be searched: an index of the last few days that were asked for."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import date

from services.directory.search.finder import (
    BREATH,
    NONE,
    STRUCTURE_FACETS,
    DefinedThemes,
    Results,
    Where,
    asked_of,
    entry_of,
)
from services.directory.search.inverted_index import Found, Index
from services.directory.structures.history import Told, folded_from, in_order, known
from services.directory.structures.member_views import MEMBER_LINES
from services.directory.structures.view_walk import changed, chosen
from services.directory.structures.views import TIMELINES
from shared.kernel.views.projection import Document, Store, View, everything
from shared.notions import membership
from shared.runtime.faces import Views
from shared.runtime.parts import Key

DAYS = 3  # days of which an index is kept in memory

PAST: Key[Past] = Key("past")


class Day:
    """The directory at the end of one day, as far as it was known at the end of another (None: as it is known now), to
    be searched: an index of it, kept current as more is learnt of that day. What was found is folded from the timelines
    again, so that a day takes no more room than its index."""

    def __init__(self, store: Store, day: date | None, known_at: date | None = None) -> None:
        self._store, self._day, self._known_at = store, day, known_at
        self._index = Index(STRUCTURE_FACETS, ("name", "seen"))
        self._upto = {TIMELINES: 0, MEMBER_LINES: 0}
        self._members: dict[str, tuple[str, str]] = {}  # member → structure, college
        self._college: dict[str, str] = {}  # structure → college
        self._shown: dict[str, str | None] = {}  # structure → its college, as the index has it
        self._kept: dict[str, str] = {}  # merged record → the one that is kept
        self._defined = DefinedThemes(store, day)
        self._lock = asyncio.Lock()

    def college(self, structure: str) -> str | None:
        """The college that a member was in on that day; None for no member. Of what was `current` last."""
        return self._college.get(structure)

    async def find(
        self,
        text: str = "",
        where: Where | None = None,
        *,
        order: str = "name",
        limit: int = 25,
        offset: int = 0,
        count: Iterable[str] = ("department", "kind", "themes", "countries", "sdgs", "listed", "member"),
        prefixes: Mapping[str, str] = NONE,
    ) -> Results:
        """As `Finder.find`; what projects add is not known here."""
        found = await self._find(text, where, order, limit, offset, count, prefixes)
        documents = [document async for document in self.documents(found.keys)]
        colleges = {key: self._college[key] for key in found.keys if key in self._college}
        return Results(documents, found.total, found.facets, found.forgiven, colleges)

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
            if await self._defined.changed():
                self._upto[TIMELINES] = 0  # all that is indexed is put again
            taken = 0
            async for line in self._news(MEMBER_LINES):
                self._members.pop(line["key"], None)
                then = membership.folded((one["type"], one["data"], one["time"]) for one in self._line(line))
                if then.member and then.structure and then.college:
                    self._members[line["key"]] = (then.structure, then.college)
                taken += 1
                if taken % BREATH == 0:
                    await asyncio.sleep(0)  # noqa: TID251 - waits for nothing, lets others in
            self._college = self._colleges()
            async for timeline in self._news(TIMELINES):
                self._take(timeline["key"], self._folded(timeline))
                taken += 1
                if taken % BREATH == 0:
                    await asyncio.sleep(0)  # noqa: TID251 - waits for nothing, lets others in
            self._college = self._colleges()  # what is merged is known only now
            both = self._college.keys() | self._shown.keys()
            others = sorted(key for key in both if self._college.get(key) != self._shown.get(key))
            async for timeline in chosen(self._store, TIMELINES, others):
                self._take(timeline["key"], self._folded(timeline))

    def _take(self, key: str, found: Document | None) -> None:
        self._kept.pop(key, None)
        if found is None or found["merged_into"]:
            self._index.drop(key)
        else:
            self._index.put(entry_of(found, self._college.get(key), themes=self._defined.themes))
        self._shown[key] = self._college.get(key)
        if found is not None and found["merged_into"]:
            self._kept[key] = found["merged_into"]

    def _colleges(self) -> dict[str, str]:
        return {self._record_of(structure): college for structure, college in self._members.values()}

    def _record_of(self, structure: str) -> str:
        """The record that stood for a structure."""
        seen: set[str] = set()
        while structure in self._kept and structure not in seen:
            seen.add(structure)
            structure = self._kept[structure]
        return structure

    async def _news(self, view: View) -> AsyncIterator[Document]:
        """The lines that changed since the last time. Where they are all read, it is noted."""
        upto, before = (await self._store.checkpoint(view.table)).seq, self._upto[view]
        if upto > before:
            async for one in changed(self._store, view, before) if before else everything(self._store, view):
                yield one
            self._upto[view] = upto

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
        asked = self._defined.meant(asked_of(where))
        return self._index.find(text, asked, order=order, limit=limit, offset=offset, count=count, prefixes=prefixes)

    def _folded(self, timeline: Document) -> Document | None:
        return folded_from(timeline["key"], self._line(timeline))

    def _line(self, document: Document) -> list[Told]:
        return in_order(known(document["events"], self._known_at), self._day)


class Past:
    """Days of one directory. The last few that were asked for are kept."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._days: OrderedDict[tuple[date | None, date | None], Day] = OrderedDict()

    def day(self, day: date | None, known_at: date | None = None) -> Day:
        """`day` None: all that had happened by then, as far as it was known."""
        found = self._days.setdefault((day, known_at), Day(self._store, day, known_at))
        self._days.move_to_end((day, known_at))
        while len(self._days) > DAYS:
            self._days.popitem(last=False)
        return found


def past_of(service: Views) -> Past:
    """The past as this process keeps it."""
    return service.parts.get(PAST) or service.parts.put(PAST, Past(service.store))
