"""The home's cloth."""

from __future__ import annotations

import pytest

from shared.web.charts.charts import cloth
from tests.fixtures.drawn_marks import marks


def test_the_cloth_has_a_thread_a_department_and_a_thread_a_year() -> None:
    drawn = cloth({"31": 891, "48": 14}, {2015: 99, 2016: None, 2017: 179}, current_year=2017)
    warp = [float((one.get("width") or "").rstrip("%")) for one in marks(drawn, "rect", "warp")]
    assert warp[0] / warp[1] == pytest.approx((891 / 14) ** 0.5, rel=0.01)
    assert len(marks(drawn, "line", "bare")) == 1
    assert marks(drawn, "rect", "hatch") and "2 fils de chaîne" in drawn


def test_a_network_without_structures_shows_a_bare_loom() -> None:
    drawn = cloth({"31": 0, "48": 0}, {2017: 0})
    assert marks(drawn, "rect", "bare") and not marks(drawn, "rect", "weft")
