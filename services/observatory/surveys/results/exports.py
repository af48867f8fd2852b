"""The answers of a survey as files: CSV as French spreadsheets read it, a workbook, JSON for programs.

A cell that a spreadsheet would take for a formula gets an apostrophe (OWASP, CSV injection); a workbook has nothing but
texts and numbers. Texts and names are in them for those who may see persons.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import xlsxwriter

from services.observatory.surveys.domain.questions import CHOICES
from services.observatory.surveys.results.results import Result
from shared.base.paris_days import PARIS
from shared.base.translations import L, Lang, Lexicon, translated
from shared.contract.observatory.surveys import SurveyQuestion
from shared.kernel.views.projection import Document
from shared.web.formatting import as_moment, decimal_point, department

DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
TYPES: Mapping[str, str] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
}
LONGEST = 32_767  # characters of a cell (Excel)
ABOUT = ("structure", "department", "kind", "answered", "name", "email")


@dataclass(frozen=True, slots=True)
class Line:
    """An answer to be written: who, when, and question → what was answered. `texts` is None where they were forgotten;
    `opened`: whether whoever asks may see persons."""

    structure: str | None
    name: str
    department: str | None
    kind: str | None
    answered: str
    version: Mapping[str, Any]
    texts: Mapping[str, str] | None
    who: Mapping[str, str | None]
    opened: bool


@dataclass(frozen=True)
class Sheet:
    """What a file says."""

    survey: Document
    questions: Sequence[SurveyQuestion]
    lines: Sequence[Line]
    results: Sequence[Result]
    about: Mapping[str, Any]
    lexicon: Lexicon
    lang: Lang

    def headings(self) -> list[str]:
        return [self.lexicon.say(f"column.{name}", self.lang) for name in ABOUT] + [
            f"{one.text} ({one.unit})" if one.unit else one.text for one in self.questions
        ]

    def row(self, line: Line) -> list[str | float]:
        first = [
            line.name,
            department(line.department) if line.department else "",
            self.lexicon.say(f"term.structure.{line.kind}", self.lang) if line.kind else "",
            as_moment(line.answered).astimezone(PARIS).strftime("%Y-%m-%d"),
            line.who.get("name") or "",
            line.who.get("email") or "",
        ]
        return [*first, *(self.cell(one, line) for one in self.questions)]

    def cell(self, one: SurveyQuestion, line: Line) -> str | float:
        version = line.version
        if one.kind in CHOICES:
            return " | ".join(one.options[n] for n in version["choices"].get(one.id, ()) if n < len(one.options))
        if one.id in version["numbers"]:
            return float(version["numbers"][one.id])
        if one.id in version["flags"]:
            return self.lexicon.say("survey.yes" if version["flags"][one.id] else "survey.no", self.lang)
        if one.id in version["dates"]:
            return str(version["dates"][one.id])
        if line.texts is None and one.id in version["written"]:
            return self.lexicon.say("column.forgotten", self.lang)
        return (line.texts or {}).get(one.id, "")


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(DANGEROUS) else cell


def written(ending: str, sheet: Sheet) -> bytes:
    """The bytes of a file, by the ending of its name. Blocks."""
    return {"csv": _csv, "xlsx": _xlsx, "json": _json}[ending](sheet)


def _csv(sheet: Sheet) -> bytes:
    """UTF-8 with its mark, `;`, CRLF (RFC 4180); numbers with a comma, as the language has them."""
    text = io.StringIO()
    text.write("\ufeff")
    table = csv.writer(text, delimiter=";", lineterminator="\r\n")
    table.writerow([harmless(cell) for cell in sheet.headings()])
    for line in sheet.lines:
        table.writerow(
            [_numeral(cell, sheet.lang) if isinstance(cell, float) else harmless(cell) for cell in sheet.row(line)]
        )
    return text.getvalue().encode(errors="replace")


def _numeral(n: float, lang: Lang) -> str:
    text = str(int(n)) if n.is_integer() else str(n)
    return text.replace(".", decimal_point(lang))


def _xlsx(sheet: Sheet) -> bytes:
    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(file, options)
    bold, wrapped = (
        book.add_format({"bold": True, "text_wrap": True, "valign": "top"}),
        book.add_format({"text_wrap": True, "valign": "top"}),
    )
    page = book.add_worksheet(translated(L("Réponses"), sheet.lang))
    headings = sheet.headings()
    page.freeze_panes(1, 1)
    page.set_column(0, 0, 40)
    page.set_column(1, len(headings) - 1, 22)
    for column, heading in enumerate(headings):
        page.write_string(0, column, heading[:LONGEST], bold)
    for n, line in enumerate(sheet.lines, 1):
        for column, cell in enumerate(sheet.row(line)):
            if isinstance(cell, float):
                page.write_number(n, column, cell)
            elif cell:
                page.write_string(n, column, cell[:LONGEST], wrapped)
    page.autofilter(0, 0, max(len(sheet.lines), 1), len(headings) - 1)
    _summary(book.add_worksheet(translated(L("Résultats"), sheet.lang)), sheet, bold)
    book.close()
    return file.getvalue()


def _summary(page: Any, sheet: Sheet, bold: Any) -> None:
    page.set_column(0, 0, 60)
    page.set_column(1, 2, 14)
    n = 0
    for label, value in sheet.about.items():
        page.write_string(n, 0, f"{label}: {value}"[:LONGEST])
        n += 1
    for result in sheet.results:
        n += 1
        page.write_string(n, 0, result.question.text[:LONGEST], bold)
        page.write_number(n, 1, result.answered or 0, bold)
        n += 1
        for part in result.parts:
            page.write_string(n, 0, part.label)
            page.write_number(n, 1, part.n or 0)
            if part.share is not None:
                page.write_number(n, 2, round(part.share, 4))
            n += 1
        if result.spread is not None:
            for name in ("least", "median", "mean", "most", "sum"):
                page.write_string(n, 0, name)
                page.write_number(n, 1, getattr(result.spread, name))
                n += 1


def _json(sheet: Sheet) -> bytes:
    return orjson.dumps(
        {
            "survey": sheet.survey["key"],
            "title": sheet.survey["title"],
            **sheet.about,
            "results": [as_json(one) for one in sheet.results],
            "answers": [
                {
                    "structure": line.structure,
                    "name": line.name if line.structure else None,
                    "department": line.department,
                    "kind": line.kind,
                    "answered": line.answered,
                    **{part: line.version[part] for part in ("choices", "numbers", "flags", "dates", "written")},
                    **({"texts": line.texts, "who": line.who} if line.opened else {}),
                }
                for line in sheet.lines
            ],
        }
    )


def as_json(one: Result) -> dict[str, Any]:
    """The result of a question for programs; null where it is masked."""
    spread = one.spread
    return {
        "question": one.question.id,
        "kind": one.question.kind,
        "text": one.question.text,
        "unit": one.question.unit,
        "answered": one.answered,
        "parts": [{"label": part.label, "count": part.n, "share": part.share} for part in one.parts],
        "numbers": None
        if spread is None
        else {name: getattr(spread, name) for name in ("least", "most", "median", "mean", "sum")},
        "dates": [{"date": day, "count": n} for day, n in one.dates],
    }
