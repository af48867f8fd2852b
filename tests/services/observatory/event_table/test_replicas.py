"""Several replicas of the observatory: each has a table of its own, and a table belongs to one process."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from services.observatory.event_table.table_file import opened
from shared.kernel.stores import InUse

pytestmark = pytest.mark.slow

OTHER = """
import sys
from pathlib import Path
from services.observatory.event_table.table_file import opened
table = opened(Path(sys.argv[1]), sys.argv[2] or None, [])
print(table._path, flush=True)
sys.stdin.read()
"""


@contextmanager
def another(data: Path, instance: str | None) -> Iterator[Path]:
    """A replica in a process of its own; where its table is."""
    process = subprocess.Popen(
        [sys.executable, "-c", OTHER, str(data), instance or ""],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    yield Path(process.stdout.readline().strip())
    process.communicate("")


def test_the_table_of_the_one_replica_cannot_be_opened_by_a_second(tmp_path: Path) -> None:
    with another(tmp_path, None) as path:
        assert path == tmp_path / "views" / "observatory.duckdb"
        with pytest.raises(InUse, match="MAILLAGE_INSTANCE=auto"):
            opened(tmp_path, None, [])
    opened(tmp_path, None, []).close()


def test_replicas_take_the_first_folder_that_no_other_has_and_leave_it_to_the_next(tmp_path: Path) -> None:
    with another(tmp_path, "auto") as one, another(tmp_path, "auto") as two:
        assert [path.parent.relative_to(tmp_path).as_posix() for path in (one, two)] == [
            "observatory/1",
            "observatory/2",
        ]
        third = opened(tmp_path, "auto", [])
        assert third._path.parent.name == "3" and third.position == 0
        third.close()
    again = opened(tmp_path, "auto", [])
    assert again._path == one
    again.close()


def test_a_named_replica_has_the_folder_of_its_name(tmp_path: Path) -> None:
    with another(tmp_path, "east") as path:
        assert path == tmp_path / "observatory" / "east" / "observatory.duckdb"
        with pytest.raises(InUse):
            opened(tmp_path, "east", [])
        opened(tmp_path, "west", []).close()
