"""A review as a workbook (XLSX) and as JSON: numbers as numbers, texts never formulas."""

from __future__ import annotations

import io
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from services.observatory.figures.computed import Leaf
from services.observatory.indicators import INDICATORS
from services.observatory.review.documents.chapters import Chapter, Head, Line, Reader, chapters, dates
from services.observatory.review.documents.pdf import Sheets

TEXT = 32_767  # characters of a cell
OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def workbook(sheets: Sheets, who: Reader) -> bytes:
    """The workbook: one sheet with filters and dates, one for each chapter. Blocks."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, OPTIONS) as book:
        book.set_properties({"title": sheets.head.title, "author": sheets.network})
        bold = book.add_format({"bold": True})
        first = book.add_worksheet(who.L("Filtres et dates"))
        first.set_column(0, 0, 22)
        first.set_column(1, 1, 80)
        first.write_string(0, 0, sheets.head.title[:TEXT], bold)
        first.write_string(1, 0, sheets.network[:TEXT])
        for n, (name, value) in enumerate(dates(sheets.head, who, sheets.made), 3):
            first.write_string(n, 0, name, bold)
            first.write_string(n, 1, value[:TEXT])
        if sheets.masked:
            first.write_string(n + 1, 0, who.L("Chiffres masqués"), bold)
            first.write_number(n + 1, 1, sheets.masked)
        for chapter in sheets.chapters:
            title = who.lexicon.say(f"service.{chapter.service}", who.lang)
            _chapter(book.add_worksheet(title[:31]), chapter, who, bold)
    return file.getvalue()


def headings(who: Reader) -> list[str]:
    """The columns of a chapter's sheet."""
    return [
        who.L("Chiffre"), who.L("Porte sur"), who.L("Valeur"),
        who.L("Avant"),
        who.L("Évolution"), who.L("Période incomplète"),
        who.L("Événements"),
        who.L("Indicateur"), who.L("Version de la définition"),
        who.L("Chemin"),
    ]  # fmt: skip


def _chapter(sheet: Worksheet, chapter: Chapter, who: Reader, bold: Format) -> None:
    columns = headings(who)
    sheet.freeze_panes(1, 1)
    sheet.set_column(0, 0, 48)
    sheet.set_column(1, 1, 26)
    sheet.set_column(2, 6, 12)
    sheet.set_column(7, len(columns) - 1, 30)
    for column, heading in enumerate(columns):
        sheet.write_string(0, column, heading, bold)
    every = [*chapter.lines, *chapter.recalled]
    for row, line in enumerate(every, 1):
        for column, cell in enumerate(_cells(line, who)):
            if isinstance(cell, str):
                sheet.write_string(row, column, cell[:TEXT])
            elif cell is not None:
                sheet.write_number(row, column, cell)
    sheet.autofilter(0, 0, max(len(every), 1), len(columns) - 1)


def _cells(line: Line, who: Reader) -> list[str | float | None]:
    leaf = line.leaf
    one = INDICATORS.get(leaf.spec.indicator)
    return [
        line.label,
        line.about,
        leaf.value,
        leaf.before,
        leaf.change,
        who.L("oui") if line.partial else None,
        leaf.events,
        leaf.spec.indicator,
        one.version if one else None,
        leaf.spec.path,
    ]


def document(sheets: Sheets, leaves: list[Leaf], french: Reader, english: Reader) -> dict[str, Any]:
    """The review for programs: codes, days by ISO 8601, both languages."""
    head: Head = sheets.head
    lines = {
        who.lang: {line.leaf.spec: line for one in chapters(leaves, head, who) for line in (*one.lines, *one.recalled)}
        for who in (french, english)
    }
    return {
        "title": head.title,
        "publisher": sheets.network,
        "since": head.period.since,
        "until": head.period.until,
        "as_of": head.day,
        "partial": head.partial,
        "known_at": head.known_at,
        "known": head.upto,
        "made": sheets.made,
        "filters": dict(head.filters.chosen()),
        "masked": sheets.masked,
        "figures": [
            {
                "path": leaf.spec.path,
                "indicator": leaf.spec.indicator,
                "definition": INDICATORS[leaf.spec.indicator].version if leaf.spec.indicator in INDICATORS else None,
                "label": {lang: line[leaf.spec].label for lang, line in lines.items()},
                "sort": leaf.spec.sort,
                "as_of": leaf.spec.day,
                "after": leaf.spec.after,
                "first": leaf.spec.first,
                "last": leaf.spec.last,
                "partial": lines["fr"][leaf.spec].partial,
                "recalled": leaf.recalled,
                "value": plain(leaf.value),
                "before": plain(leaf.before),
                "events": leaf.events,
            }
            for leaf in leaves
        ],
    }


def plain(value: float | None) -> int | float | None:
    """A whole number without decimals."""
    return int(value) if value is not None and value == int(value) else value
