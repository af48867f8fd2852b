"""What people send before anything is decided lies sealed: without the token nobody reads it, nor finds whose it is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from shared.persons.sealed_files import SealedFiles, new_token, replace, sweep

TOLD = "Zénobie, 06 00 00 00 00".encode() * 50


@pytest.fixture
def files(tmp_path: Path) -> SealedFiles:
    return SealedFiles(tmp_path / "uploads")


def test_a_part_is_read_again_with_its_token_and_nothing_of_it_lies_in_clear(files: SealedFiles) -> None:
    token = new_token()
    files.put(token, "table", TOLD)
    (path,) = files.folder.iterdir()
    assert files.get(token, "table") == TOLD and files.has(token, "table")
    assert b"nobie" not in path.read_bytes() and token not in path.name
    assert path.stat().st_mode & 0o777 == 0o600 and path.stat().st_size < len(TOLD), "sealed, and packed"


def test_another_token_another_part_and_another_purpose_open_nothing(files: SealedFiles) -> None:
    token, other = new_token(), new_token()
    files.put(token, "table", TOLD)
    assert files.get(other, "table") is None and files.get(token, "draft") is None
    assert SealedFiles(files.folder, b"another purpose").get(token, "table") is None
    os.rename(files.path(token, "table"), files.path(token, "draft"))
    assert files.get(token, "draft") is None, "a part is bound to its name"
    os.rename(files.path(token, "draft"), files.path(other, "table"))
    assert files.get(other, "table") is None


@pytest.mark.parametrize("token", ["", "../../etc/passwd", "x" * 21, "x" * 23, "é" * 22, "x" * 21 + "\n"])
def test_what_is_no_token_names_no_file(files: SealedFiles, token: str) -> None:
    assert files.get(token, "table") is None and not files.has(token, "table")


def test_a_part_that_was_changed_is_none(files: SealedFiles) -> None:
    token = new_token()
    files.put(token, "table", TOLD)
    path = files.path(token, "table")
    sealed = bytearray(path.read_bytes())
    sealed[20] ^= 1
    path.write_bytes(sealed)
    assert files.get(token, "table") is None


def test_parts_are_dropped_by_name_or_all_of_a_token(files: SealedFiles) -> None:
    mine, other = new_token(), new_token()
    for part in ("draft", "table", "upload"):
        files.put(mine, part, TOLD)
    files.put(other, "draft", TOLD)
    files.drop(mine, "draft", "never")
    assert [files.has(mine, part) for part in ("draft", "table", "upload")] == [False, True, True]
    files.drop(mine)
    assert not files.has(mine, "table") and files.has(other, "draft")


def test_what_is_older_than_its_age_goes_and_what_is_dated_later_than_now_is_as_old_as_now(tmp_path: Path) -> None:
    now = 1_500_000_000.0
    for name, age in (("old.draft", 101), ("young.draft", 99), ("later.draft", -1000), ("old.report", 101)):
        replace(tmp_path / name, b"x")
        os.utime(tmp_path / name, (now - age, now - age))
    assert sweep(tmp_path, "*.draft", now, 100) == 1
    assert {path.name for path in tmp_path.iterdir()} == {"young.draft", "later.draft", "old.report"}
    assert (tmp_path / "later.draft").stat().st_mtime == now
    assert sweep(tmp_path, "*.draft", now + 101, 100) == 2
    assert sweep(tmp_path / "nowhere", "*", now, 1) == 0
