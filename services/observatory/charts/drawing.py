"""An indicator as a picture and as a table: by its `chart`, from its paths. Nothing here knows a single indicator."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from markupsafe import Markup

from services.observatory.event_table.filtering import ELSEWHERE, Filters
from services.observatory.figures.period import year_of
from services.observatory.indicators import Indicator
from services.observatory.indicators.paths import TOTAL, is_total, part_of
from services.observatory.network import NOBODY, Network
from shared.base.translations import L, Lexicon, Text, colon, translated
from shared.geo import DEPARTMENTS
from shared.notions.vocabularies.view import known_lists
from shared.web import formatting as formats
from shared.web.charts.charts import bars, department_map, line, shares, stacked_bars

MOST_YEARS = 8  # bars that can be told apart on a phone
MOST_SERIES = 6
Answer = Mapping[str, tuple[float | None, tuple[int, ...]]]
Cell = str | float | None
"""A text, a number, or None: not measured"""


@dataclass(frozen=True, slots=True)
class Context:
    """What a picture has to be told: the day, the years that are looked at, who reads, where a figure leads, whose it
    is."""

    day: date
    years: range
    lang: str
    lexicon: Lexicon
    filters: Filters = field(default_factory=Filters)
    behind: Callable[[str], str] | None = None
    network: Network = NOBODY

    @property
    def shown_years(self) -> range:
        return self.years[-MOST_YEARS:]

    @property
    def partial(self) -> dict[str, str]:
        """The year that is not over on the day, with the note that says until when it goes."""
        if (self.day.month, self.day.day) == (12, 31):
            return {}
        return {str(self.day.year): translated(L("au {day}"), self.lang, day=f"{self.day:%d/%m}")}

    def words(self, text: Text) -> str:
        return translated(text, self.lang)


@dataclass(frozen=True, slots=True)
class Drawn:
    """`svg` is None where there is nothing to draw. Columns and rows are those of the table beside it; the first cell
    of a row is its name."""

    svg: Markup | None
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    is_map: bool = False

    @property
    def measured(self) -> bool:
        return any(cell is not None for row in self.rows for cell in row[1:])


def drawn(one: Indicator, answer: Answer, where: Context) -> Drawn:
    """The picture of an indicator's figures; the table has all years that are looked at."""
    return DRAW[one.chart](one, answer, where)


def _bars(one: Indicator, answer: Answer, where: Context) -> Drawn:
    by_year = {year_of(path): value for path, (value, _) in answer.items()}
    draw = line if one.chart == "line" else bars
    svg = draw(
        [(str(year), by_year.get(year)) for year in where.shown_years],
        title=where.words(one.title),
        partial=where.partial,
        lang=where.lang,
    )
    rows = tuple((str(year), by_year.get(year)) for year in where.years)
    return Drawn(svg, (_said(where, "field.year"), where.words(one.title)), rows)


def _stack(one: Indicator, answer: Answer, where: Context) -> Drawn:
    values = {(part_of(path), year_of(path)): value for path, (value, _) in answer.items() if not is_total(path)}
    totals = {year_of(path): value for path, (value, _) in answer.items() if is_total(path)}
    there = {part for part, _ in values}
    parts = [part for part in known_lists().listed(one.terms or "college", there) if part in there]
    # A part that has nobody in the years shown would only take a colour from the others.
    drawn = [part for part in parts if any(values.get((part, year)) for year in where.shown_years)]
    shown, rest = told_apart({part: sum(values.get((part, year)) or 0 for year in where.shown_years) for part in drawn})
    names = {part: term(one, part, where) or label(where, part, "college") for part in parts}

    def share_of(part: str, year: int) -> float | None:
        """Nobody, where the year was counted and the part was not open yet."""
        found = values.get((part, year))
        return 0 if found is None and totals.get(year) is not None else found

    svg = stacked_bars(
        [
            (
                str(year),
                [
                    *(share_of(part, year) for part in shown),
                    *(
                        [sum(share_of(part, year) or 0 for part in rest) if totals.get(year) is not None else None]
                        * bool(rest)
                    ),
                ],
            )
            for year in where.shown_years
        ],
        [*(names[part] for part in shown), *([where.words(L("Autres"))] * bool(rest))],
        title=where.words(one.title),
        partial=where.partial,
        lang=where.lang,
    )
    rows = tuple((str(year), *(values.get((part, year)) for part in parts), totals.get(year)) for year in where.years)
    return Drawn(svg if shown else None, (_said(where, "field.year"), *names.values(), "Total"), rows)


def told_apart(sizes: Mapping[str, float]) -> tuple[list[str], list[str]]:
    """The parts that are drawn each for itself, and those that are drawn as one, so that the whole stays whole: where
    there are too many, the smallest. `sizes`: of each part, in their order."""
    if len(sizes) <= MOST_SERIES:
        return [*sizes], []
    large = set(sorted(sizes, key=lambda part: -sizes[part])[: MOST_SERIES - 1])
    return [part for part in sizes if part in large], [part for part in sizes if part not in large]


def _shares(one: Indicator, answer: Answer, where: Context) -> Drawn:
    found = sorted(
        ((name(one, path, where, alone=True), value) for path, (value, _) in answer.items()),
        key=lambda pair: -(pair[1] if pair[1] is not None else -1),
    )
    percent = formats.percent_sign(where.lang)
    svg = shares(
        found,
        title=where.words(one.title),
        lang=where.lang,
        written=lambda value: (
            formats.number(value, where.lang, None if value == int(value) else 1)
            + (percent if one.unit == "percent" else "")
        ),
    )
    return Drawn(svg, ("", where.words(one.title)), tuple(found))


def _map(one: Indicator, answer: Answer, where: Context) -> Drawn:
    by_code = {path.rpartition(".")[2]: (path, value) for path, (value, _) in answer.items()}
    codes = sorted(by_code)  # those of the region on the day, as the query says
    counts = {code: None if by_code[code][1] is None else int(by_code[code][1] or 0) for code in codes}
    behind = where.behind
    svg = department_map(
        counts,
        None if behind is None else lambda code: f"{behind(by_code[code][0])}&indicator={one.name}",
        where.words(one.title),
        codes,
        current={where.filters.department} if where.filters.department else (),
        unit=(_said(where, f"unit.{one.unit}"), _said(where, f"unit.{one.unit}.many")),
        lang=where.lang,
    )
    rows = tuple((f"{formats.department(code)} ({code})", by_code[code][1]) for code in codes)
    return Drawn(svg, (_said(where, "field.department"), where.words(one.title)), rows, is_map=True)


def _figures(one: Indicator, answer: Answer, where: Context) -> Drawn:
    rows = tuple((name(one, path, where, alone=len(answer) > 1), value) for path, (value, _) in sorted(answer.items()))
    return Drawn(None, ("", where.words(one.title)), rows)


DRAW: Mapping[str, Callable[[Indicator, Answer, Context], Drawn]] = {
    "bars": _bars,
    "line": _bars,
    "stack": _stack,
    "shares": _shares,
    "map": _map,
    "figure": _figures,
}


LISTS = {"college": "college", "kind": "structure"}
"""What a figure is parted by → the list that its parts are codes of"""
UNSAID = ("value", "values")
"""Words of paths that tell no figure from another"""


def name(one: Indicator, path: str, where: Context, *, alone: bool = False) -> str:
    """What a path is called; `alone`: only what tells it from the others of its indicator."""
    printed = where.network.figure(path)
    if printed is not None and printed.until and not one.by_year and printed.until != where.day:
        printed = None  # its words name another day
    year = year_of(path)
    title = where.words(one.title)
    if of := term(one, part_of(path), where):
        return ("" if alone else f"{plain(title, where)}, ") + of + _of_years(path)
    words = [word for word in path.split(".") if word not in UNSAID and (not word.isdigit() or len(word) < 4)]
    last = words[-1]
    if alone and _has_label(where, own := path.rpartition(".")[2]):
        return label(where, own)
    if printed is not None:
        return where.words(printed.label)
    if year is not None and one.by_year:
        part = part_of(path)
        of = label(where, "total") if part == TOTAL else label(where, part, one.parts)
        return f"{title}, {of}, {year}" if one.parts else f"{title}, {year}"
    if between := re.search(r"_(\d{4})_(\d{4})(?!\d)", path):
        title = f"{title}, {between[1]}-{between[2]}"
    elif since := re.search(r"since_(\d{4})$", path):
        return f"{title} {translated(L('depuis {year}'), where.lang, year=since[1])}"
    elif of_year := re.search(r"_(\d{4})\.", path):
        title = f"{title}, {of_year[1]}"
    if one.parts == "college":
        return label(where, part_of(path), one.parts) if alone else f"{title}, {label(where, part_of(path), one.parts)}"
    if not _has_label(where, last):
        return title
    part = label(where, last)
    return f"{title}{colon(where.lang)}{part if last in DEPARTMENTS else part[:1].lower() + part[1:]}"


def plain(title: str, where: Context) -> str:
    """A title without what parts it: “Adhérents par collège” is “Adhérents”."""
    return title.partition(translated(L(" par "), where.lang))[0]


def term(one: Indicator, code: str, where: Context) -> str:
    """What the network calls a term, where the indicator has a figure for each of a list; "" otherwise."""
    if one.terms is None:
        return ""
    return where.words(L("en tout")) if code == TOTAL else known_lists().title(one.terms, code, where.lang)


def _of_years(path: str) -> str:
    """The years that a path names, said after its name."""
    if between := re.search(r"_(\d{4})_(\d{4})$", path):
        return f", {between[1]}-{between[2]}" if between[1] != between[2] else f", {between[1]}"
    year = year_of(path)
    return "" if year is None else f", {year}"


def _has_label(where: Context, word: str) -> bool:
    return word in DEPARTMENTS or any(where.lexicon.has(f"{kind}.{word}") for kind in ("path", "term.college"))


def label(where: Context, word: str, of: str | None = None) -> str:
    """What one word of a path, or one part of a figure, is called. `of`: what it is parted by; a code of a list is then
    called as the list has it, also where it is written as another word is."""
    if word == ELSEWHERE:
        return _said(where, "part.elsewhere")
    if (of := LISTS.get(of or "")) is not None:
        code = f"term.{of}.{word}"
        said = _said(where, code) if where.lexicon.has(code) else known_lists().title(of, word, where.lang)
        return said[:1].upper() + said[1:]
    if word in DEPARTMENTS:
        return formats.department(word)
    for code in (f"term.college.{word}", f"path.{word}", f"term.structure.{word}"):
        if where.lexicon.has(code):
            said = _said(where, code)
            return said[:1].upper() + said[1:]
    return word


def listed(where: Context, by: str, chosen: str | None) -> list[tuple[str, str]]:
    """What figures may be narrowed to on the day: the terms that there were by then, closed ones too, and the one that
    is `chosen`. `by`: "college" or "kind"."""
    codes = known_lists().listed(LISTS[by], [chosen] if chosen else [], where.day)
    return [(code, label(where, code, by)) for code in codes]


def _said(where: Context, code: str) -> str:
    return where.lexicon.say(code, where.lang)


def as_csv(columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> str:
    """The table of a picture as CSV (RFC 4180), numbers with a point; not measured is empty. A text that a spreadsheet
    would take for a formula gets an apostrophe (OWASP, CSV injection)."""
    return "".join(",".join(_cell(cell) for cell in row) + "\r\n" for row in [columns, *rows])


def as_sheet(columns: Sequence[str], rows: Sequence[Sequence[Cell]], lang: str) -> str:
    """The same for a spreadsheet, as the other exports for people are: a byte order mark, semicolons, in French a comma
    in numbers."""
    point = formats.decimal_point(lang)
    return "\ufeff" + "".join(";".join(_cell(cell, point) for cell in row) + "\r\n" for row in [columns, *rows])


def _cell(cell: Cell, point: str = ".") -> str:
    if cell is None:
        return ""
    if not isinstance(cell, str):
        return f"{cell:.10g}".replace(".", point)
    safe = f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
    return '"' + safe.replace('"', '""') + '"' if re.search(r'[",;\r\n]', safe) else safe
