"""Exports: every format says the same records, hostile cells do no harm, memory stays flat."""

from __future__ import annotations

import csv
import io
import json
import re
import tracemalloc
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
from openpyxl import load_workbook

from services.directory.app import DIRECTORY
from services.directory.imports.files.columns import guessed
from services.directory.imports.files.table_reader import read_table
from services.directory.search.exports import COLUMNS, FORMATS, Exporter, as_jsonld, as_vcard
from shared.base.translations import Lexicon
from shared.kernel.views.projection import Document
from shared.web.words.messages import WORDS

EXPORT = Exporter(
    Lexicon(WORDS, DIRECTORY.words), "fr", lambda key: f"https://exemple.invalid/directory/structures/{key}"
)


def record(n: int, **more: Any) -> Document:
    facts = {
        "key": f"0193aaaa-0000-7000-8000-{n:012d}", "name": f"Structure {n}", "acronym": None, "kind": "association",
        "department": "31", "commune": "31555", "address": "1 rue des Arts", "website": "https://exemple.invalid",
        "summary": None,
        "themes": ["Eau", "Santé"], "countries": ["SN", "CD"], "sdgs": [6], "siren": None, "siret": "35600000000048",
        "rna": None,
        "listed": True, "since": "2016-06-01T10:00:00.000000Z", "seen": "2017-06-01T10:00:00.000000Z",
    }  # fmt: skip
    return {**facts, **more}


async def given(documents: Sequence[Document]) -> AsyncIterator[Document]:
    for document in documents:
        yield document


async def written(format: str, documents: Sequence[Document]) -> bytes:
    return b"".join([part async for part in EXPORT.write(format, given(documents))])


EVIL = ["=1+1", "+33 5", "-2+3", "@SUM(A1)", "\t=1", '=HYPERLINK("http://x")', "plain"]


async def test_csv_is_as_a_french_spreadsheet_reads_it_and_no_cell_is_a_formula() -> None:
    data = await written("csv", [record(n, name=text, address=f'a;"b"\n{text}') for n, text in enumerate(EVIL)])
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert [row["Nom"] for row in rows] == [f"'{text}" for text in EVIL[:-1]] + ["plain"]
    assert rows[0]["Pays d’action"] == "Sénégal, République démocratique du Congo" and rows[0]["Commune"] == "Toulouse"
    assert rows[0]["Annuaire public"] == "oui" and rows[0]["Adhérent"] == "non"


async def test_a_workbook_holds_texts_only() -> None:
    book = load_workbook(io.BytesIO(await written("xlsx", [record(n, name=text) for n, text in enumerate(EVIL)])))
    sheet = book["Structures"]
    assert [sheet.cell(n + 2, 1).value.strip("\t") for n in range(len(EVIL))] == [text.strip("\t") for text in EVIL]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value} == {"s"}
    assert [cell.value for cell in sheet[1]] == EXPORT.headings()


async def test_what_is_exported_as_csv_or_workbook_can_be_imported_again() -> None:
    for format in ("csv", "xlsx"):
        table = read_table(await written(format, [record(1), record(2)]))
        columns = guessed(table.header)
        assert {"name", "kind", "commune", "themes", "countries", "siret"} <= set(columns)
        assert len(table.lines) == 2 and not any(line.broken for line in table.lines)


async def test_geojson_has_a_point_at_the_commune_longitude_first() -> None:
    found = json.loads(await written("geojson", [record(1), record(2, commune=None)]))
    one, other = found["features"]
    longitude, latitude = one["geometry"]["coordinates"]
    assert 1 < longitude < 2 and 43 < latitude < 44 and other["geometry"] is None
    assert one["properties"]["town"] == "Toulouse" and found["type"] == "FeatureCollection"


async def test_json_and_json_ld_are_lists_of_records_and_empty_ones_are_lists_too() -> None:
    (one,) = json.loads(await written("json", [record(1)]))
    assert (one["name"], one["countries"], one["siret"]) == ("Structure 1", ["SN", "CD"], "35600000000048")
    (said,) = json.loads(await written("jsonld", [record(1)]))
    assert said["@type"] == "NGO" and said["address"]["addressLocality"] == "Toulouse"
    assert {"@type": "Country", "identifier": "SN", "name": "Sénégal"} in said["areaServed"]
    assert "alternateName" not in as_jsonld(EXPORT, record(1))
    for format in ("json", "jsonld"):
        assert json.loads(await written(format, [])) == []
    assert json.loads(await written("geojson", []))["features"] == []


async def test_a_vcard_folds_its_lines_and_escapes_what_would_end_one() -> None:
    name = "Une association; au nom très, très long\nsur deux lignes \\ et demie, éèàç " * 3
    card = as_vcard(EXPORT, record(1, name=name, summary="x, **y**\r\nEND:VCARD\r\nBEGIN:VCARD"))
    lines = card.split("\r\n")
    assert all(len(line.encode()) <= 75 for line in lines) and card.count("END:VCARD\r\n") == 1
    whole = re.sub("\r\n ", "", card)
    assert "FN:Une association\\; au nom très\\, très long\\nsur deux lignes \\\\ et demie" in whole
    assert "NOTE:x\\, y END:VCARD BEGIN:VCARD\r\n" in whole and "KIND:org\r\n" in card and "GEO:geo:43." in card
    assert (await written("vcard", [record(1), record(2)])).count(b"BEGIN:VCARD") == 2


@pytest.mark.slow
@pytest.mark.parametrize("format", FORMATS)
async def test_memory_stays_flat_whatever_the_number(format: str) -> None:
    async def many(number: int) -> AsyncIterator[Document]:
        for n in range(number):
            yield record(n)

    async def peak(number: int) -> int:
        tracemalloc.start()
        size = 0
        async for part in EXPORT.write(format, many(number)):
            size += len(part)
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert size > number
        return found

    await peak(10)  # communes and names of countries are read once
    few, more = await peak(200), await peak(2000)
    assert more < few + 1_000_000


def test_every_column_has_a_heading_in_both_languages() -> None:
    for lang in ("fr", "en"):
        assert len({EXPORT.lexicon.say(f"export.{name}", lang) for name in COLUMNS}) == len(COLUMNS)
