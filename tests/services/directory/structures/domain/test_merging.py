"""Merging two records; listing wishes; pictures."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given as each
from hypothesis import strategies as st

from services.directory.duplicates.domain import NAMESAKES
from services.directory.structures.domain.listing import (
    DeclineListing,
    PictureStructure,
    UnpictureStructure,
    WishListing,
)
from services.directory.structures.domain.merging import CLOSED_BY_MERGE, MergeStructures
from services.directory.structures.domain.structure import (
    STRUCTURE,
    CloseStructure,
    ReopenStructure,
    ReviseStructure,
)
from shared.contract import Event
from shared.contract.directory.structure_facts import CLEARABLE, FACTS, LISTS
from shared.contract.directory.structures import (
    StructureAbsorbed,
    StructureClosed,
    StructureListed,
    StructureListingDeclined,
    StructureListingWished,
    StructurePictured,
    StructureRegistered,
    StructureRevised,
    StructuresMerged,
    StructureUnpictured,
)
from shared.kernel.decider import Elsewhere, Place, Refused
from tests.fixtures.deciding import context, decided

KEPT, OTHER, THIRD = uuid4(), uuid4(), uuid4()
ONE = StructureRegistered(name="Kynarou France", kind="association", department="31", themes=["Eau"])
TWO = StructureRegistered(name="Kynarou", kind="association", rna="W313004120", themes=["Santé"], countries=["IN"])
Histories = dict[UUID, list[Event]]


def done(histories: Histories, command: MergeStructures) -> Histories | str:
    """All histories after a command that concerns two of them, or the code of its refusal."""
    others = {
        one: NAMESAKES.initial if isinstance(one, Place) else STRUCTURE.fold(histories.get(one, []))
        for one in command.alongside()
    }
    try:
        state = STRUCTURE.fold(histories.get(command.structure, []))
        found = STRUCTURE.decide(command, state, replace(context(), others=others))
    except Refused as refused:
        return refused.code
    after = {id: list(events) for id, events in histories.items()}
    for one in found:
        id, event = (one.id, one.event) if isinstance(one, Elsewhere) else (command.structure, one)
        after[id].append(event)
    return after


def new(before: Histories, after: Histories | str, id: UUID) -> list[Event]:
    assert not isinstance(after, str), after
    return after[id][len(before[id]) :]


def facts(histories: Histories, id: UUID) -> dict[str, Any]:
    found = STRUCTURE.fold(histories[id]).facts
    assert found is not None
    return {name: found[name] or None for name in FACTS}


def test_a_merge_closes_the_other_record_and_takes_the_fields_that_were_chosen() -> None:
    before: Histories = {KEPT: [ONE], OTHER: [TWO]}
    after = done(before, MergeStructures(structure=KEPT, merged=OTHER, taken=["rna", "themes", "name", "acronym"]))
    assert new(before, after, OTHER) == [
        StructureAbsorbed(kept=KEPT, followers=[]),
        StructureClosed(reason=CLOSED_BY_MERGE),
    ]
    assert new(before, after, KEPT) == [
        StructuresMerged(merged=OTHER, taken=["rna", "themes", "name"]),
        StructureRevised(rna="W313004120", themes=["Eau", "Santé"], name="Kynarou", source="fusion"),
    ]


def test_a_merged_record_is_changed_no_more() -> None:
    start: Histories = {KEPT: [ONE], OTHER: [TWO], THIRD: [ONE]}
    one = done(start, MergeStructures(structure=OTHER, merged=THIRD))
    assert isinstance(one, dict)
    both = done(one, MergeStructures(structure=KEPT, merged=OTHER))
    assert isinstance(both, dict) and StructuresMerged(merged=OTHER, followers=[THIRD]) in both[KEPT]
    assert STRUCTURE.fold(both[KEPT]).followers == (OTHER, THIRD)
    revise = ReviseStructure(structure=OTHER, name="Autre", kind="company")
    assert decided(STRUCTURE, both[OTHER], revise) == "structure-merged"
    assert decided(STRUCTURE, both[OTHER], ReopenStructure(structure=OTHER)) == "structure-merged"
    assert decided(STRUCTURE, both[OTHER], CloseStructure(structure=OTHER, reason="Fin")) == []
    assert done(both, MergeStructures(structure=OTHER, merged=KEPT)) == "structure-merged"


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (MergeStructures(structure=KEPT, merged=KEPT), "merge-with-itself"),
        (MergeStructures(structure=KEPT, merged=THIRD), "unknown-structure"),
        (MergeStructures(structure=THIRD, merged=KEPT), "unknown-structure"),
    ],
)
def test_a_merge_that_makes_no_sense_is_refused(command: MergeStructures, code: str) -> None:
    assert done({KEPT: [ONE], OTHER: [TWO]}, command) == code


def test_the_same_merge_again_is_no_event() -> None:
    command = MergeStructures(structure=KEPT, merged=OTHER)
    once = done({KEPT: [ONE], OTHER: [TWO]}, command)
    assert isinstance(once, dict) and done(once, command) == once


records = st.fixed_dictionaries(
    {"name": st.sampled_from(["Kynarou", "Jappoo"]), "kind": st.sampled_from(["association", "company"])},
    optional={
        "department": st.sampled_from(["31", "81"]),
        "acronym": st.just("KF"),
        "rna": st.just("W313004120"),
        "themes": st.lists(st.sampled_from(["Eau", "Santé"]), unique=True),
        "sdgs": st.lists(st.integers(1, 17), max_size=3, unique=True),
    },
)


@each(records, records, st.lists(st.sampled_from(["name", "kind", *CLEARABLE]), unique=True))
def test_any_merge_takes_what_was_chosen(one: Any, other: Any, taken: Any) -> None:
    before: Histories = {KEPT: [StructureRegistered(**one)], OTHER: [StructureRegistered(**other)]}
    merged = done(before, MergeStructures(structure=KEPT, merged=OTHER, taken=taken))
    assert isinstance(merged, dict)
    for name in taken:
        value = facts(merged, KEPT)[name]
        if name in LISTS:
            assert set(value or []) == set(one.get(name, [])) | set(other.get(name, []))
        else:
            assert value == (other.get(name) or one.get(name))


def test_a_structure_wishes_to_be_listed_and_the_network_answers() -> None:
    wish, no = WishListing(structure=KEPT), DeclineListing(structure=KEPT, reason="Hors région")
    wished = [ONE, StructureListingWished()]
    assert decided(STRUCTURE, [ONE], wish) == [StructureListingWished()]
    assert decided(STRUCTURE, wished, wish) == decided(STRUCTURE, [ONE, StructureListed()], wish) == []
    assert decided(STRUCTURE, wished, no) == [StructureListingDeclined(reason="Hors région")]
    assert decided(STRUCTURE, [ONE], no) == "no-listing-wished"
    assert decided(STRUCTURE, [*wished, StructureListed()], no) == "no-listing-wished"


def test_a_picture_is_shown_until_it_is_taken_away() -> None:
    show = PictureStructure(structure=KEPT, picture="ab" * 32, picture_text="Un puits")
    shown = [ONE, StructurePictured(picture="ab" * 32, picture_text="Un puits")]
    assert decided(STRUCTURE, [ONE], show) == shown[1:] and decided(STRUCTURE, shown, show) == []
    assert decided(STRUCTURE, shown, UnpictureStructure(structure=KEPT)) == [StructureUnpictured()]
    assert decided(STRUCTURE, [ONE], UnpictureStructure(structure=KEPT)) == []


def test_a_siret_belongs_to_its_siren() -> None:
    def revise(siren: str) -> ReviseStructure:
        return ReviseStructure(structure=KEPT, name="La Poste", kind="company", siren=siren, siret="35600000000048")

    assert decided(STRUCTURE, [ONE], revise("732829320")) == "siret-of-another"
    assert len(decided(STRUCTURE, [ONE], revise("356000000"))) == 1
