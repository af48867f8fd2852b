"""Views in MongoDB: a collection a view, shared by all replicas of a service. No transactions.

A step is written piece by piece: voids, versions, documents, then how far the views are, then how far the log is
judged. Each piece carries the sequence that it shows, and an older one never takes the place of a newer one. So a step
that was cut off is done again from the checkpoint, and a writer that was paused and wakes after another took over can
write what it likes: the content of a view at a sequence follows from the log, and the higher sequence stays.

What that rests on:
- A document that is taken away leaves its key and sequence (`doc` is absent), or a late write would bring it back.
- The checkpoint of a view lies in the view's own collection (`_id: 0`; keys of documents are text), so that one rename
  swaps both. It names the build that it belongs to. A writer whose build was swapped away is told so (`Moved`) when it
  reads what to go on from, since the other build may be behind, and when it finds no checkpoint to move.
- Voids are written before versions, and both before checkpoints: see `Runner._judge`.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, TypeVar

import orjson
import pymongo
from pymongo import ASCENDING, DESCENDING, IndexModel, InsertOne, ReplaceOne, UpdateOne
from pymongo.errors import BulkWriteError, DuplicateKeyError, OperationFailure

from shared.base.outside import REAL, Outside
from shared.kernel.eventlog.direct_get import Unavailable
from shared.kernel.stores.lease import DEAD, LEASES, MongoLease, generation_of
from shared.kernel.stores.mongo_client import DUPLICATE, Mongo, answered
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

T = TypeVar("T")
Write = InsertOne[dict[str, Any]] | ReplaceOne[dict[str, Any]] | UpdateOne
META = 0
"""The `_id` of what a view's collection knows of itself: its build, its checkpoint, its fields and events."""
PREFIX = "view_"
IN_ONE_QUERY = 250  # keys
IN_ONE_WRITE = 2000  # documents
LONG = 600.0  # seconds that an index or a swap may take
THERE: Mapping[str, Any] = {"doc": {"$exists": True}}


class MongoStore:
    """Implements `shared.kernel.views.projection.Store` in one database of `mongo`, which it closes at its own end."""

    def __init__(self, mongo: Mongo, database: str, outside: Outside = REAL, dead: float = DEAD) -> None:
        self._mongo, self._name, self._outside, self._dead = mongo, database, outside, dead
        self._db = mongo.database(database)
        self._builds: dict[str, str] = {}
        self._standing: dict[str, int] = {}

    async def close(self) -> None:
        await self._mongo.close()

    # -- views ----------------------------------------------------------------------------------------------------

    async def prepare(self, views: Sequence[View]) -> None:
        """Makes the collections of these views. Those of others stay: another release may run on them (`sweep`).

        Raises ValueError where a view has other fields or events than the collection of its name and version.
        """
        for view in views:
            await self._create(view)
            await self._index(view)

    def lease(self, views: Sequence[View]) -> MongoLease:
        return MongoLease(self._db, views, self._outside, self._dead)

    async def checkpoint(self, reader: str) -> Checkpoint:
        if reader not in self._builds:
            with answered():
                found = await self._db.checkpoints.find_one({"_id": reader})
            return Checkpoint(found["seq"], found["id"]) if found else Checkpoint()
        with answered():
            meta = await self._db[PREFIX + reader].find_one({"_id": META})
        if meta is None:
            raise Moved(f"the view {reader} was taken away")
        return Checkpoint(meta["seq"], meta["id"])

    async def start_rebuild(self, view: View) -> View:
        """An empty view beside the live one, to be filled and swapped in (or dropped)."""
        beside = replace(view, name=f"{view.name}__{self._outside.random(16).hex()[:12]}")
        await self._create(beside)
        return beside

    async def swap(self, rebuilt: View, live: View) -> None:
        """The rebuilt view becomes the live one, with its checkpoint, at once (`renameCollection` with
        `dropTarget`)."""
        await self._index(rebuilt)
        with answered(), pymongo.timeout(LONG):
            await self._db[PREFIX + rebuilt.table].rename(PREFIX + live.table, dropTarget=True)
        self._builds[live.table] = self._builds.pop(rebuilt.table)
        self._standing[live.table] = self._standing.pop(rebuilt.table)

    async def drop(self, view: View) -> None:
        with answered(), pymongo.timeout(LONG):
            await self._db.drop_collection(PREFIX + view.table)
        self._builds.pop(view.table, None)

    async def sweep(self, views: Sequence[View], unused: timedelta) -> list[str]:
        """Drops views and versions that no release has used for this long, and rebuilds that nobody ended; returns
        their tables. Those of `views` stay."""
        with answered(), pymongo.timeout(LONG):
            now: datetime = (await self._db.command("hello"))["localTime"]
            leases = await self._db[LEASES].find({}).to_list(None)
            gone = [lease for lease in leases if lease.get("renewed", now) < now - unused]
            used = {table for lease in leases if lease not in gone for table in lease["tables"]}
            used |= {view.table for view in views}
            tables = [
                name.removeprefix(PREFIX) for name in await self._db.list_collection_names() if name.startswith(PREFIX)
            ]
            swept = []
            for table in sorted(tables):
                if table in used or ("__" in table and not await self._left(table, now - unused)):
                    continue
                await self._db.drop_collection(PREFIX + table)
                self._builds.pop(table, None)
                swept.append(table)
            for lease in gone:
                if lease["_id"] != generation_of(views):
                    await self._db[LEASES].delete_one(
                        {"_id": lease["_id"], "term": lease["term"], "beat": lease["beat"]}
                    )
        return swept

    async def _left(self, table: str, since: datetime) -> bool:
        """Whether a rebuild was begun before `since`."""
        meta = await self._db[PREFIX + table].find_one({"_id": META})
        return meta is None or meta.get("begun", since) <= since

    async def _create(self, view: View) -> None:
        shape = {"fields": list(view.fields), "listens": sorted(view.listens)}
        first = {"_id": META, "build": self._outside.random(16).hex(), "seq": 0, "id": ""}
        collection = self._db[PREFIX + view.table]
        meta = None
        while meta is None:  # another replica may make it, or drop it, at the same moment
            with answered(), suppress(DuplicateKeyError):
                await collection.update_one(
                    {"_id": META}, {"$setOnInsert": {**first, **shape}, "$currentDate": {"begun": True}}, upsert=True
                )
            with answered():
                meta = await collection.find_one({"_id": META})
        if {name: meta[name] for name in shape} != shape:
            raise ValueError(f"the view {view.name} has other fields or events now: give it a new version")
        self._builds[view.table], self._standing[view.table] = meta["build"], meta["seq"]

    async def _index(self, view: View) -> None:
        if view.fields:
            with answered(), pymongo.timeout(LONG):
                await self._db[PREFIX + view.table].create_indexes(
                    [IndexModel([(f"doc.{name}", ASCENDING)], name=f"f_{name}") for name in view.fields]
                )

    # -- writing --------------------------------------------------------------------------------------------------

    async def put(self, batch: Batch) -> None:
        pieces = [
            (view, self._documents(view, documents, batch), batch.fresh.get(view, set()))
            for view, documents in batch.documents.items()
        ]  # before anything is written: what can't be kept leaves nothing of the batch
        await self._write(
            self._db.voids,
            [UpdateOne({"_id": seq}, {"$set": {"reason": reason}}, upsert=True) for seq, reason in batch.voids.items()],
        )
        upto = max((checkpoint.seq for checkpoint in batch.checkpoints.values()), default=0)
        await self._write(
            self._db.versions,
            [
                UpdateOne({"_id": entity}, {"$max": {"version": version, "seq": upto}}, upsert=True)
                for entity, version in batch.versions.items()
            ],
        )
        unknown = [
            _guarded({"_id": kind, "number": found.number, "seq": found.seq}) for kind, found in batch.unknown.items()
        ]
        await _all_of(
            self._write(self._db.unknown, unknown),
            *(self._put_documents(self._db[PREFIX + view.table], rows, fresh) for view, rows, fresh in pieces),
        )
        await _all_of(
            *(self._advance(name, point) for name, point in batch.checkpoints.items() if name in self._builds)
        )
        others = [(name, point) for name, point in batch.checkpoints.items() if name not in self._builds]
        await self._write(
            self._db.checkpoints, [_guarded({"_id": name, "seq": point.seq, "id": point.id}) for name, point in others]
        )

    def _documents(self, view: View, documents: Mapping[str, Document | None], batch: Batch) -> list[dict[str, Any]]:
        """The documents of a view as they are kept: plain JSON values, what is searched, the sequence they show."""
        point = batch.checkpoints.get(view.table)
        seq = point.seq if point else self._standing.get(view.table, 0)
        rows = []
        for key, document in documents.items():
            row: dict[str, Any] = {"_id": key, "seq": seq}
            if document is not None:
                row["doc"] = orjson.loads(orjson.dumps(document))
                if view.text:
                    row["text"] = folded(view.text(document))
            rows.append(row)
        return rows

    async def _put_documents(self, collection: Any, rows: Sequence[dict[str, Any]], fresh: set[str]) -> None:
        known = await self._write(collection, [InsertOne(row) for row in rows if row["_id"] in fresh])
        late = [row for row in rows if row["_id"] in fresh and row["_id"] in known]
        await self._write(
            collection, [_guarded(row) for row in rows if row["_id"] not in fresh] + [_guarded(row) for row in late]
        )

    async def _write(self, collection: Any, writes: Sequence[Write]) -> set[Any]:
        """Writes in any order; returns the `_id`s that were there already, which is what a guard that does not match
        comes to: the upsert finds no older document, tries to insert one, and may not."""
        known: set[Any] = set()
        for start in range(0, len(writes), IN_ONE_WRITE):
            with answered():
                try:
                    await collection.bulk_write(writes[start : start + IN_ONE_WRITE], ordered=False)
                except BulkWriteError as error:
                    details: Any = error.details
                    if details["writeConcernErrors"] or any(e["code"] != DUPLICATE for e in details["writeErrors"]):
                        raise
                    known |= {
                        error["op"].get("_id", error["op"].get("q", {}).get("_id")) for error in details["writeErrors"]
                    }
        return known

    async def _advance(self, table: str, point: Checkpoint) -> None:
        """Moves the checkpoint of a view, of the build that we know."""
        collection, build = self._db[PREFIX + table], self._builds[table]
        with answered():
            done = await collection.update_one(
                {"_id": META, "build": build, "seq": {"$lte": point.seq}}, {"$set": {"seq": point.seq, "id": point.id}}
            )
            meta = None if done.matched_count else await collection.find_one({"_id": META})
        if not done.matched_count and (meta is None or meta["build"] != build):
            raise Moved(f"the view {table} is another one now")
        self._standing[table] = point.seq

    # -- judgements -----------------------------------------------------------------------------------------------

    async def versions(self) -> dict[str, int]:
        with answered():
            return {row["_id"]: row["version"] async for row in self._db.versions.find({}, batch_size=10_000)}

    async def ahead(self, seq: int) -> dict[str, Turn]:
        with answered():
            rows = await self._db.versions.find({"seq": {"$gt": seq}}).to_list(None)
        return {row["_id"]: Turn(row["version"], row["seq"]) for row in rows}

    async def voids(self, upto: int | None = None, *, after: int = 0) -> dict[int, str]:
        among: dict[str, Any] = {"$gt": after} | ({} if upto is None else {"$lte": upto})
        with answered():
            rows = await self._db.voids.find({"_id": among}).sort("_id", ASCENDING).to_list(None)
        return {row["_id"]: row["reason"] for row in rows}

    async def unknown(self) -> dict[str, Unknown]:
        with answered():
            rows = await self._db.unknown.find({}).to_list(None)
        return {row["_id"]: Unknown(row["number"], row["seq"]) for row in rows}

    # -- reading --------------------------------------------------------------------------------------------------

    async def get(self, view: View, key: str) -> Document | None:
        found = await self._read(lambda: self._db[PREFIX + view.table].find_one({"_id": key}))
        return (found or {}).get("doc")

    async def get_many(self, view: View, keys: Sequence[str]) -> dict[str, Document]:
        found: dict[str, Document] = {}
        for start in range(0, len(keys), IN_ONE_QUERY):
            rows = await self._rows(view, keys[start : start + IN_ONE_QUERY])
            found.update((row["_id"], row["doc"]) for row in rows if "doc" in row)
        return found

    async def standing(self, view: View, keys: Sequence[str]) -> dict[str, Standing]:
        """The documents with these keys, of the build that we know: one query shows one build, and says which."""
        found: dict[str, Standing] = {}
        for start in range(0, len(keys), IN_ONE_QUERY):
            rows = await self._rows(view, [META, *keys[start : start + IN_ONE_QUERY]])
            build = next((row["build"] for row in rows if row["_id"] == META), None)
            if build != self._builds[view.table]:
                raise Moved(f"the view {view.table} is another one now")
            found.update((row["_id"], Standing(row.get("doc"), row["seq"])) for row in rows if row["_id"] != META)
        return found

    async def _rows(self, view: View, ids: Sequence[Any]) -> list[dict[str, Any]]:
        collection, some = self._db[PREFIX + view.table], {"_id": {"$in": list(ids)}}
        return list(await self._read(lambda: collection.find(some, {"text": 0}, batch_size=1 + len(ids)).to_list(None)))

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
        """Documents that match, `sort`ed by declared fields (`-field` from the end), and how many match in all. The
        number may be of a moment later than the page."""
        condition = _condition(view, where, text)
        order = [
            (_path(view, name.lstrip("-")), DESCENDING if name.startswith("-") else ASCENDING)
            for name in (*sort, "key")
        ]
        collection = self._db[PREFIX + view.table]
        rows = []
        if limit > 0:  # to MongoDB, 0 is without a limit
            rows = await self._read(
                lambda: collection.find(condition, {"doc": 1}, sort=order, skip=offset, limit=limit).to_list(None)
            )
        if len(rows) < limit and (rows or not offset):
            total = offset + len(rows)
        else:
            total = await self._read(lambda: collection.count_documents(condition))
        return Page([row["doc"] for row in rows], max(total, offset + len(rows) if rows else 0))

    async def after(self, view: View, key: str, where: Where | None = None, *, limit: int) -> list[Document]:
        """The next documents that match, in the order of their keys: those whose key is greater than this one."""
        condition = {"$and": [_condition(view, where, ""), {"_id": {"$gt": key}}]}
        found = self._db[PREFIX + view.table].find(condition, {"doc": 1}, sort=[("_id", ASCENDING)], limit=limit)
        return [row["doc"] for row in await self._read(lambda: found.to_list(None))]

    async def count_by(self, view: View, field: str, where: Where | None = None, *, text: str = "") -> dict[str, int]:
        """How many documents have each value of a field; a document counts once for each value of a list."""
        path = _path(view, field)
        pipeline: list[dict[str, Any]] = [
            {"$match": _condition(view, where, text)},
            {"$project": {"value": f"${path}"}},
            {"$unwind": "$value"},
            {"$group": {"_id": "$value", "number": {"$sum": 1}}},
        ]
        rows = await self._read(lambda: self._mongo.aggregate(self._db[PREFIX + view.table], pipeline))
        counts: dict[str, int] = {}
        for row in rows:
            if row["_id"] is not None:
                value = str(int(row["_id"]) if isinstance(row["_id"], bool) else row["_id"])
                counts[value] = counts.get(value, 0) + row["number"]
        return counts

    async def digest(self, view: View) -> str:
        """SHA-256 over all documents in the order of their keys: equal digests, equal views, in every store."""

        async def work() -> str:
            total = sha256()
            async for row in self._db[PREFIX + view.table].find(
                THERE, {"doc": 1}, sort=[("_id", ASCENDING)], batch_size=1000
            ):
                total.update(orjson.dumps(row["doc"], option=orjson.OPT_SORT_KEYS))
                total.update(b"\n")
            return total.hexdigest()

        return await self._read(work)

    async def _read(self, work: Callable[[], Awaitable[T]]) -> T:
        """Reads, once more where a swap took the collection from under the reading."""
        try:
            with answered():
                return await work()
        except Unavailable as now:
            if not isinstance(now.__cause__, OperationFailure):
                raise
            await self._outside.sleep(0.05)
        with answered():
            return await work()

    # -- parked ---------------------------------------------------------------------------------------------------

    async def park(self, reaction: str, seq: int, error: str) -> None:
        which = {"_id": {"reaction": reaction, "seq": seq}}
        with answered():
            await self._db.parked.replace_one(
                which, {**which, "reaction": reaction, "seq": seq, "error": error}, upsert=True
            )

    async def unpark(self, reaction: str, seq: int) -> None:
        with answered():
            await self._db.parked.delete_one({"_id": {"reaction": reaction, "seq": seq}})

    async def parked(self) -> list[Parked]:
        with answered():
            rows = await self._db.parked.find({}, sort=[("seq", ASCENDING), ("reaction", ASCENDING)]).to_list(None)
        return [Parked(row["reaction"], row["seq"], row["error"]) for row in rows]


async def _all_of(*works: Coroutine[Any, Any, object]) -> None:
    """Does all of it side by side, so that they share the syncs of the journal. What fails is raised when all have
    ended."""
    for outcome in await asyncio.gather(*works, return_exceptions=True):
        if isinstance(outcome, BaseException):
            raise outcome


def _guarded(row: dict[str, Any]) -> ReplaceOne[dict[str, Any]]:
    """Writes a document unless a newer one is there. Where one is, the upsert fails as a duplicate (`_write`)."""
    return ReplaceOne({"_id": row["_id"], "seq": {"$lte": row["seq"]}}, row, upsert=True)


def _path(view: View, name: str) -> str:
    if name == "key":
        return "_id"
    if name not in view.fields:
        raise ValueError(f"{view.name} declares no field {name}")
    return f"doc.{name}"


def _condition(view: View, where: Where | None, text: str) -> dict[str, Any]:
    parts: list[Mapping[str, Any]] = [THERE]
    for name, wanted in (where or {}).items():
        some = list(wanted) if isinstance(wanted, list | tuple | set | frozenset) else [wanted]
        parts.append({_path(view, name): {"$in": [each for value in some for each in _alike(value)]}})
    # A literal as a regular expression; a NUL can't be sent in one as it is.
    parts += ({"text": {"$regex": re.escape(word).replace("\0", r"\x00")}} for word in folded(text).split())
    return {"$and": parts} if len(parts) > 1 else dict(THERE)


def _alike(value: Any) -> Sequence[Any]:
    """True is 1 and False is 0, as in SQLite."""
    return (int(value), bool(value)) if isinstance(value, bool | int) and value in (0, 1) else (value,)
