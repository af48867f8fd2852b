"""Which of several processes works on an import's file: they share the folder of uploads
(shared/persons/sealed_files.py)."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def alone(path: Path) -> Iterator[bool]:
    """Whether this process, of all replicas that share the folder, is the one that works on a file. The system gives
    the file free when the process ends, however it ends."""
    try:
        number = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        yield False
        return
    try:
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield path.exists()  # whoever had it before may have been done with it
    finally:
        os.close(number)
