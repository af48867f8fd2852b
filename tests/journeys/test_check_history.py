"""`maillage check-history`: what a release makes of a history before it is deployed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from deploy.cli.archive.check_history import UNDECIDED, Checking
from deploy.host.all_services import DEFINITIONS
from shared.contract import EVENTS, Event
from shared.contract.directory.structures import StructureClosed
from shared.contract.envelope import Message
from shared.contract.observatory.ledger import LogRestored, ledger_id
from tests.fixtures import small_directory as small
from tests.fixtures.installation import maillage
from tests.fixtures.log_writing import changed, write
from tests.fixtures.small_directory import STRUCTURES

SECRET = "zenobie@exemple.invalid"


def history() -> list[Message]:
    """Five events of two entities, two messages that are none, one of a type that nobody knows."""
    one, two = uuid4(), uuid4()
    facts = [write("reseau", one), write("reseau", one, 2), write("reseau", two), write("reseau", two, 2)]
    bodies = [(fact.subject, fact.body) for fact in facts]
    painted = write("reseau", one, 3)
    bodies += [
        (facts[0].subject, b"junk"),
        (facts[1].subject, facts[1].body),
        (f"{painted.entity}.StructurePainted", changed(painted.body, type="StructurePainted")),
        (
            facts[0].subject.replace("StructureRegistered", "StructureClosed"),
            write("reseau", one, 4, StructureClosed(reason="over")).body,
        ),
    ]
    return [Message(seq, subject, body) for seq, (subject, body) in enumerate(bodies, 1)]


def checked(messages: list[Message], *definitions: Any) -> Any:
    checking = Checking(definitions or [small.definition()])
    checking.take(messages)
    return checking.finish()


def test_events_are_counted_by_type_and_what_is_void_or_unknown_beside_them() -> None:
    found = checked(history())
    assert (found.events, found.entities, found.failed, found.faults) == (6, 2, 0, [])
    assert found.types == {"StructureRegistered": 2, "StructureRevised": 2, "StructurePainted": 1, "StructureClosed": 1}
    assert found.unknown == {"StructurePainted": 1} and found.void == {"not-an-event": 1, "out-of-turn": 1}
    assert not found.good() and found.good(allow_unknown=True)


def test_data_that_this_release_cannot_read_are_named_by_their_place_and_not_by_their_value() -> None:
    messages = history()
    body = changed(messages[1].body, data={"name": [SECRET], "kind": SECRET})
    messages[1] = Message(2, messages[1].subject, body)
    found = checked(messages)
    [fault] = found.faults
    assert (fault.seq, fault.type, fault.where) == (2, "StructureRevised", "contract") and "name" in fault.what
    assert SECRET not in repr(found) and not found.good(allow_unknown=True)


def test_a_fold_or_a_view_that_fails_is_named_with_the_event_and_the_line() -> None:
    def broken(document: Any, data: Any, event: Any) -> Any:
        raise KeyError(SECRET)

    def unkept(document: Any, data: Any, event: Any) -> Any:
        return {"name": object()}

    views = (
        replace(STRUCTURES, on={**STRUCTURES.on, StructureClosed: broken}),
        replace(STRUCTURES, name="unkept", on={StructureClosed: unkept}),
    )

    def zero(state: small.State, event: Event) -> small.State:
        raise ZeroDivisionError

    decider = replace(small.STRUCTURE, evolve=zero)
    found = checked(history(), replace(small.definition(views=views), deciders=(decider,)))
    assert found.failed == len(found.faults) == 5 + 2
    said = {(fault.seq, fault.where, fault.what.split()[0]) for fault in found.faults if fault.seq == 8}
    assert said == {
        (8, "fold structure", "ZeroDivisionError"),
        (8, "view directory.structures", "KeyError"),
        (8, "view directory.unkept", "TypeError"),
    }
    assert SECRET not in repr(found) and all(
        __file__.rpartition("/")[2] in f.what for f in found.faults if "fold" in f.where
    )


def test_an_event_that_no_service_decides_about_is_named() -> None:
    found = checked(history(), replace(small.definition(), deciders=(small.CONTACT,)))
    assert {fault.where for fault in found.faults} == {"fold"} and found.failed == 5


def test_what_the_system_says_by_itself_has_no_decider_and_all_else_has() -> None:
    said = write("reseau", ledger_id("reseau"), 1, LogRestored(events=35, signed=35, root=""))
    found = checked([Message(1, f"{said.entity}.LogRestored", said.body)], *DEFINITIONS)
    assert (found.events, found.failed, found.faults) == (1, 0, []) and found.good()
    decided = {(one.name, decider.entity) for one in DEFINITIONS for decider in one.deciders}
    kinds = {one for one in EVENTS.values() if not one.anywhere}
    assert {one for one in kinds if (one.service, one.entity) not in decided} == UNDECIDED


@pytest.mark.slow
def test_the_whole_sample_is_read_by_this_release_without_an_error(copy_of_sample: Path) -> None:
    done = maillage("check-history", "--json", data=copy_of_sample)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["good"] and found["failed"] == 0 and found["unknown"] == found["void"] == {}
    assert found["events"] == sum(found["types"].values()) > 14_000 and set(found["types"]) <= set(EVENTS)
    assert found["documents"] > 10_000


@pytest.mark.slow
def test_a_folder_that_is_no_archive_is_said_in_one_sentence(tmp_path: Path) -> None:
    done = maillage("check-history", "--archive", str(tmp_path))
    assert done.returncode == 2 and "is no archive" in done.stderr and len(done.stderr.splitlines()) == 1
