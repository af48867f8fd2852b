"""Views in one SQLite file: a table a view, one transaction a batch. The store of the embedded installation.

Fields that a view declares are columns of their own beside the document; a list is kept as JSON and matches by any of
its values. Reading and writing have a thread and a connection each (WAL), so a page never waits for a rebuild.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from itertools import chain, count
from pathlib import Path
from typing import Any, TypeVar

import orjson

from shared.base.outside import REAL, Outside
from shared.kernel.stores.transaction import transaction
from shared.kernel.views.projection import (
    Batch,
    Checkpoint,
    Document,
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
SCHEMA = """
PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-32768; PRAGMA wal_autocheckpoint=4000;
CREATE TABLE IF NOT EXISTS checkpoints (reader TEXT PRIMARY KEY, seq INTEGER NOT NULL, id TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS versions (entity TEXT PRIMARY KEY, version INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS voids (seq INTEGER PRIMARY KEY, reason TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS unknown (type TEXT PRIMARY KEY, number INTEGER NOT NULL, seq INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS parked (reaction TEXT, seq INTEGER, error TEXT NOT NULL, PRIMARY KEY (reaction, seq)) \
WITHOUT ROWID;
"""
IN_ONE_QUERY = 500  # keys
MANY = 5000  # documents; where more match, a page is found sooner in the order of its sort than by sorting them all
IN_ONE_STATEMENT = 200  # rows; with their columns far from the 32,766 values that SQLite takes


def _value(value: Any) -> Any:
    """A field as its column holds it: a list as a blob of JSON, which no text can be mistaken for."""
    if isinstance(value, list):
        return orjson.dumps(value)
    return orjson.dumps(value).decode() if isinstance(value, dict) else value


class SqliteStore:
    """Implements `shared.kernel.views.projection.Store` on the file `path`."""

    def __init__(self, path: Path, outside: Outside = REAL, many: int = MANY) -> None:
        self._many = many
        path.parent.mkdir(parents=True, exist_ok=True)
        self._writer = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._writer.executescript(SCHEMA)
        self._reader = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._reader.executescript("PRAGMA query_only=ON; PRAGMA cache_size=-32768;")
        self._write_thread = outside.threads(1, f"write-{path.stem}")
        self._read_thread = outside.threads(1, f"read-{path.stem}")
        self._numbers = count(1)

    async def close(self) -> None:
        self._write_thread.shutdown()
        self._read_thread.shutdown()
        self._reader.close()
        self._writer.close()

    async def prepare(self, views: Sequence[View]) -> None:
        """Makes the tables of these views, and drops those of views and versions that are no more."""

        def work() -> None:
            tables = {
                row[0]
                for row in self._writer.execute(
                    "SELECT name FROM sqlite_master WHERE name LIKE 'view\\_%' ESCAPE '\\' AND type='table'"
                )
            }
            with transaction(self._writer):
                for table in tables - {f"view_{v.table}" for v in views}:
                    self._drop(table.removeprefix("view_"))
                for view in views:
                    self._create(view.table, view)
                    self._index(view.table, view)

        await self._write(work)

    async def checkpoint(self, reader: str) -> Checkpoint:
        row = await self._read(
            lambda db: db.execute("SELECT seq, id FROM checkpoints WHERE reader = ?", (reader,)).fetchone()
        )
        return Checkpoint(*row) if row else Checkpoint()

    async def versions(self) -> dict[str, int]:
        return dict(await self._read(lambda db: db.execute("SELECT entity, version FROM versions").fetchall()))

    def lease(self, views: Sequence[View]) -> None:
        """One process owns the file and writes alone."""

    async def ahead(self, seq: int) -> dict[str, Turn]:
        return {}  # a step is one transaction

    async def voids(self, upto: int | None = None, *, after: int = 0) -> dict[int, str]:
        among = (after, 2**62 if upto is None else upto)
        query = "SELECT seq, reason FROM voids WHERE seq > ? AND seq <= ?"
        return dict(await self._read(lambda db: db.execute(query, among).fetchall()))

    async def unknown(self) -> dict[str, Unknown]:
        rows = await self._read(lambda db: db.execute("SELECT type, number, seq FROM unknown").fetchall())
        return {kind: Unknown(*rest) for kind, *rest in rows}

    async def get(self, view: View, key: str) -> Document | None:
        return (await self.get_many(view, [key])).get(key)

    async def get_many(self, view: View, keys: Sequence[str]) -> dict[str, Document]:
        def work(db: sqlite3.Connection) -> dict[str, Document]:
            found: dict[str, Document] = {}
            for start in range(0, len(keys), IN_ONE_QUERY):
                some = keys[start : start + IN_ONE_QUERY]
                rows = db.execute(f"SELECT key, doc FROM view_{view.table} WHERE key IN ({_marks(some)})", some)
                found.update((key, orjson.loads(doc)) for key, doc in rows)
            return found

        return await self._read(work)

    async def standing(self, view: View, keys: Sequence[str]) -> dict[str, Standing]:
        return {key: Standing(document, 0) for key, document in (await self.get_many(view, keys)).items()}

    async def put(self, batch: Batch) -> None:
        def work() -> None:
            db = self._writer
            with transaction(db):
                for view, documents in batch.documents.items():
                    gone = [(key,) for key, document in documents.items() if document is None]
                    if gone:
                        db.executemany(f"DELETE FROM view_{view.table} WHERE key = ?", gone)
                    rows = [self._row(view, d) for d in documents.values() if d is not None]
                    _insert(db, f"INTO view_{view.table}", rows, self._or_update(view))
                _insert(db, "OR REPLACE INTO versions", list(batch.versions.items()))
                _insert(db, "OR REPLACE INTO voids", list(batch.voids.items()))
                _insert(db, "OR REPLACE INTO unknown", [(kind, *rest) for kind, rest in batch.unknown.items()])
                _insert(db, "OR REPLACE INTO checkpoints", [(name, *at) for name, at in batch.checkpoints.items()])

        await self._write(work)

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
        """Documents that match, `sort`ed by declared fields (`-field` from the end), and how many match in all."""
        order = ", ".join(
            f"{self._column(view, name.lstrip('-'))} {'DESC' if name.startswith('-') else 'ASC'}"
            for name in (*sort, "key")
        )

        def work(db: sqlite3.Connection) -> Page:
            with _one_moment(db):
                condition, values = self._condition(db, view, where, text)
                total = db.execute(f"SELECT count(*) FROM view_{view.table} {condition}", values).fetchone()[0]
                if total > self._many:
                    condition, values = self._condition(db, view, where, text, by_index=False)
                rows = db.execute(
                    f"SELECT doc FROM view_{view.table} {condition} ORDER BY {order} LIMIT ? OFFSET ?",
                    (*values, limit, offset),
                ).fetchall()
            return Page([orjson.loads(row[0]) for row in rows], total)

        return await self._read(work)

    async def after(self, view: View, key: str, where: Where | None = None, *, limit: int) -> list[Document]:
        """The next documents that match, in the order of their keys: those whose key is greater than this one."""

        def work(db: sqlite3.Connection) -> list[Document]:
            with _one_moment(db):
                condition, values = self._condition(db, view, where, "")
                query = f"""
                    SELECT doc FROM view_{view.table} {condition or "WHERE true"} AND key > ? ORDER BY key LIMIT ?"""
                return [orjson.loads(row[0]) for row in db.execute(query, (*values, key, limit))]

        return await self._read(work)

    async def count_by(self, view: View, field: str, where: Where | None = None, *, text: str = "") -> dict[str, int]:
        """How many documents have each value of a field; a document counts once for each value of a list."""
        column = self._column(view, field)

        def work(db: sqlite3.Connection) -> dict[str, int]:
            with _one_moment(db):
                condition, values = self._condition(db, view, where, text)
                query = (
                    f"""
                    WITH found AS (SELECT {column} AS value FROM view_{view.table} {condition})
                    SELECT each, count(*) FROM (
                        SELECT value AS each FROM found WHERE typeof(value) != 'blob'
                        UNION ALL SELECT j.value FROM found, json_each(CAST(found.value AS TEXT)) AS j"""
                    """ WHERE typeof(found.value) = 'blob'
                    ) WHERE each IS NOT NULL GROUP BY each"""
                )
                return {str(value): number for value, number in db.execute(query, values)}

        return await self._read(work)

    async def digest(self, view: View) -> str:
        """SHA-256 over all documents in the order of their keys: equal digests, equal views."""

        def work(db: sqlite3.Connection) -> str:
            total = sha256()
            for (doc,) in db.execute(f"SELECT doc FROM view_{view.table} ORDER BY key"):
                total.update(orjson.dumps(orjson.loads(doc), option=orjson.OPT_SORT_KEYS))
                total.update(b"\n")
            return total.hexdigest()

        return await self._read(work)

    async def park(self, reaction: str, seq: int, error: str) -> None:
        await self._write(
            lambda: self._writer.execute("INSERT OR REPLACE INTO parked VALUES (?, ?, ?)", (reaction, seq, error))
        )

    async def unpark(self, reaction: str, seq: int) -> None:
        await self._write(
            lambda: self._writer.execute("DELETE FROM parked WHERE reaction = ? AND seq = ?", (reaction, seq))
        )

    async def parked(self) -> list[Parked]:
        rows = await self._read(
            lambda db: db.execute("SELECT reaction, seq, error FROM parked ORDER BY seq").fetchall()
        )
        return [Parked(*row) for row in rows]

    async def start_rebuild(self, view: View) -> View:
        """An empty view beside the live one, to be filled and swapped in (or dropped)."""
        beside = replace(view, name=f"{view.name}__{next(self._numbers)}")

        def work() -> None:
            self._drop(beside.table)
            self._create(beside.table, beside)

        await self._write(work)
        return beside

    async def swap(self, rebuilt: View, live: View) -> None:
        """The rebuilt view becomes the live one, in one transaction."""

        def work() -> None:
            db = self._writer
            with transaction(db):
                self._drop(live.table)
                db.execute(f"ALTER TABLE view_{rebuilt.table} RENAME TO view_{live.table}")
                db.execute("UPDATE checkpoints SET reader = ? WHERE reader = ?", (live.table, rebuilt.table))
                self._index(live.table, live)  # last, since an index keeps its name when its table gets another

        await self._write(work)

    async def drop(self, view: View) -> None:
        await self._write(lambda: self._drop(view.table))

    async def sweep(self, views: Sequence[View], unused: timedelta) -> list[str]:
        return []  # `prepare` has dropped it: no other release can use this file

    def _create(self, table: str, view: View) -> None:
        columns = "".join(f", f_{name}" for name in view.fields)
        self._writer.execute(
            f"CREATE TABLE IF NOT EXISTS view_{table} (key TEXT PRIMARY KEY, doc BLOB NOT NULL, text TEXT{columns})"
        )
        found = [row[1] for row in self._writer.execute(f"PRAGMA table_info(view_{table})")][3:]
        if found != [f"f_{name}" for name in view.fields]:
            raise ValueError(f"the view {view.name} has other fields now: give it a new version")

    def _index(self, table: str, view: View) -> None:
        for name in view.fields:
            self._writer.execute(f"CREATE INDEX IF NOT EXISTS i_{table}_{name} ON view_{table} (f_{name})")
            self._writer.execute(
                f"CREATE INDEX IF NOT EXISTS l_{table}_{name} ON view_{table} (key) WHERE typeof(f_{name}) = 'blob'"
            )  # empty for most fields

    def _drop(self, table: str) -> None:
        self._writer.execute(f"DROP TABLE IF EXISTS view_{table}")
        self._writer.execute("DELETE FROM checkpoints WHERE reader = ?", (table,))

    def _or_update(self, view: View) -> str:
        """An update in place: to replace a row is to delete it and to insert another, which takes five times as
        long."""
        columns = ("doc", "text", *(f"f_{name}" for name in view.fields))
        return f"ON CONFLICT (key) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in columns)}"

    def _row(self, view: View, document: Document) -> tuple[Any, ...]:
        text = folded(view.text(document)) if view.text else None
        return (document["key"], orjson.dumps(document), text, *(_value(document.get(name)) for name in view.fields))

    def _column(self, view: View, name: str) -> str:
        if name == "key":
            return "key"
        if name not in view.fields:
            raise ValueError(f"{view.name} declares no field {name}")
        return f"f_{name}"

    def _condition(
        self, db: sqlite3.Connection, view: View, where: Where | None, text: str, *, by_index: bool = True
    ) -> tuple[str, list[Any]]:
        """The condition and its values. `by_index`: whether SQLite may find the documents by the index of a field."""
        parts: list[str] = []
        values: list[Any] = []
        for name, wanted in (where or {}).items():
            column = self._column(view, name)
            some = list(wanted) if isinstance(wanted, list | tuple | set | frozenset) else [wanted]
            marks = _marks(some)
            absent = f"{column} IS NULL OR " if None in some else ""
            if not self._holds_lists(db, view, column):  # a condition without OR, for which the index is good
                parts.append(f"({absent}{'' if by_index else '+'}{column} IN ({marks}))")
                values += some
                continue
            parts.append(
                f"({absent}{column} IN ({marks}) OR (typeof({column}) = 'blob' AND EXISTS "
                f"(SELECT 1 FROM json_each(CAST({column} AS TEXT)) AS j WHERE j.value IN ({marks}))))"
            )
            values += [*some, *some]
        for word in folded(text).replace("\x00", "\ufffd").split():  # LIKE ends at a NUL, and would find everything
            parts.append("text LIKE ? ESCAPE '\\'")
            values.append("%" + word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%")
        return ("WHERE " + " AND ".join(parts) if parts else ""), values

    def _holds_lists(self, db: sqlite3.Connection, view: View, column: str) -> bool:
        """Whether any document has a list in this column: read from the beginning of an index of just those."""
        some = f"SELECT EXISTS (SELECT 1 FROM view_{view.table} WHERE typeof({column}) = 'blob')"
        return column != "key" and bool(db.execute(some).fetchone()[0])

    async def _write(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._write_thread, work)

    async def _read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._read_thread, work, self._reader)


@contextmanager
def _one_moment(db: sqlite3.Connection) -> Iterator[None]:
    """What is read inside is of one moment."""
    db.execute("BEGIN")
    try:
        yield
    finally:
        db.execute("COMMIT")


def _insert(db: sqlite3.Connection, into: str, rows: Sequence[Sequence[Any]], then: str = "") -> None:
    """Many rows a statement: for each, SQLite lets go of Python's lock, and waits for it behind whoever computes."""
    for start in range(0, len(rows), IN_ONE_STATEMENT):
        some = rows[start : start + IN_ONE_STATEMENT]
        marks = ", ".join([f"({_marks(some[0])})"] * len(some))
        db.execute(f"INSERT {into} VALUES {marks} {then}", list(chain.from_iterable(some)))


def _marks(values: Iterable[Any]) -> str:
    return ", ".join("?" for _ in values)
