"""What indicators answer, asked of the table: one of them, several, one parted by a trait."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from datetime import date
from typing import Any

from services.observatory.event_table.filtering import ALL, Answer, Filters, Parts, narrowed, parted
from services.observatory.event_table.table import EventTable
from services.observatory.indicators import INDICATORS, RANGE, Filter, Indicator

FEW = 8  # indicators


def ask(
    table: EventTable,
    indicator: str,
    as_of: date,
    known: int,
    first: int | None = None,
    last: int | None = None,
    filters: Filters = ALL,
) -> Answer:
    """The rows of an indicator: path → (value or None, the sequences it rests on). Raises ValueError for filters that
    it can't be narrowed by."""
    found = INDICATORS[indicator]
    return narrowed(table.rows, found, given(found, as_of, known, first, last), filters)


def ask_all(
    table: EventTable,
    names: Sequence[str],
    as_of: date,
    known: int,
    filters: Filters = ALL,
    first: int | None = None,
    last: int | None = None,
) -> dict[str, Answer]:
    """The rows of several indicators on one day; those that can't be narrowed so are left out. `first`, `last`: years,
    for those that take them; one of a single year is asked for the last. Blocks."""
    answers: dict[str, Answer] = {}
    # Finding what is known then once, with all its columns, is worth it for many questions only.
    with table.at(as_of, known) if len(names) > FEW else nullcontext(table.rows) as rows:
        for one in (INDICATORS[name] for name in names):
            if filters.fit(one):
                begin = last if one.by_year and one.parameters == ("first",) else first
                answers[one.name] = narrowed(rows, one, given(one, as_of, known, begin, last), filters)
    return answers


def part(table: EventTable, indicator: str, as_of: date, known: int, by: Filter) -> Parts:
    """The rows of an indicator, each parted by a trait: path → part → the sequences that it rests on."""
    found = INDICATORS[indicator]
    return parted(table.rows, found, given(found, as_of, known), by)


def given(
    indicator: Indicator, as_of: date, known: int, first: int | None = None, last: int | None = None
) -> dict[str, Any]:
    """The values of an indicator's query."""
    values: dict[str, Any] = {"as_of": as_of, "known": known}
    for name, year in (("first", first), ("last", last)):
        if name in indicator.parameters:
            values[name] = RANGE[name] if year is None else year
    return values
