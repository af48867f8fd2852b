"""Outlines of departments, and what lies within them."""

from __future__ import annotations

from shared.geo import communes_of
from shared.web.charts.outlines import WIDTH, cut_out
from tests.fixtures.drawn_marks import OCCITANIE


def test_the_points_of_a_department_lie_within_its_outline() -> None:
    for code in OCCITANIE:
        cut = cut_out((code,))
        inside = [cut.place(one.latitude, one.longitude) for one in communes_of(code) if one.latitude and one.longitude]
        assert all(-2 < x < WIDTH + 2 and -2 < y < cut.height + 2 for x, y in inside), code
