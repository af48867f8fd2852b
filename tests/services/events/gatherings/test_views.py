"""A gathering as pages show it, and what is not measured told from nobody."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from services.events.gatherings.views import GATHERINGS
from shared.contract import Event
from shared.contract.events.gatherings import (
    GatheringCancelled,
    GatheringHeld,
    GatheringHoldingUndone,
    GatheringMoved,
    GatheringPlanned,
    GatheringReinstated,
    GatheringRevised,
    HeadCountWithdrawn,
    HeadsCounted,
    WorkshopHeld,
    WorkshopWithdrawn,
)
from tests.fixtures.log_writing import recorded

ID = UUID(int=1)
PLANNED = GatheringPlanned(
    kind="training", title="Eau", starts=datetime(2017, 12, 31, 23, 30, tzinfo=UTC), days=2, town="Toulouse"
)


def folded(*events: Event) -> Any:
    document = None
    for version, event in enumerate(events, 1):
        document = GATHERINGS.evolve(document, recorded(event, ID, version))
    return document


def test_its_days_are_those_of_paris() -> None:
    found = folded(PLANNED)
    assert (found["day"], found["last_day"], found["year"]) == ("2018-01-01", "2018-01-02", "2018")
    moved = folded(PLANNED, GatheringMoved(starts=datetime(2018, 3, 1, 9, tzinfo=UTC)))
    assert (moved["day"], moved["last_day"], moved["town"]) == ("2018-03-01", "2018-03-02", "Toulouse")


def test_nobody_counted_is_not_nobody() -> None:
    assert folded(PLANNED)["people"] is None
    counted = (PLANNED, HeadsCounted(people=0), HeadsCounted(audience="students", people=7))
    assert folded(*counted)["people"] == 7 and folded(*counted[:2])["people"] == 0
    assert folded(*counted, HeadCountWithdrawn(audience="students"))["people"] == 0
    assert folded(*counted[:2], HeadCountWithdrawn())["people"] is None


def test_what_is_taken_back_stands_no_more() -> None:
    assert folded(PLANNED, GatheringCancelled(reason="pluie"))["cancelled"] == "pluie"
    assert folded(PLANNED, GatheringCancelled(reason="pluie"), GatheringReinstated())["cancelled"] is None
    held = (PLANNED, GatheringHeld(kind="training", title="Eau"))
    assert folded(*held)["held"] and folded(*held)["state"] != folded(PLANNED)["state"]
    assert folded(*held, GatheringHoldingUndone(reason="x"))["state"] == folded(PLANNED)["state"]
    workshop = WorkshopHeld(workshop=UUID(int=2), title="Sel")
    assert folded(PLANNED, workshop)["workshops"][0]["title"] == "Sel"
    assert folded(PLANNED, workshop, WorkshopWithdrawn(workshop=UUID(int=2)))["workshops"] == []


def test_a_change_empties_what_it_clears_and_leaves_the_rest() -> None:
    found = folded(PLANNED, GatheringRevised(title="Sel", cleared=["module"]))
    assert (found["title"], found["module"], found["days"]) == ("Sel", None, 2)


def test_what_is_said_of_a_gathering_that_nobody_planned_is_nowhere() -> None:
    assert folded(GatheringHeld(kind="training", title="Eau"), HeadsCounted(people=3)) is None
