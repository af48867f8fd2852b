"""An identification taken away: the same in each file, and no formula in any."""

from __future__ import annotations

import csv
import io
import json
from zipfile import ZipFile

from services.observatory.app import OBSERVATORY
from services.observatory.identification.criteria import Actor
from services.observatory.identification.exports import COLUMNS, TYPES, Sheet, written
from shared.base.translations import Lexicon
from shared.web.words.messages import WORDS

EVIL = "=HYPERLINK(1)"
ACTORS = [
    Actor("k1", EVIL, "school", "31", "associative", ("Eau", "Sel"), ("SN", "ML"), (6, 17)),
    Actor("k2", 'Eau; vive\n"ici"', None, None, None, (), (), ()),
]
SHEET = Sheet(
    ACTORS,
    [("Critère", EVIL)],
    {"as_of": "2017-10-31"},
    lambda key: f"https://x/{key}",
    Lexicon(WORDS, OBSERVATORY.words),
    "fr",
)


def test_a_spreadsheet_reads_each_cell_as_text() -> None:
    text = written("csv", SHEET).decode()
    assert text[0] == "\ufeff"
    rows = list(csv.reader(io.StringIO(text[1:]), delimiter=";"))
    assert rows[1][0] == f"'{EVIL}" and rows[2][0] == ACTORS[1].name
    assert len(rows) == 3 and {len(one) for one in rows} == {len(COLUMNS)}
    assert "Haute-Garonne" in rows[1] and "Sénégal, Mali" in rows[1] and "6, 17" in rows[1]


def test_a_workbook_has_texts_and_no_formula() -> None:
    with ZipFile(io.BytesIO(written("xlsx", SHEET))) as book:
        sheets = [book.read(name).decode() for name in book.namelist() if "worksheets/sheet" in name]
        texts = book.read("xl/sharedStrings.xml").decode()
    assert len(sheets) == 2 and not any("<f>" in one for one in sheets) and EVIL in texts


def test_programs_are_told_the_same() -> None:
    told = json.loads(written("json", SHEET))
    assert (told["total"], told["as_of"]) == (2, "2017-10-31")
    assert told["structures"][0]["member"] is True and told["structures"][1]["member"] is False
    assert told["structures"][0]["name"] == EVIL and set(TYPES) == {"csv", "xlsx", "json"}
