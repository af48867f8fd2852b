""" "Published then, recomputed now": what each figure of a published review comes to with all that is known today. And
which figures would move if events had been on other days: what an operator sees before a date is corrected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from services.observatory.event_table.filtering import ALL, Answer, Filters
from services.observatory.event_table.table import EventTable, Rows
from services.observatory.figures.causes import Causes, causes
from services.observatory.figures.computed import EXACT, Spec, Value, answered, values_of
from services.observatory.figures.period import year_of
from services.observatory.figures.rounding import rounded
from services.observatory.indicators import INDICATORS, LISTED

MOST_YEARS = 60  # that are looked at before a date is corrected
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


@dataclass(frozen=True, slots=True)
class Move:
    """A figure of a day, as it is and as it would be. None: not measured."""

    indicator: str
    path: str
    as_of: date
    before: float | None
    after: float | None


def moves(table: EventTable, redated: Sequence[tuple[int, date]], today: date) -> list[Move]:
    """The figures that move, at the end of each year that is touched and today. Blocks."""
    known = table.position
    there = {
        row["seq"]
        for row in table.rows(
            "SELECT seq FROM events WHERE list_contains($seqs::BIGINT[], seq)", {"seqs": [seq for seq, _ in redated]}
        )
    }
    redated = [(seq, day) for seq, day in redated if seq in there]
    if not redated:
        return []  # all figures of up to MOST_YEARS years would be asked for twice, to find them equal
    found = table.rows(
        "SELECT day FROM events WHERE list_contains($seqs::BIGINT[], seq) "
        "UNION SELECT moved FROM corrections WHERE list_contains($seqs::BIGINT[], about)",
        {"seqs": [seq for seq, _ in redated]},
    )
    first = min([day for _, day in redated] + [row["day"] for row in found if row["day"] is not None], default=today)
    years = range(max(first.year, today.year - MOST_YEARS), today.year)
    moved: list[Move] = []
    with table.at(today, known) as now, table.at(today, known, redated) as then:
        for day in [*(date(year, 12, 31) for year in years), today]:
            for one in LISTED:
                if one.by_year and not one.parameters and day != today:
                    continue  # it takes each year at its own end
                before, after = (_answer(rows, one.name, day, known) for rows in (now, then))
                for path in sorted(before.keys() | after.keys()):
                    pair = [rounded(answer.get(path, (None, ()))[0], EXACT) for answer in (before, after)]
                    if pair[0] != pair[1]:
                        moved.append(Move(one.name, path, _day(path, day, one.by_year), *pair))
    return moved


def _answer(rows: Rows, name: str, day: date, known: int) -> Answer:
    one = INDICATORS[name]
    first = day.year if "first" in one.parameters else None
    return answered(rows, (name, day, first, day.year if "last" in one.parameters else None), known)


def _day(path: str, day: date, by_year: bool) -> date:
    """The day of a figure: of a year, its end."""
    year = year_of(path) if by_year else None
    return day if year is None or year >= day.year else date(year, 12, 31)
