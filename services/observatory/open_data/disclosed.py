"""What everybody has been told already of a figure that counts persons: what the network printed in its review, and
what it published in others (ADR 25). Whoever publishes next looks at it first: open data (`releases.py`) and the next
review (`review/suppression.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import orjson

from services.observatory.event_table.filtering import ALL, Filters, narrowed
from services.observatory.event_table.table import EventTable
from services.observatory.figures.answers import given
from services.observatory.figures.computed import Spec, earlier, printed_specs
from services.observatory.figures.period import Period, year_of
from services.observatory.indicators import INDICATORS, RANGE, Indicator
from services.observatory.indicators.paths import TOTAL, is_total, part_of
from services.observatory.network.printed_review import Published
from services.observatory.open_data.small_cells import Heads, Length, Released, Told, heads
from shared.web.formatting import as_date

PUBLISHED = """
SELECT figures.data AS figure, reviews.data AS review, figures.seq AS seq, reviews.seq AS published
FROM events AS figures
JOIN events AS reviews ON reviews.entity_id = figures.entity_id AND reviews.type = 'ReviewPublished'
WHERE figures.type = 'FigurePublished' AND figures.readable AND reviews.readable AND figures.seq <= $upto
  AND list_contains($names::VARCHAR[], json_extract_string(figures.data, '$.indicator'))
ORDER BY figures.seq
"""


@dataclass(frozen=True, slots=True)
class Said:
    """A number that everybody has: of which figure, narrowed by which filters, since which sequence (0: for ever)."""

    spec: Spec
    value: float
    filters: Filters = ALL
    seq: int = 0

    @property
    def number(self) -> int:
        return round(self.value)


def printed(reviews: Iterable[Published], names: Iterable[str]) -> list[Said]:
    """What the reviews that the network printed say of these indicators."""
    wanted = {*names}
    figures = [pair for one in reviews for pair in zip(printed_specs(one), one.figures, strict=True)]
    return [Said(spec, one.published) for spec, one in figures if one.indicator in wanted and one.published is not None]


def said(table: EventTable, names: Sequence[str], upto: int) -> list[Said]:
    """What published reviews say of these indicators up to a sequence, with what they compare it with; of a total that
    structures and persons are in also the persons, since anybody can count the structures. Blocks."""
    found: list[Said] = []
    tables: dict[tuple[int, int, int | None, date], list[Said]] = {}
    for row in table.rows(PUBLISHED, {"upto": upto, "names": list(names)}):
        figure, review = orjson.loads(row["figure"]), orjson.loads(row["review"])
        if figure["indicator"] not in INDICATORS:
            continue
        spec = Spec(
            figure["indicator"],
            figure["path"],
            figure["sort"],
            as_date(figure["day"]),
            as_date(figure["after"]) if figure.get("after") else None,
            figure.get("first_year"),
            figure.get("last_year"),
        )
        filters = Filters(*(review.get(name) for name in ("department", "college", "theme", "kind"))).meant()
        if spec.one.parts == "college" and filters in map(_of_college, spec.one.of_persons):
            filters = ALL  # narrowed to the college of persons: the same persons
            if is_total(spec.path):
                continue
        before = earlier(spec, Period(as_date(review["since"]), as_date(review["until"])))
        for one, value in ((spec, figure.get("value")), (before, figure.get("before"))):
            if one is not None and value is not None:
                each = Said(one, value, filters, row["seq"])
                found.append(each)
                if one.one.parts == "college" and filters == ALL:
                    tables.setdefault((row["published"], figure["upto"], year_of(one.path), one.day), []).append(each)
    for (_, known, *_), cells in tables.items():
        found += _persons_in(table, cells, known)
    return found


def _of_college(code: str) -> Filters:
    return Filters(college=code)


def _persons_in(table: EventTable, cells: Sequence[Said], known: int) -> list[Said]:
    """The persons that a published total tells, where a release before ADR 30 left out the cell that says them: whoever
    knows the total takes the structures of that day away, as they were known then."""
    total = next((each for each in cells if is_total(each.spec.path)), None)
    if total is None or total.number == sum(each.number for each in cells if each is not total):
        return []
    spec, one = total.spec, total.spec.one
    answer = narrowed(table.rows, one, given(one, spec.day, known, spec.first, spec.last), ALL)
    return [
        Said(replace(spec, path=path), persons, ALL, total.seq)
        for path, (persons, _) in answer.items()
        if persons is not None and year_of(path) == year_of(spec.path) and one.names_persons(path)
    ]


def said_again(some: Iterable[Said], spec: Spec, value: float) -> bool:
    """Whether everybody has this very number of the same figure for the same days: masking it would hide nothing. The
    same number of another day would tell of that day."""
    return any(
        one.spec.path == spec.path
        and one.filters == ALL
        and one.number == round(value)
        and _days(one.spec) == _days(spec)
        for one in some
    )


def _days(spec: Spec) -> tuple[date | None, date]:
    """What days a figure speaks of: one of a year of no later ones."""
    year = year_of(spec.path) if spec.one.by_year else None
    return spec.after, spec.day if year is None else min(spec.day, date(year, 12, 31))


SINCE = re.compile(r"_since_(\d{1,4})$")
Span = tuple[int | None, int | None, date, date | None]
"""The years and days that a figure is of"""


def span(spec: Spec) -> Span:
    return spec.first, spec.last, spec.day, spec.after


def lengths_of(mean: Indicator, some: Iterable[tuple[Spec, float]]) -> list[Length]:
    """The same as what came between two days: of a mean of the years `first` to `last`, asked on a day."""
    return [
        Length(*between(first, last, day), persons) for (first, last, day, _), persons in persons_of(mean, some).items()
    ]


def between(first: int | None, last: int | None, day: date) -> tuple[date | None, date]:
    """The days after which and up to which the years are that a figure is asked for on a day."""
    after = None if first in (None, RANGE["first"]) else _end_before(first or 1)
    return after, day if last in (None, RANGE["last"]) else min(day, _end_before((last or 1) + 1))


def _end_before(year: int) -> date:
    return date(year - 1, 12, 31)


def persons_of(mean: Indicator, some: Iterable[tuple[Spec, float]]) -> dict[Span, Heads]:
    """How many persons there were in all, where a mean is told with what it is over."""
    told = [*some]
    over = {span(spec): value for spec, value in told if spec.indicator == mean.means}
    return {
        span(spec): heads(value, over[span(spec)])
        for spec, value in told
        if spec.indicator == mean.name and span(spec) in over
    }


def told(some: Iterable[Said], path: str, filters: Filters = ALL) -> Told:
    """What they tell of one figure, also where it was asked since another year."""
    found, line = Told(), line_of(path)
    for one in some:
        if line_of(one.spec.path) == line and one.filters == filters:
            found = add(found, one.spec, one.value)
    return found


def line_of(path: str) -> str:
    """What all paths are that count the same since one year or another."""
    return SINCE.sub("_since", path)


def add(to: Told, spec: Spec, value: float) -> Told:
    """The same, with one number more."""
    if spec.after is not None:
        return to.also(flows=[(spec.after, spec.day, round(value))])
    since = SINCE.search(spec.path)
    if since and int(since[1]) > RANGE["first"]:
        return to.also(flows=[(_end_before(int(since[1])), spec.day, round(value))])
    return to.also(states=[(spec.day, round(value))])


def college_tables(one: Indicator, some: Iterable[Said], names: Iterable[str]) -> list[Released]:
    """What they tell of an indicator whose paths name colleges, as tables: one for each year and day. `names`: the
    colleges, of which those that are not said are unknown."""
    tables: dict[tuple[int | None, date], dict[str, int]] = {}
    for each in some:
        if each.spec.indicator == one.name and each.filters == ALL:
            tables.setdefault((year_of(each.spec.path), each.spec.day), {})[college_of(each.spec.path)] = each.number
    unknown: Mapping[str, int | None] = dict.fromkeys(names)
    return [
        Released({**unknown, **{name: n for name, n in table.items() if name != TOTAL}}, table.get(TOTAL))
        for table in tables.values()
    ]


def college_of(path: str) -> str:
    """The college that a path names, or `TOTAL`."""
    return part_of(path)
