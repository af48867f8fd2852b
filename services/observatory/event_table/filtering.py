"""Narrowing a figure to a department, a college, a theme or a kind, and parting it by one of them.

An indicator that counts things rests on one event for each, and each of those speaks of one structure (or is a
gathering with a department of its own). So no indicator has to know about filters: the events that it rests on are kept
or not by what their structure was on the day asked for. Where the paths themselves name the college, they are chosen
instead: a member of 2013 counts in the college of 2013.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from services.observatory.event_table.table import Rows
from services.observatory.indicators import Filter, Indicator
from services.observatory.indicators.paths import is_total, part_of
from shared.notions.vocabularies.view import known_lists

Answer = dict[str, tuple[float | None, tuple[int, ...]]]
"""path → (value, None where it was not measured; the sequences it rests on)"""
Parts = dict[str, dict[str, tuple[int, ...]]]
"""path → part → the sequences it rests on"""
ELSEWHERE = ""
"""The part of those of which nothing is known: no department, or no structure at all."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What is asked for; None: all."""

    department: str | None = None
    college: str | None = None
    theme: str | None = None
    kind: str | None = None

    def chosen(self) -> dict[Filter, str]:
        """Those that are set."""
        said: dict[Filter, str | None] = {
            "department": self.department,
            "college": self.college,
            "theme": self.theme,
            "kind": self.kind,
        }
        return {name: value for name, value in said.items() if value is not None}

    def meant(self) -> Filters:
        """The same, its theme as the term that it means now: two names of one theme count the same persons."""
        return self if self.theme is None else replace(self, theme=known_lists().themes(date.max).read(self.theme))

    def fit(self, indicator: Indicator) -> bool:
        """Whether the indicator can be narrowed so."""
        return set(self.chosen()) <= {*indicator.filters, indicator.parts}


ALL = Filters()

TRAITS = """
WITH found AS MATERIALIZED ({query}),
rests AS (SELECT path, unnest(events) AS seq FROM found),
spoken AS (
    SELECT seq, entity, entity_id, department,
           coalesce(structure, CASE WHEN entity = 'structure' THEN entity_id END) AS structure
    FROM events WHERE seq IN (SELECT seq FROM rests)),
owners AS (
    SELECT entity_id, arg_max(structure, seq) AS structure FROM events
    WHERE readable AND seq <= $known AND entity_id IN (SELECT entity_id FROM spoken WHERE structure IS NULL)
    GROUP BY entity_id),
colleges AS (
    SELECT structure, arg_max(college, event) AS college FROM member_at($as_of, $known)
    WHERE structure IS NOT NULL GROUP BY structure),
traits AS (
    SELECT seq, CASE WHEN entity = 'gathering' THEN spoken.department ELSE profile.department END AS department,
           profile.kind AS kind, coalesce(profile.themes, []) AS themes, colleges.college AS college
    FROM spoken LEFT JOIN owners USING (entity_id)
    LEFT JOIN profile_at($as_of, $known) AS profile ON profile.structure = coalesce(spoken.structure, owners.structure)
    LEFT JOIN colleges ON colleges.structure = coalesce(spoken.structure, owners.structure))
"""
NARROWED = """
SELECT found.path, CASE WHEN any_value(found.value) IS NULL THEN NULL ELSE count(kept.seq) END AS value,
       list(kept.seq ORDER BY kept.seq) FILTER (kept.seq IS NOT NULL) AS events
FROM found LEFT JOIN (
    SELECT path, seq FROM rests JOIN traits USING (seq) WHERE {condition}) AS kept ON kept.path = found.path
GROUP BY found.path
"""
PARTED = """
SELECT path, coalesce(trait, '') AS part, count(*) AS value, list(seq ORDER BY seq) AS events
FROM (SELECT path, seq, {trait} AS trait FROM rests JOIN traits USING (seq)) GROUP BY ALL
"""
CONDITIONS: Mapping[str, str] = {
    "department": "department = $department",
    "college": "college = $college",
    "kind": "kind = $kind",
    "theme": "list_contains(themes, (SELECT theme_read(names, $theme) FROM themes_named($as_of, $known)))",
}


def narrowed(rows: Rows, indicator: Indicator, values: Mapping[str, Any], filters: Filters) -> Answer:
    """The figures of an indicator (its query's `values`: the day, the sequence, the years), narrowed by `filters`.
    Raises ValueError where the indicator can't be narrowed so. Blocks."""
    if not filters.fit(indicator):
        raise ValueError(f"{indicator.name} can't be narrowed by {', '.join(filters.chosen())}")
    chosen = {str(name): value for name, value in filters.chosen().items()}
    named = chosen.pop(indicator.parts, None) if indicator.parts else None  # its paths name it
    query = indicator.query
    if chosen:
        condition = " AND ".join(CONDITIONS[name] for name in chosen)
        query = TRAITS.format(query=query) + NARROWED.format(condition=condition)
    answer = _answer(rows(query, {**values, **chosen}))
    return of_college(answer, named) if named and indicator.parts == "college" else answer


def parted(rows: Rows, indicator: Indicator, values: Mapping[str, Any], by: Filter) -> Parts:
    """path → part → the sequences that it rests on. Parts that nothing falls into are absent; ELSEWHERE holds those of
    which the trait is not known. Themes overlap: their parts don't add up. Blocks."""
    trait = "unnest(CASE WHEN len(themes) = 0 THEN [NULL] ELSE themes END)" if by == "theme" else by
    found: Parts = {}
    query = TRAITS.format(query=indicator.query) + PARTED.format(trait=trait)
    for row in rows(query, values):
        found.setdefault(row["path"], {})[row["part"]] = tuple(sorted(row["events"]))
    return found


def of_college(answer: Answer, college: str) -> Answer:
    """The paths that name this college; what stands for all colleges becomes what stands for this one."""
    own = {path: value for path, value in answer.items() if part_of(path) == college}
    for path in answer:
        if is_total(path):
            year = path.rpartition(".")[2]
            same = [value for other, value in own.items() if part_of(other) == college and other.endswith(f".{year}")]
            own[path] = same[0] if same else (None, ())
    return own


def _answer(rows: list[dict[str, Any]]) -> Answer:
    return {
        row["path"]: (None if row["value"] is None else float(row["value"]), tuple(sorted(row["events"] or ())))
        for row in rows
    }
