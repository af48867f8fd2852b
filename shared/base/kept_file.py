"""A small file of what a service must remember beside the log: whole at any moment, on disk, shared by its replicas."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

import msgspec
import structlog

from shared.base.whole_files import alone, read_whole, replace_file

log = structlog.get_logger()
T = TypeVar("T", bound=msgspec.Struct)


class KeptFile(Generic[T]):
    """One value as JSON in one file. Blocks; raises OSError, also where a folder, a pipe … has the name of the file."""

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
