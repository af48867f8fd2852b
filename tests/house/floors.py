"""How much of four rooms their own tests reach, branches counted: `make coverage`. Below its floor a room fails."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import coverage

ROOT = Path(__file__).parents[2]
FILE = ROOT / ".coverage"


@dataclass(frozen=True)
class Room:
    """A room whose own tests are to reach `floor` per cent of its lines and branches. `files`, `tests`: patterns."""

    name: str
    files: tuple[str, ...]
    tests: tuple[str, ...]
    floor: int = 95


ROOMS = (
    Room(
        "kernel",
        ("shared/kernel/*",),
        (
            "tests/shared/base/test_paris_days.py",
            "tests/shared/base/test_secret_files.py",
            "tests/shared/contract/test_envelope.py",
            "tests/shared/contract/test_personal.py",
            "tests/shared/kernel",
            "tests/shared/web/history",
            "tests/shared/persons/test_key_store.py",
            "tests/shared/persons/keys/test_keyring.py",
            "tests/shared/runtime/times/test_clock.py",
            "tests/shared/runtime/test_clock_traces.py",
            "tests/shared/runtime/test_request_reply.py",
            "tests/shared/ledger/test_log_restore.py",
            "tests/shared/runtime/nats",
            "tests/shared/base/test_outside.py",
            "tests/shared/runtime/test_jobs.py",
        ),
    ),
    Room(
        "persons",
        ("shared/persons/*",),
        (
            "tests/deploy/host/test_whose_keys.py",
            "tests/shared/persons/test_clock_ahead.py",
            "tests/shared/persons/test_everywhere.py",
            "tests/shared/persons/test_foretelling.py",
            "tests/shared/persons/test_forgetting.py",
            "tests/shared/persons/keys/test_key_database.py",
            "tests/shared/persons/test_key_folder_files.py",
            "tests/shared/persons/keys/test_key_marks.py",
            "tests/shared/persons/test_sealed_files.py",
            "tests/shared/persons/test_subject_access.py",
            "tests/shared/persons/test_terms.py",
            "tests/shared/persons/readings",
            "tests/shared/web/operations/test_readings_noted.py",
            "tests/shared/web/security/test_reading_pages.py",
            "tests/shared/web/security/test_privacy_pages.py",
            "tests/shared/base/test_paris_days.py",
            "tests/shared/base/test_secret_files.py",
            "tests/shared/contract/test_envelope.py",
            "tests/shared/contract/test_personal.py",
            "tests/shared/persons/test_key_store.py",
            "tests/shared/persons/keys/test_keyring.py",
            "tests/shared/runtime/times/test_clock.py",
            "tests/shared/runtime/test_clock_traces.py",
            "tests/shared/runtime/test_request_reply.py",
        ),
    ),
    Room(
        "ledger",
        ("shared/ledger/*",),
        (
            "tests/deploy/cli/archive",
            "tests/services/observatory/ledger",
            "tests/shared/ledger/test_archive_format.py",
            "tests/shared/ledger/test_checkpoints.py",
            "tests/shared/ledger/test_inclusion_proofs.py",
            "tests/shared/ledger/test_merkle.py",
            "tests/shared/ledger/test_refill.py",
            "tests/shared/ledger/test_replay.py",
            "tests/drill/test_backup.py",
        ),
    ),
    Room(
        "domain",
        ("services/**/domain/*", "services/**/domain.py"),
        (
            "tests/services/**/domain",
            "tests/services/**/test_domain.py",
            "tests/deploy/sample",
            "tests/services/test_other_facts.py",
            "tests/services/directory/test_cooperation.py",
            "tests/services/directory/test_other_decisions.py",
            "tests/services/events/test_other_decisions.py",
            "tests/services/membership/test_rules.py",
        ),
    ),
)


def there(patterns: Iterable[str]) -> list[str]:
    """The tests that patterns mean. Raises ValueError for one that means none."""
    found: set[str] = set()
    for pattern in patterns:
        paths = {str(path.relative_to(ROOT)) for path in ROOT.glob(pattern)}
        if not paths:
            raise ValueError(f"{pattern} means no test")
        found |= paths
    return sorted(found)


def measured(tests: Iterable[str]) -> int:
    """Runs the tests and keeps what they reach in FILE; pytest's code."""
    options = ["-n", "2", "--dist", "loadfile", "--cov", "--cov-report="]
    run = [sys.executable, "-m", "pytest", *options, *there(tests)]
    return subprocess.run(run, cwd=ROOT, env={**os.environ, "COVERAGE_FILE": str(FILE)}).returncode


def reached(room: Room, file: Path = FILE) -> tuple[float, str]:
    """Per cent of a room's lines and branches, and which are not, file by file."""
    kept, told = coverage.Coverage(data_file=str(file), config_file=str(ROOT / "pyproject.toml")), StringIO()
    kept.load()
    patterns = [str(ROOT / pattern) for pattern in room.files]
    return kept.report(include=patterns, show_missing=True, skip_covered=True, file=told), told.getvalue()


def main() -> int:
    code = measured({path for room in ROOMS for path in room.tests})
    for room in ROOMS:
        percent, told = reached(room)
        print(told)
        print(f"{room.name}: {percent:.1f} %, of which its floor is {room.floor}\n")
        if percent < room.floor:
            code = code or 1
    return code


if __name__ == "__main__":
    sys.exit(main())
