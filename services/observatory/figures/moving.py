"""Which figures would move if events had been on other days: what an operator sees before a date is corrected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.observatory.event_table.filtering import Answer
from services.observatory.event_table.table import EventTable, Rows
from services.observatory.figures.computed import answered
from services.observatory.figures.period import year_of
from services.observatory.figures.rounding import rounded
from services.observatory.indicators import INDICATORS

MOST_YEARS = 60


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
    found = table.rows(
        "SELECT day FROM events WHERE seq IN (SELECT unnest(?::BIGINT[]))", [[seq for seq, _ in redated]]
    )
    first = min([day for _, day in redated] + [row["day"] for row in found if row["day"] is not None], default=today)
    years = range(max(first.year, today.year - MOST_YEARS), today.year)
    moved: list[Move] = []
    with table.at(today, known) as now, table.at(today, known, redated) as then:
        for day in [*(date(year, 12, 31) for year in years), today]:
            for one in INDICATORS.values():
                if one.by_year and not one.parameters and day != today:
                    continue  # it takes each year at its own end
                before, after = (_answer(rows, one.name, day, known) for rows in (now, then))
                for path in sorted(before.keys() | after.keys()):
                    pair = [rounded(answer.get(path, (None, ()))[0], 6) for answer in (before, after)]
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
