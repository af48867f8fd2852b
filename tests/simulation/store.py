"""A fake store of views, in memory, in the two ways in which the real ones write: a step all at once, owned by one
process (as SQLite), or piece by piece, shared by replicas that agree by a lease (as MongoDB).

That it is a store is tried by the contract suite of all stores (`test_same_store.py`)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from hashlib import sha256
from itertools import count
from random import Random
from typing import Any

import orjson

from shared.base.outside import REAL, Outside
from shared.kernel.stores.lease import generation_of
from shared.kernel.views.projection import (
    Batch,
    Checkpoint,
    Document,
    Moved,
    Page,
    Parked,
    Standing,
    Turn,
    Unknown,
    View,
    Where,
    folded,
)

DEAD = 0.7  # seconds without a beat after which another may write


@dataclass
class Build:
    """One view as it lies in the store: `rows` are key → (the step that wrote it, the document or None)."""

    number: int
    fields: tuple[str, ...]
    rows: dict[str, tuple[int, bytes | None]] = field(default_factory=dict)
    point: Checkpoint = field(default_factory=Checkpoint)


@dataclass
class Disk:
    """What outlives a process."""

    tables: dict[str, Build] = field(default_factory=dict)
    checkpoints: dict[str, Checkpoint] = field(default_factory=dict)
    versions: dict[str, tuple[int, int]] = field(default_factory=dict)
    voids: dict[int, str] = field(default_factory=dict)
    unknown: dict[str, Unknown] = field(default_factory=dict)
    parked: dict[tuple[str, int], str] = field(default_factory=dict)
    lease: dict[str, dict[str, Any]] = field(default_factory=dict)
    orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    numbers: count[int] = field(default_factory=lambda: count(1))


async def at_once() -> None:
    """A piece of work that takes no time."""


class MemoryStore:
    """Implements `shared.kernel.views.projection.Store` on a `disk`. `shared`: whether it writes piece by piece and
    several may share it. `takes`: how long a piece of work takes; it may raise StoreAway. `written`: called with a step
    that was written to its end."""

    def __init__(
        self,
        disk: Disk,
        *,
        shared: bool = False,
        outside: Outside = REAL,
        random: Random | None = None,
        takes: Callable[[], Awaitable[None]] = at_once,
        written: Callable[[Batch], None] = lambda batch: None,
    ) -> None:
        self.disk, self.shared, self._outside, self._random = disk, shared, outside, random or Random(0)
        self._takes, self._written = takes, written
        self._builds: dict[str, int] = {}
        self._point: dict[str, int] = {}

    async def close(self) -> None:
        pass

    # -- views ----------------------------------------------------------------------------------------------------

    async def prepare(self, views: Sequence[View]) -> None:
        await self._takes()
        if not self.shared:
            for table in self.disk.tables.keys() - {view.table for view in views}:
                del self.disk.tables[table]
        for view in views:
            self._make(view)

    def _make(self, view: View) -> None:
        found = self.disk.tables.setdefault(view.table, Build(next(self.disk.numbers), view.fields))
        if found.fields != view.fields:
            raise ValueError(f"the view {view.name} has other fields now: give it a new version")
        self._builds[view.table], self._point[view.table] = found.number, found.point.seq

    def lease(self, views: Sequence[View]) -> MemoryLease | None:
        return MemoryLease(self, views, self._outside) if self.shared else None

    async def checkpoint(self, reader: str) -> Checkpoint:
        await self._takes()
        if reader not in self._builds:
            return self.disk.checkpoints.get(reader, Checkpoint())
        if (found := self.disk.tables.get(reader)) is None:
            raise Moved(f"the view {reader} was taken away")
        return found.point

    async def start_rebuild(self, view: View) -> View:
        await self._takes()
        beside = replace(view, name=f"{view.name}__{next(self.disk.numbers)}")
        self._make(beside)
        return beside

    async def swap(self, rebuilt: View, live: View) -> None:
        await self._takes()
        self.disk.tables[live.table] = self.disk.tables.pop(rebuilt.table)
        self._builds[live.table] = self._builds.pop(rebuilt.table)
        self._point[live.table] = self._point.pop(rebuilt.table)

    async def drop(self, view: View) -> None:
        await self._takes()
        self.disk.tables.pop(view.table, None)
        self._builds.pop(view.table, None)

    async def sweep(self, views: Sequence[View], unused: timedelta) -> list[str]:
        """Nobody's clock says how long a release was away: with no time given, all that is of none of `views` goes."""
        gone = sorted(self.disk.tables.keys() - {view.table for view in views}) if self.shared and not unused else []
        for table in gone:
            del self.disk.tables[table]
        return gone

    # -- writing --------------------------------------------------------------------------------------------------

    async def put(self, batch: Batch) -> None:
        upto = max((point.seq for point in batch.checkpoints.values()), default=0)
        rows = {view: self._rows(view, documents, batch) for view, documents in batch.documents.items()}
        pieces: list[Callable[[], None]] = [
            lambda: self._voids(batch),
            lambda: self._versions(batch, upto),
            lambda: self.disk.unknown.update(batch.unknown),
            *(piece for view, found in rows.items() for piece in self._pieces(view, found)),
            *(
                lambda name=name, point=point: self._advance(name, point)  # type: ignore[misc]
                for name, point in sorted(batch.checkpoints.items(), key=lambda one: one[0] not in self._builds)
            ),
        ]
        await self._takes()
        for piece in pieces:
            piece()
            if self.shared:
                await self._takes()
        self._written(batch)

    def _rows(
        self, view: View, documents: Mapping[str, Document | None], batch: Batch
    ) -> dict[str, tuple[int, bytes | None]]:
        point = batch.checkpoints.get(view.table)
        seq = 0 if not self.shared else point.seq if point else self._point.get(view.table, 0)
        return {key: (seq, None if one is None else orjson.dumps(one)) for key, one in documents.items()}

    def _pieces(self, view: View, rows: dict[str, tuple[int, bytes | None]]) -> list[Callable[[], None]]:
        return [lambda key=key, row=row: self._keep(view, key, row) for key, row in rows.items()]  # type: ignore[misc]

    def _keep(self, view: View, key: str, row: tuple[int, bytes | None]) -> None:
        found = self.disk.tables.get(view.table)
        if found is None:
            return
        if self.shared and found.rows.get(key, (0, None))[0] > row[0]:
            return  # a newer one is there
        if row[1] is None and not self.shared:
            found.rows.pop(key, None)
        else:
            found.rows[key] = row

    def _voids(self, batch: Batch) -> None:
        self.disk.voids.update(batch.voids)

    def _versions(self, batch: Batch, upto: int) -> None:
        for entity, version in batch.versions.items():
            before = self.disk.versions.get(entity, (0, 0))
            self.disk.versions[entity] = (
                (max(before[0], version), max(before[1], upto)) if self.shared else (version, 0)
            )

    def _advance(self, name: str, point: Checkpoint) -> None:
        if name not in self._builds:
            if not self.shared or self.disk.checkpoints.get(name, Checkpoint()).seq <= point.seq:
                self.disk.checkpoints[name] = point
            return
        found = self.disk.tables.get(name)
        if found is None or found.number != self._builds[name]:
            raise Moved(f"the view {name} is another one now")
        if not self.shared or found.point.seq <= point.seq:
            found.point = point
        self._point[name] = point.seq

    # -- judgements -----------------------------------------------------------------------------------------------

    async def versions(self) -> dict[str, int]:
        await self._takes()
        return {entity: version for entity, (version, _) in self.disk.versions.items()}

    async def ahead(self, seq: int) -> dict[str, Turn]:
        await self._takes()
        return {entity: Turn(*turn) for entity, turn in self.disk.versions.items() if self.shared and turn[1] > seq}

    async def voids(self, upto: int | None = None, *, after: int = 0) -> dict[int, str]:
        await self._takes()
        return {s: why for s, why in self.disk.voids.items() if after < s and (upto is None or s <= upto)}

    async def unknown(self) -> dict[str, Unknown]:
        return dict(self.disk.unknown)

    # -- reading --------------------------------------------------------------------------------------------------

    async def get(self, view: View, key: str) -> Document | None:
        return (await self.get_many(view, [key])).get(key)

    async def get_many(self, view: View, keys: Sequence[str]) -> dict[str, Document]:
        await self._takes()
        rows = self.disk.tables[view.table].rows
        return {key: orjson.loads(doc) for key in keys if (doc := rows.get(key, (0, None))[1]) is not None}

    async def standing(self, view: View, keys: Sequence[str]) -> dict[str, Standing]:
        await self._takes()
        found = self.disk.tables.get(view.table)
        if found is None or found.number != self._builds[view.table]:
            raise Moved(f"the view {view.table} is another one now")
        return {
            key: Standing(None if row[1] is None else orjson.loads(row[1]), row[0])
            for key in keys
            if (row := found.rows.get(key)) is not None
        }

    def documents(self, view: View) -> dict[str, Document]:
        """All that a view holds, at once."""
        rows = self.disk.tables[view.table].rows
        return {key: orjson.loads(doc) for key, (_, doc) in sorted(rows.items()) if doc is not None}

    def _matching(self, view: View, where: Where | None, text: str) -> list[Document]:
        for name in where or {}:
            _declared(view, name)
        words = folded(text).split()
        return [
            one
            for one in self.documents(view).values()
            if all(_is(one.get(name), wanted) for name, wanted in (where or {}).items())
            and all(word in folded(view.text(one) if view.text else "") for word in words)
        ]

    async def find(
        self,
        view: View,
        where: Where | None = None,
        *,
        text: str = "",
        sort: Sequence[str] = (),
        limit: int = 50,
        offset: int = 0,
    ) -> Page:
        await self._takes()
        found = self._matching(view, where, text)
        for name in reversed(sort):
            plain = name.lstrip("-")
            _declared(view, plain)
            found.sort(key=lambda one: _order(one.get(plain)), reverse=name.startswith("-"))
        return Page(found[offset : offset + limit], len(found))

    async def after(self, view: View, key: str, where: Where | None = None, *, limit: int) -> list[Document]:
        await self._takes()
        return [one for one in self._matching(view, where, "") if one["key"] > key][:limit]

    async def count_by(self, view: View, field: str, where: Where | None = None, *, text: str = "") -> dict[str, int]:
        await self._takes()
        _declared(view, field)
        counts: dict[str, int] = {}
        for one in self._matching(view, where, text):
            value = one.get(field)
            for each in value if isinstance(value, list) else [value]:
                if each is not None:
                    name = str(int(each) if isinstance(each, bool) else each)
                    counts[name] = counts.get(name, 0) + 1
        return counts

    async def digest(self, view: View) -> str:
        await self._takes()
        total = sha256()
        for one in self.documents(view).values():
            total.update(orjson.dumps(one, option=orjson.OPT_SORT_KEYS))
            total.update(b"\n")
        return total.hexdigest()

    async def park(self, reaction: str, seq: int, error: str) -> None:
        await self._takes()
        self.disk.parked[reaction, seq] = error

    async def unpark(self, reaction: str, seq: int) -> None:
        await self._takes()
        self.disk.parked.pop((reaction, seq), None)

    async def parked(self) -> list[Parked]:
        found = sorted(self.disk.parked.items(), key=lambda one: (one[0][1], one[0][0]))
        return [Parked(*which, error) for which, error in found]


def _declared(view: View, name: str) -> None:
    if name != "key" and name not in view.fields:
        raise ValueError(f"{view.name} declares no field {name}")


def _is(value: Any, wanted: Any) -> bool:
    some = list(wanted) if isinstance(wanted, list | tuple | set | frozenset) else [wanted]
    return any(each in some for each in value) if isinstance(value, list) else value in some


def _order(value: Any) -> tuple[int, Any]:
    return (0, 0) if value is None else (1, value)


class MemoryLease:
    """Implements `shared.kernel.views.projection.Lease`, as `shared/kernel/stores/lease.py` does it."""

    def __init__(self, store: MemoryStore, views: Sequence[View], outside: Outside) -> None:
        self._disk, self._takes, self._outside = store.disk, store._takes, outside
        self.generation = generation_of(views)
        self.owner = outside.random(8).hex()
        self.notes: Mapping[str, Any] = {}
        self._term = 0
        self._seen: tuple[int, int] | None = None
        self._since = 0.0

    async def take(self) -> bool:
        await self._takes()
        found = self._disk.lease.setdefault(self.generation, {"owner": None, "term": 0, "beat": 0, "notes": {}})
        self.notes = found["notes"]
        if found["owner"] == self.owner:
            self._term = found["term"]
            return True
        if found["owner"] is not None and not self._still(found):
            return False
        self._term = found["term"] + 1
        found |= {"owner": self.owner, "term": self._term, "beat": found["beat"] + 1}
        return True

    async def renew(self, notes: Mapping[str, Any]) -> bool:
        await self._takes()
        found = self._disk.lease[self.generation]
        if (found["owner"], found["term"]) != (self.owner, self._term):
            return False
        found |= {"notes": dict(notes), "beat": found["beat"] + 1}
        self.notes = notes
        return True

    async def release(self) -> None:
        found = self._disk.lease[self.generation]
        if (found["owner"], found["term"]) == (self.owner, self._term):
            found["owner"] = None

    def _still(self, found: Mapping[str, Any]) -> bool:
        seen = (found["term"], found["beat"])
        if seen != self._seen:
            self._seen, self._since = seen, self._outside.monotonic()
        return self._outside.monotonic() - self._since >= DEAD

    async def order(self, what: str, view: str) -> dict[str, Any]:
        which = self._outside.random(8).hex()
        self._disk.orders[which] = {"what": what, "view": view}
        while "answer" not in self._disk.orders[which]:
            await self._outside.sleep(0.2)
        return dict(self._disk.orders.pop(which)["answer"])

    async def orders(self) -> Sequence[tuple[str, str, str]]:
        await self._takes()
        return [(n, one["what"], one["view"]) for n, one in self._disk.orders.items() if "answer" not in one]

    async def answer(self, order: str, answer: Mapping[str, Any]) -> None:
        self._disk.orders[order]["answer"] = dict(answer)
