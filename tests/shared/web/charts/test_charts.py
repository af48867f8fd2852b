import re
from xml.etree import ElementTree

import pytest
from markupsafe import Markup

from shared.geo import communes_of, departments_of
from shared.web.charts.charts import bars, cloth, department_map, line, shares, stacked_bars
from shared.web.charts.commune_map import points_map
from shared.web.charts.department_map import steps_for
from shared.web.charts.outlines import WIDTH, cut_out

OCCITANIE = [one.code for one in departments_of("76")]
HOSTILE = "<script>alert('1')</script>"


def marks(drawn: Markup, name: str, cls: str) -> list[ElementTree.Element]:
    tree = ElementTree.fromstring(f"<div>{drawn}</div>")
    return [one for one in tree.iter(name) if cls in (one.get("class") or "").split()]


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


def test_each_department_is_a_link_with_a_name_and_a_number() -> None:
    drawn = department_map({"31": 891, "48": 0}, lambda code: f"?dep={code}", "Carte", OCCITANIE, current=["31"])
    links = list(ElementTree.fromstring(f"<div>{drawn}</div>").iter("a"))
    said = {one.get("href"): one.get("aria-label") for one in links}
    assert len(said) == 13
    assert said["?dep=31"] == "Haute-Garonne\u00a0: 891 structures"
    assert said["?dep=48"] == "Lozère\u00a0: 0 structure"
    assert said["?dep=81"] == "Tarn\u00a0: non mesuré"
    assert [one.get("href") for one in links if one.get("aria-current")] == ["?dep=31"] == [links[-1].get("href")]


def test_a_department_that_was_not_measured_is_not_the_shade_of_few() -> None:
    drawn = department_map({"31": 5, "48": 1}, None, "Carte", ["31", "48", "81"])
    assert len(marks(drawn, "path", "q0")) == 1
    assert "non mesuré</li>" in drawn


def test_an_overseas_department_is_said_in_words() -> None:
    assert "La Réunion\u00a0: 3 structures" in department_map(
        {"974": 3}, lambda code: f"?{code}", "Carte", ["31", "974"]
    )


def test_shades_part_the_departments_by_round_numbers() -> None:
    assert steps_for([129, 67, 107, 891, 198, 309, 181, 74, 14, 95, 77, 225, 119]) == [75, 120, 200, 300]
    assert steps_for([]) == [] == steps_for([4, 4, 4])
    assert steps_for([0, 1, 2]) == sorted(set(steps_for([0, 1, 2])))


def test_the_cloth_has_a_thread_a_department_and_a_thread_a_year() -> None:
    drawn = cloth({"31": 891, "48": 14}, {2015: 99, 2016: None, 2017: 179}, current_year=2017)
    warp = [float((one.get("width") or "").rstrip("%")) for one in marks(drawn, "rect", "warp")]
    assert warp[0] / warp[1] == pytest.approx((891 / 14) ** 0.5, rel=0.01)
    assert len(marks(drawn, "line", "bare")) == 1
    assert marks(drawn, "rect", "hatch") and "2 fils de chaîne" in drawn


def test_a_network_without_structures_shows_a_bare_loom() -> None:
    drawn = cloth({"31": 0, "48": 0}, {2017: 0})
    assert marks(drawn, "rect", "bare") and not marks(drawn, "rect", "weft")


def test_sizes_are_in_percent_so_that_text_keeps_its_size() -> None:
    for drawn in (bars([("a", 1)], title="x"), cloth({"31": 1}, {2017: 1})):
        assert not re.search(r'<rect[^>]* width="[\d.]+"', drawn)


def test_a_department_from_nearby_has_a_point_for_each_commune_its_area_in_proportion() -> None:
    drawn = points_map("31", {"31555": 16, "31395": 4, "99999": 7}, lambda code: f"/x?{HOSTILE}{code}", HOSTILE)
    large, small = (float(one.get("r") or 0) for one in ElementTree.fromstring(drawn).iter("circle"))
    assert large == pytest.approx(2 * small) and "<script" not in drawn
    assert "Toulouse\u00a0: 16 structures" in drawn and "Muret 4" in drawn and drawn.count('tabindex="-1"') == 2
    assert points_map("974", {"97411": 3}, lambda code: "/", "Structures") == ""


def test_the_points_of_a_department_lie_within_its_outline() -> None:
    for code in OCCITANIE:
        cut = cut_out((code,))
        inside = [cut.place(one.latitude, one.longitude) for one in communes_of(code) if one.latitude and one.longitude]
        assert all(-2 < x < WIDTH + 2 and -2 < y < cut.height + 2 for x, y in inside), code
