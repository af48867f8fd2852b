"""Tests stand where what they test stands; what goes across rooms stands in the room above, or says how it is tried."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[2]
ACROSS = {
    "abuse",
    "bench",
    "compare",
    "compose",
    "containers",
    "dense",
    "docs",
    "drill",
    "faults",
    "house",
    "journeys",
    "older",
    "simulation",
    "texts",
}
"""The whole installation, each in its own way"""


def test_each_folder_of_tests_is_one_of_the_tree() -> None:
    folders = {path.parent.relative_to(ROOT / "tests") for path in (ROOT / "tests").rglob("test_*.py")}
    lost = [str(one) for one in folders if one.parts[:1] == () or not (ROOT / one).is_dir()]
    assert sorted(one for one in lost if one.partition("/")[0] not in ACROSS) == []


def test_helpers_stand_in_one_room() -> None:
    mirrors = [path for room in ("services", "shared", "deploy") for path in (ROOT / "tests" / room).rglob("*.py")]
    others = {path.name for path in mirrors if not path.name.startswith("test_")}
    assert others <= {"__init__.py", "conftest.py", "stored_names.py"}
