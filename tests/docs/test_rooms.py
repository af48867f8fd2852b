"""A folder is no larger than a head: fifteen modules, two thousand lines."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = sorted({path.parent for room in ("shared", "services", "deploy") for path in (ROOT / room).rglob("*.py")})
MODULES, LINES = 15, 2000


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: str(folder.relative_to(ROOT)))
def test_a_folder_has_fifteen_modules_and_two_thousand_lines_at_most(folder: Path) -> None:
    modules = [path for path in folder.glob("*.py") if path.name != "__init__.py"]
    lines = sum(len(path.read_text(encoding="utf-8").splitlines()) for path in modules)
    assert len(modules) <= MODULES and lines <= LINES, (
        f"{len(modules)} modules, {lines} lines: give some a room of their own"
    )
