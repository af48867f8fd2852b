""" "Published then, recomputed now": what each figure of a published review comes to with all that is known today."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from services.observatory.event_table.filtering import ALL, Filters
from services.observatory.event_table.table import EventTable
from services.observatory.figures.causes import Causes, causes
from services.observatory.figures.computed import Spec, Value, values_of
from services.observatory.figures.rounding import rounded
from services.observatory.indicators import INDICATORS

Why = Literal["same", "events", "definition", "both", "gone", "unexplained"]
"""Why a figure differs: what was learnt since, a definition that changed, both; its indicator is gone; or nothing that
we know, which is a fault to be looked into (in the review of 2012-2017: a doubt of the source)."""


@dataclass(frozen=True, slots=True)
class Printed:
    """A figure as it was published. `definition`: the version of its indicator then, None where there was none yet.
    `seq`: the event that says so."""

    spec: Spec
    value: float | None
    precision: int
    definition: int | None = None
    seq: int | None = None


@dataclass(frozen=True, slots=True)
class Recomputed:
    """A published figure beside what it comes to now. `then`: what today's definition gives with the knowledge of
    then."""

    printed: Printed
    now: float | None
    then: float | None
    why: Why
    causes: Causes

    @property
    def difference(self) -> float | None:
        if self.now is None or self.printed.value is None:
            return None
        return round(self.now - self.printed.value, max(self.printed.precision, 1))


def recomputed(
    table: EventTable, printed: Sequence[Printed], then: int, now: int, filters: Filters = ALL
) -> list[Recomputed]:
    """Each published figure, known at the sequence `then`, beside what it comes to at the sequence `now`. Blocks."""
    there = [one for one in printed if one.spec.indicator in INDICATORS]
    specs = [one.spec for one in there]
    values = dict(zip(specs, values_of(table, specs, now, filters), strict=True))
    # What rests on the same is the same: only what does not is asked for as it was known then.
    earlier = dict(zip(specs, values_of(table, specs, then, filters), strict=True))
    return [_one(table, one, then, now, earlier.get(one.spec), values.get(one.spec), filters) for one in printed]


def _one(
    table: EventTable, one: Printed, then: int, now: int, before: Value | None, after: Value | None, filters: Filters
) -> Recomputed:
    if before is None or after is None:
        return Recomputed(one, None, None, "gone", Causes((), True))
    value, earlier = (rounded(number, one.precision) for number in (after[0], before[0]))
    if value == one.value:
        return Recomputed(one, value, earlier, "same", Causes((), True))
    redefined = one.definition is not None and one.definition != INDICATORS[one.spec.indicator].version
    moved = value != earlier
    found = causes(table, one.spec, then, now, before, after, filters) if moved else Causes((), True)
    why: Why = "both" if moved and redefined else "events" if moved else "definition" if redefined else "unexplained"
    return Recomputed(one, value, earlier, why, found)
