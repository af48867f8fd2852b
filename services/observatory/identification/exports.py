"""An identification as a file: CSV as French spreadsheets read it, a workbook with its criteria, JSON for programs.

A cell that a spreadsheet would take for a formula gets an apostrophe (OWASP, CSV injection); a workbook has nothing but
texts and numbers. Nothing personal is in any of them: a person who asked is not named.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import xlsxwriter

from services.observatory.identification.criteria import Actor
from shared.base.translations import Lang, Lexicon
from shared.notions.vocabularies.view import known_lists
from shared.web.formatting import country, department

DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
TYPES: Mapping[str, str] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
}
COLUMNS = (
    "name",
    "kind",
    "department",
    "department_name",
    "themes",
    "theme_codes",
    "countries",
    "country_names",
    "sdgs",
    "college",
    "page",
    "id",
)
LONGEST = 32_767  # characters of a cell (Excel)


@dataclass(frozen=True)
class Sheet:
    """What a file says: the structures; `about`: label → what was asked, when, by whom; `facts`: the same for programs.
    `page`: structure → the address of its page."""

    actors: Sequence[Actor]
    about: Sequence[tuple[str, str]]
    facts: Mapping[str, Any]
    page: Callable[[str], str]
    lexicon: Lexicon
    lang: Lang

    def headings(self) -> list[str]:
        return [self.lexicon.say(f"identification.column.{name}", self.lang) for name in COLUMNS]

    def row(self, one: Actor) -> list[str]:
        say = self.lexicon.say
        return [
            one.name,
            say(f"term.structure.{one.kind}", self.lang) if one.kind else "",
            one.department or "",
            department(one.department) if one.department else "",
            ", ".join(known_lists().theme_titles(one.themes, self.lang)),
            ", ".join(one.themes),
            ", ".join(one.countries),
            ", ".join(country(code, self.lang) for code in one.countries),
            ", ".join(map(str, one.sdgs)),
            say(f"term.college.{one.college}", self.lang) if one.college else "",
            self.page(one.key),
            one.key,
        ]


def written(ending: str, sheet: Sheet) -> bytes:
    """The bytes of a file, by the ending of its name. Blocks."""
    return WRITERS[ending](sheet)


def _csv(sheet: Sheet) -> bytes:
    """UTF-8 with its mark, `;`, CRLF (RFC 4180)."""
    text = io.StringIO()
    table = csv.writer(text, delimiter=";", lineterminator="\r\n")
    text.write("\ufeff")
    table.writerow(sheet.headings())
    for one in sheet.actors:
        table.writerow([f"'{cell}" if cell.startswith(DANGEROUS) else cell for cell in sheet.row(one)])
    return text.getvalue().encode(errors="replace")


def _xlsx(sheet: Sheet) -> bytes:
    file = io.BytesIO()
    book = xlsxwriter.Workbook(
        file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    bold = book.add_format({"bold": True})
    say = sheet.lexicon.say
    table = book.add_worksheet(say("identification.sheet.structures", sheet.lang))
    table.freeze_panes(1, 1)
    table.set_column(0, 0, 40)
    table.set_column(1, len(COLUMNS) - 1, 18)
    for line, cells in enumerate([sheet.headings(), *map(sheet.row, sheet.actors)]):
        for column, cell in enumerate(cells):
            if cell:
                table.write_string(line, column, cell[:LONGEST], bold if line == 0 else None)
    table.autofilter(0, 0, max(len(sheet.actors), 1), len(COLUMNS) - 1)
    about = book.add_worksheet(say("identification.sheet.criteria", sheet.lang))
    about.set_column(0, 0, 30)
    about.set_column(1, 1, 80)
    for line, (label, text) in enumerate(sheet.about):
        about.write_string(line, 0, label, bold)
        about.write_string(line, 1, text[:LONGEST])
    book.close()
    return file.getvalue()


def _json(sheet: Sheet) -> bytes:
    structures = [
        {
            "id": one.key,
            "name": one.name,
            "kind": one.kind,
            "department": one.department,
            "themes": one.themes,
            "theme_titles": known_lists().theme_titles(one.themes, sheet.lang),
            "countries": one.countries,
            "sdgs": one.sdgs,
            "college": one.college,
            "member": one.college is not None,
            "page": sheet.page(one.key),
        }
        for one in sheet.actors
    ]
    return (
        orjson.dumps({**sheet.facts, "total": len(structures), "structures": structures}, option=orjson.OPT_INDENT_2)
        + b"\n"
    )


WRITERS: Mapping[str, Callable[[Sheet], bytes]] = {"csv": _csv, "xlsx": _xlsx, "json": _json}
