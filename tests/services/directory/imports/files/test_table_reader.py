"""Files that people send: tables as spreadsheets write them are read, whatever else comes is refused with its
reason."""

from __future__ import annotations

import contextlib
import csv
import io
import random
import zipfile
from collections.abc import Callable

import pytest
import xlsxwriter
from openpyxl import Workbook

from services.directory.imports.files.columns import guessed, read_line
from services.directory.imports.files.table_reader import NotRead, read_table
from services.directory.imports.plan import LEXICON, said_of

HEADER = ["Nom", "Type", "CP", "Ville", "Pays"]
ROWS = [
    ["Kynarou France", "Association", "31000", "Toulouse", "Inde, Sénégal"],
    ["Électriciens « sans frontières »", "Association", "81100", "Castres", "Mali"],
    ['Une structure\nsur deux lignes; avec un "guillemet"', "Collectivité", "09000", "Foix", ""],
]


def csv_bytes(encoding: str = "utf-8-sig", separator: str = ";", end: str = "\r\n") -> bytes:
    def cell(text: str) -> str:
        return '"' + text.replace('"', '""') + '"' if any(c in text for c in '";\n,\t') else text

    lines = [separator.join(cell(c) for c in row) for row in [HEADER, *ROWS]]
    return (end.join(lines) + end).encode(encoding)


def xlsx_bytes(*sheets: tuple[str, list[list[object]]]) -> bytes:
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def refused(data: bytes, sheet: str | None = None) -> str:
    with pytest.raises(NotRead) as why:
        read_table(data, sheet)
    text = said_of(why.value)
    assert LEXICON.has(f"import.{why.value.code}") and "{" not in text["fr"] + text["en"]
    return why.value.code


@pytest.mark.parametrize(
    "data",
    [
        csv_bytes(),
        csv_bytes("utf-8"),
        csv_bytes("cp1252"),
        csv_bytes("utf-16"),
        csv_bytes(separator=","),
        csv_bytes(separator="\t"),
        csv_bytes(end="\n"),
        csv_bytes()[:-2],
        xlsx_bytes(("Feuil1", [HEADER, *ROWS])),
        xlsx_bytes(("Notes", []), ("Structures", [HEADER, *ROWS])),
    ],
    ids=["excel", "utf-8", "latin-1", "utf-16", "comma", "tab", "unix", "no last end", "xlsx", "second sheet"],
)
def test_the_same_table_is_read_however_a_spreadsheet_wrote_it(data: bytes) -> None:
    table = read_table(data)
    assert list(table.header) == HEADER
    assert [list(line.cells) for line in table.lines] == ROWS
    assert not any(line.broken for line in table.lines)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_file_cut_anywhere_in_its_second_half_is_refused_or_is_whole_lines(kind: str) -> None:
    whole = csv_bytes() if kind == "csv" else xlsx_bytes(("Feuil1", [HEADER, *ROWS]))
    for at in range(len(whole) // 2, len(whole) - 2):
        try:
            table = read_table(whole[:at])
        except NotRead:
            continue
        assert kind == "csv"
        # What passes is whole but for the end of a last cell, and then there is a warning.
        read = [list(line.cells) for line in table.lines]
        assert read == ROWS[: len(read)] or (
            "no-last-line-end" in table.warnings and read[:-1] == ROWS[: len(read) - 1]
        )


def bomb() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            for _ in range(120):
                part.write(b"0" * 2**20)
    return file.getvalue()


def entities() -> bytes:
    data = xlsx_bytes(("Feuil1", [HEADER, *ROWS]))
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(file, "w") as new:
        for part in old.infolist():
            body = old.read(part)
            if part.filename == "xl/workbook.xml":
                body = b'<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb">]>' + body
            new.writestr(part.filename, body)
    return file.getvalue()


def wide_sheet() -> bytes:
    return xlsx_bytes(("Feuil1", [[f"c{n}" for n in range(200)], ["x"] * 200]))


def many_parts() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        for n in range(600):
            archive.writestr(f"xl/{n}.bin", b"")
    return file.getvalue()


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: b"", "empty"),
        (lambda: b"\xef\xbb\xbf\r\n\r\n", "empty"),
        (lambda: b"\0" * 5000, "empty"),
        (lambda: b"Nom;Ville\nKynarou\0;Toulouse\n", "not-a-table"),
        (lambda: b'Nom;Ville\r\n"Kynarou;Toulouse\r\n', "cut"),
        (lambda: b'Nom;Ville\r\n"Kynarou"x;Toulouse\r\n', "quotes"),
        (lambda: b"Nom;Ville\r\n" + b"x" * 200_000 + b";y\r\n", "cell-too-long"),
        (lambda: b";".join(b"c%d" % n for n in range(200)) + b"\r\n", "too-many-columns"),
        (lambda: b"Nom\r\n" + b"x\r\n" * 50_001, "too-many-lines"),
        (lambda: b"Nom;Ville\r\n" + b"x" * (21 * 2**20), "too-big"),
        (lambda: "Nom;Ville\r\nCafé;Alès\r\nForêt;Bés".encode() + b"\xc3", "cut"),
        (lambda: b"<!DOCTYPE html><table><tr><td>Nom", "not-a-table"),
        (lambda: b"%PDF-1.7", "not-a-table"),
        (lambda: b"\xd0\xcf\x11\xe0" + b"x" * 100, "old-excel"),
        (bomb, "bomb"),
        (many_parts, "bomb"),
        (entities, "not-a-workbook"),
        (wide_sheet, "too-many-columns"),
        (lambda: xlsx_bytes(("Feuil1", [])), "empty"),
        (lambda: xlsx_bytes(("Feuil1", [HEADER, ["=1+1", "", "", "", ""]])), "formula"),
        (lambda: xlsx_bytes(("Feuil1", [["Nom"], ["x" * 30_000]])) and b"PK\x05\x06" + b"\0" * 18, "not-a-table"),
    ],
)
def test_what_is_no_table_or_too_much_is_refused_with_its_reason(make: Callable[[], bytes], code: str) -> None:
    assert refused(make()) == code


def test_a_cell_is_too_long_whatever_the_process_lets_csv_read() -> None:
    before = csv.field_size_limit(1 << 24)
    try:
        assert refused(b"Nom;Ville\r\n" + b"x" * 200_000 + b";y\r\n") == "cell-too-long"
    finally:
        csv.field_size_limit(before)


def test_a_sheet_is_chosen_by_its_name_and_a_wrong_name_is_said() -> None:
    data = xlsx_bytes(("Budget", [["Année", "Montant"], [2016, 10]]), ("Structures", [HEADER, *ROWS]))
    assert read_table(data).sheet == "Budget"
    assert list(read_table(data, "Structures").header) == HEADER
    assert refused(data, "Autre") == "no-such-sheet"


def test_numbers_that_a_spreadsheet_made_of_codes_are_codes_again() -> None:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Nom", "SIREN", "Département", "CP"])
        sheet.write_row(1, 0, ["Kynarou", 5410000.0, 9, 9000])
    (line,) = read_table(file.getvalue()).lines
    read = read_line(guessed(["Nom", "SIREN", "Département", "CP"]), line.cells, "association")
    assert (read.values["siren"], read.values["department"]) == ("005410000", "09")


def test_junk_never_breaks_the_reader() -> None:
    draw = random.Random(5)
    good = [csv_bytes(), xlsx_bytes(("Feuil1", [HEADER, *ROWS]))]
    for _ in range(400):
        data = bytearray(draw.choice(good))
        for _ in range(draw.randrange(1, 6)):
            data[draw.randrange(len(data))] = draw.randrange(256)
        try:
            read_table(bytes(data))
        except NotRead as why:
            assert LEXICON.has(f"import.{why.code}")
        with contextlib.suppress(NotRead):
            read_table(draw.randbytes(300))


@pytest.mark.parametrize(
    ("header", "columns"),
    [
        (
            ["Nom de la structure", "Type de structure", "Code postal", "Ville", "Pays d'intervention", "Thématiques",
             "N° SIRET"],
            ["name", "kind", "postcode", "town", "countries", "themes", "siret"],
        ),
        (["RAISON SOCIALE", "Sigle", "Dépt", "Site internet", "ODD", "Remarque"],
         ["name", "acronym", "department", "website", "sdgs", ""]),
        (["Structure", "Nom", "Commune", "Code INSEE"], ["name", "", "town", "commune"]),
        (["name", "kind", "city", "country", "website"], ["name", "kind", "town", "countries", "website"]),
        (["Nom (obligatoire)", "Pays (ISO)"], ["name", "countries"]),
    ],
)  # fmt: skip
def test_columns_are_known_by_what_people_call_them(header: list[str], columns: list[str]) -> None:
    assert guessed(header) == columns


def test_cells_are_read_as_people_write_them() -> None:
    columns = ["name", "kind", "postcode", "town", "countries", "themes", "sdgs", "website", "siret", "rna"]
    cells = ["  Jappoo \n Mali ", "Associations", "81100", "CASTRES CEDEX 2", "Sénégal ; RDC", "eau; Santé|eau",
             "ODD 6, 4", "www.jappoo.org", "356 000 000 00048", "w 313 004 120"]  # fmt: skip
    assert read_line(columns, cells, "association").values == {
        "name": "Jappoo Mali", "kind": "association", "department": "81", "commune": "81065", "countries": ["SN", "CD"],
        "themes": ["Eau", "Santé"], "sdgs": [4, 6], "website": "https://www.jappoo.org", "siret": "35600000000048",
        "rna": "W313004120",
    }  # fmt: skip
