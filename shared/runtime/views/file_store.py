"""Views in an SQLite file that one process has alone. Where the file is damaged it is put aside, whole, and an empty
one takes its place: at the start, and while it runs (`shared/runtime/views/mending.py` has the runner fill it).

A reader that meets damage is told to come again, and so is everybody from then on: what a damaged file says may be
wrong, and an empty one would say that there is nothing. Only the runner reads and writes a file that is being filled.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, TypeVar

import orjson

from shared.base.outside import REAL, Outside
from shared.kernel.stores import InUse
from shared.kernel.stores.sqlite import SqliteStore
from shared.kernel.views.projection import Document, Page, Standing, StoreAway, View, Where
from shared.runtime.views.damage import damage_of, is_broken, parked_in, put_aside
from shared.runtime.views.reports import Report, Reports

T = TypeVar("T")
DAMAGED = "the file of the views is damaged, and is being replaced"
UNLIKE = ("no such", " column", "decode")  # in errors that a file which somebody changed leads to, too
FILLING = "the views are being built again from the log, since their file was damaged"


class FileStore(SqliteStore):
    """An SQLite store that no other process can open at the same time. `hurt`: set while its file is damaged;
    `filling`: it was replaced, and does not show all that the damaged one did."""

    def __init__(self, path: Path, outside: Outside = REAL) -> None:
        """Raises InUse, OSError where a damaged file can't be moved, sqlite3.Error where nobody can know."""
        self.path, self._outside = path, outside
        self.hurt, self.filling = asyncio.Event(), False
        self._why, self._views = "", list[View]()
        self.reports = Reports(path.parent, path.stem)
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = os.open(path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._lock)
            raise InUse(
                f"{path} is in use by another process. Several replicas of a service need MongoDB (MAILLAGE_MONGO_URL)."
            ) from None
        try:
            self._open(damage_of(path))
        except BaseException:
            os.close(self._lock)
            raise

    def _open(self, damage: str | None) -> None:
        """Opens the file; an empty one in the place of one that is damaged. Blocks."""
        parked = None
        if damage is not None:
            parked = parked_in(self.path)
            self._why = damage
            at = self._outside.now()
            aside = put_aside(self.path, at)
            self.filling = True
            self.reports.add(Report(at, "damaged", damage, aside=aside, parked_lost=parked is None))
        super().__init__(self.path, self._outside)
        if parked:
            self._writer.executemany("INSERT OR REPLACE INTO parked VALUES (?, ?, ?)", parked)

    async def renew(self) -> None:
        """Puts an empty file in the place of the damaged one. Raises OSError, sqlite3.Error, and can be tried again."""

        def work() -> None:
            self._shut()
            self._open(self._why if self.hurt.is_set() else None)

        await self._outside.in_thread(work)
        self.hurt.clear()

    def _shut(self) -> None:
        self._write_thread.shutdown()
        self._read_thread.shutdown()
        for one in (self._reader, self._writer):
            with suppress(sqlite3.Error):
                one.close()

    async def close(self) -> None:
        self._shut()
        os.close(self._lock)

    def hurts(self, why: str) -> StoreAway:
        """Has the file replaced; what whoever waits for it is told."""
        if not self.hurt.is_set():
            self._why = why
            self.hurt.set()
        return StoreAway(DAMAGED)

    # -- what the runner does ---------------------------------------------------------------------------------------

    async def prepare(self, views: Sequence[View]) -> None:
        try:
            await super().prepare(views)
        except ValueError as why:  # a table that somebody changed, or a view that lacks a new version
            raise self.hurts(str(why)) from why
        self._views = list(views)

    async def standing(self, view: View, keys: Sequence[str]) -> dict[str, Standing]:
        return {key: Standing(found, 0) for key, found in (await super().get_many(view, keys)).items()}

    # -- what others read -------------------------------------------------------------------------------------------

    async def get_many(self, view: View, keys: Sequence[str]) -> dict[str, Document]:
        self._for_readers()
        return await super().get_many(view, keys)

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
        self._for_readers()
        return await super().find(view, where, text=text, sort=sort, limit=limit, offset=offset)

    async def after(self, view: View, key: str, where: Where | None = None, *, limit: int) -> list[Document]:
        self._for_readers()
        return await super().after(view, key, where, limit=limit)

    async def count_by(self, view: View, field: str, where: Where | None = None, *, text: str = "") -> dict[str, int]:
        self._for_readers()
        return await super().count_by(view, field, where, text=text)

    async def digest(self, view: View) -> str:
        self._for_readers()
        return await super().digest(view)

    def _for_readers(self) -> None:
        if self.filling:
            raise StoreAway(FILLING)

    # -- what a verification asks -----------------------------------------------------------------------------------

    async def askew(self, view: View, keys: Sequence[str]) -> set[str]:
        """Of these documents, those whose columns, by which they are found, do not say what they say."""
        columns = ", ".join(["key", "text", *(f"f_{name}" for name in view.fields)])

        def work(db: sqlite3.Connection) -> set[str]:
            marks = ", ".join("?" for _ in keys)
            query = f"SELECT doc, {columns} FROM view_{view.table} WHERE key IN ({marks})"
            found = set()
            for doc, *there in db.execute(query, list(keys)):
                key, _, *rest = self._row(view, orjson.loads(doc))
                if [key, *rest] != there or [type(one) for one in _plain([key, *rest])] != [type(one) for one in there]:
                    found.add(str(there[0]))
            return found

        return await self._read(work)

    async def unsound(self, view: View) -> str | None:
        """What is wrong with the table of a view or with its indexes; None where nothing is."""

        def work() -> str | None:
            with closing(sqlite3.connect(self.path)) as db:
                db.execute("PRAGMA query_only=ON")
                found = str(db.execute(f"PRAGMA integrity_check('view_{view.table}')").fetchone()[0])
            return None if found == "ok" else found.splitlines()[-1]

        try:
            return await self._outside.in_thread(work)
        except sqlite3.DatabaseError as error:
            if is_broken(error):
                return str(error)
            raise

    # -- threads ----------------------------------------------------------------------------------------------------

    async def _write(self, work: Callable[[], T]) -> T:
        return await self._done(super()._write, work)

    async def _read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        return await self._done(super()._read, work)

    async def _done(self, do: Callable[[Any], Any], work: Callable[..., T]) -> T:
        if self.hurt.is_set():
            raise StoreAway(DAMAGED)
        try:
            done: T = await do(work)
        except orjson.JSONDecodeError as error:
            raise self.hurts(f"a document of a view is none ({type(error).__name__})") from error
        except sqlite3.DatabaseError as error:
            why = str(error) if is_broken(error) else await self._looked_at(error)
            if why is None:
                raise
            raise self.hurts(why) from error
        return done

    async def _looked_at(self, error: sqlite3.DatabaseError) -> str | None:
        """What is wrong with the file, where an error may be of something else: a statement of ours, a full disk."""
        if self.hurt.is_set() or not any(word in str(error) for word in UNLIKE):
            return None
        with suppress(sqlite3.Error):
            return await self._outside.in_thread(damage_of, self.path, self._views)
        return None


def _plain(row: Sequence[Any]) -> list[Any]:
    """Values as SQLite gives them back."""
    return [int(value) if isinstance(value, bool) else value for value in row]
