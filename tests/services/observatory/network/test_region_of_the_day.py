"""The region is said by events with days: figures take that of their day, and the past stays true."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared.contract.corrections import EventStruck
from shared.contract.directory.structures import StructureRegistered
from shared.contract.membership.network import RegionDrawn
from tests.fixtures.observatory_history import REGION, History, named

INSIDE, OUTSIDE = "directory.structures_in_region.value", "directory.structures_outside_region.value"


def history() -> History:
    h = History()
    for name, department in (("a", "22"), ("b", "56"), ("c", "31")):
        h.say(StructureRegistered(name=name, kind="association", department=department), name, "2014-01-05")
    h.say(RegionDrawn(region="R", departments=["22", "29"]), "ourselves", "2015-01-01")
    h.say(RegionDrawn(region="R", departments=["22", "29", "56"]), "ourselves", "2017-01-01")
    return h


def counted(h: History, folder: Path, as_of: str, known: int | None = None) -> tuple[float | None, float | None]:
    found = h.figures(folder, "structures_by_region", as_of, known=known)
    return found[INSIDE][0], found[OUTSIDE][0]


@pytest.mark.parametrize(
    ("as_of", "figures"),
    [("2014-12-31", (1, 2)), ("2015-01-01", (1, 2)), ("2016-12-31", (1, 2)), ("2017-01-01", (2, 1))],
)
def test_a_department_that_is_added_counts_from_its_day(
    tmp_path: Path, as_of: str, figures: tuple[float, float]
) -> None:
    assert "31" in REGION and "22" not in REGION, "before the first word of it, the settings hold: c is inside"
    assert counted(history(), tmp_path, as_of) == figures


def test_what_was_known_of_it_then_is_what_counted_then(tmp_path: Path) -> None:
    assert counted(history(), tmp_path, "2018-01-01", known=4) == (1, 2)
    assert counted(history(), tmp_path / "settings", "2018-01-01", known=3) == (1, 2)


def test_the_map_of_a_day_has_the_departments_of_that_day(tmp_path: Path) -> None:
    h = history()
    path = "directory.structures_by_department.values."
    then = h.figures(tmp_path, "structures_by_department", "2016-12-31")
    now = h.figures(tmp_path / "now", "structures_by_department", "2018-01-01")
    assert {p.removeprefix(path): v for p, (v, _) in then.items()} == {"22": 1, "29": 0}
    assert {p.removeprefix(path): v for p, (v, _) in now.items()} == {"22": 1, "29": 0, "56": 1}


def test_a_network_that_says_it_has_no_region_has_none_whatever_the_settings_say(tmp_path: Path) -> None:
    h = history()
    h.say(RegionDrawn(), "ourselves", "2018-01-01")
    assert h.figures(tmp_path, "structures_by_region", "2018-01-02") == {}
    by_department = h.figures(tmp_path / "map", "structures_by_department", "2018-01-02")
    assert len(by_department) == 3, "where structures are"


def test_a_region_that_was_drawn_by_mistake_was_never_drawn(tmp_path: Path) -> None:
    h = history()
    h.say(
        EventStruck(event=named("event/5"), kind="RegionDrawn", reason="erreur"),
        "ourselves",
        "2017-01-01",
        of=RegionDrawn,
    )
    assert counted(h, tmp_path, "2018-01-01") == (1, 2)
