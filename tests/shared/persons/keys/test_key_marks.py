"""Marks tell that files of keys are the ones that were here, and what is gone."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from uuid import UUID, uuid5

import pytest

from shared.base.secret_files import SecretUnfit, secret_file
from shared.contract.envelope import Message
from shared.identity.operator_token import operator_token
from shared.persons.keys.key_folder import KeyFiles, fit
from shared.persons.keys.key_marks import KeyMarks, log_mark, lost, said_once
from shared.persons.keys.keyring import Keyring

PERSONS = [uuid5(UUID(int=0), str(n)) for n in range(3)]
LOG, OTHER = log_mark(Message(1, "reseau.directory.a", b"{}")), log_mark(Message(1, "reseau.directory.b", b"{}"))


@pytest.fixture
def keys(tmp_path: Path) -> Iterator[Path]:
    """The keys of three persons with what else a directory keeps, noted."""
    folder = tmp_path / "keys"
    made(folder)
    yield folder


def made(folder: Path, log: str = LOG) -> None:
    ring = Keyring(folder, "reseau", "directory")
    ring.make_keys(PERSONS, [(PERSONS[0], "une@exemple.invalid")])
    ring.close()
    secret_file(folder / "directory.link-key")
    operator_token(folder)
    marks(folder).note(log=log, seq=10, known=3)


def marks(folder: Path) -> KeyMarks:
    return KeyMarks(folder, "directory")


def less(folder: Path, sql: str) -> None:
    with closing(sqlite3.connect(folder / "directory.keys.sqlite")) as db, db:
        db.execute(sql)


def test_a_log_is_known_by_its_first_event() -> None:
    assert LOG != OTHER and log_mark(Message(9, "reseau.directory.a", b"{}")) == LOG


def test_what_is_as_it_was_noted_fits_and_nothing_is_missing(keys: Path) -> None:
    noted = marks(keys).read()
    assert noted is not None and (noted.log, noted.seq, noted.known) == (LOG, 10, 3)
    assert set(noted.files) == {"directory.index-key", "directory.link-key", "operator-token"}
    marks(keys).fit()
    KeyFiles(keys, "directory").fit()
    assert marks(keys).missing() is None and marks(keys).missing(grave=True) is None
    before = marks(keys).path.stat()
    marks(keys).note(seq=3)
    assert marks(keys).path.stat().st_mtime_ns == before.st_mtime_ns, "what is known already is not written again"


def test_where_nothing_was_noted_everything_fits(tmp_path: Path) -> None:
    assert marks(tmp_path).read() is None and marks(tmp_path).missing() is None
    marks(tmp_path).fit()
    marks(tmp_path).follows("directory.link-key", b"x" * 32)
    assert marks(tmp_path).read() is None


def test_marks_that_are_not_as_they_were_written_are_refused(keys: Path) -> None:
    path = marks(keys).path
    for content in (b"{}", b"\xff", b'{"service": "events"}'):
        path.write_bytes(content)
        with pytest.raises(SecretUnfit, match="restore it"):
            marks(keys).read()
    path.unlink()
    path.symlink_to(keys / "nowhere")
    with pytest.raises(SecretUnfit, match="leads to a file that is not there"):
        marks(keys).read()
    path.unlink()
    path.mkdir()
    with pytest.raises(SecretUnfit, match="can't be read"):
        marks(keys).read()


def test_a_secret_that_was_replaced_is_refused_unless_the_operator_says_that_it_is_lost(keys: Path) -> None:
    (keys / "directory.link-key").unlink()
    secret_file(keys / "directory.link-key")
    with pytest.raises(SecretUnfit, match="not the one that was here"):
        marks(keys).fit()
    (keys / "directory.link-key.lost").touch()
    marks(keys).fit()
    assert lost(keys / "directory.link-key")
    said_once(keys, ["directory", "events"])
    assert not lost(keys / "directory.link-key")


def test_a_secret_that_a_service_replaces_itself_is_known_before_and_after(keys: Path) -> None:
    path = keys / "directory.link-key"
    for _ in range(4):
        new = bytes([*range(1, 33)]) if not path.exists() else path.read_bytes()[::-1]
        marks(keys).follows(path.name, new)
        marks(keys).fit()
        path.write_bytes(new)
        marks(keys).fit()
    noted = marks(keys).read()
    assert noted is not None and len(noted.files[path.name]) <= 3


def test_a_file_that_is_gone_is_told_with_what_it_means(keys: Path) -> None:
    (keys / "operator-token").unlink()
    assert marks(keys).missing(grave=True) is None, "it is made anew without a loss"
    assert "operator-token is missing" in str(marks(keys).missing())
    (keys / "directory.index-key").unlink()
    assert "directory.index-key is missing" in str(marks(keys).missing(grave=True))


@pytest.mark.parametrize("sql", ["DELETE FROM persons", "DELETE FROM reached", "UPDATE whose SET id = 'another'"])
def test_a_keyring_that_lacks_something_or_is_another_is_refused_until_it_is_given_up(keys: Path, sql: str) -> None:
    less(keys, sql)
    with pytest.raises(SecretUnfit, match=r"directory\.keys\.sqlite"):
        marks(keys).fit()
    (keys / "directory.keys.sqlite.lost").touch()
    marks(keys).fit()
    said_once(keys, ["directory"])
    marks(keys).note(fresh=True, log=LOG)
    marks(keys).fit()
    assert not lost(keys / "directory.keys.sqlite")


def test_an_older_copy_of_the_keys_knows_fewer_than_were_noted(keys: Path) -> None:
    marks(keys).note(known=5)
    with pytest.raises(SecretUnfit, match="lacks 2 of what it has held"):
        marks(keys).fit()


def test_services_of_two_installations_do_not_stand_in_one_folder(keys: Path) -> None:
    for service in ("events", "newsletter"):
        KeyMarks(keys, service).note(log=OTHER)
    with pytest.raises(SecretUnfit, match=r"directory\.marks is of another installation"):
        fit(keys, ["directory", "events", "newsletter"])


def test_a_backup_is_not_written_over_other_keys(keys: Path, tmp_path: Path) -> None:
    ours = KeyFiles(keys, "directory")
    ours.copy_to(tmp_path / "kept")
    ours.copy_to(tmp_path / "kept")
    assert {path.name for path in (tmp_path / "kept").iterdir()} >= {"directory.marks", "directory.link-key"}
    made(tmp_path / "other", OTHER)
    with pytest.raises(SecretUnfit, match="are of another installation"):
        ours.copy_to(tmp_path / "other")
    (tmp_path / "other" / "directory.marks").unlink()
    with pytest.raises(SecretUnfit, match="are not those of this installation"):
        ours.copy_to(tmp_path / "other")
    less(keys, "DELETE FROM persons")
    with pytest.raises(SecretUnfit, match="know 3 persons"):
        ours.copy_to(tmp_path / "kept")
