"""A file of views that is damaged is put aside, whatever it is, and an empty one takes its place."""

from __future__ import annotations

import errno
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from shared.kernel.stores import InUse
from shared.kernel.views.projection import Batch, Checkpoint, StoreAway
from shared.kernel.views.projector import JUDGE
from shared.runtime.views.damage import KEPT, damage_of, is_broken, parked_in, put_aside
from shared.runtime.views.file_store import FileStore
from tests.fixtures.damaged_files import BEFORE_A_START, sql
from tests.fixtures.small_directory import STRUCTURES


async def written(path: Path, seq: int = 7) -> None:
    """A file of views that shows the log up to a sequence."""
    store = FileStore(path)
    await store.prepare([STRUCTURES])
    documents = {f"k{n}": {"key": f"k{n}", "name": "é" * 500, "tags": ["t"], "closed": False} for n in range(100)}
    at = Checkpoint(seq, "id")
    await store.put(
        Batch({STRUCTURES: documents}, {JUDGE: at, STRUCTURES.table: at}, versions={"d.structure.1": 1})  # type: ignore[dict-item]
    )
    await store.park("letters", 3, "why")
    await store.close()


@pytest.mark.parametrize("kind", BEFORE_A_START)
async def test_a_damaged_file_is_put_aside_and_an_empty_one_takes_its_place(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "views" / "directory.sqlite"
    await written(path)
    assert damage_of(path) is None
    BEFORE_A_START[kind](path)
    store = FileStore(path)
    try:
        try:
            await store.prepare([STRUCTURES])
        except StoreAway:  # what only whoever knows the views can see
            await store.renew()
            await store.prepare([STRUCTURES])
        assert (await store.checkpoint(JUDGE)).seq == 0 and store.filling
        (report,) = store.reports.all()
        assert report.how == "damaged" and report.why and report.aside
        assert [one.name for one in (path.parent / "aside").glob(f"{report.aside}*")], "it is kept"
        assert report.parked_lost is not bool(await store.parked())
        with pytest.raises(StoreAway):  # an empty view would say that there is nothing
            await store.find(STRUCTURES)
    finally:
        await store.close()
    assert damage_of(path) is None


async def test_what_reactions_gave_up_is_kept_where_it_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "directory.sqlite"
    await written(path)
    BEFORE_A_START["a version that is none"](path)
    store = FileStore(path)
    assert [one.seq for one in await store.parked()] == [3] and not store.reports.all()[0].parked_lost
    await store.close()
    assert parked_in(tmp_path / "none.sqlite") is None


async def test_a_sound_file_and_one_of_an_earlier_release_stay(tmp_path: Path) -> None:
    path = tmp_path / "directory.sqlite"
    await written(path)
    sql(path, "DROP TABLE unknown")  # an earlier release had no such table
    store = FileStore(path)
    await store.prepare([STRUCTURES])
    assert (await store.checkpoint(JUDGE)).seq == 7 and not store.filling and not store.reports.all()
    with pytest.raises(InUse):
        FileStore(path)
    await store.close()


async def test_only_the_last_that_were_put_aside_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "directory.sqlite"
    for _ in range(KEPT + 2):
        path.mkdir()
        await (store := FileStore(path)).close()
        path.unlink()
        (tmp_path / "directory.sqlite-wal").unlink(missing_ok=True)
    names = [one.name for one in (tmp_path / "aside").iterdir()]
    assert len(names) == KEPT and len(store.reports.all()) == KEPT + 2


def test_a_file_that_can_t_be_moved_is_said_and_stays(tmp_path: Path) -> None:
    path = tmp_path / "directory.sqlite"
    path.write_text("junk")
    (tmp_path / "aside").write_text("a file has the name of the folder")
    with pytest.raises(OSError) as why:
        FileStore(path)
    assert why.value.errno == errno.EEXIST and path.read_text() == "junk"
    (tmp_path / "aside").unlink()
    assert put_aside(path, datetime(2026, 1, 2, tzinfo=UTC)) == "directory.20260102T000000Z.001.sqlite"


def test_a_full_disk_and_too_few_files_are_no_damage() -> None:
    for name, broken in (
        ("SQLITE_FULL", False),
        ("SQLITE_CANTOPEN", False),
        ("SQLITE_IOERR_WRITE", False),
        ("SQLITE_CORRUPT_INDEX", True),
        ("SQLITE_NOTADB", True),
    ):
        error = sqlite3.OperationalError("said")
        error.sqlite_errorname = name  # type: ignore[misc]
        assert is_broken(error) is broken, name
