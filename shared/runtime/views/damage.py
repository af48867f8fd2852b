"""Whether the file of views is still what we wrote, and how one that is not is put aside: whatever it is, it is moved
and kept, since views are built again from the log."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path

from shared.base.whole_files import unreadable
from shared.kernel.views.projection import View
from shared.runtime.views.reports import stamp

BESIDE = ("", "-wal", "-shm", "-journal")
"""What SQLite keeps of one database, by what follows its name"""
KEPT = 3  # files of a service that were put aside; older ones are erased
OURS: Mapping[str, Sequence[str]] = {
    "checkpoints": ("reader", "seq", "id"),
    "versions": ("entity", "version"),
    "voids": ("seq", "reason"),
    "unknown": ("type", "number", "seq"),
    "parked": ("reaction", "seq", "error"),
}
ODD = (
    "SELECT 1 FROM checkpoints WHERE typeof(seq) <> 'integer' OR seq < 0 OR typeof(id) <> 'text'",
    "SELECT 1 FROM versions WHERE typeof(version) <> 'integer' OR version < 1",
    "SELECT 1 FROM voids WHERE typeof(reason) <> 'text'",
    "SELECT 1 FROM unknown WHERE typeof(number) <> 'integer' OR typeof(seq) <> 'integer'",
)
"""What none of our tables holds: SQLite takes any value in any column."""
BROKEN = (
    "SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_FORMAT", "SQLITE_READONLY",
    "SQLITE_IOERR_SHORT_READ", "SQLITE_IOERR_CORRUPTFS", "SQLITE_IOERR_DATA",
)  # fmt: skip


def is_broken(error: BaseException) -> bool:
    """Whether this is said of a damaged file. A full disk, one that fails, too few files that may be open: these are
    not its fault, and it is left as it is."""
    return getattr(error, "sqlite_errorname", "").startswith(BROKEN)


def damage_of(path: Path, views: Sequence[View] = ()) -> str | None:
    """What is wrong with the file of views, in words; None where nothing is, or where there is none. `views`: whose
    tables must be there, and all of ours; an earlier release had not all. To be asked by whoever has it alone. Raises
    sqlite3.Error where nobody can know. Blocks."""
    for one in BESIDE:
        if (what := unreadable(path.with_name(path.name + one))) is not None:
            return f"{path.name}{one} {what}"
        if path.with_name(path.name + one).exists() and not os.access(path.with_name(path.name + one), os.W_OK):
            return f"{path.name}{one} can't be written"
    if not path.exists():
        return None
    if path.stat().st_size == 0:
        return "it is empty"
    try:
        with closing(sqlite3.connect(path)) as db:
            return _unlike_ours(db, views)
    except sqlite3.DatabaseError as error:
        if is_broken(error) or "malformed" in str(error) or "decode" in str(error):
            return str(error)
        raise


def _unlike_ours(db: sqlite3.Connection, views: Sequence[View]) -> str | None:
    checked = db.execute("PRAGMA quick_check(1)").fetchone()[0]
    if checked != "ok":
        return str(checked).splitlines()[-1]
    made = db.execute("SELECT type, name FROM sqlite_master WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'").fetchall()
    tables = {name for kind, name in made if kind == "table"}
    if any(kind not in ("table", "index") for kind, _ in made) or any(
        not name.startswith("view_") for name in tables - OURS.keys()
    ):
        return "it holds what is not ours"
    wanted = {name: list(columns) for name, columns in OURS.items() if name in tables or views}
    wanted |= {f"view_{v.table}": ["key", "doc", "text", *(f"f_{name}" for name in v.fields)] for v in views}
    for name, columns in wanted.items():
        if [row[1] for row in db.execute(f"PRAGMA table_info({name})")] != columns:
            return f"its table {name} is not as we made it"
    for query in ODD:
        if query.split()[3] in tables and db.execute(f"{query} LIMIT 1").fetchone():
            return f"its table {query.split()[3]} holds what we never wrote"
    return None


def parked_in(path: Path) -> Sequence[tuple[str, int, str]] | None:
    """The events that reactions had given up, which the log does not say; None where they can't be read any more.
    Blocks."""
    if unreadable(path) is not None or not path.exists():
        return None
    try:
        with closing(sqlite3.connect(path)) as db:
            rows = db.execute("SELECT reaction, seq, error FROM parked").fetchall()
    except sqlite3.Error:
        return None
    good = [row for row in rows if [type(value) for value in row] == [str, int, str]]
    return good if len(good) == len(rows) else None


def put_aside(path: Path, at: datetime) -> str:
    """Moves the file and all that SQLite keeps beside it into the folder `aside`; what it is called there. The oldest
    of those before go. Raises OSError. Blocks."""
    folder = path.parent / "aside"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    number = 1
    while (name := f"{path.stem}.{stamp(at)}.{number:03}.sqlite") and any(folder.glob(f"{name}*")):
        number += 1
    for one in BESIDE:
        there = path.with_name(path.name + one)
        if there.exists() or there.is_symlink():
            there.rename(folder / (name + one))
    kept = sorted({found.name.partition(".sqlite")[0] for found in folder.glob(f"{path.stem}.*.sqlite*")})
    for old in kept[:-KEPT]:
        for found in folder.glob(f"{old}.sqlite*"):
            if found.is_dir() and not found.is_symlink():
                shutil.rmtree(found, ignore_errors=True)
            else:
                found.unlink(missing_ok=True)
    return name
