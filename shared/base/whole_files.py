"""Files that are on disk when a call returns, whole or as they were before, written by one process at a time."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkstemp


@contextlib.contextmanager
def alone(path: Path) -> Iterator[None]:
    """One process at a time."""
    number = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(number, fcntl.LOCK_EX)
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


def sync_folder(folder: Path) -> None:
    """Returns when the names in a folder are on disk."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
