"""The facts of a structure are said once: whatever has them, has all of them."""

from __future__ import annotations

from services.directory.imports.files.columns import FIELDS as COLUMNS
from services.directory.imports.files.columns import HEADINGS, IGNORED, guessed
from services.directory.search.exports import COLUMNS as EXPORTED
from services.directory.structures.domain.facts import FactsCommand
from services.directory.structures.domain.structure import (
    STRUCTURE,
    CloseStructure,
    RegisterStructure,
    ReopenStructure,
    ReviseStructure,
    StructureCommand,
)
from services.directory.structures.record_fields import FIELDS as SHOWN
from services.directory.structures.words import WORDS
from shared.contract.directory.structure_facts import ALWAYS, CLEARABLE, FACTS, LISTS, NUMBERS, in_order, nothing
from shared.contract.directory.structures import StructureRegistered, StructureRevised, StructuresMerged
from shared.contract.labels import LABELS


def test_both_events_and_both_commands_have_every_fact_in_one_order() -> None:
    for kind in (StructureRegistered, StructureRevised, RegisterStructure, ReviseStructure, FactsCommand):
        assert tuple(name for name in kind.model_fields if name in FACTS) == FACTS, kind.__name__


def test_after_every_command_about_a_record_one_is_led_to_the_record() -> None:
    of_its_record = {kind for kind in STRUCTURE.decisions if issubclass(kind, StructureCommand)}
    assert of_its_record == {RegisterStructure, ReviseStructure, CloseStructure, ReopenStructure}


def test_an_event_says_nothing_of_a_fact_that_it_does_not_name() -> None:
    revised = StructureRevised(name="Eau vive")
    assert all(getattr(revised, name) is None for name in FACTS if name != "name")
    registered = StructureRegistered(name="Eau vive", kind="association")
    assert {name: getattr(registered, name) for name in FACTS if name not in ALWAYS} == {
        n: nothing(n) for n in CLEARABLE
    }


def test_what_may_be_emptied_or_taken_is_what_there_is() -> None:
    assert set(CLEARABLE) | set(ALWAYS) == set(FACTS) and set(LISTS) | set(NUMBERS) <= set(CLEARABLE)
    cleared = StructureRevised.model_json_schema()["properties"]["cleared"]["items"]["enum"]
    taken = StructuresMerged.model_json_schema()["properties"]["taken"]["items"]["enum"]
    assert tuple(cleared) == CLEARABLE and set(taken) == set(FACTS)


def test_records_exports_and_imports_have_every_fact_and_call_it_by_a_name() -> None:
    assert set(FACTS) <= set(SHOWN) and set(FACTS) <= set(EXPORTED) and set(FACTS) <= set(COLUMNS)
    assert set(COLUMNS) == HEADINGS.keys() and set(FACTS) <= LABELS.keys()
    assert {f"{where}.{name}" for where in ("field", "taken") for name in FACTS} <= WORDS.keys()
    assert in_order("summary", "name")[:3] == ("summary", "name", "kind")


def test_a_column_that_is_called_as_we_call_the_fact_is_read_as_it() -> None:
    assert [guessed([names[0]]) for names in HEADINGS.values()] == [[name] for name in HEADINGS]
    assert guessed(["Couleur du toit"]) == [IGNORED]
