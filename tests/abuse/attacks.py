"""The attack list with what came of it, as lines for the end of a run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

LIST = Path(__file__).with_name("attacks.yaml")
FAILED = ("failed", "error")


def rows(stats: Mapping[str, Iterable[Any]]) -> list[tuple[tuple[str, str], ...]]:
    """A row for each attack whose test ran: by class, with what was expected and whether it came so."""
    told: dict[str, set[str]] = defaultdict(set)
    for what, reports in stats.items():
        for report in reports:
            told[getattr(report, "nodeid", "").partition("[")[0]].add(what)
    found = []
    for one in yaml.safe_load(LIST.read_text()):
        seen = told.get(one["test"], set())
        if seen & {"passed", *FAILED}:
            came = "NOT HELD" if seen & set(FAILED) else "held"
            found.append(
                (("class", one["class"]), ("attack", one["attack"]), ("meant", one["outcome"]), ("came", came))
            )
    return found
