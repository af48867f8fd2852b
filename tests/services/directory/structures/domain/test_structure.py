"""A structure of the directory."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given as each
from hypothesis import strategies as st
from pydantic import ValidationError

from services.directory.structures.domain.facts import same
from services.directory.structures.domain.structure import (
    STRUCTURE,
    CloseStructure,
    ListStructure,
    RegisterStructure,
    ReopenStructure,
    ReviseStructure,
    UnlistStructure,
)
from shared.contract.corrections import EventStruck
from shared.contract.directory.structure_facts import FACTS
from shared.contract.directory.structures import (
    StructureClosed,
    StructureListed,
    StructureRegistered,
    StructureReopened,
    StructureRevised,
    StructureUnlisted,
)
from shared.contract.fields import luhn
from tests.fixtures.deciding import NOON, decided

ID = uuid4()
REGISTERED = StructureRegistered(name="Kynarou", kind="association", department="31", themes=["Eau"])


def revise(**changes: object) -> ReviseStructure:
    kept = {"name": "Kynarou", "kind": "association", "department": "31", "themes": ["Eau"]}
    return ReviseStructure.model_validate({"structure": ID, **kept, **changes})


def test_a_structure_enters_the_directory_with_all_that_was_given() -> None:
    command = RegisterStructure(name="Kynarou", kind="association", department="31", themes=["Eau"])
    assert decided(STRUCTURE, [], command) == [REGISTERED]


def test_registering_twice_is_refused() -> None:
    command = RegisterStructure(name="Kynarou", kind="association")
    assert decided(STRUCTURE, [REGISTERED], command) == "already-registered"


def test_a_revision_says_only_what_changed() -> None:
    assert decided(STRUCTURE, [REGISTERED], revise(name="Kynarou France")) == [StructureRevised(name="Kynarou France")]


def test_a_revision_that_changes_nothing_is_no_event() -> None:
    assert decided(STRUCTURE, [REGISTERED], revise()) == []


def test_the_order_in_which_a_form_gives_its_ticks_back_is_no_change() -> None:
    given = StructureRegistered(name="Kynarou", kind="association", countries=["SN", "IN"], themes=["Eau", "Art"])
    as_ticked = ReviseStructure(
        structure=ID, name="Kynarou", kind="association", countries=["IN", "SN"], themes=["Art", "Eau"]
    )
    assert decided(STRUCTURE, [given], as_ticked) == []


def test_a_field_that_is_emptied_is_said_to_be_cleared() -> None:
    assert decided(STRUCTURE, [REGISTERED], revise(department=None, themes=[])) == [
        StructureRevised(cleared=["department", "themes"])
    ]


def test_what_was_cleared_can_be_cleared_only_once() -> None:
    cleared = StructureRevised(cleared=["department", "themes"])
    assert decided(STRUCTURE, [REGISTERED, cleared], revise(department=None, themes=[])) == []


def test_a_structure_enters_and_leaves_the_public_directory_once() -> None:
    listed = [REGISTERED, StructureListed()]
    assert decided(STRUCTURE, [REGISTERED], ListStructure(structure=ID)) == [StructureListed()]
    assert decided(STRUCTURE, listed, ListStructure(structure=ID)) == []
    assert decided(STRUCTURE, listed, UnlistStructure(structure=ID)) == [StructureUnlisted()]
    assert decided(STRUCTURE, [REGISTERED], UnlistStructure(structure=ID)) == []


def test_a_closed_structure_is_changed_no_more_until_it_is_reopened() -> None:
    closed = [REGISTERED, StructureClosed(reason="Dissoute")]
    assert decided(STRUCTURE, closed, revise(name="Autre nom")) == "structure-closed"
    assert decided(STRUCTURE, closed, ListStructure(structure=ID)) == "structure-closed"
    assert decided(STRUCTURE, closed, CloseStructure(structure=ID, reason="Encore")) == []
    assert decided(STRUCTURE, closed, ReopenStructure(structure=ID)) == [StructureReopened()]
    reopened = [*closed, StructureReopened()]
    assert decided(STRUCTURE, reopened, revise(name="Autre nom")) == [StructureRevised(name="Autre nom")]


def test_reopened_on_the_day_of_its_closing_it_never_was_closed() -> None:
    """A StructureReopened of that day is read as a word, as earlier releases meant it: the word is written itself."""
    today = NOON.date()
    first = (StructureClosed(reason="Dissoute"), today - timedelta(days=9))
    again = [REGISTERED, first, (StructureReopened(), today - timedelta(days=3)), (StructureClosed(reason="x"), today)]
    for n, given in ((2, [REGISTERED, (StructureClosed(reason="x"), today)]), (4, again)):
        struck = EventStruck(event=UUID(int=n), kind="StructureClosed", reason="rouverte le jour même")
        assert decided(STRUCTURE, given, ReopenStructure(structure=ID)) == [struck]
    assert decided(STRUCTURE, [REGISTERED, first], ReopenStructure(structure=ID)) == [StructureReopened()]


def test_a_structure_that_nobody_registered_is_unknown() -> None:
    assert decided(STRUCTURE, [], revise()) == "unknown-structure"
    assert decided(STRUCTURE, [], CloseStructure(structure=ID, reason="Dissoute")) == "unknown-structure"


def test_a_commune_must_lie_in_the_department() -> None:
    command = RegisterStructure(name="Kynarou", kind="association", department="34", commune="31555")
    assert decided(STRUCTURE, [], command) == "commune-elsewhere"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "K"),
        ("name", "x" * 201),
        ("kind", "Un club"),
        ("department", "99"),
        ("commune", "00000"),
        ("website", "javascript:alert(1)"),
        ("website", "https://[::1"),
        ("countries", ["ZZZ"]),
        ("sdgs", [18]),
        ("siren", "123456789"),
        ("siret", "12345678901234"),
        ("siret", "1234567890123"),
        ("rna", "W12"),
        ("themes", ["x"] * 31),
        ("unasked", "x"),
    ],
)
def test_an_answer_that_can_not_be_right_makes_no_command(field: str, value: object) -> None:
    with pytest.raises(ValidationError):
        RegisterStructure.model_validate({"name": "Kynarou", "kind": "association", field: value})


def test_the_siret_of_la_poste_has_a_check_of_its_own() -> None:
    RegisterStructure(name="La Poste", kind="company", siret="35600000000048")
    RegisterStructure(name="Un bureau", kind="company", siret="35600000049837")  # its digits sum to 45


@each(st.integers(0, 99_999_999))
def test_exactly_one_check_digit_of_ten_passes(first: int) -> None:
    assert sum(luhn(f"{first:08d}{last}") for last in range(10)) == 1


optional = st.fixed_dictionaries(
    {},
    optional={
        "department": st.sampled_from(["31", "34", "09"]),
        "themes": st.lists(st.sampled_from(["Eau", "Santé", "Culture"]), unique=True),
        "countries": st.lists(st.sampled_from(["SN", "MG"]), unique=True),
        "acronym": st.sampled_from(["KF", "KY"]),
        "rna": st.just("W313004120"),
    },
)


@each(st.lists(optional, min_size=1, max_size=6))
def test_after_any_revisions_the_state_is_the_last_record_and_the_same_again_is_no_event(
    records: list[dict[str, object]],
) -> None:
    events = [REGISTERED]
    for record in records:
        command = ReviseStructure.model_validate({"structure": ID, "name": "Kynarou", "kind": "association", **record})
        found = decided(STRUCTURE, events, command)
        assert isinstance(found, list)
        events = [*events, *found]  # type: ignore[list-item]
        facts = STRUCTURE.fold(events).facts
        assert facts is not None
        assert [n for n in FACTS if not same(n, facts[n] or None, getattr(command, n) or None)] == []
        assert decided(STRUCTURE, events, command) == []
