"""A structure as its pages read it, and all that was said of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from services.directory.structures.views import STRUCTURES, TIMELINES
from shared.contract import Event
from shared.contract.corrections import EventStruck
from shared.contract.directory.structures import (
    StructureAbsorbed,
    StructureClosed,
    StructureListed,
    StructureListingWished,
    StructureRegistered,
    StructureReleased,
    StructureReopened,
    StructureRevised,
    StructuresMerged,
    StructuresUnmerged,
    StructureUnlisted,
)
from shared.kernel.views.projection import View
from tests.fixtures.log_writing import recorded

ID, OTHER, THIRD = (UUID(int=n) for n in range(1, 4))
REGISTERED = StructureRegistered(name="Élan", kind="association", themes=["eau"], siren="732829320")


def folded(*events: Event, view: View = STRUCTURES) -> Any:
    document = None
    for version, event in enumerate(events, 1):
        document = view.evolve(document, recorded(event, ID, version))
    return document


def test_a_change_says_what_changed_and_empties_what_it_clears() -> None:
    found = folded(REGISTERED, StructureRevised(name="Œuvre", cleared=["themes", "acronym"]))
    assert (found["name"], found["themes"], found["acronym"], found["kind"]) == ("Œuvre", [], None, "association")
    assert found["sort"] != folded(REGISTERED)["sort"] and found["version"] == found["seq"] == 2


def test_a_number_of_before_is_kept_with_the_day_until_which_it_was_one() -> None:
    for change in (StructureRevised(siren="356000000"), StructureRevised(cleared=["siren"])):
        (former,) = folded(REGISTERED, change)["former"]
        assert (former["scheme"], former["number"]) == ("siren", "732829320") and former["until"]
    assert folded(REGISTERED, StructureRevised(siren="732829320", name="B"))["former"] == []


def test_a_wish_ends_where_it_is_fulfilled_and_states_follow_each_other() -> None:
    wished = (REGISTERED, StructureListingWished())
    assert folded(*wished)["wished"] and not folded(*wished)["listed"]
    listed = folded(*wished, StructureListed())
    assert listed["listed"] and not listed["wished"]
    assert not folded(*wished, StructureListed(), StructureUnlisted())["listed"]
    closed = (REGISTERED, StructureClosed(reason="x"))
    assert folded(*closed)["closed"] and not folded(*closed, StructureReopened())["closed"]


def test_a_merge_is_known_on_both_sides_and_taken_back_whole() -> None:
    merged = (REGISTERED, StructuresMerged(merged=OTHER, followers=[THIRD]))
    assert folded(*merged)["absorbed"] == [str(OTHER), str(THIRD)]
    assert folded(*merged, StructuresUnmerged(merged=OTHER, followers=[THIRD]))["absorbed"] == []
    assert folded(REGISTERED, StructureAbsorbed(kept=OTHER))["merged_into"] == str(OTHER)
    assert folded(REGISTERED, StructureAbsorbed(kept=OTHER), StructureReleased(kept=OTHER))["merged_into"] is None


def test_what_is_said_of_a_structure_that_nobody_registered_is_nowhere() -> None:
    assert folded(StructureRevised(name="x"), StructureListed(), StructuresMerged(merged=OTHER)) is None


def test_a_timeline_has_all_that_was_said_corrections_too_and_of_structures_alone() -> None:
    word = EventStruck(event=OTHER, kind="StructureClosed", reason="x")
    struck = recorded(word, ID, 3, ("directory", "structure"))
    told = TIMELINES.evolve(folded(REGISTERED, StructureClosed(reason="x"), view=TIMELINES), struck)
    assert told is not None
    assert [one["type"] for one in told["events"]] == ["StructureRegistered", "StructureClosed", "EventStruck"]
    assert told["events"][0]["data"]["name"] == "Élan" and told["seq"] == 3
    assert TIMELINES.evolve(None, struck) is None
