"""What decisions see of a structure: any story of it folds, and what was undone is as it was."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest

from services.directory.structures.domain.structure_state import (
    Structure,
    evolve,
    known,
    open_facts,
    revised,
    still_apart,
)
from shared.contract import Event
from shared.contract.directory.structure_facts import FACTS, nothing
from shared.contract.directory.structures import (
    StructureAbsorbed,
    StructureClosed,
    StructureListed,
    StructureListingDeclined,
    StructureListingWished,
    StructurePictured,
    StructureRegistered,
    StructureReleased,
    StructureReopened,
    StructureRevised,
    StructuresMerged,
    StructuresUnmerged,
    StructureUnlisted,
    StructureUnpictured,
)
from shared.kernel.decider import Refused

REGISTERED = StructureRegistered(name="Eau vive", kind="association", department="31", themes=["water"])
KEPT, MERGED, FOLLOWER = uuid4(), uuid4(), uuid4()


def after(*events: Event) -> Structure:
    state = Structure()
    for event in events:
        state = evolve(state, event)
    return state


def test_a_revision_changes_what_it_says_and_empties_what_it_names_and_nothing_else() -> None:
    before = known(after(REGISTERED))
    now = known(after(REGISTERED, StructureRevised(summary="Toulouse", cleared=["department", "themes"])))
    assert now == {**before, "summary": "Toulouse", "department": nothing("department"), "themes": nothing("themes")}
    assert now["department"] is None and now["themes"] == []
    assert before["department"] == "31", "what was folded before is not touched"


@pytest.mark.parametrize("name", sorted(FACTS))
def test_every_fact_that_may_be_emptied_is(name: str) -> None:
    event = StructureRevised.model_construct(**dict.fromkeys(FACTS), cleared=[name])
    assert revised(dict.fromkeys(FACTS, "something"), event) == {
        **dict.fromkeys(FACTS, "something"),
        name: nothing(name),
    }


@pytest.mark.parametrize(
    ("said", "unsaid"),
    [
        (StructureListed(), StructureUnlisted()),
        (StructureListingWished(), StructureListingDeclined(reason="Trop loin")),
        (StructureClosed(reason="Dissoute"), StructureReopened()),
        (StructurePictured(picture="0" * 64, picture_text="Un puits"), StructureUnpictured()),
        (StructureAbsorbed(kept=KEPT), StructureReleased(kept=KEPT)),
        (StructuresMerged(merged=MERGED, taken=["summary"], followers=[FOLLOWER]), StructuresUnmerged(merged=MERGED)),
    ],
    ids=lambda event: type(event).__name__,
)
def test_what_is_undone_is_as_it_was(said: Event, unsaid: Event) -> None:
    before = after(REGISTERED)
    assert after(REGISTERED, said) != before
    undone = after(REGISTERED, said, unsaid)
    assert (undone.facts, undone.listed, undone.wished, undone.closed, undone.picture, undone.kept, undone.merges) == (
        before.facts,
        False,
        False,
        False,
        None,
        None,
        {},
    )


def test_a_record_that_is_listed_is_wished_for_no_more() -> None:
    state = after(REGISTERED, StructureListingWished(), StructureListed())
    assert state.listed and not state.wished


def test_a_merge_keeps_what_stood_before_it_and_all_who_came_with_it() -> None:
    state = after(
        REGISTERED,
        StructureListed(),
        StructuresMerged(merged=MERGED, taken=["summary"], followers=[FOLLOWER]),
        StructureRevised(summary="Toulouse"),
    )
    merge = state.merges[MERGED]
    assert (merge.before["summary"], merge.listed, merge.taken) == (None, True, ("summary",))
    assert state.followers == (MERGED, FOLLOWER)


@pytest.mark.parametrize(("closed", "open_before"), [((), True), ((StructureClosed(reason="Dissoute"),), False)])
def test_what_is_absorbed_remembers_whether_it_was_open(closed: tuple[Event, ...], open_before: bool) -> None:
    state = after(REGISTERED, *closed, StructureAbsorbed(kept=KEPT))
    assert (state.kept, state.open_before) == (KEPT, open_before)


@pytest.mark.parametrize(
    ("story", "code", "asked"),
    [
        ((), "unknown-structure", known),
        ((), "unknown-structure", still_apart),
        ((), "unknown-structure", open_facts),
        ((REGISTERED, StructureAbsorbed(kept=KEPT)), "structure-merged", still_apart),
        (
            (REGISTERED, StructureAbsorbed(kept=KEPT), StructureClosed(reason="Dissoute")),
            "structure-merged",
            open_facts,
        ),
        ((REGISTERED, StructureClosed(reason="Dissoute")), "structure-closed", open_facts),
    ],
)
def test_facts_are_given_only_of_what_is_there_apart_and_open(
    story: tuple[Event, ...], code: str, asked: Callable[[Structure], object]
) -> None:
    with pytest.raises(Refused) as refused:
        asked(after(*story))
    assert refused.value.code == code
    if code == "structure-merged":
        assert refused.value.values == {"kept": str(KEPT)}, "so that whoever asks is led there"


def test_a_closed_record_is_still_known_and_apart() -> None:
    state = after(REGISTERED, StructureClosed(reason="Dissoute"))
    assert still_apart(state) == known(state) == known(after(REGISTERED))


def test_a_story_without_its_beginning_folds_too() -> None:
    """Every reader folds all that is in the log (`evolve` is total)."""
    assert after(StructureRevised(summary="Toulouse")).facts == {"summary": "Toulouse"}
    assert after(StructuresMerged(merged=MERGED)).merges[MERGED].before == {}
    assert after(StructuresUnmerged(merged=MERGED)).merges == {}
