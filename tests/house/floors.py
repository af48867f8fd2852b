"""How much of four rooms their own tests reach, branches counted: `make coverage`. Below its floor a room fails."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import coverage

ROOT = Path(__file__).parents[2]
FILE = ROOT / ".coverage"


@dataclass(frozen=True)
class Room:
    """A room whose own tests are to reach `floor` per cent of its lines and branches. `files`, `tests`: patterns, paths."""

    name: str
    files: tuple[str, ...]
    tests: tuple[str, ...]
    floor: int = 95


ROOMS = (
    Room("kernel", ("shared/kernel/*",), ("tests/kernel", "tests/log", "tests/views", "tests/runtime")),
    Room("persons", ("shared/persons/*",), ("tests/persons", "tests/kernel")),
    Room("ledger", ("shared/ledger/*",), ("tests/ledger", "tests/drill/test_backup.py")),
    Room("domain", ("services/**/domain/*", "services/**/domain.py"), ("tests/domain",)),
)


def measured(tests: list[str]) -> int:
    """Runs the tests and keeps what they reach in FILE; pytest's code."""
    options = ["-n", "2", "--dist", "loadfile", "--cov", "--cov-report="]
    run = [sys.executable, "-m", "pytest", *options, *tests]
    return subprocess.run(run, cwd=ROOT, env={**os.environ, "COVERAGE_FILE": str(FILE)}).returncode


def reached(room: Room, file: Path = FILE) -> tuple[float, str]:
    """Per cent of a room's lines and branches, and which are not, file by file."""
    kept, told = coverage.Coverage(data_file=str(file), config_file=str(ROOT / "pyproject.toml")), StringIO()
    kept.load()
    patterns = [str(ROOT / pattern) for pattern in room.files]
    return kept.report(include=patterns, show_missing=True, skip_covered=True, file=told), told.getvalue()


def main() -> int:
    code = measured(sorted({path for room in ROOMS for path in room.tests}))
    for room in ROOMS:
        percent, told = reached(room)
        print(told)
        print(f"{room.name}: {percent:.1f} %, of which its floor is {room.floor}\n")
        if percent < room.floor:
            code = code or 1
    return code


if __name__ == "__main__":
    sys.exit(main())
