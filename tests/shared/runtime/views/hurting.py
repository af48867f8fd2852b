"""Ways in which the file of views is hurt, each by the name of its kind."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

Hurt = Callable[[Path], None]
JUNK = bytes(range(256)) * 16


def _written(path: Path, at: int, data: bytes = JUNK) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        file.write(data)


def _whole(path: Path) -> None:
    """All of it in the one file."""
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def middle(path: Path) -> None:
    """Every page but the first is junk, as a disk leaves it that lost them."""
    _whole(path)
    _written(path, 4096, os.urandom(path.stat().st_size - 4096))


def cut(path: Path) -> None:
    _whole(path)
    os.truncate(path, path.stat().st_size // 2 // 4096 * 4096)


def folder(path: Path) -> None:
    for one in path.parent.glob(f"{path.name}*"):
        one.unlink()
    path.mkdir()
    (path / "something").write_text("of somebody's")


def another_s(path: Path) -> None:
    path.unlink()
    sql(path, "CREATE TABLE shopping (what TEXT)", "INSERT INTO shopping VALUES ('bread')")


def sql(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        for one in statements:
            db.execute(one)


def _by(*statements: str) -> Hurt:
    return lambda path: sql(path, *statements)


def link_to_nothing(path: Path) -> None:
    for one in path.parent.glob(f"{path.name}*"):
        one.unlink()
    path.symlink_to(path.parent / "nowhere" / "views.sqlite")


def wal_is_a_folder(path: Path) -> None:
    _whole(path)
    (wal := path.with_name(f"{path.name}-wal")).unlink(missing_ok=True)
    wal.mkdir()


BEFORE_A_START: Mapping[str, Hurt] = {
    "junk at its head": lambda path: _written(path, 0),
    "junk in its middle": middle,
    "empty": lambda path: os.truncate(path, 0),
    "cut": cut,
    "text": lambda path: (path.write_text("views\n"), None)[1],
    "of another application": another_s,
    "a folder": folder,
    "a link to nothing": link_to_nothing,
    "a folder for its log of writes": wal_is_a_folder,
    "a table with other columns": _by("ALTER TABLE view_structures_v1_2 DROP COLUMN doc"),
    "a checkpoint that is text": _by("UPDATE checkpoints SET seq = 'far'"),
    "a version that is none": _by("UPDATE versions SET version = -1"),
    "a trigger": _by("CREATE TRIGGER t AFTER INSERT ON voids BEGIN DELETE FROM versions; END"),
}
"""What is found when a service starts"""


def without_writes(path: Path) -> None:
    """Junk in the log of writes: SQLite leaves out what it can't read."""
    _written(path.with_name(f"{path.name}-wal"), 0)


def copied(path: Path, to: Path) -> None:
    """The file and what lies beside it, as a process that was killed leaves them."""
    to.parent.mkdir(parents=True, exist_ok=True)
    for one in path.parent.glob(f"{path.name}*"):
        shutil.copy(one, to.parent / one.name.replace(path.name, to.name))
