"""A chart as a file that needs nothing else."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from xml.etree import ElementTree

import pytest
from markupsafe import Markup
from PIL import Image

from services.observatory.charts.files import NoFont, bare, colours, png, sheet, svg
from shared.web.charts.charts import bars, department_map
from tests.fixtures.drawn_marks import HOSTILE, OCCITANIE


def some_bars() -> Markup:
    return bars([("2016", 50), ("2017", 100), ("2018", None)], title="Appuis", partial={"2017": "au 31/10"})


def some_map() -> Markup:
    return department_map({"31": 5, "48": 1}, None, "Carte", OCCITANIE)


@pytest.mark.parametrize("drawn", [some_bars, some_map], ids=["bars", "map"])
def test_it_is_whole_and_fetches_nothing(drawn: Callable[[], Markup]) -> None:
    chart = drawn()
    for document in (svg(sheet("Titre", "sous", "pied", chart)), bare(chart)):
        tree = ElementTree.fromstring(document)
        assert not any("href" in name or name in ("class", "style") for one in tree.iter() for name in one.attrib)
        assert "var(" not in document and "light-dark" not in document
    assert "Titre" in svg(sheet("Titre", "sous", "pied", chart)) and colours()["ground"] in document


def test_what_is_typed_is_text() -> None:
    document = svg(sheet(HOSTILE, HOSTILE, HOSTILE, some_bars()))
    assert "<script" not in document and ElementTree.fromstring(document).findtext("{*}title") == HOSTILE


def test_nothing_drawn_is_no_file() -> None:
    with pytest.raises(ValueError, match="no chart"):
        sheet("Titre", "", "", Markup("<p></p>"))


def test_as_a_picture_it_is_twice_as_wide_as_its_sheet() -> None:
    try:
        made = png(sheet("Titre", "", "", some_bars()))
    except NoFont:
        pytest.skip("this machine has no font")
    with Image.open(BytesIO(made)) as picture:
        assert picture.width == 1920 and picture.info["Title"] == "Titre"
