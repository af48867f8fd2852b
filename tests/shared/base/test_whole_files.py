"""Files that are read whole: whatever else has the name of one is named, and never waited for."""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from shared.base.secret_files import SecretUnfit, files_fit
from shared.base.whole_files import KeptFile, Unreadable, read_whole, unreadable
from shared.persons.keys.key_marks import KeyMarks


class Note(msgspec.Struct):
    word: str = ""


def a_socket(path: Path) -> None:
    """A name may be too long for `bind`, but not for a move."""
    with tempfile.TemporaryDirectory() as short, socket.socket(socket.AF_UNIX) as one:
        one.bind(f"{short}/s")
        os.rename(f"{short}/s", path)


NONE: dict[str, tuple[Callable[[Path], object], str]] = {
    "a folder": (Path.mkdir, "can't be read (Is a directory)"),
    "a pipe": (os.mkfifo, "is no file"),
    "a socket": (a_socket, "is no file"),
    "a device": (lambda path: path.symlink_to("/dev/zero"), "is no file"),
    "a link to nothing": (lambda path: path.symlink_to("nowhere"), "leads to a file that is not there"),
    "a link to itself": (lambda path: path.symlink_to(path), "can't be read (Too many levels of symbolic links)"),
}
NAMES = (
    "directory.marks",
    "directory.foretold",
    "directory.foretold.lock",
    "heartbeat",
    "heartbeat.lock",
    "directory.keys.sqlite",
    "directory.keys.sqlite-journal",
    "directory.lock",
    "directory.keys.sqlite.lost",
    "operator-token",
    "notary.key",
    "notary.signed",
    "directory.wrapping-key.3",
    "directory.first-link",
)


@pytest.mark.parametrize("what", NONE)
def test_what_is_no_file_is_named_and_not_waited_for(what: str, tmp_path: Path) -> None:
    path = tmp_path / "heartbeat"
    make, said = NONE[what]
    make(path)
    assert unreadable(path) == said
    with pytest.raises(Unreadable) as why:
        read_whole(path)
    assert (why.value.what, why.value.strerror, why.value.filename) == (said, said, str(path))
    with pytest.raises(OSError, match="heartbeat"):
        KeptFile(path, Note).read()


def test_a_file_and_a_link_to_one_are_read_and_nothing_is_nothing(tmp_path: Path) -> None:
    path, link = tmp_path / "one", tmp_path / "link"
    path.write_bytes(b"word")
    link.symlink_to(path)
    assert read_whole(path) == read_whole(link, 4) == b"word"
    with pytest.raises(Unreadable, match="is not as it was written"):
        read_whole(path, 3)
    assert unreadable(tmp_path / "two") is None
    with pytest.raises(FileNotFoundError):
        read_whole(tmp_path / "two")


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser reads everything")
def test_a_file_that_may_not_be_read_is_named(tmp_path: Path) -> None:
    path = tmp_path / "heartbeat"
    path.touch(mode=0)
    assert unreadable(path) == "can't be read (Permission denied)"
    with pytest.raises(Unreadable):
        read_whole(path)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("what", NONE)
def test_in_a_folder_of_keys_each_is_refused_with_what_to_do(what: str, name: str, tmp_path: Path) -> None:
    NONE[what][0](tmp_path / name)
    with pytest.raises(SecretUnfit) as why:
        files_fit(tmp_path, ["directory"])
    said = str(why.value)
    assert said.startswith(f"{tmp_path / name} {NONE[what][1]}: ") and ("restore it" in said or "delete it" in said)
    files_fit(tmp_path, ["membership"]) if name.startswith("directory") else None


@pytest.mark.parametrize("what", NONE)
def test_marks_that_are_no_file_are_refused(what: str, tmp_path: Path) -> None:
    NONE[what][0](tmp_path / "directory.marks")
    with pytest.raises(SecretUnfit, match=r"directory\.marks .* or delete it"):
        KeyMarks(tmp_path, "directory").read()


def test_other_names_are_nobodys_matter(tmp_path: Path) -> None:
    (tmp_path / "lost+found").mkdir()
    files_fit(tmp_path, ["directory"])
    files_fit(tmp_path / "none", ["directory"])
