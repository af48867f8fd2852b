"""A department from nearby."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from shared.web.charts.commune_map import points_map
from tests.fixtures.drawn_marks import HOSTILE


def test_a_department_from_nearby_has_a_point_for_each_commune_its_area_in_proportion() -> None:
    drawn = points_map("31", {"31555": 16, "31395": 4, "99999": 7}, lambda code: f"/x?{HOSTILE}{code}", HOSTILE)
    large, small = (float(one.get("r") or 0) for one in ElementTree.fromstring(drawn).iter("circle"))
    assert large == pytest.approx(2 * small) and "<script" not in drawn
    assert "Toulouse\u00a0: 16 structures" in drawn and "Muret 4" in drawn and drawn.count('tabindex="-1"') == 2
    assert points_map("974", {"97411": 3}, lambda code: "/", "Structures") == ""
