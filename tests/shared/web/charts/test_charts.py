import re
from xml.etree import ElementTree

import pytest

from shared.web.charts.charts import bars, cloth, department_map, line, shares, stacked_bars
from tests.fixtures.drawn_marks import HOSTILE, marks


def test_a_bar_starts_at_zero_and_is_as_high_as_its_value() -> None:
    drawn = bars([("2016", 50), ("2017", 100)], title="Appuis")
    half, whole = (float(one.get("height") or 0) for one in marks(drawn, "rect", "c1"))
    assert half * 2 == pytest.approx(whole, abs=0.2)


def test_not_measured_has_no_mark_and_the_words_while_zero_has_its_number() -> None:
    drawn = bars([("2016", 0), ("2017", None)], title="Bénévoles")
    assert len(marks(drawn, "rect", "c1")) == 1
    assert ">0<" in drawn and ">mesuré<" in drawn and "2017 non mesuré" in drawn


def test_an_incomplete_year_is_hatched_outlined_dated_and_explained() -> None:
    drawn = bars([("2016", 131), ("2017", 146)], title="Appuis", partial={"2017": "au 31/10"})
    assert len(marks(drawn, "rect", "hatch")) == 2  # the bar and the key
    assert "au 31/10" in drawn and "hachuré\u00a0: année incomplète" in drawn
    assert "hachuré" not in bars([("2016", 131)], title="Appuis", partial={"2017": "au 31/10"})


def test_a_line_stops_at_what_was_not_measured_and_never_reaches_an_incomplete_year() -> None:
    points: list[tuple[str, float | None]] = [("1", 1), ("2", None), ("3", 3), ("4", 4), ("5", 5), ("6", 6)]
    drawn = line(points, title="Bénévoles", partial={"5": "au 31/10"})
    assert len(marks(drawn, "line", "line")) == 1
    assert len(marks(drawn, "circle", "dot")) == 5


def test_a_stack_says_its_total_unless_a_part_was_not_measured() -> None:
    drawn = stacked_bars([("2016", [129, 12, 7]), ("2017", [158, None, 9])], ["a", "b", "c"], title="Adhérents")
    assert ">148<" in drawn and ">≥ 167<" in drawn
    with pytest.raises(ValueError, match="several charts"):
        stacked_bars([], list("abcdefg"), title="x")


def test_nothing_to_draw_is_no_error() -> None:
    for drawn in (
        bars([], title="x"),
        line([], title="x"),
        shares([], title="x"),
        stacked_bars([], [], title="x"),
    ):
        ElementTree.fromstring(f"<div>{drawn}</div>")
    assert "0%" in bars([("a", 0), ("b", 0)], title="x")


def test_every_text_is_escaped() -> None:
    for drawn in (
        bars([(HOSTILE, 1)], title=HOSTILE, partial={HOSTILE: HOSTILE}),
        stacked_bars([(HOSTILE, [1])], [HOSTILE], title=HOSTILE),
        line([(HOSTILE, None)], title=HOSTILE),
        shares([(HOSTILE, 1)], title=HOSTILE, written=lambda value: HOSTILE),
        department_map({"31": 1}, lambda code: f'"{HOSTILE}', HOSTILE, ["31", "974"], unit=(HOSTILE, HOSTILE)),
    ):
        assert "<script" not in drawn and '"<' not in drawn


def test_the_title_says_the_figures_to_who_does_not_see_them() -> None:
    drawn = bars([("2016", 1805)], title="Élèves")
    title = ElementTree.fromstring(f"<div>{drawn}</div>").find("svg/title")
    assert title is not None and title.text == "Élèves\u00a0: 2016 1\u202f805."


def test_sizes_are_in_percent_so_that_text_keeps_its_size() -> None:
    for drawn in (bars([("a", 1)], title="x"), cloth({"31": 1}, {2017: 1})):
        assert not re.search(r'<rect[^>]* width="[\d.]+"', drawn)
