"""The directory as it was on any day, and as an answer of before showed it: structures folded from what happened.

`as of` a day is what had happened by its end in Paris, whenever it was learnt; `upto` a sequence is what was known then.
Of what happened, the later wins, by when it happened and then by when it was written (as the observatory counts).
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.directory.register_views import TIMELINES
from services.directory.search.finder import BREATH, NONE, OPEN, STRUCTURE_FACETS, Results, Where, entry_of
from services.directory.search.inverted_index import Found, Index
from services.directory.structures.domain.structure_state import FACTS, LISTS
from services.directory.structures.view_walk import changed, chosen
from services.directory.views import IDENTIFIERS, STRUCTURES
from shared.base import paris_days as days
from shared.contract.envelope import instant
from shared.kernel.projection import Document, Store, everything, folded
from shared.runtime.service import Service

Told = Mapping[str, Any]
"""An event as the view of timelines keeps it: seq, time, recorded, type, actor, data."""
DAYS = 3  # days of which an index is kept in memory


@dataclass(frozen=True)
class Value:
    """A value that a field of a record had: since when, who said so, from which source, by which event."""

    value: Any
    at: str
    recorded: str
    actor: str
    source: str | None
    seq: int


def end_of(day: date) -> str:
    """The first moment after a day in Paris, as events write moments."""
    return instant(days.end_of(day))


def in_order(events: Iterable[Told], before: str | None = None, upto: int | None = None) -> list[Told]:
    """Events that had happened `before` a moment and were written up to a sequence, by when they happened."""
    heard = [e for e in events if (before is None or e["time"] < before) and (upto is None or e["seq"] <= upto)]
    return sorted(heard, key=lambda e: (e["time"], e["seq"]))


def folded_from(key: str, events: Sequence[Told]) -> Document | None:
    """The record that events in their order come to, as the view of structures has it; None before it is registered."""
    document: Document | None = None
    for event in events:
        said = event["data"]
        match event["type"]:
            case "StructureRegistered":
                facts = {name: said.get(name) or ([] if name in LISTS else None) for name in FACTS}
                document = {
                    "key": key, **facts, "listed": False, "wished": False, "closed": False, "picture": None,
                    "picture_text": None, "merged_into": None, "absorbed": [], "former": [],
                    "invented": bool(said.get("invented")), "since": event["time"], **(document or {}),
                }  # fmt: skip
            case "StructureRevised" if document:
                before = {name: document[name] for name in IDENTIFIERS if document[name]}
                document |= {name: said[name] for name in FACTS if said.get(name) is not None}
                document |= {name: [] if name in LISTS else None for name in said.get("cleared", ())}
                changed = [name for name in before if document[name] != before[name]]
                former = [{"scheme": name, "number": before[name], "until": event["time"]} for name in changed]
                document["former"] = [*document["former"], *former]
            case "StructureListed" if document:
                document |= {"listed": True, "wished": False}
            case "StructureUnlisted" if document:
                document["listed"] = False
            case "StructureListingWished" if document:
                document["wished"] = True
            case "StructureListingDeclined" if document:
                document["wished"] = False
            case "StructureClosed" if document:
                document["closed"] = True
            case "StructureReopened" if document:
                document["closed"] = False
            case "StructurePictured" if document:
                document |= {"picture": said["picture"], "picture_text": said.get("picture_text")}
            case "StructureUnpictured" if document:
                document |= {"picture": None, "picture_text": None}
            case "StructuresMerged" if document:
                document["absorbed"] = [*document["absorbed"], said["merged"], *said.get("followers", ())]
            case "StructuresUnmerged" if document:
                gone = {said["merged"], *said.get("followers", ())}
                document["absorbed"] = [id for id in document["absorbed"] if id not in gone]
            case "StructureAbsorbed" if document:
                document["merged_into"] = said["kept"]
            case "StructureReleased" if document:
                document["merged_into"] = None
    if document is None:
        return None
    return {**document, "sort": folded(document["name"]), "seen": events[-1]["time"], "seq": events[-1]["seq"]}


def field_history(events: Iterable[Told]) -> dict[str, list[Value]]:
    """field → the values it has had, the latest first: when, who, source. A field that was never set is not there."""
    found: dict[str, list[Value]] = {}

    def note(event: Told, name: str, value: Any) -> None:
        before = found.get(name)
        if (before and before[0].value == value) or (not before and value in (None, [])):
            return
        source = event["data"].get("source")
        one = Value(value, event["time"], event["recorded"], event["actor"], source, event["seq"])
        found.setdefault(name, []).insert(0, one)

    for event in in_order(events):
        said = event["data"]
        if event["type"] in ("StructureRegistered", "StructureRevised"):
            for name in FACTS:
                if said.get(name) is not None:
                    note(event, name, said[name])
            for name in said.get("cleared", ()):
                note(event, name, [] if name in LISTS else None)
        elif event["type"] in ("StructureListed", "StructureUnlisted"):
            note(event, "listed", event["type"] == "StructureListed")
        elif event["type"] in ("StructureClosed", "StructureReopened"):
            note(event, "closed", event["type"] == "StructureClosed")
    return found


async def timeline(store: Store, key: str) -> list[Told]:
    """All that happened to one structure, in the order of the log."""
    document = await store.get(TIMELINES, key)
    return list(document["events"]) if document else []


async def record_as_of(store: Store, key: str, day: date | None = None, *, upto: int | None = None) -> Document | None:
    """A record as it was at the end of a day, or as it was known at a sequence; None if it was not there."""
    events = in_order(await timeline(store, key), end_of(day) if day else None, upto)
    return folded_from(key, events)


async def as_given(store: Store, keys: Sequence[str], upto: int) -> AsyncIterator[Document]:
    """The records of an answer in its order, as they were known at the sequence that it was given at."""
    async for document in chosen(store, TIMELINES, keys):
        found = folded_from(document["key"], in_order(document["events"], None, upto))
        if found is not None:
            yield found


class Day:
    """The directory at the end of one day, to be searched: an index of it, kept current as more is learnt of that day.
    What was found is folded from the timelines again, so that a day takes no more room than its index."""

    def __init__(self, store: Store, day: date) -> None:
        self._store, self._before = store, end_of(day)
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
            upto = min([(await self._store.checkpoint(view.table)).seq for view in (STRUCTURES, TIMELINES)])
            if upto <= self._upto:
                return
            taken = 0
            async for timeline in everything(self._store, TIMELINES) if not self._upto else self._changed():
                found = self._folded(timeline)
                if found is None or found["merged_into"]:
                    self._index.drop(timeline["key"])
                else:
                    self._index.put(entry_of(found))
                taken += 1
                if taken % BREATH == 0:
                    await asyncio.sleep(0)
            self._upto = upto

    async def _changed(self) -> AsyncIterator[Document]:
        """The timelines of the structures that changed since `upto`."""
        keys = [document["key"] async for document in changed(self._store, STRUCTURES, self._upto)]
        async for timeline in chosen(self._store, TIMELINES, keys):
            yield timeline

    async def _find(
        self, text: str, where: Where | None, order: str, limit: int, offset: int, count: Iterable[str],
        prefixes: Mapping[str, str],
    ) -> Found:  # fmt: skip
        await self.current()
        asked = {**OPEN, **{name: list(values) for name, values in (where or {}).items() if values}}
        return self._index.find(text, asked, order=order, limit=limit, offset=offset, count=count, prefixes=prefixes)

    def _folded(self, timeline: Document) -> Document | None:
        return folded_from(timeline["key"], in_order(timeline["events"], self._before))


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


def past_of(service: Service) -> Past:
    """The past as this process keeps it."""
    extra = service.around.extra
    if "past" not in extra:
        extra["past"] = Past(service.store)
    found: Past = extra["past"]
    return found
