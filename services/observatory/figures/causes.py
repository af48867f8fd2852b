"""Why a published figure would be another one today: the events that were learnt since, and nothing but those.

Asked is not which events speak of the figure, but which made the difference. The table is asked again as if of all that
was learnt since only some events were there; sought is a set with which the figure rests on exactly what it rests on
now, and of which none can be left out (Zeller and Hildebrandt, Simplifying and Isolating Failure-Inducing Input, IEEE
TSE 28(2), 2002). So it holds for every indicator, and knows none.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from services.observatory.event_table.filtering import ALL, Answer, Filters
from services.observatory.event_table.table import EventTable, Rows
from services.observatory.figures.computed import Spec, Value, answered, value_of

MOST_QUERIES = 60  # for one figure
MOST_SUSPECTS = 2_000


@dataclass(frozen=True, slots=True)
class Causes:
    """The sequences of the events that made a difference. `exact`: none of them could be left out; else the search was
    ended before it was sure of that."""

    events: tuple[int, ...]
    exact: bool


NOTHING = Causes((), True)


def causes(
    table: EventTable,
    spec: Spec,
    then: int,
    now: int,
    before: Value,
    after: Value,
    filters: Filters = ALL,
    most: int = MOST_QUERIES,
) -> Causes:
    """The events between the sequences `then` and `now` that turn what the figure was, `before`, into what it is,
    `after`. Some queries; blocks."""
    if before == after:
        return NOTHING
    with table.together() as rows:
        supposed = _Supposing(rows, spec, then, now, filters)
        # What it rests on and did not before, and was learnt since, is a cause for certain.
        new = [seq for seq in after[1] if seq > then and seq not in set(before[1])]
        if supposed(new) == after:
            return Causes(tuple(new), True)
        others = [seq for seq in supposed.suspects(sorted({*before[1]} ^ {*after[1]})) if seq not in set(new)]
        if supposed([*new, *others]) != after:
            others = [seq for seq in supposed.all() if seq not in set(new)]
        if len(others) > MOST_SUSPECTS:
            return Causes(tuple(sorted([*new, *others])), False)
        kept, exact = least(others, lambda some: supposed([*new, *some]) == after, most)
    return Causes(tuple(sorted([*new, *kept])), exact)


def least(every: Sequence[int], enough: Callable[[Sequence[int]], bool], most: int) -> tuple[list[int], bool]:
    """A part of `every` that is still `enough` and of which nothing can be left out (ddmin, complements only), and
    whether that was reached within `most` questions. `every` itself must be enough."""
    kept, parts, asked = list(every), 2, 0
    while len(kept) > 1:
        size = -(-len(kept) // parts)
        for start in range(0, len(kept), size):
            if asked >= most:
                return kept, False
            asked += 1
            rest = kept[:start] + kept[start + size :]
            if enough(rest):
                kept, parts = rest, max(parts - 1, 2)
                break
        else:
            if size == 1:
                break
            parts = min(parts * 2, len(kept))
    return kept, True


class _Supposing:
    """A figure as it would be if of what was learnt since only some events were there: the connection's own views
    `events`, `corrections` and `told`, which is made of both, hide the tables."""

    def __init__(self, rows: Rows, spec: Spec, then: int, now: int, filters: Filters) -> None:
        self._rows, self._spec, self._then, self._now, self._filters = rows, spec, then, now, filters
        self._main = f'"{rows("SELECT current_database() AS name", ())[0]["name"]}".main'
        self._table = f"{self._main}.events"

    def __call__(self, some: Sequence[int]) -> Value:
        chosen = ", ".join(f"{seq:d}" for seq in some) or "NULL"
        for name, learnt in (("events", "seq"), ("corrections", "since")):
            self._rows(
                f"CREATE OR REPLACE TEMP VIEW {name} AS SELECT * FROM {self._main}.{name} "
                f"WHERE {learnt} <= {self._then:d} OR {learnt} IN ({chosen})",
                (),
            )
        self._rows(f"CREATE OR REPLACE TEMP VIEW told AS SELECT * FROM told_by({self._now:d})", ())
        return value_of(self._spec, self._answer)

    def _answer(self, indicator: str, day: date, first: int | None, last: int | None) -> Answer:
        return answered(self._rows, (indicator, day, first, last), self._now, self._filters)

    def suspects(self, differing: Sequence[int]) -> list[int]:
        """What was learnt since of the things that the figure counts no longer, or only now, and of their
        structures."""
        found = self._rows(
            f"WITH things AS (SELECT entity_id, structure FROM {self._table} "
            "WHERE seq IN (SELECT unnest($seqs::BIGINT[]))),"
            " ids AS (SELECT entity_id AS id FROM things UNION "
            "SELECT structure FROM things WHERE structure IS NOT NULL)"
            f" SELECT seq FROM {self._table} WHERE seq > $then AND seq <= $now AND readable"
            " AND (entity_id IN (SELECT id FROM ids) OR structure IN (SELECT id FROM ids)) ORDER BY seq",
            {"seqs": list(differing), "then": self._then, "now": self._now},
        )
        return [row["seq"] for row in found]

    def all(self) -> list[int]:
        """Everything that was learnt since and may bear on it."""
        found = self._rows(
            f"SELECT seq FROM {self._table} WHERE seq > $then AND seq <= $now AND readable AND service <> 'observatory'"
            " AND entity NOT IN ('account', 'session', 'signing-key', 'import', 'process') ORDER BY seq",
            {"then": self._then, "now": self._now},
        )
        return [row["seq"] for row in found]
