"""The journal of readings of one service: an SQLite file beside its keys, to which lines are added and from which they
go at the end of their term.

It is no part of the event log, from which nothing could go. Lines wait in memory for a second at most and are written
together, off the event loop, each batch on disk (`synchronous=FULL`) before it counts: a crash loses what was read
in its last second. Several replicas of one folder write one file (WAL). Where nothing can be written, `MOST_WAITING`
readings wait; then nothing personal is opened any more.

Each line carries a hash over the one before it and itself, so that a line that was changed, or taken out from among the
others, shows. That is all: whoever writes the file can make the hashes anew, or cut off its end.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sqlite3
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal, get_args
from uuid import UUID

import structlog

from shared.base.outside import REAL, Outside
from shared.base.secure_delete import erase
from shared.kernel.sealing import KeysAway
from shared.kernel.stores.transaction import transaction

log = structlog.get_logger()
Why = Literal["record", "list", "search", "form", "export", "program", "request", "own", "journal"]
WHYS: tuple[Why, ...] = get_args(Why)
AT_ONCE = 500  # persons of one line; more of them are several lines, of one request
MOST_WAITING = 2000  # readings that wait to be written, before nothing is opened any more
JUDGED = 30.0  # seconds between two looks at who reads more than is usual
GATHERING = 1.0  # seconds that a reading waits for others, to be written with them
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BROKEN = "broken"
SCHEMA = """
CREATE TABLE IF NOT EXISTS readings (
  number INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, who TEXT NOT NULL, role TEXT NOT NULL,
  why TEXT NOT NULL, route TEXT NOT NULL, persons BLOB NOT NULL, chain BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS read (person BLOB, number INTEGER, PRIMARY KEY (person, number)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS readings_at ON readings (at);
CREATE INDEX IF NOT EXISTS read_number ON read (number);
CREATE TABLE IF NOT EXISTS begins (one INTEGER PRIMARY KEY CHECK (one = 1), chain BLOB NOT NULL);
INSERT OR IGNORE INTO begins VALUES (1, X'');
CREATE TRIGGER IF NOT EXISTS stands BEFORE UPDATE ON readings BEGIN SELECT RAISE(ABORT, 'a reading stands'); END;
"""


@dataclass(frozen=True, slots=True)
class Read:
    """One line. `who`: as events name who acts (`Who.actor`); `role`: what let them read; `why`: what kind of page or
    file it was, and `route` its address without what was asked for; `persons`: whose values were opened."""

    at: datetime
    who: str
    role: str
    why: Why
    route: str
    persons: tuple[UUID, ...]
    number: int = 0


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which lines: all where nothing is said. `account`: also what its tokens read. `since`, `until`: the first moment,
    and the first that is too late."""

    account: str | None = None
    person: UUID | None = None
    why: Why | None = None
    since: datetime | None = None
    until: datetime | None = None

    def where(self) -> tuple[str, list[Any]]:
        """The condition, as SQL, and its values."""
        said: list[tuple[str, list[Any]]] = []
        if self.account is not None:
            said.append(("(who IN (?, ?) OR who LIKE ?)", _also_its_tokens(self.account)))
        if self.person is not None:
            said.append(("number IN (SELECT number FROM read WHERE person = ?)", [self.person.bytes]))
        if self.why is not None:
            said.append(("why = ?", [self.why]))
        if self.since is not None:
            said.append(("at >= ?", [int(self.since.timestamp())]))
        if self.until is not None:
            said.append(("at < ?", [int(self.until.timestamp())]))
        return " AND ".join(one for one, _ in said) or "1", [value for _, values in said for value in values]


def _also_its_tokens(who: str) -> list[Any]:
    """An account, with its kind or by its id alone, stands for its tokens, too."""
    plain = "".join(one for one in who.removeprefix("account:") if one.isalnum() or one == "-")
    return [who, f"account:{plain}", f"token:{plain}/%"]


@dataclass(frozen=True, slots=True)
class Unusual:
    """An account that opened more persons within an hour than is usual."""

    who: str
    persons: int


class Journal:
    """The journal of one service. `folder`: that of its keys; `most`: persons within an hour that are usual. Nothing is
    made before the first reading."""

    def __init__(
        self,
        folder: Path,
        service: str,
        *,
        most: int = 500,
        room: int = MOST_WAITING,
        judged: float = JUDGED,
        outside: Outside = REAL,
    ) -> None:
        self.path, self.service, self._most, self._room = folder / f"{service}.readings", service, most, room
        self._outside, self._every, self._judged = outside, judged, -judged
        self._waiting: deque[Read] = deque()
        self._news = asyncio.Event()
        self._lock = threading.Lock()
        self._db: sqlite3.Connection | None = None
        self._told: set[str] = set()
        self.unusual: tuple[Unusual, ...] = ()
        self.broken = False

    # Noting

    @property
    def waiting(self) -> int:
        """Readings that are not written yet."""
        return len(self._waiting)

    def has_room(self) -> bool:
        """Whether one more reading can be noted."""
        return len(self._waiting) < self._room

    def note(self, read: Read) -> None:
        """Takes a reading: written within a second, in the background."""
        parts = [read.persons[n : n + AT_ONCE] for n in range(0, len(read.persons), AT_ONCE)] or [()]
        self._waiting.extend(Read(read.at, read.who, read.role, read.why, read.route, part) for part in parts)
        self._news.set()

    async def wait(self) -> None:
        """Returns when something is there to be written, and has waited for others."""
        await self._news.wait()
        await self._outside.sleep(GATHERING)

    async def write(self) -> None:
        """Writes what waits, and looks who read more than is usual. Raises KeysAway, and what waits still does then."""
        self._news.clear()
        await self._outside.in_thread(self._write)

    def _write(self) -> None:
        if not self._waiting and not self.path.exists():
            return
        with self._opened() as db:
            # Taken here, and let go here: a write whose waiting was cut off goes on in its thread, beside the next.
            some = [self._waiting[n] for n in range(len(self._waiting))]
            if some:
                with transaction(db):
                    _add(db, some)
                for _ in some:
                    self._waiting.popleft()
            if self._outside.monotonic() - self._judged >= self._every:
                self._judged = self._outside.monotonic()
                self._judge(db)

    def _judge(self, db: sqlite3.Connection) -> None:
        """Who opened more than is usual in the last hour: told once each time that it begins."""
        since = int((self._outside.now() - HOUR).timestamp())
        rows = db.execute(
            "SELECT who, count(DISTINCT person) FROM readings JOIN read USING (number) WHERE at >= ? AND why != 'own'"
            " AND why != 'journal' GROUP BY who HAVING count(DISTINCT person) > ? ORDER BY 2 DESC LIMIT 20",
            (since, self._most),
        ).fetchall()
        self.unusual = tuple(Unusual(*row) for row in rows)
        for one in self.unusual:
            if one.who not in self._told:
                log.warning("readings.unusual", service=self.service, by=one.who, persons=one.persons, within="1 h")
        self._told = {one.who for one in self.unusual}

    # Asking. All of it blocks.

    def find(self, wanted: Wanted, *, limit: int, offset: int = 0, before: int | None = None) -> tuple[list[Read], int]:
        """The latest first, and how many there are. `before`: the number of the last line that is known already; then
        they are not counted again."""
        if not self.path.exists():
            return [], 0
        where, values = wanted.where()
        if before is not None:
            where, values = f"{where} AND number < ?", [*values, before]
        with self._opened() as db:
            counting = f"SELECT count(*) FROM readings WHERE {where}"
            total = 0 if before is not None else int(db.execute(counting, values).fetchone()[0])
            rows = db.execute(
                f"SELECT at, who, role, why, route, persons, number FROM readings WHERE {where}"
                " ORDER BY number DESC LIMIT ? OFFSET ?",
                (*values, limit, offset),
            ).fetchall()
        return [_read(row) for row in rows], total

    def readers(self, most: int = 200) -> list[str]:
        """Who read something, whoever did so most often first."""
        if not self.path.exists():
            return []
        with self._opened() as db:
            rows = db.execute("SELECT who FROM readings GROUP BY who ORDER BY count(*) DESC, who LIMIT ?", (most,))
            return [row[0] for row in rows.fetchall()]

    def whole(self) -> bool:
        """Whether no line was changed, or taken out from among the others, as far as the hashes tell."""
        if not self.path.exists():
            return True
        with self._opened() as db, transaction(db):
            return _whole(db)

    # The end of the term

    def erase_before(self, moment: datetime) -> int:
        """Erases the lines from before a moment; how many. The file keeps nothing of them, nor does its journal.

        They go from the beginning, up to the first that is to stay: so a line that a wrong clock has dated goes with
        those around it.
        """
        for aside in self.path.parent.glob(f"{self.path.name}.{BROKEN}-*"):
            if aside.name.rpartition("-")[2] < str(int(moment.timestamp())):
                erase(aside)
        if not self.path.exists():
            return 0
        with self._opened() as db:
            with transaction(db):
                self.broken = self.broken or not _whole(db)
                gone = _erase(db, int(moment.timestamp()), int((self._outside.now() + DAY).timestamp()))
            if gone:
                db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        if self.broken:
            log.error("readings.broken", service=self.service, path=str(self.path))
        return gone

    def close(self) -> None:
        with self._lock:
            if self._db is not None:
                self._db.close()
                self._db = None

    # The file

    @contextlib.contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        """The file, made where there is none; nobody else of this process meanwhile. One that is damaged is moved
        aside, and told: what is read from now on counts more than what nobody can read. Raises KeysAway."""
        with self._lock:
            try:
                if self._db is not None and not self.path.exists():  # SQLite would go on with a file that is no more
                    self._db.close()
                    self._db = None
                if self._db is None:
                    self._db = _connected(self.path)
                yield self._db
            except sqlite3.Error as error:
                if type(error) is sqlite3.DatabaseError:
                    self._set_aside(str(error))
                raise KeysAway(f"{self.path} can't be used ({error})") from error
            except OSError as error:
                raise KeysAway(f"{self.path} can't be written ({error.strerror}): put that right") from error

    def _set_aside(self, why: str) -> None:
        if self._db is not None:
            self._db.close()
            self._db = None
        aside = self.path.with_name(f"{self.path.name}.{BROKEN}-{int(self._outside.now().timestamp())}")
        os.replace(self.path, aside)
        for end in ("-wal", "-shm"):
            self.path.with_name(self.path.name + end).unlink(missing_ok=True)
        self.broken = True
        log.error("readings.set_aside", service=self.service, why=why, path=str(aside))


def _connected(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))  # SQLite gives its journal the same mode
    db = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=30)
    try:
        db.executescript("PRAGMA secure_delete=ON; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;")
        with transaction(db):
            for statement in _statements():
                db.execute(statement)
    except BaseException:
        db.close()
        raise
    return db


def _statements() -> Iterable[str]:
    whole = ""
    for part in SCHEMA.split(";"):
        whole += part + ";"
        if sqlite3.complete_statement(whole) and whole.strip(" \n;"):
            yield whole
            whole = ""


def _add(db: sqlite3.Connection, some: Sequence[Read]) -> None:
    before = db.execute("SELECT chain FROM readings ORDER BY number DESC LIMIT 1").fetchone()
    before = before or db.execute("SELECT chain FROM begins").fetchone()
    chain = bytes(before[0])
    for one in some:
        persons = b"".join(person.bytes for person in one.persons)
        row = (int(one.at.timestamp()), one.who, one.role, one.why, one.route, persons)
        chain = _next(chain, row)
        number = db.execute(
            "INSERT INTO readings (at, who, role, why, route, persons, chain) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (*row, chain),
        ).lastrowid
        db.executemany("INSERT OR IGNORE INTO read VALUES (?, ?)", [(one.bytes, number) for one in one.persons])


def _erase(db: sqlite3.Connection, moment: int, latest: int) -> int:
    """`latest`: the last moment that a line can be of."""
    stays = db.execute("SELECT min(number) FROM readings WHERE at >= ? AND at <= ?", (moment, latest)).fetchone()[0]
    until = "number < ?" if stays is not None else "at < ?"
    last = db.execute(f"SELECT max(number) FROM readings WHERE {until}", (stays or moment,)).fetchone()[0]
    if last is None:
        return 0
    db.execute("UPDATE begins SET chain = (SELECT chain FROM readings WHERE number = ?)", (last,))
    db.execute("DELETE FROM read WHERE number <= ?", (last,))
    return db.execute("DELETE FROM readings WHERE number <= ?", (last,)).rowcount


def _next(before: bytes, row: Sequence[Any]) -> bytes:
    said = "\n".join(map(str, row[:-1])).encode() + b"\n" + bytes(row[-1])
    return sha256(before + said).digest()


def _whole(db: sqlite3.Connection) -> bool:
    chain = bytes(db.execute("SELECT chain FROM begins").fetchone()[0])
    for *row, kept in db.execute("SELECT at, who, role, why, route, persons, chain FROM readings ORDER BY number"):
        chain = _next(chain, row)
        if chain != bytes(kept):
            return False
    return True


def _read(row: Sequence[Any]) -> Read:
    at, who, role, why, route, persons, number = row
    ids = tuple(UUID(bytes=bytes(persons[n : n + 16])) for n in range(0, len(persons), 16))
    return Read(datetime.fromtimestamp(at, UTC), who, role, why, route, ids, number)
