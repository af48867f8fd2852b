"""Erasing a file: its bytes first, then its name. What a file system or a disk keeps beneath is theirs (ADR 8)."""

from __future__ import annotations

import os
from pathlib import Path

from shared.base.whole_files import sync_folder


def erase(path: Path) -> bool:
    """Overwrites a file with zeros and takes it away; True where it was there. Returns when that is on disk."""
    try:
        with path.open("r+b") as file:
            file.write(bytes(os.fstat(file.fileno()).st_size))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
    except FileNotFoundError:
        return False
    sync_folder(path.parent)
    return True
