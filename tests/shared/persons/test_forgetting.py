"""Forgetting in one service: an event first, then the key; certain from the first on, whatever comes in between."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from shared.contract.envelope import opened
from shared.contract.persons import PersonForgottenByDirectory
from shared.kernel.command_handler import new_command_id
from shared.kernel.decider import Refused, derived_id
from shared.persons.data_subjects import ForgetPerson
from shared.runtime.service import Definition, Service
from tests.conftest import OpenService
from tests.fixtures import small_directory as small
from tests.shared.persons.conftest import HER, HIS, NAMES, Add, Follows

ACTOR = "account:0193"


async def names(service: Service) -> set[str | None]:
    """The names of all contacts as a page would show them."""
    found = (await service.store.find(small.CONTACTS)).documents
    return {service.keyring.reveal(one["name"]) for one in found}


async def said(service: Service) -> list[PersonForgottenByDirectory]:
    found = await service.log.under("directory.person.*.*")
    events = [opened(one).data for one in found]
    assert all(isinstance(one, PersonForgottenByDirectory) for one in events)
    return events  # type: ignore[return-value]


async def test_a_person_is_found_by_address_and_forgotten_for_ever(
    open_service: OpenService, definition: Definition, add: Add, follows: Follows
) -> None:
    service = await open_service(definition)
    her, his = await add(service, HER), await add(service, HIS)
    assert await service.persons.find(address=f" {HER.upper()} ") == [her] == await service.persons.find(person=her)
    seq = await service.persons.forget([her], reason="asked", actor=ACTOR)
    assert await names(service) == {None, NAMES[HIS]}
    assert service.runner.position >= seq > 0 and follows.persons == [her]
    assert [(one.reason, one.purpose) for one in await said(service)] == [("asked", None)]
    assert await service.persons.find(address=HER) == [] and await service.persons.find(address=HIS) == [his]
    assert [one.person for one in await service.persons.records()] == [his]


async def test_forgetting_twice_at_once_or_again_is_one_event(
    open_service: OpenService, definition: Definition, add: Add
) -> None:
    service = await open_service(definition)
    her = await add(service, HER)
    both = await asyncio.gather(*(service.persons.forget([her], reason="asked", actor=ACTOR) for _ in range(3)))
    again = await service.persons.forget([her], reason="term", actor=ACTOR, purpose="contact")
    assert {*both, again} == {both[0]} and len(await said(service)) == 1


async def test_nothing_more_can_be_written_about_who_was_forgotten_and_who_comes_back_is_somebody_new(
    open_service: OpenService, definition: Definition, add: Add
) -> None:
    service = await open_service(definition)
    her = await add(service, HER)
    await service.persons.forget([her], reason="asked", actor=ACTOR)
    command_id = new_command_id()
    # The same person's id, as a late command would name it.
    late = derived_id(command_id, "person")
    await asyncio.to_thread(service.keyring.forget, [late])
    with pytest.raises(Refused) as no:
        await service.execute(
            small.AddContact(structure=UUID(int=1), name="Zénobie", email=HER), id=command_id, actor=ACTOR
        )
    assert no.value.code == "person-forgotten"
    back = await add(service, HER)
    assert back != her and await service.persons.find(address=HER) == [back]
    assert await names(service) == {None, NAMES[HER]}


Cut = Callable[[Service, UUID], Awaitable[None]]


async def only_the_event(service: Service, person: UUID) -> None:
    command = ForgetPerson(person=person, reason="asked")
    await service.execute(command, id=derived_id(person, "directory/forget"), actor=ACTOR)


async def event_and_key(service: Service, person: UUID) -> None:
    await only_the_event(service, person)
    await asyncio.to_thread(service.keyring.forget, [person])


async def only_the_key(service: Service, person: UUID) -> None:
    await asyncio.to_thread(service.keyring.forget, [person])


@pytest.mark.parametrize("cut", [only_the_event, event_and_key, only_the_key])
async def test_wherever_a_forgetting_was_cut_off_the_next_start_ends_it_before_anything_is_shown(
    open_service: OpenService, definition: Definition, add: Add, follows: Follows, cut: Cut
) -> None:
    service = await open_service(definition)
    her = await add(service, HER)
    await add(service, HIS)
    await cut(service, her)
    await service.stop()
    service = await open_service(definition)
    assert await names(service) == {None, NAMES[HIS]} and not service.keyring.has(her)
    assert len(await said(service)) == 1 and await service.persons.find(address=HER) == []
    await service.start_reactions()
    for _ in range(1200):
        if her in follows.persons:
            break
        await asyncio.sleep(0.05)
    assert set(follows.persons) == {her}


async def test_a_replica_that_lives_on_ends_what_another_one_began(
    open_service: OpenService, definition: Definition, add: Add, follows: Follows
) -> None:
    service = await open_service(definition)
    await service.start_reactions()
    her = await add(service, HER)
    await only_the_event(service, her)  # and whoever said so is dead
    for _ in range(1200):
        if not service.keyring.has(her) and follows.persons:
            break
        await asyncio.sleep(0.05)
    assert await names(service) == {None} and follows.persons == [her]


async def test_what_follows_is_done_once_though_the_reaction_finds_it_again(
    open_service: OpenService, definition: Definition, add: Add, follows: Follows
) -> None:
    service = await open_service(definition)
    follows.commands = lambda person: [small.RegisterAs(structure=person, name="Suite")]
    her = await add(service, HER)
    await service.persons.forget([her], reason="asked", actor=ACTOR)
    await service.start_reactions()
    for _ in range(1200):
        if len(follows.persons) > 1:
            break
        await asyncio.sleep(0.05)
    assert follows.persons == [her, her]
    history = await service.execute.history("structure", her)
    assert [(one.type, one.actor) for one in history.events] == [("StructureRegistered", "service:directory")]
    assert await service.store.parked() == []


async def test_the_keys_own_backup_is_replaced_and_a_failure_is_told(
    open_service: OpenService, definition: Definition, add: Add, tmp_path: Path
) -> None:
    service = await open_service(definition)
    kept = tmp_path / "kept"
    service.settings = service.settings.model_copy(update={"keys_backup": kept})
    her, _ = await add(service, HER), await add(service, HIS)
    kept.write_text("no folder")
    await service.persons.forget([her], reason="asked", actor=ACTOR)
    assert service.persons.backup_failed and not service.keyring.has(her)
    kept.unlink()
    await service.persons.enforce()
    assert not service.persons.backup_failed
    assert {one.name for one in kept.iterdir()} >= {
        "directory.keys.sqlite",
        "directory.wrapping-key.1",
        "directory.index-key",
    }


async def test_a_refusal_beforehand_leaves_everything_as_it_was(
    open_service: OpenService, definition: Definition, add: Add
) -> None:
    async def no(service: Service, person: UUID) -> None:
        raise Refused("last-administrator")

    assert definition.persons is not None
    service = await open_service(replace(definition, persons=replace(definition.persons, before=no)))
    her = await add(service, HER)
    with pytest.raises(Refused):
        await service.persons.forget([her], reason="asked", actor=ACTOR)
    assert await names(service) == {NAMES[HER]} and await said(service) == []


async def test_what_is_told_is_hers_alone_and_a_void_message_is_none_of_it(
    open_service: OpenService, definition: Definition, add: Add
) -> None:
    service = await open_service(definition)
    her, his = await add(service, HER), await add(service, HIS)
    told = await service.persons.told([her])
    assert [(one.event.type, one.said["name"], one.said["email"]) for one in told] == [
        ("ContactAdded", NAMES[HER], HER)
    ]
    await service.around.nc.jetstream().publish(
        told[0].event.network + ".directory.contact.x.ContactAdded", told[0].event.body
    )
    both = await service.persons.told([her, his])
    assert [one.said["name"] for one in both] == [NAMES[HER], NAMES[HIS]]
    await service.persons.forget([her], reason="asked", actor=ACTOR)
    assert [one.said.get("name") for one in await service.persons.told([her])] == [None, None]
