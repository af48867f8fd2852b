"""A table that is read in a process of its own is the same table, and harms nobody but that process."""

from __future__ import annotations

import io
import resource
import zipfile

import pytest
import xlsxwriter

from services.directory.imports.files.apart import read_apart
from services.directory.imports.files.table_reader import MOST_MEMORY, NotRead, read_table
from services.directory.imports.plan import said_of

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
