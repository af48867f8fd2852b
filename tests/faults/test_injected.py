"""What is put into a process for a fault is still put there: it is read by Python alone, which goes on without it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.compose.reading import ROOT

INJECTED = Path(__file__).parent / "injected"
REACTS = "from services.newsletter.bulletins.feature import FEATURE; print([one.name for one in FEATURE.reactions])"


def said(**env: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join((str(INJECTED), str(ROOT)))
    return subprocess.run(
        [sys.executable, "-c", REACTS],
        env={**os.environ, "PYTHONPATH": path, **env},
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )


def test_an_older_release_does_not_react_to_news(tmp_path: Path) -> None:
    now, older = said(), said(OLDER="1", FAULTS=str(tmp_path), SCRIPTS=str(tmp_path))
    assert "news-to-echos" in now.stdout and "news-to-echos" not in older.stdout and "project-to" in older.stdout
    assert now.stderr == older.stderr == ""
