"""Files that are on disk when a call returns, whole or as they were before, written by one process at a time."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import mkstemp
from typing import Generic, TypeVar

import msgspec
import structlog

log = structlog.get_logger()
T = TypeVar("T", bound=msgspec.Struct)
ROOM = 64 * 1024  # bytes


class Unreadable(OSError):
    """Something has the name of a file and can't be read as one. `strerror` says what it is, to follow its path."""

    def __init__(self, path: Path, what: str) -> None:
        super().__init__(errno.EINVAL, what, str(path))
        self.what = what


def said_of(error: OSError) -> str:
    """Why a file or a folder can't be used, in the system's words; where something else has the name of a folder, these
    would say that it exists, and not what to do."""
    if isinstance(error, FileExistsError | NotADirectoryError):
        return "it is no folder, or lies in none: move it away"
    return error.strerror or str(error) or type(error).__name__


def unreadable(path: Path) -> str | None:
    """Why what has this name can't be read as a file, in words that follow its path; None where it can, or where there
    is nothing. Opens nothing: a pipe would be waited for, for ever, and a database lose its locks."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return "leads to a file that is not there" if path.is_symlink() else None
    except OSError as error:
        return f"can't be read ({error.strerror})"
    if stat.S_ISDIR(mode):
        return f"can't be read ({os.strerror(errno.EISDIR)})"
    if not stat.S_ISREG(mode):
        return "is no file"
    return None if os.access(path, os.R_OK) else f"can't be read ({os.strerror(errno.EACCES)})"


def read_whole(path: Path, most: int | None = None) -> bytes:
    """What a file holds; never waits. `most`: bytes that it may have. Raises FileNotFoundError where there is nothing,
    else Unreadable."""
    if (what := unreadable(path)) is not None:
        raise Unreadable(path, what)
    try:
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            there = os.fstat(file.fileno())
            if not stat.S_ISREG(there.st_mode):  # it has become something else since
                raise Unreadable(path, "is no file")
            if most is not None and there.st_size > most:
                raise Unreadable(path, "is not as it was written")
            return file.read()
    except (FileNotFoundError, Unreadable):
        raise
    except OSError as error:
        raise Unreadable(path, f"can't be read ({error.strerror})") from None


@contextlib.contextmanager
def alone(path: Path, *, wait: bool = True) -> Iterator[None]:
    """One process at a time. Raises BlockingIOError where another one is, and this one is not to wait."""
    number = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(number, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        yield
    finally:
        os.close(number)


def replace_file(path: Path, content: bytes) -> None:
    """Writes a file that only its owner reads: on disk, and whole or as it was before."""
    number, draft = mkstemp(prefix=f"{path.name}.", suffix=".new", dir=path.parent)
    with open(number, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(draft, path)
    sync_folder(path.parent)


def has_room(folder: Path, whose: str) -> None:
    """Returns if a folder takes as much as a small transaction needs; asked of the disk itself, since quotas and
    reserves count, and a disk that can only be read has room. Raises OSError."""
    trial = folder / f"room.{whose}"
    number = os.open(trial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with open(number, "wb") as file:
            file.write(bytes(ROOM))
            file.flush()
            os.fsync(number)
    finally:
        trial.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Returns when the names in a folder are on disk."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


class KeptFile(Generic[T]):
    """What a service must remember beside the log, shared by its replicas: one value as JSON in one file. Blocks;
    raises OSError, also where a folder, a pipe … has the name of the file."""

    def __init__(self, path: Path, kind: type[T]) -> None:
        self.path, self._kind = path, kind

    def read(self) -> T:
        """What is kept; nothing where there is no such file yet, or where somebody damaged it."""
        try:
            return msgspec.json.decode(read_whole(self.path), type=self._kind)
        except FileNotFoundError:
            pass
        except (msgspec.DecodeError, UnicodeDecodeError):  # forgotten rather than in the way of a start
            log.error("kept_file.damaged", file=self.path.name)
        return self._kind()

    def change(self, change: Callable[[T], T]) -> T:
        """What is kept from now on, made from what is kept; no other process changes it meanwhile."""
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with alone(self.path.with_name(f"{self.path.name}.lock")):
            before = self.read()
            after = change(before)
            if after != before or not self.path.exists():
                replace_file(self.path, msgspec.json.encode(after))
            return after
