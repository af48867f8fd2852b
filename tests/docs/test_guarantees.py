"""docs/guarantees.md names a test for each promise: each of them must be there."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "guarantees.md"


def test_every_promise_names_a_test_that_is_there() -> None:
    promised = ""
    for before, line in itertools.pairwise(["", *PAGE.read_text().splitlines()]):
        if line.startswith("| ") and not before.startswith("| "):
            promised = line  # the head of a table: of promises, or of figures
        elif line.startswith("| ") and not line.startswith("| ---") and promised.startswith("| promise"):
            assert "`tests/" in line, line
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(test_\w+))?`", PAGE.read_text())
    assert len(named) > 30
    missing = [
        (file, test)
        for file, test in named
        if not (ROOT / file).exists() or (test and f"def {test}(" not in (ROOT / file).read_text())
    ]
    assert missing == []
