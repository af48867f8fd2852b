"""A small directory that keeps something about persons, and services with a clock that can be moved."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from shared.contract.directory.structures import ContactAdded, ContactRemoved
from shared.contract.envelope import Recorded
from shared.contract.personal import Personal
from shared.contract.persons import PersonForgottenByDirectory
from shared.kernel.command_handler import Outcome, new_command_id
from shared.kernel.decider import Command
from shared.kernel.views.projection import Document, View
from shared.persons.data_subjects import PersonalData, Purpose
from shared.runtime.service import Definition, Service
from tests.fixtures import small_directory as small

HER, HIS = "zenobie@exemple.invalid", "balthazar@exemple.invalid"
NAMES = {HER: "Zénobie Quatrefages", HIS: "Balthazar Peyrecave"}
SOME = ("…", "…")


def _added(document: Document | None, data: ContactAdded, event: Recorded) -> Document:
    return {"person": str(data.name.person), "purpose": "contact", "since": event.cloud.time}


HELD = View(
    name="held", version=1, on={ContactAdded: _added, ContactRemoved: lambda d, data, event: d}, fields=("person",)
)


class Follows:
    """What follows a forgetting, told for the test: the persons, in the order in which they were forgotten."""

    def __init__(self) -> None:
        self.persons: list[UUID] = []
        self.commands: Callable[[UUID], Sequence[Command]] = lambda person: ()

    async def __call__(self, service: Service, person: UUID, records: Sequence[Document]) -> Sequence[Command]:
        assert [record["person"] for record in records] == [str(person)]
        self.persons.append(person)
        return self.commands(person)


@pytest.fixture
def follows() -> Follows:
    return Follows()


@pytest.fixture
def definition(follows: Follows) -> Definition:
    purpose = Purpose("contact", SOME, SOME, SOME, SOME, SOME, SOME, "keep_contacts")
    data = PersonalData(PersonForgottenByDirectory, [purpose], HELD, follows=follows, page=lambda record: "/")
    return replace(small.definition(), persons=data)


Add = Callable[[Service, str], Awaitable[UUID]]


@pytest.fixture
def add() -> Add:
    """Adds a contact; the person's id."""

    async def adding(service: Service, email: str) -> UUID:
        done = await small_contact(service, email)
        assert await service.runner.wait_for(done.seq)
        document = await service.store.get(small.CONTACTS, str(done.entity_id))
        assert document is not None
        return UUID(document["name"]["person"])

    return adding


async def small_contact(service: Service, email: str) -> Outcome:
    structure = UUID(int=1)
    command = small.AddContact(structure=structure, name=Personal(NAMES.get(email, email)), email=Personal(email))
    return await service.execute(command, id=new_command_id(), actor="operator")


async def do(service: Service, command: Command, at: datetime | None = None) -> Outcome:
    """Executes a command and waits until views show it."""
    done = await service.execute(command, id=new_command_id(), actor="operator", at=at)
    assert await service.runner.wait_for(done.seq)
    return done


def move_clock(service: Service, **by: Any) -> datetime:
    """From now on it is so much later for the service, by an operator's word; what time it is."""
    then = datetime.now(UTC) + timedelta(**by)
    service.around.clock = lambda: then
    service.clock.believe(service.runner.position, datetime.now(UTC))
    return then
