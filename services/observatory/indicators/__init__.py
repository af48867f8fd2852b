"""The indicators: one SQL file each, with a head of comments that says what it is, and two parameters, a day and a
sequence. `INDICATORS` holds them by name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

HERE = Path(__file__).parent
DOCUMENT = HERE.parents[2] / "docs" / "indicators.md"
Counts = Literal["things", "heads", "measure"]
RANGE: Mapping[str, int] = {"first": 1, "last": 9999}
"""The years that an indicator with the parameters `first` and `last` takes without them: all."""


@dataclass(frozen=True, slots=True)
class Indicator:
    """`query` gives rows (path, value or NULL, the sequences it rests on). `counts`: things rest on one event each;
    heads are sums of counts; a measure is a year, a share of full time, a length. `partial`: the year of the day asked
    for is not over. `parameters`: those of `first` and `last` (years) that it takes beside the day and the sequence."""

    name: str
    title: tuple[str, str]
    definition: tuple[str, str]
    unit: str
    counts: Counts
    parameters: tuple[str, ...]
    partial: bool
    query: str


def _read(path: Path) -> Indicator:
    text = path.read_text(encoding="utf-8")
    head = dict(re.findall(r"^-- (\w+): (.+)$", text, re.MULTILINE))
    counts = head["counts"]
    assert counts in ("things", "heads", "measure"), path
    return Indicator(
        name=path.stem,
        title=(head["title_fr"], head["title_en"]),
        definition=(head["definition_fr"], head["definition_en"]),
        unit=head["unit"],
        counts=counts,
        parameters=tuple(part.strip() for part in head.get("parameters", "").split(",") if part.strip()),
        partial=head.get("partial") == "year",
        query="\n".join(line for line in text.splitlines() if not line.startswith("--")).strip(),
    )


INDICATORS: Mapping[str, Indicator] = {path.stem: _read(path) for path in sorted(HERE.glob("*.sql"))}

RESTS_ON: Mapping[Counts, str] = {
    "things": "one event for each thing",
    "heads": "head counts: one event says how many",
    "measure": "a measure: the events that it is read from",
}


def documented() -> str:
    """docs/indicators.md, from the heads of the SQL files."""
    parts = [
        "# Indicators",
        "Made from the heads of `services/observatory/indicators/*.sql` by `python -m services.observatory.indicators`; "
        "a test compares. Each is asked with a day, `as_of`, and a sequence, `known` (a day of *known at* becomes one): "
        "`/observatory/indicators/<name>`, and as JSON `/observatory/api/indicators/<name>?as_of=&known_at=`. "
        "`first` and `last` are years, for those that take them.",
    ]
    for one in INDICATORS.values():
        more = f" Takes `{'`, `'.join(one.parameters)}`." if one.parameters else ""
        partial = " The year that is not over is partial." if one.partial else ""
        parts.append(
            f"## {one.name}\n\n**{one.title[0]}** ({one.title[1]}). Unit: {one.unit}. Rests on {RESTS_ON[one.counts]}.{more}{partial}"
            f"\n\n{one.definition[0]}\n\n{one.definition[1]}"
        )
    return "\n\n".join(parts) + "\n"
