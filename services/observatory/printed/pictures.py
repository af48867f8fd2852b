"""What a printed review's page shows, from what its data say of it (`page.yaml`): the figures that stand first, and its
pictures with their tables, each from the rows of the review. Nothing here knows a single review."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from services.observatory.charts.drawing import told_apart
from services.observatory.event_table.moment import Moment
from services.observatory.figures.moment_page import carried
from services.observatory.figures.recount import Row
from services.observatory.network.printed_layout import (
    COLLEGE,
    DEPARTMENT,
    Beside,
    Counted,
    Drawing,
    First,
    forms_of,
    text_of,
)
from shared.base.translations import L, Text, translated
from shared.geo import DEPARTMENTS
from shared.notions.vocabularies.view import known_lists
from shared.web.charts.charts import bars, department_map, line, shares, stacked_bars
from shared.web.formatting import day, number, percent_sign
from shared.web.templating import many

Rows = Mapping[str, Row]
Cell = str | None


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture with its table; `columns` and `rows` as `plain_table` takes them (shared/web/templates/macros.html)."""

    id: str
    title: str
    under: str
    svg: Markup
    caption: str
    columns: list[Any]
    rows: list[list[Cell]]
    foot: list[Cell] | None
    note: str | None
    map: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """The rows of a review at a moment, and who reads them. `base`: the address of the review."""

    rows: Rows
    moment: Moment
    lang: str
    base: str

    def value(self, path: str) -> float | None:
        return self.rows[path].value

    def said(self, said: Text, **values: Any) -> str:
        return translated(text_of(said), self.lang, **values)

    def written(self, path: str) -> Cell:
        return None if (value := self.value(path)) is None else number(value, self.lang)

    def counted(self, n: float, forms: Counted) -> str:
        return many(self.lang, int(n), *forms_of(forms, self.lang))

    def first(self, one: First) -> dict[str, Any]:
        """One of the figures that stand first, as the macro `figures` takes it."""
        path = one.path
        if one.years is not None:
            path = path.replace("{year}", str(min(max(self.moment.as_of.year, one.years[0]), one.years[1])))
        row, beside = self.rows[path], [text for each in one.beside if (text := self._beside(each))]
        return {
            "label": self.said(one.label),
            "value": self.written(path),
            "change": ", ".join(beside) or None,
            "source": self.counted(row.events, one.rests),
            "href": f"{self.base}/events?{carried(self.moment)}&path={row.path}",
        }

    def _beside(self, one: Beside) -> str | None:
        row = self.rows[one.path]
        value = row.published if one.published else row.value
        if one.counted is not None:
            return self.counted(value or 0, one.counted)
        return None if value is None or one.text is None else self.said(one.text, n=number(value, self.lang))

    def picture(self, one: Drawing) -> Shown:
        svg, columns, rows = getattr(self, f"_{one.kind}")(one)
        values = {name: number(self.value(path) or 0, self.lang) for name, path in one.values.items()}
        return Shown(
            id=one.id,
            title=self.said(one.title),
            under=self.said(one.under, day=day(self.moment.as_of), **values),
            svg=svg,
            caption=self.said(one.caption or one.title),
            columns=columns,
            rows=rows,
            foot=None if one.foot is None else [self.said(one.foot.label), self.written(one.foot.path)],
            note=None if one.note is None else self.said(one.note),
            map=one.kind == "map",
        )

    def _alt(self, one: Drawing) -> str:
        return self.said(one.alt or one.title)

    def _column(self, one: Drawing) -> tuple[str, str]:
        return self.said(one.column or one.title), "num"

    def _field(self, name: str) -> str:
        return translated({"year": L("Année"), "department": L("Département")}[name], self.lang)

    def _partial(self, years: range) -> dict[str, str]:
        """The year that is not over on the day asked for, with the note that says until when it goes."""
        then = self.moment.as_of
        if then.year not in years or (then.month, then.day) == (12, 31):
            return {}
        return {str(then.year): translated(L("au {day}"), self.lang, day=f"{then:%d/%m}")}

    def _codes(self, path: str, blank: str) -> list[str]:
        """What stands in a blank of a path, in the figures that the review has."""
        parts = [re.escape(part) for part in path.split(f"{{{blank}}}")]
        pattern = re.compile(r"([\w-]+)".join(re.sub(r"\\\{\w+\\\}", r"[\\w-]+", part) for part in parts))
        return sorted({found[1] for one in self.rows if (found := pattern.fullmatch(one))})

    def _map(self, one: Drawing) -> tuple[Markup, list[Any], list[list[Cell]]]:
        path = one.path or ""
        paths = {code: path.replace(f"{{{DEPARTMENT}}}", code) for code in self._codes(path, DEPARTMENT)}
        counts = {code: None if (n := self.value(each)) is None else int(n) for code, each in paths.items()}
        svg = department_map(
            counts,
            lambda code: f"{self.base}/events?path={paths[code]}&{carried(self.moment)}",
            self._alt(one),
            list(counts),
            lang=self.lang,
        )
        rows = [[f"{DEPARTMENTS[code].name} ({code})", self.written(each)] for code, each in paths.items()]
        return svg, [self._field("department"), self._column(one)], rows

    def _stack(self, one: Drawing) -> tuple[Markup, list[Any], list[list[Cell]]]:
        path, lists = one.path or "", known_lists()
        there = self._codes(path, COLLEGE)
        listed = [code for code in lists.listed(COLLEGE, there, self.moment.as_of) if code in there]
        codes = [*(code for code in one.called if code in there), *(code for code in listed if code not in one.called)]
        totals = {year: (one.total or "").replace("{year}", str(year)) for year in one.span}
        paths = {
            (code, year): path.replace(f"{{{COLLEGE}}}", code).replace("{year}", str(year))
            for code in codes
            for year in one.span
        }
        values = {key: self.rows[each].value if each in self.rows else None for key, each in paths.items()}
        # A college that has nobody in these years would only take a colour from the others.
        sizes = {code: sum(values[code, year] or 0 for year in one.span) for code in codes}
        drawn, rest = told_apart({code: size for code, size in sizes.items() if size})

        def named(code: str, *, head: bool) -> str:
            if code in one.called:
                return self.said(one.called[code].column if head else one.called[code].legend)
            return lists.title(COLLEGE, code, self.lang, self.moment.as_of)

        def parts(year: int) -> list[float | None]:
            """Nobody, where the year was counted and the college was not open yet."""
            counted = any(values[code, year] is not None for code in codes)
            shown = [0 if counted and values[code, year] is None else values[code, year] for code in drawn]
            return [*shown, *([sum(values[code, year] or 0 for code in rest) if counted else None] * bool(rest))]

        svg = stacked_bars(
            [(str(year), parts(year)) for year in one.span],
            [*(named(code, head=False) for code in drawn), *([translated(L("Autres"), self.lang)] * bool(rest))],
            title=self._alt(one),
            partial=self._partial(one.span),
            lang=self.lang,
        )
        columns = [self._field("year"), *((named(code, head=True), "num") for code in codes)]
        rows: list[list[Cell]] = [
            [str(year), *("—" if (n := values[code, year]) is None else number(n, self.lang) for code in codes)]
            for year in one.span
        ]
        if one.total is not None:
            columns.append((translated(L("Total"), self.lang), "num"))
            rows = [[*row, self.written(totals[year]) or "—"] for row, year in zip(rows, one.span, strict=True)]
        return svg, columns, rows

    def _bars(self, one: Drawing) -> tuple[Markup, list[Any], list[list[Cell]]]:
        paths = {str(year): (one.path or "").replace("{year}", str(year)) for year in one.span}
        svg = (line if one.kind == "line" else bars)(
            [(year, self.value(path)) for year, path in paths.items()],
            title=self._alt(one),
            partial=self._partial(one.span),
            lang=self.lang,
        )
        rows: list[list[Cell]] = [[year, self.written(path)] for year, path in paths.items()]
        return svg, [self._field("year"), self._column(one)], rows

    _line = _bars

    def _shares(self, one: Drawing) -> tuple[Markup, list[Any], list[list[Cell]]]:
        percent = percent_sign(self.lang)
        named = [(self.said(called), path) for path, called in one.paths.items()]
        order = sorted(named, key=lambda pair: -(self.value(pair[1]) or 0))
        svg = shares(
            [(called, self.value(path)) for called, path in order],
            title=self._alt(one),
            written=lambda value: number(value, self.lang) + percent,
            lang=self.lang,
        )
        rows: list[list[Cell]] = [
            [called, None if (said := self.written(path)) is None else said + percent] for called, path in named
        ]
        return svg, [translated(L("Public"), self.lang), self._column(one)], rows
