"""The map of departments: each is a link that says its number."""

from __future__ import annotations

from xml.etree import ElementTree

from shared.web.charts.charts import department_map
from shared.web.charts.department_map import steps_for
from tests.fixtures.drawn_marks import OCCITANIE, marks


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
