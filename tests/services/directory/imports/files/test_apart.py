"""A table that is read in a process of its own is the same table, and harms nobody but that process."""

from __future__ import annotations

import csv
import io
import resource
import subprocess
import sys
import zipfile
from collections.abc import Callable

import pytest
import xlsxwriter

from services.directory.imports.files.apart import read_apart
from services.directory.imports.files.table_reader import MOST_MEMORY, NotRead, read_table
from services.directory.imports.plan import said_of

pytestmark = pytest.mark.slow

CSV = 'Nom;Ville\r\n"Eau; vive";Albi\r\n;\r\nTrop;de;cellules\r\n=1;Foix\r\n'.encode("cp1252")


def workbook(*sheets: str) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        for name in sheets:
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, ["Nom", "Ville"])
            sheet.write_row(1, 0, [f"« {name} »\n𝄞 \x0b", "Albi"])
    return file.getvalue()


def with_cells(count: int) -> bytes:
    """A workbook of a few kB whose first line has so many cells that hold nothing."""
    source, file = zipfile.ZipFile(io.BytesIO(workbook("Feuille"))), io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name in source.namelist():
            data = source.read(name)
            if name == "xl/worksheets/sheet1.xml":
                data = data.replace(b"</row>", b"<c/>" * count + b"</row>", 1)
            made.writestr(name, data)
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "sheet"), [(CSV, None), (workbook("Un", "Deux"), None), (workbook("Un", "Deux"), "Deux")]
)
def test_it_is_the_same_table(data: bytes, sheet: str | None) -> None:
    ours, theirs = read_table(data, sheet), read_apart(data, sheet)
    assert theirs.lines == ours.lines and len(theirs.lines) > 0
    assert (theirs.file, theirs.kind, theirs.header, theirs.sheet) == (ours.file, ours.kind, ours.header, ours.sheet)
    assert [*theirs.sheets] == [*ours.sheets] and [*theirs.warnings] == [*ours.warnings]


@pytest.mark.parametrize("sheet", ["Trois", "nul\0", "\ud800", "ligne\nsuivante"])
def test_it_is_refused_for_the_same_reason(sheet: str) -> None:
    with pytest.raises(NotRead) as why:
        read_apart(workbook("Un", "Deux"), sheet)
    assert why.value.code == "no-such-sheet" and "Deux" in said_of(why.value)["fr"]


@pytest.mark.slow
def test_a_small_workbook_that_unfolds_to_millions_of_cells_takes_nobodys_memory() -> None:
    data = with_cells(6_000_000)
    assert len(data) < 40_000
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    others = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss  # a server that another test had started
    with pytest.raises(NotRead) as why:
        read_apart(data)
    assert why.value.code == "too-much" and "trop de mémoire" in said_of(why.value)["fr"]
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 100_000, f"{grown} kB of ours"
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss <= max(others, MOST_MEMORY // 1024)


def made_of(parts: dict[str, bytes | None]) -> bytes:
    """A workbook, some of whose parts are others."""
    source, file = zipfile.ZipFile(io.BytesIO(workbook("Feuille"))), io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name in dict.fromkeys([*source.namelist(), *parts]):
            if (data := parts.get(name, source.read(name) if name in source.namelist() else b"")) is not None:
                made.writestr(name, data)
    return file.getvalue()


OPEN_DOCUMENT = b"application/vnd.oasis.opendocument.spreadsheet"


def part(name: str) -> bytes:
    return zipfile.ZipFile(io.BytesIO(workbook("Feuille"))).read(name)


def one_text_everywhere(lines: int, columns: int = 20, length: int = 9000) -> bytes:
    """A workbook of some kB that says one long text in every cell."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet("Feuille")
        for line in range(lines):
            sheet.write_row(line, 0, ["x" * length] * columns)
    return file.getvalue()


def laughing(before: bytes = b"", encoding: str = "utf-8") -> bytes:
    """A workbook whose texts are entities of entities, after so much else."""
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    texts = '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>&l9;</t></si></sst>'
    head = f'<?xml version="1.0" encoding="{encoding}"?>'
    text = f'{head}{before.decode()}<!DOCTYPE sst [<!ENTITY l0 "ha">{levels}]>{texts}'
    return made_of({"xl/sharedStrings.xml": text.encode(encoding)})


def many_sheets() -> bytes:
    whole = part("xl/workbook.xml")
    one = whole[whole.index(b"<sheet ") : whole.index(b"</sheets>")]
    return made_of({"xl/workbook.xml": whole.replace(one, one * 20_000)})


def merged(count: int = 200_000) -> bytes:
    """So many merged cells, of which each spans a million."""
    whole = part("xl/worksheets/sheet1.xml")
    spans = b"<mergeCells>" + b'<mergeCell ref="A1:XFD1048576"/>' * count + b"</mergeCells>"
    return made_of({"xl/worksheets/sheet1.xml": whole.replace(b"</sheetData>", b"</sheetData>" + spans)})


def shared(count: int) -> bytes:
    """So many texts that no cell shows."""
    texts = b"".join(b"<si><t>a</t></si>" for _ in range(count))
    head = b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    return made_of({"xl/sharedStrings.xml": head + b"<si><t>Nom</t></si>" * 2 + texts + b"</sst>"})


def deep(depth: int = 500_000) -> bytes:
    whole = part("xl/worksheets/sheet1.xml")
    return made_of({"xl/worksheets/sheet1.xml": whole.replace(b"<sheetData>", b"<a>" * depth + b"<sheetData>")})


def many_cells() -> bytes:
    file = io.StringIO()
    csv.writer(file, delimiter=";").writerows([[f"{n % 97}{m}" for m in range(60)] for n in range(25_000)])
    return file.getvalue().encode()


HOSTILE: dict[str, tuple[Callable[[], bytes], set[str]]] = {
    "one text in every cell": (lambda: one_text_everywhere(400), {"too-much"}),
    "more cells than a table": (many_cells, {"too-much"}),
    "entities": (laughing, {"not-a-workbook"}),
    "entities after a long comment": (lambda: laughing(b"<!--" + b" " * 3_000_000 + b"-->"), {"not-a-workbook"}),
    "entities in UTF-16": (lambda: laughing(b" " * 5000, "utf-16"), {"not-a-workbook"}),
    "more sheets than files": (many_sheets, {"not-a-workbook", "too-much"}),
    "cells merged without end": (merged, set()),
    "elements in elements": (deep, {"not-a-workbook", "too-much", "empty"}),
    "an OpenDocument": (lambda: made_of({"mimetype": OPEN_DOCUMENT, "xl/workbook.xml": None}), {"not-a-workbook"}),
    "zeros": (lambda: b"\0" * 20_000_000, {"empty"}),
    "one line without an end": (lambda: b"a" * 20_000_000, {"cell-too-long"}),
    "one line of separators": (lambda: b";" * 20_000_000, {"too-many-columns", "empty"}),
    "one quote": (lambda: b'Nom\n"' + b"a" * 19_000_000, {"cell-too-long", "cut", "quotes"}),
    "UTF-16 that is none": (lambda: b"\xff\xfe" + b"\0\xd8" * 1_000_000, {"cut", "not-a-table"}),
    "UTF-32": (lambda: "Nom;Ville\nEau;Albi\n".encode("utf-32"), {"not-a-table", "cut"}),
    "NUL in a cell": (lambda: b"Nom;Ville\nEau\0;Albi\n", {"not-a-table"}),
    "gzip": (lambda: b"\x1f\x8b" + b"\0" * 1000, {"not-a-table"}),
    "a PDF": (lambda: b"%PDF-1.7 " + b"a;" * 1000, {"not-a-table"}),
}  # fmt: skip
HEAVY: dict[str, tuple[Callable[[], bytes], set[str]]] = {
    "one text in a million cells": (lambda: one_text_everywhere(20_000, 60, 9900), {"too-much"}),
    "five million texts that no cell shows": (lambda: shared(5_000_000), {"too-much"}),
}


def memory_of_ours(data: bytes) -> tuple[str, int, int]:
    """Why a file is refused, "" where it is not; by how many bytes a process grows that has it read, and how large it
    ever was that read it."""
    program = """
import resource, sys
from services.directory.imports.files.apart import NotRead, read_apart

def peak():  # of this program alone: rusage would count what began it
    return int(next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1])

data, code = sys.stdin.buffer.read(), "-"
before = peak()
try:
    read_apart(data)
except NotRead as why:
    code = why.code
print(code, peak() - before, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""
    done = subprocess.run([sys.executable, "-c", program], input=data, capture_output=True, check=True)
    code, ours, theirs = done.stdout.decode().splitlines()[-1].split()
    return code.removeprefix("-"), int(ours) * 1024, int(theirs) * 1024


@pytest.mark.parametrize("what", HOSTILE)
def test_what_is_made_to_harm_is_refused_or_read_in_one_sentence_and_in_little_memory(what: str) -> None:
    make, codes = HOSTILE[what]
    data = make()
    code, ours, theirs = memory_of_ours(data)
    assert code in (codes or {""}), code
    assert ours < 40 * 2**20 and theirs <= MOST_MEMORY, (ours, theirs)
    if code:
        assert len(said_of(NotRead(code, most=1, line=1, cell="A1", sheet="F", sheets="F"))["fr"].split(". ")) <= 3


@pytest.mark.slow
@pytest.mark.parametrize("what", HEAVY)
def test_what_unfolds_without_end_takes_no_more_than_the_process_that_reads_it_may(what: str) -> None:
    make, codes = HEAVY[what]
    code, ours, theirs = memory_of_ours(make())
    assert code in codes and ours < 40 * 2**20 and theirs <= MOST_MEMORY, (code, ours, theirs)


@pytest.mark.slow
def test_the_largest_table_is_held_in_bounds_by_who_asked_for_it() -> None:
    file = io.StringIO()
    csv.writer(file, delimiter=";").writerows([[f"{n * 20 + m:018}" for m in range(20)] for n in range(50_000)])
    code, ours, theirs = memory_of_ours(file.getvalue().encode())
    assert not code and ours < 256 * 2**20 and theirs <= MOST_MEMORY, (ours, theirs)
