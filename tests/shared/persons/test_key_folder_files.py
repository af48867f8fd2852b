"""The files of keys say what is wrong with them before anything is read or made without them."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid5

import pytest

from shared.base.secret_files import SecretUnfit, secret_file
from shared.persons.keys.key_database import KeyMissing, copy_whole, wrapping_number
from shared.persons.keys.key_folder import KeyFiles, forgotten_in, persons_in
from shared.persons.keys.keyring import Keyring

ONE, GONE = uuid5(UUID(int=0), "one"), uuid5(UUID(int=0), "gone")


@pytest.fixture
def keys(tmp_path: Path) -> Iterator[Path]:
    """The keys of a service that knows one person and has forgotten another."""
    ring = Keyring(tmp_path / "keys", "reseau", "directory")
    ring.make_keys([ONE, GONE], [(ONE, "une@exemple.invalid")])
    ring.forget([GONE])
    ring.close()
    yield tmp_path / "keys"


def files_in(folder: Path) -> KeyFiles:
    return KeyFiles(folder, "directory")


def test_keys_that_are_as_they_were_written_are_fit_and_know_whom_they_are_about(keys: Path) -> None:
    files = files_in(keys)
    files.fit()
    assert files.begun() and files.looked_at()
    assert (persons_in(keys, "directory"), forgotten_in(keys, "directory")) == (1, {GONE})


def test_where_there_are_no_keys_there_is_nobody(tmp_path: Path) -> None:
    files = files_in(tmp_path)
    files.fit()
    assert not files.begun() and not files.looked_at()
    assert (persons_in(tmp_path, "directory"), forgotten_in(tmp_path, "directory")) == (0, set())
    with pytest.raises(KeyMissing, match="missing"):
        wrapping_number(files.keys)
    with pytest.raises(SecretUnfit, match="is empty"):
        copy_whole(files.keys, tmp_path / "draft")


def test_without_the_key_by_which_persons_are_found_nothing_begins(keys: Path) -> None:
    files = files_in(keys)
    files.index.unlink()
    for begin in (files.fit, files.same_index):
        with pytest.raises(SecretUnfit, match="is missing"):
            begin()


def test_without_the_wrapping_key_or_with_another_one_nothing_is_read(keys: Path) -> None:
    files = files_in(keys)
    path = files.wrapping(wrapping_number(files.keys))
    kept = path.read_bytes()
    path.unlink()
    with pytest.raises(KeyMissing, match="no personal data can be read"):
        files.fit()
    secret_file(path)  # a new one
    with pytest.raises(KeyMissing, match="is not the key that"):
        files.fit()
    path.write_bytes(kept[:-1])
    with pytest.raises(KeyMissing, match="31 bytes instead of 32"):
        files.read(wrapping_number(files.keys))
    path.write_bytes(kept)
    files.fit()


def test_a_file_of_keys_that_is_none_or_damaged_is_refused(keys: Path) -> None:
    files = files_in(keys)
    whole = files.keys.read_bytes()
    for content, why in ((b"no database" * 100, "not as it was written"), (whole[:-4096], "damaged|can't be used")):
        files.keys.write_bytes(content)
        with pytest.raises(SecretUnfit, match=why):
            files.fit()
    files.keys.unlink()
    files.keys.mkdir()
    with pytest.raises(SecretUnfit, match=r"can't be read|is no file"):
        files.fit()


def test_what_else_the_service_keeps_is_looked_at_too(keys: Path) -> None:
    files = files_in(keys)
    secret_file(keys / "directory.link-key")
    with sqlite3.connect(keys / "directory.passwords.sqlite") as db:
        db.execute("CREATE TABLE passwords (account TEXT)")
    db.close()
    assert {path.name for path in files.others()} == {"directory.link-key", "directory.passwords.sqlite"}
    files.fit()
    (keys / "directory.link-key").write_bytes(b"short")
    with pytest.raises(SecretUnfit, match="bytes instead of"):
        files.fit()


def test_a_copy_is_whole_and_opens_what_was_sealed(keys: Path, tmp_path: Path) -> None:
    files, to = files_in(keys), tmp_path / "copy"
    shutil.copytree(keys, to)
    copy = files_in(to)
    copy_whole(files.keys, copy.keys)  # over what lay there
    copy.fit()
    assert persons_in(to, "directory") == 1 and copy.keys.stat().st_mode & 0o777 == 0o600
