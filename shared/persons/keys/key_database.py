"""The SQLite files in a folder of keys: of the keys of persons, of passwords. Each says whose it is and how much is in
it.

That it is a file of keys tells nothing: a copy from before, that of another service or installation, one that was made
anew is one as well. So each has a number of its own, made with it, and knows how many it holds (`WHOSE`).
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

from shared.base.secret_files import RESTORE, SecretUnfit
from shared.base.secure_delete import erase

HEAD = b"SQLite format 3\0"
LOOKED_AT = (
    1  # `user_version` of a file of keys that was made, or kept, once the log had been asked whether it is missed
)
WHOSE = """
CREATE TABLE IF NOT EXISTS whose (
  one INTEGER PRIMARY KEY CHECK (one = 1), id TEXT NOT NULL, known INTEGER NOT NULL, found INTEGER NOT NULL
);
"""
KNOWN = ("persons", "forgotten", "passwords", "factors")
"""The tables of which `whose.known` counts the rows. A person stands in one of the first two, for ever."""
FOUND = ("addresses", "reached")
"""Those of which `whose.found` does: by what persons are found"""


class KeyMissing(SecretUnfit):
    """The wrapping key is gone while the keys that it wrapped are there; a new one would lose them for ever."""


@dataclass(frozen=True)
class Whose:
    """What a file says of itself. `counted`: how many are in it; `gone`: how many less than it held, hashes of
    addresses with them."""

    id: str
    counted: int
    gone: int


def begin_whose() -> str:
    """SQL by which a file that does not say yet whose it is does so."""
    return f"{WHOSE} INSERT OR IGNORE INTO whose VALUES (1, '{token_hex(16)}', 0, 0);"


def count_again(db: sqlite3.Connection, *, fewer: bool = False) -> None:
    """Notes how many are in a file: more may have been added by a release that did not count. `fewer`: also where some
    are gone."""
    before = db.execute("SELECT known, found FROM whose").fetchone()
    counted = (_counted(db, KNOWN), _counted(db, FOUND))
    after = counted if fewer else tuple(map(max, before, counted))
    if before != after:
        db.execute("UPDATE whose SET known = ?, found = ?", after)


def count_what_is_left(path: Path) -> None:
    """Where the operator has said that what is gone from a file is lost. Raises SecretUnfit."""
    if whose(path) is not None:
        with opened(path) as db, db:
            count_again(db, fewer=True)


def add_known(db: sqlite3.Connection, more: int, found: int = 0) -> None:
    """Within the transaction that has added or deleted so many."""
    if more or found:
        db.execute("UPDATE whose SET known = known + ?, found = found + ?", (more, found))


def whose(path: Path) -> Whose | None:
    """What a file says of itself; None of one that an older release made, or that is none. Raises SecretUnfit."""
    if not begun(path):
        return None
    with opened(path) as db:
        if "whose" not in _tables(db):
            return None
        db.execute("BEGIN")  # both numbers of one moment
        row = db.execute("SELECT id, known, found FROM whose").fetchone()
        if row is None:
            return None
        counted = _counted(db, KNOWN)
        gone = max(0, int(row[1]) - counted) + max(0, int(row[2]) - _counted(db, FOUND))
        return Whose(str(row[0]), counted, gone)


def _tables(db: sqlite3.Connection) -> set[str]:
    return {row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def _counted(db: sqlite3.Connection, tables: tuple[str, ...]) -> int:
    there = _tables(db)
    return sum(int(db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]) for table in tables if table in there)


@contextlib.contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """A file of keys or of passwords that is there. Raises SecretUnfit where it is none."""
    try:
        with contextlib.closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=30)) as db:
            yield db
    except sqlite3.Error as error:
        raise unreadable(path, error) from error


def begun(path: Path) -> bool:
    """Whether there is something in an SQLite file. Raises SecretUnfit for another kind of file: a short one SQLite
    itself would take for a new one."""
    if not size(path):
        return False
    if not path.is_file():
        raise SecretUnfit(f"{path} is no file: {RESTORE}")
    try:
        with path.open("rb") as file:
            head = file.read(len(HEAD))
    except OSError as error:
        raise SecretUnfit(f"{path} can't be read ({error.strerror}): put that right, or {RESTORE}") from None
    if head != HEAD:
        raise SecretUnfit(f"{path} is not as it was written: {RESTORE}")
    return True


def looked_at(path: Path, tables: frozenset[str]) -> bool:
    """Whether a file belongs to this log as far as can be told without it: one of these tables holds something, or it
    was made by a start that had asked the log (`LOOKED_AT`), and what that makes is in it."""
    if not begun(path):
        return False
    with opened(path) as db:
        there = tables & _tables(db)
        if there == tables and int(db.execute("PRAGMA user_version").fetchone()[0]) >= LOOKED_AT:
            return True
        return any(db.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone() for table in sorted(there))


def has_table(path: Path, table: str) -> bool:
    """Whether a file has been made to hold something. Raises SecretUnfit."""
    if not begun(path):
        return False
    with opened(path) as db:
        return table in _tables(db)


def unreadable(path: Path, error: sqlite3.Error) -> SecretUnfit:
    """What is said of a file that SQLite can't work with."""
    if getattr(error, "sqlite_errorname", "") == "SQLITE_FULL":
        return SecretUnfit(f"the disk of {path} is full: make room, and try again")
    return SecretUnfit(f"{path} can't be used ({error}): {RESTORE}")


def whole(path: Path) -> None:
    """Returns if SQLite finds nothing wrong with a file. Raises SecretUnfit."""
    with opened(path) as db:
        found = db.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise SecretUnfit(f"{path} is damaged: {RESTORE}")


def size(path: Path) -> int:
    """The bytes of a file, 0 where there is none. Raises SecretUnfit for a link that leads to nothing: whoever made it
    meant something to be there."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        if path.is_symlink():
            raise SecretUnfit(f"{path} leads to a file that is not there: put that right, or {RESTORE}") from None
        return 0
    except OSError as error:
        raise SecretUnfit(f"{path} can't be read ({error.strerror}): put that right, or {RESTORE}") from None


def wrapping_number(keys: Path) -> int:
    """The number of the wrapping key that a file of keys was wrapped with. Raises KeyMissing where there is none."""
    if not keys.exists():
        raise KeyMissing(f"{keys} is missing")
    with opened(keys) as db:
        row = db.execute("SELECT number FROM wrapping").fetchone()
    if row is None:
        raise SecretUnfit(f"{keys} does not say with which wrapping key it was made: {RESTORE}")
    return int(row[0])


def copy_whole(keys: Path, draft: Path) -> None:
    """A file of keys as it stands at one moment, on disk, readable by its owner alone. Raises SecretUnfit."""
    if not size(keys):
        raise SecretUnfit(f"{keys} is empty: {RESTORE}")
    if draft.exists():
        erase(draft)
    os.close(os.open(draft, os.O_RDWR | os.O_CREAT, 0o600))
    with opened(keys) as source, contextlib.closing(sqlite3.connect(draft)) as target:
        target.execute("PRAGMA journal_mode=OFF")
        source.backup(target)
    number = os.open(draft, os.O_RDONLY)
    os.fsync(number)
    os.close(number)
