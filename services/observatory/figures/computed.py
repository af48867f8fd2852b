"""The figures of a period: which there are, what each comes to, and what it came to in the period before.

A figure is a `Spec`: all that it takes to compute it, then and now. Four sorts, found from the head of its indicator:
the state of a day; what a period added; a calendar year; the years that an indicator is asked for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Protocol

from services.observatory.event_table.filtering import ALL, Answer, Filters, narrowed
from services.observatory.event_table.table import EventTable, Rows
from services.observatory.figures.answers import given
from services.observatory.figures.period import Period, months_before, year_of
from services.observatory.figures.rounding import rounded
from services.observatory.indicators import INDICATORS, LISTED, Indicator
from services.observatory.network.printed_review import Published
from shared.contract.observatory.reviews import FigureSort

RECALLED = 4  # years before the period that pictures of years go back to
PRECISION: Mapping[str, int] = {"percent": 1, "fte": 1}
"""unit → decimals that are printed"""
EXACT = 6
"""Decimals to which figures are compared: sums of fractions are not the same to the last bit."""
UNCHANGING = ("year", "month")
"""Units of figures that have no change worth a line."""
Asked = tuple[str, date, int | None, int | None]
"""An indicator, the day, and the years that it is asked for"""
Value = tuple[float | None, tuple[int, ...]]
"""What a figure comes to, None where it is not measured, and the events it rests on"""


@dataclass(frozen=True, slots=True)
class Spec:
    """A figure, as it can be computed at any knowledge: a path of an indicator on a `day`; a flow less what it was on
    the day `after`; `first` and `last` as the indicator is asked for them."""

    indicator: str
    path: str
    sort: FigureSort
    day: date
    after: date | None = None
    first: int | None = None
    last: int | None = None

    @property
    def one(self) -> Indicator:
        return INDICATORS[self.indicator]

    @property
    def year(self) -> int | None:
        return year_of(self.path) if self.sort == "year" else None

    @property
    def partial(self) -> bool:
        """Whether it is of a year that was not over."""
        return self.year == self.day.year and (self.day.month, self.day.day) != (12, 31)


@dataclass(frozen=True, slots=True)
class Leaf:
    """A figure of a review. `before`: what it came to in the period before, None where that was not measured, or where
    there is nothing to compare. `events`: how many it rests on. `recalled`: a year before the period."""

    spec: Spec
    value: float | None
    before: float | None
    events: int
    precision: int
    recalled: bool = False

    @property
    def change(self) -> float | None:
        return None if self.value is None or self.before is None else round(self.value - self.before, 6)


def precision_of(one: Indicator) -> int:
    return PRECISION.get(one.unit, 0)


class Answering(Protocol):
    """How a figure finds an answer: indicator, day, first and last year."""

    def __call__(self, indicator: str, day: date, first: int | None, last: int | None, /) -> Answer: ...


class Answers:
    """The answers of indicators as known at a sequence, each asked once. `rows`: those of a snapshot of the table, of
    the latest day that is asked for (`EventTable.at`). Blocks."""

    def __init__(self, rows: Rows, known: int, filters: Filters = ALL) -> None:
        self._rows, self._known, self._filters = rows, known, filters
        self._found: dict[Asked, Answer] = {}

    def of(self, indicator: str, day: date, first: int | None, last: int | None) -> Answer:
        key = (indicator, day, first, last)
        if key not in self._found:
            self._found[key] = answered(self._rows, key, self._known, self._filters)
        return self._found[key]

    def value(self, spec: Spec) -> Value:
        return value_of(spec, self.of)


def answered(rows: Rows, key: Asked, known: int, filters: Filters = ALL) -> Answer:
    """The answer of an indicator on a day, for years."""
    name, day, first, last = key
    one = INDICATORS[name]
    return narrowed(rows, one, given(one, day, known, first, last), filters)


def value_of(spec: Spec, of: Answering) -> Value:
    """What a figure comes to, by the answers that `of` gives."""
    none: Value = (None, ())
    value, rests = of(spec.indicator, spec.day, spec.first, spec.last).get(spec.path, none)
    if spec.after is None or value is None:
        return rounded(value, EXACT), rests
    earlier, before = of(spec.indicator, spec.after, spec.first, spec.last).get(spec.path, none)
    gone = set(before)
    added = tuple(seq for seq in rests if seq not in gone)
    if spec.one.counts == "things":
        return float(len(added)), added  # what an earlier day counted and this one does not is no negative thing
    return rounded(value - (earlier or 0), EXACT), added


def specs(answers: Answers, period: Period, day: date, filters: Filters) -> list[Spec]:
    """The figures that there are of a period, on the `day` up to which it is looked at, in the order of indicators."""
    after = period.since - timedelta(days=1)
    ones = [one for one in LISTED if filters.fit(one)]
    found: list[Spec] = []
    for one in ones:
        for key in _asked(one, period, day):
            _, at, first, last = key
            if one.own and not any(rests for _, rests in answers.of(*key).values()):
                continue  # by the name of what this network does not have
            for path in sorted(answers.of(*key)):
                if one.parts == "department" and filters.department and not path.endswith(f".{filters.department}"):
                    continue
                sort = _sort(one, path)
                year = year_of(path) if sort == "year" else None
                if year is not None and not _oldest(period, day) <= year <= day.year:
                    continue
                found.append(Spec(one.name, path, sort, at, after if sort == "flow" else None, first, last))
    return found


def _oldest(period: Period, day: date) -> int:
    return min(period.since.year, day.year - RECALLED)


def _asked(one: Indicator, period: Period, day: date) -> list[Asked]:
    """How an indicator is asked for a period: once, or once a year where it takes a single one."""
    if one.parameters == ("first",) and one.by_year:
        return [
            (one.name, min(day, date(year, 12, 31)), year, None) for year in period.years if date(year, 1, 1) <= day
        ]
    first = period.since.year if "first" in one.parameters else None
    last = day.year if "last" in one.parameters else None
    return [(one.name, day, first, last)]


def _sort(one: Indicator, path: str) -> FigureSort:
    if one.by_year and one.parameters:
        return "years"
    if one.by_year and year_of(path) is not None:
        return "year"
    if "last" in one.parameters:
        return "years"
    return "state" if one.partial == "day" or one.counts == "measure" else "flow"


def earlier(spec: Spec, period: Period) -> Spec | None:
    """The same figure in the period before; of a year that is not over, as far as that year was on the same day."""
    if spec.one.unit in UNCHANGING:
        return None
    if spec.sort == "state":
        return replace(spec, day=period.since - timedelta(days=1))
    if spec.sort == "year":
        year = spec.year or spec.day.year
        path = f"{spec.path[:-4]}{year - 1}"
        return replace(spec, path=path, day=months_before(spec.day, 12) if spec.partial else spec.day)
    before = period.before
    if spec.sort == "flow":
        shift = (spec.first or 0) - before.since.year
        return _moved(spec, shift, period.earlier(spec.day), before.since - timedelta(days=1))
    if spec.last is None:  # one year
        return _moved(spec, 1, min(months_before(spec.day, 12), date((spec.first or 1) - 1, 12, 31)), None)
    shift = (spec.first or 0) - before.since.year
    moved = _moved(spec, shift, period.earlier(spec.day), None)
    path = _renamed(moved.path, spec.last, moved.day.year) if spec.last != spec.first else moved.path
    return replace(moved, path=path, last=moved.day.year) if shift else None


def _moved(spec: Spec, years: int, day: date, after: date | None) -> Spec:
    if spec.first is None:
        return replace(spec, day=day, after=after)
    first = spec.first - years
    return replace(spec, path=_renamed(spec.path, spec.first, first), first=first, day=day, after=after)


def _renamed(path: str, year: int, to: int) -> str:
    return path.replace(f"_{year}", f"_{to}")


def review_of(table: EventTable, period: Period, day: date, known: int, filters: Filters = ALL) -> list[Leaf]:
    """All figures of a period as of a day, as known at a sequence. Some queries for each indicator and day; blocks."""
    with table.at(day, known) as rows:
        answers = Answers(rows, known, filters)
        return [_leaf(answers, spec, period) for spec in specs(answers, period, day, filters)]


def _leaf(answers: Answers, spec: Spec, period: Period) -> Leaf:
    value, rests = answers.value(spec)
    other = earlier(spec, period)
    before = None if other is None else answers.value(other)[0]
    recalled = (spec.year or period.since.year) < period.since.year
    digits = precision_of(spec.one)
    return Leaf(spec, rounded(value, digits), rounded(before, digits), len(rests), digits, recalled)


def values_of(table: EventTable, wanted: Sequence[Spec], known: int, filters: Filters = ALL) -> list[Value]:
    """What figures come to, as known at a sequence. Those whose indicator is gone are not asked for. Blocks."""
    with table.at(max((spec.day for spec in wanted), default=date.min), known) as rows:
        answers = Answers(rows, known, filters)
        return [answers.value(spec) for spec in wanted]


def printed_specs(printed: Published) -> list[Spec]:
    """The figures of a review that the network printed, in its order."""
    return [
        Spec(figure.indicator, figure.counted, "state", figure.day(printed.as_of), None, figure.first, figure.last)
        for figure in printed.figures
    ]
