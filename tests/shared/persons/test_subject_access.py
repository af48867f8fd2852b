"""What is told to a person: all that holds something of theirs, and nothing of anybody else."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any
from uuid import UUID

from shared.contract import Event
from shared.contract.corrections import EventStruck
from shared.contract.directory.structures import ContactAdded, ContactRemoved, StructureRegistered
from shared.contract.envelope import Message, Recorded
from shared.contract.personal import Personal
from shared.persons.subject_access import Telling
from tests.fixtures.log_writing import recorded

PERSON, OTHER, CONTACT, STRUCTURE = (UUID(int=n) for n in range(1, 5))


def contact(person: UUID) -> Event:
    name = Personal("Personne", person=person, sealed=b"x")
    return ContactAdded(structure=STRUCTURE, name=name)


def telling(*trail: str) -> Telling:
    data: Any = SimpleNamespace(parts=None, trail=frozenset(trail))
    return Telling(data, {PERSON})


def test_what_holds_something_of_theirs_is_told_and_of_others_not() -> None:
    asked = telling()
    assert asked.about(recorded(contact(PERSON), CONTACT))
    assert not asked.about(recorded(contact(OTHER), OTHER))
    assert not asked.about(recorded(StructureRegistered(name="Eau", kind="school"), STRUCTURE))


def test_a_record_that_held_something_is_theirs_from_then_on() -> None:
    asked, removed = telling(), recorded(ContactRemoved(structure=STRUCTURE), CONTACT, 2)
    assert not asked.about(removed), "nothing of theirs was said of it yet"
    assert asked.about(recorded(contact(PERSON), CONTACT)) and asked.about(removed)


def test_what_corrects_what_was_told_is_told() -> None:
    asked, said = telling(), recorded(contact(PERSON), CONTACT)
    struck = [_struck(one) for one in (said, recorded(contact(OTHER), OTHER))]
    assert not any(map(asked.about, struck))
    assert asked.about(said) and [asked.about(one) for one in struck] == [True, False]


def _struck(event: Recorded) -> Recorded:
    struck = EventStruck(event=UUID(event.id), kind="ContactAdded", reason="x")
    return recorded(struck, UUID(event.entity_id), 2, ("directory", "contact"))


def test_a_message_is_looked_at_where_it_names_somebody() -> None:
    asked = telling()
    assert asked.names(Message(1, "x", str(PERSON).encode())) and not asked.names(Message(1, "x", b"nobody"))
