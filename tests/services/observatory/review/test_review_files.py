"""A review on paper and in a workbook says what the page says: the PDF is tagged and fetches nothing, texts are no
formulas."""

from __future__ import annotations

import io
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader
from weasyprint.urls import FatalURLFetchingError

from services.observatory.app import OBSERVATORY
from services.observatory.event_table.filtering import ALL
from services.observatory.figures.computed import Leaf, review_of
from services.observatory.figures.period import Period
from services.observatory.review.documents.chapters import Chapter, Head, Reader, chapters
from services.observatory.review.documents.pdf import AT_ONCE, Press, Sheets, order
from services.observatory.review.documents.pdf_process import Order, typeset
from services.observatory.review.documents.workbook import document, headings, workbook
from services.observatory.review.publication.published_files import PublishedFiles
from shared.base.translations import Lexicon
from shared.contract.directory.casework import SupportGiven
from shared.contract.directory.structures import StructureRegistered
from shared.kernel.eventlog.event_log import Unavailable
from shared.web.words.messages import WORDS as KERNEL
from tests.fixtures.observatory_history import History, named

FORMULA = '=HYPERLINK("http://exemple.invalid";"x")'
FR, EN = (Reader(lang, Lexicon(KERNEL, OBSERVATORY.words)) for lang in ("fr", "en"))
HEAD = Head(f"{FORMULA} <b>Bilan</b>", Period(date(2016, 1, 1), date(2016, 12, 31)), date(2016, 10, 31), None, 9, ALL)


@pytest.fixture(scope="module")
def leaves(tmp_path_factory: pytest.TempPathFactory) -> list[Leaf]:
    h = History()
    for n in range(1200):
        h.say(StructureRegistered(name=f"S{n}", kind="school", department=("31", "34")[n % 2]), str(n), "2015-05-01")
    for year, many in ((2015, 12), (2016, 31)):
        for n in range(many):
            h.say(SupportGiven(structure=named("structure/1"), kind="networking"), f"s{year}/{n}", f"{year}-06-01")
    with h.table(tmp_path_factory.mktemp("table")) as table:
        return review_of(table, HEAD.period, HEAD.day, table.position)


def sheets(leaves: list[Leaf], who: Reader) -> Sheets:
    return Sheets("Réseau <i>d’essai</i>", HEAD, chapters(leaves, HEAD, who), date(2017, 1, 5), 3)


def cells(chapter: Chapter) -> list[str]:
    return [
        text
        for line in chapter.lines
        for text in (line.label, line.about, line.value, line.before, line.change)
        if text
    ]


def plain(text: str) -> str:
    """Without the spaces: a PDF breaks lines where it likes."""
    return re.sub(r"\s", "", text)


@pytest.mark.slow
async def test_the_pdf_is_tagged_has_a_language_and_a_title_and_says_what_the_page_says(leaves: list[Leaf]) -> None:
    made = sheets(leaves, FR)
    pdf = PdfReader(io.BytesIO(await Press().pdf(order(made, FR))))
    root: Any = pdf.trailer["/Root"]
    assert root["/Lang"] == "fr" and root["/MarkInfo"]["/Marked"] and root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert pdf.metadata is not None and pdf.metadata.title == HEAD.title
    assert b"pdfuaid" in root["/Metadata"].get_data(), "it says itself that it is PDF/UA"
    kinds = structure(root["/StructTreeRoot"])
    assert {"/Document", "/H1", "/H2", "/Table", "/TH", "/TD", "/Figure"} <= {kind for kind, _ in kinds}
    figures = [alt for kind, alt in kinds if kind == "/Figure"]
    assert figures and all(figures) and any("2016 31 (au 31/10)" in alt for alt in figures), (
        "each picture is said in words"
    )
    text = plain("".join(page.extract_text() for page in pdf.pages))
    missing = [cell for chapter in made.chapters for cell in cells(chapter) if plain(cell) not in text]
    assert not missing
    assert any("Haute-Garonne (31) 600" in alt for alt in figures), "the map too"
    for said in ("incomplète : arrêtée au 31/10/2016", "05/01/2017", "événement n° 9", "aucun", "au 31/10"):
        assert plain(said) in text, said


def structure(node: object) -> list[tuple[str, str]]:
    """The kinds of the elements of a structure tree, with what they say instead."""
    if hasattr(node, "get_object"):
        node = node.get_object()
    if isinstance(node, list):
        return [found for one in node for found in structure(one)]
    if not isinstance(node, dict):
        return []
    own = [(str(node["/S"]), str(node.get("/Alt", "")))] if "/S" in node else []
    return own + structure(node.get("/K", []))


@pytest.mark.parametrize(
    "wanted",
    ['<img src="http://127.0.0.1:9/x.png">', '<img src="file:///etc/passwd">',
     '<link rel="stylesheet" href="file:///etc/x.css">',
               '<p style="background: url(file:///etc/passwd)">x', '<object data="http://127.0.0.1:9/x.svg"></object>',
               '<style>@import url("https://exemple.invalid/x.css");</style>'],
)  # fmt: skip
def test_nothing_is_fetched_from_the_network_nor_from_the_disk(wanted: str) -> None:
    page = f'<html lang="fr"><head><title>x</title></head><body>{wanted}</body></html>'
    with pytest.raises(FatalURLFetchingError, match="Error fetching"):
        typeset(Order(page, "x"))


def test_what_strangers_wrote_is_text_on_the_page_that_is_printed(leaves: list[Leaf]) -> None:
    page = order(sheets(leaves, FR), FR).page
    assert "<b>Bilan" not in page and "<i>d’essai" not in page and "&lt;b&gt;Bilan" in page


async def test_only_so_many_wait_for_a_document() -> None:
    press = Press(waiting=-AT_ONCE)
    with pytest.raises(Unavailable):
        await press.pdf(Order("<p>x", "x"))


async def test_what_can_t_be_printed_is_an_error_and_not_a_broken_file() -> None:
    with pytest.raises(Unavailable):
        await Press().pdf(Order('<p><img src="file:///etc/passwd">', "x"))


@pytest.mark.parametrize("who", [FR, EN], ids=lambda who: who.lang)
def test_the_workbook_read_back_is_the_page_numbers_as_numbers_texts_as_texts(leaves: list[Leaf], who: Reader) -> None:
    made = sheets(leaves, who)
    book = load_workbook(io.BytesIO(workbook(made, who)))
    first, *others = book.worksheets
    assert first["A1"].value == HEAD.title and first["A1"].data_type == "s", "a text and no formula"
    printed = {row[0].value: row[1].value for row in first.iter_rows(min_row=4)}
    assert len(printed) == 7 and 3 in printed.values()
    assert [sheet.title for sheet in others] == [
        who.lexicon.say(f"service.{one.service}", who.lang) for one in made.chapters
    ]
    for sheet, chapter in zip(others, made.chapters, strict=True):
        head, *rows = sheet.iter_rows()
        assert [cell.value for cell in head] == headings(who)
        lines = [*chapter.lines, *chapter.recalled]
        assert len(rows) == len(lines)
        for row, line in zip(rows, lines, strict=True):
            assert [cell.value for cell in row[:5]] == [
                line.label,
                line.about,
                line.leaf.value,
                line.leaf.before,
                line.leaf.change,
            ]
            assert all(cell.data_type == "n" for cell in row[2:5])
            assert row[6].value == line.leaf.events and row[9].value == line.leaf.spec.path


def test_the_json_has_every_figure_in_both_languages(leaves: list[Leaf]) -> None:
    found = document(sheets(leaves, FR), leaves, FR, EN)
    assert len(found["figures"]) == len(leaves) and found["partial"] is True and found["known"] == 9
    one = next(one for one in found["figures"] if one["path"] == "directory.structures_total.value")
    assert (one["value"], one["definition"], one["label"]) == (
        1200,
        1,
        {"fr": "Structures recensées", "en": "Structures on record"},
    )


def test_a_file_is_given_only_as_it_was_kept(tmp_path: Path) -> None:
    files = PublishedFiles(tmp_path)
    name = files.keep(b"%PDF-", "pdf")
    assert files.keep(b"%PDF-", "pdf") == name and files.read(name, "pdf") == b"%PDF-"
    (tmp_path / name[:2] / f"{name}.pdf").write_bytes(b"%PDF-other")
    assert files.read(name, "pdf") is None
    for wrong in (("../../etc/passwd", "pdf"), (name, "exe"), ("0" * 64, "pdf")):
        assert files.read(*wrong) is None
