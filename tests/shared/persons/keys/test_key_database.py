"""The files of keys say what they are, how much is in them, and what is wrong with them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from shared.base.secret_files import SecretUnfit
from shared.persons.keys.key_database import (
    KeyMissing,
    add_known,
    begin_whose,
    begun,
    copy_whole,
    count_again,
    count_what_is_left,
    has_table,
    looked_at,
    opened,
    size,
    whole,
    whose,
    wrapping_number,
)

TABLES = "CREATE TABLE passwords (account TEXT PRIMARY KEY); CREATE TABLE wrapping (number INTEGER);"
PASSWORDS = frozenset({"passwords"})


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file of two passwords, that says whose it is."""
    path = tmp_path / "directory.passwords.sqlite"
    with closing(sqlite3.connect(path)) as db:
        db.executescript(f"{TABLES} INSERT INTO passwords VALUES ('a'), ('b'); {begin_whose()}")
        with db:
            count_again(db)
    return path


def do(path: Path, sql: str) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.executescript(sql)


def test_a_file_knows_how_many_it_held_and_how_many_are_gone(file: Path) -> None:
    found = whose(file)
    assert found is not None and (found.counted, found.gone) == (2, 0)
    with opened(file) as db, db:
        db.execute("INSERT INTO passwords VALUES ('c')")
        add_known(db, 1)
        add_known(db, 0)
        count_again(db)  # nothing has changed
    do(file, "DELETE FROM passwords WHERE account <> 'a'")
    found = whose(file)
    assert found is not None and (found.counted, found.gone) == (1, 2)
    count_what_is_left(file)
    again = whose(file)
    assert again is not None and (again.id, again.counted, again.gone) == (found.id, 1, 0)


def test_a_file_of_an_older_release_says_nothing_of_itself_and_is_left_as_it_is(tmp_path: Path) -> None:
    old, half = tmp_path / "old.sqlite", tmp_path / "half.sqlite"
    do(old, TABLES)
    do(half, "CREATE TABLE whose (id TEXT, known INTEGER, found INTEGER)")  # cut off before its row was written
    for path in (old, half, tmp_path / "none.sqlite"):
        assert whose(path) is None
        before = path.read_bytes() if path.exists() else None
        count_what_is_left(path)
        assert (path.read_bytes() if path.exists() else None) == before


def test_a_file_belongs_to_a_log_if_something_is_in_it_or_a_start_that_asked_the_log_made_it(
    file: Path, tmp_path: Path
) -> None:
    fresh = tmp_path / "fresh.sqlite"
    assert looked_at(file, PASSWORDS) and not looked_at(fresh, PASSWORDS)
    do(fresh, TABLES)
    assert not looked_at(fresh, PASSWORDS)
    do(fresh, "PRAGMA user_version=1")
    assert looked_at(fresh, PASSWORDS) and not looked_at(fresh, frozenset({"persons"}))
    assert has_table(fresh, "passwords") and not has_table(fresh, "persons")
    assert not has_table(tmp_path / "none.sqlite", "passwords")


def as_a_folder(path: Path) -> None:
    path.unlink()
    (path / "in").mkdir(parents=True)


def as_a_link_to_nothing(path: Path) -> None:
    path.unlink()
    path.symlink_to(path.parent / "nowhere")


def as_text(path: Path) -> None:
    path.write_bytes(b"no database")


@pytest.mark.parametrize("damage", [as_a_folder, as_a_link_to_nothing, as_text], ids=lambda one: one.__name__)
def test_what_is_no_file_of_keys_is_refused_with_what_to_do(file: Path, damage: Callable[[Path], None]) -> None:
    damage(file)
    with pytest.raises(SecretUnfit, match="restore"):
        begun(file)


def test_a_file_that_can_t_be_looked_at_is_refused(file: Path) -> None:
    below = file / "keys.sqlite"  # a file is no folder
    with pytest.raises(SecretUnfit, match="can't be read"):
        size(below)
    with pytest.raises(SecretUnfit, match="can't be used"), opened(below):
        pass


def test_damage_within_a_file_is_found(file: Path) -> None:
    whole(file)
    content = bytearray(file.read_bytes())
    content[4096 + 5 : 4096 + 60] = b"\xff" * 55  # of the page with the table's rows
    file.write_bytes(content)
    with pytest.raises(SecretUnfit, match=r"damaged|can't be used"):
        whole(file)


def test_a_copy_is_made_over_what_a_crash_has_left_and_says_its_number(file: Path, tmp_path: Path) -> None:
    draft = tmp_path / "draft"
    draft.write_bytes(b"half a copy")
    copy_whole(file, draft)
    assert draft.stat().st_mode & 0o777 == 0o600 and whose(draft) == whose(file)
    with pytest.raises(SecretUnfit, match="does not say with which wrapping key"):
        wrapping_number(draft)
    do(draft, "INSERT INTO wrapping VALUES (7)")
    assert wrapping_number(draft) == 7
    draft.unlink()
    with pytest.raises(KeyMissing):
        wrapping_number(draft)
