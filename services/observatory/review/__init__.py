"""The review: each figure that the network published, recomputed from events, beside what was printed.

`bilan_2012-2017.yaml` is a review as published ("5 ans - le bilan", 2017); it never changes. `paths.yaml` says what each
of its leaves is, and what recounts it. It is that of the network which says so (`MAILLAGE_REVIEW`), and of no other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from services.observatory.event_table.filtering import ALL, Answer, Filters, Parts, narrowed, parted
from services.observatory.event_table.table import EventTable
from services.observatory.indicators import INDICATORS, RANGE, Counts, Filter, Indicator
from shared.geo import DEPARTMENTS

HERE = Path(__file__).parent
FEW = 8  # indicators
PRINTED = {"occitanie-2017": ("bilan_2012-2017.yaml", "paths.yaml")}
"""The reviews that were printed before there was a log, by the name that settings give: the figures, what recounts them"""
Words = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Figure:
    """One leaf that counts or measures. `published`: what was printed, None where it was not measured; a list counts
    by its entries. `until`: the day it speaks of, where that is not the day asked for."""

    path: str
    label: Words
    indicator: str
    published: float | None
    precision: int = 0
    first: int | None = None
    last: int | None = None
    until: date | None = None
    note: Words | None = None
    doubt: bool = False

    @property
    def service(self) -> str:
        """The service whose figure it is: the first word of its path."""
        found = self.path.partition(".")[0]
        return "membership" if found == "network_of_networks" else found

    @property
    def rests_on(self) -> Counts:
        return INDICATORS[self.indicator].counts

    def day(self, as_of: date) -> date:
        """The day whose state the figure gives when it is asked for `as_of`."""
        return min(self.until, as_of) if self.until else as_of


@dataclass(frozen=True, slots=True)
class Published:
    """The review: its closing date, its figures in their order, its other leaves with their reason."""

    as_of: date
    title: Words
    figures: tuple[Figure, ...]
    others: Mapping[str, Words]
    source: Mapping[str, Any]

    def figure(self, path: str) -> Figure | None:
        return next((figure for figure in self.figures if figure.path == path), None)


@dataclass(frozen=True, slots=True)
class Row:
    """One figure, recomputed. `value` at the precision of the print; None: not measured. `equal` is None where the
    figure was asked for another day than it was printed for. `events`: how many events it rests on."""

    path: str
    label_fr: str
    label_en: str
    service: str
    indicator: str
    value: float | None
    published: float | None
    equal: bool | None
    events: int
    sequences: tuple[int, ...]
    rests_on: Counts
    as_of: date
    precision: int
    doubt: bool
    note_fr: str | None
    note_en: str | None

    @property
    def difference(self) -> float | None:
        """What was recomputed less what was published."""
        if self.value is None or self.published is None or self.equal is None:
            return None
        return round(self.value - self.published, self.precision)


@cache
def published(name: str) -> Published:
    """A review as published, with what its leaves are. Raises KeyError for a review that there is not, or a path that it
    does not have."""
    source, said = (yaml.safe_load((HERE / file).read_text(encoding="utf-8")) for file in PRINTED[name])
    return Published(
        as_of=said["as_of"],
        title=_words(said["title"]),
        figures=tuple(figure for group in said["figures"] for figure in _figures(group, source)),
        others={path: _words(group["reason"]) for group in said["others"] for path in group["paths"]},
        source=source,
    )


def _figures(group: Mapping[str, Any], source: Any) -> Iterator[Figure]:
    for path in group["paths"]:
        last_word = path.rpartition(".")[2]
        until = group.get("until")
        if until == "year":
            until = date(int(last_word), 12, 31)
        place = DEPARTMENTS[last_word].name if last_word in DEPARTMENTS else last_word
        fr, en = group["label"]
        printed = leaf(source, path)
        yield Figure(
            path=path,
            label=(fr.format(department=place, year=last_word), en.format(department=place, year=last_word)),
            indicator=group["indicator"],
            published=float(len(printed)) if group.get("list") else _number(printed),
            precision=group.get("precision", 0),
            first=group.get("first"),
            last=group.get("last"),
            until=until,
            note=_words(group["note"]) if "note" in group else None,
            doubt=group.get("doubt", False),
        )


def _words(pair: Sequence[str]) -> Words:
    fr, en = pair
    return fr, en


def _number(printed: Any) -> float | None:
    """A printed figure; a school year by its first year."""
    if isinstance(printed, str):
        return float(re.fullmatch(r"(\d{4})-\d{4}", printed)[1])  # type: ignore[index]
    return None if printed is None else float(printed)


def leaf(source: Any, path: str) -> Any:
    """What stands at a dotted path; a year is a number there, a place in a list too."""
    found = source
    for word in path.split("."):
        if isinstance(found, list):
            found = found[int(word)]
        else:
            found = found[int(word) if word.isdigit() and int(word) in found else word]
    return found


def review(table: EventTable, printed: Published, as_of: date | None = None, known: int | None = None) -> list[Row]:
    """Every figure of a printed review as of a day (without one: its closing date), as known at a sequence (without one:
    now). Asks one query for each indicator and day; blocks meanwhile."""
    day = as_of or printed.as_of
    upto = table.position if known is None else known
    answers: dict[tuple[str, date, int | None, int | None], Answer] = {}
    found = []
    with table.at(day, upto) as rows:
        for figure in printed.figures:
            # A year's figures all come from one query for the day asked for, which takes each year at its own end.
            asked = day if figure.until and _by_year(figure) else figure.day(day)
            key = (figure.indicator, asked, figure.first, figure.last)
            if key not in answers:
                one = INDICATORS[figure.indicator]
                answers[key] = narrowed(rows, one, given(one, asked, upto, figure.first, figure.last), ALL)
            value, sequences = answers[key].get(figure.path, (None, ()))
            found.append(_row(figure, day, printed.as_of, value, sequences))
    return found


def _by_year(figure: Figure) -> bool:
    return INDICATORS[figure.indicator].by_year and figure.first is None


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


def _row(figure: Figure, day: date, closing: date, value: float | None, sequences: tuple[int, ...]) -> Row:
    value = rounded(value, figure.precision)
    same_day = figure.day(day) == figure.day(closing)
    note = figure.note or (None, None)
    return Row(
        path=figure.path,
        label_fr=figure.label[0],
        label_en=figure.label[1],
        service=figure.service,
        indicator=figure.indicator,
        value=value,
        published=figure.published,
        equal=value == figure.published if same_day else None,
        events=len(sequences),
        sequences=sequences,
        rests_on=figure.rests_on,
        as_of=figure.day(day),
        precision=figure.precision,
        doubt=figure.doubt,
        note_fr=note[0],
        note_en=note[1],
    )


def rounded(value: float | None, precision: int) -> float | None:
    """As a printer rounds: half away from zero."""
    if value is None:
        return None
    return float(Decimal(repr(value)).quantize(Decimal(1).scaleb(-precision), ROUND_HALF_UP))
