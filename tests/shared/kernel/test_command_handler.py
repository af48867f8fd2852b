"""Executing a command: once, whatever happens; refused, stale and conflicting ones leave nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from nats.aio.client import Client

from shared.contract.envelope import opened
from shared.kernel.command_handler import Executor, Outcome, Reused, Stale, new_command_id
from shared.kernel.decider import Refused
from shared.kernel.eventlog.event_log import Log
from shared.kernel.sealing import Forgotten
from shared.persons.keys.keyring import Keyring
from shared.runtime.service import Service
from shared.web.forms.forms import version_after
from tests.fixtures.log_writing import everything
from tests.fixtures.small_directory import CONTACT, STRUCTURE, AddContact, Close, Register, RegisterAs, Tag

WHO = "staff:test"


async def test_a_command_makes_events_that_say_who_when_and_why(service: Service) -> None:
    id, at = new_command_id(), datetime(2014, 5, 6, tzinfo=UTC)
    outcome = await service.execute(Register(name="Eau vive"), id=id, actor=WHO, at=at)
    event = opened((await everything(service.log))[0])
    assert outcome == Outcome(UUID(event.entity_id), 1, ("StructureRegistered",))
    assert (event.actor, event.cloud.commandid, event.cloud.correlationid) == (WHO, str(id), str(id))
    assert event.time == at and abs(event.recorded - datetime.now(UTC)) < timedelta(minutes=1)
    follow = await service.execute(
        Tag(structure=outcome.entity_id, tag="eau"), id=new_command_id(), actor=WHO, cause=event
    )
    caused = opened((await everything(service.log))[follow.seq - 1])
    assert (caused.cloud.correlationid, caused.cloud.causationid) == (str(id), event.id)


@pytest.mark.parametrize("name", ["once", "twice"])
async def test_the_same_command_again_has_one_effect_and_the_same_outcome(service: Service, name: str) -> None:
    id = new_command_id()
    first = await service.execute(Register(name=name), id=id, actor=WHO)
    again = await service.execute(Register(name=name), id=id, actor=WHO)
    assert again == Outcome(first.entity_id, first.seq, first.events, repeated=True)
    tag = new_command_id()
    one = await service.execute(Tag(structure=first.entity_id, tag="eau"), id=tag, actor=WHO)
    await service.execute(Close(structure=first.entity_id), id=new_command_id(), actor=WHO)
    two = await service.execute(Tag(structure=first.entity_id, tag="eau"), id=tag, actor=WHO)
    assert (two.seq, two.events, two.repeated) == (one.seq, one.events, True)
    assert await service.log.last() == len(first.events) + 2


async def test_the_same_command_twice_at_once_has_one_effect(service: Service) -> None:
    id = new_command_id()
    outcomes = await asyncio.gather(*(service.execute(Register(name="twice"), id=id, actor=WHO) for _ in range(5)))
    assert len({(o.entity_id, o.seq, o.events) for o in outcomes}) == 1
    assert sum(not o.repeated for o in outcomes) == 1
    assert await service.log.last() == 2


async def test_the_same_command_at_two_processes_at_once_has_one_effect(service: Service) -> None:
    """As when a retry reaches another replica of the service: nothing is shared but the log."""
    other_log = Log(service.around.nc, service.network)
    await other_log.start()
    other = Executor(other_log, service.keyring, "directory", [STRUCTURE, CONTACT])
    id = new_command_id()
    both = await asyncio.gather(*(e(Register(name="twice"), id=id, actor=WHO) for e in (service.execute, other)))
    assert (both[0].entity_id, both[0].seq) == (both[1].entity_id, both[1].seq) and await service.log.last() == 2
    await other_log.stop()


async def test_the_same_command_after_a_restart_has_one_effect(open_service: Callable[[], Awaitable[Service]]) -> None:
    id = new_command_id()
    service = await open_service()
    first = await service.execute(Register(name="Eau vive"), id=id, actor=WHO)
    await service.stop()
    service = await open_service()
    again = await service.execute(Register(name="Eau vive"), id=id, actor=WHO)
    assert again == Outcome(first.entity_id, first.seq, first.events, repeated=True)
    assert await service.log.last() == 1


async def test_one_command_id_for_two_entities_is_refused_where_the_first_was_done(service: Service) -> None:
    id, one, two = new_command_id(), uuid4(), uuid4()
    first = await service.execute(RegisterAs(structure=one, name="x"), id=id, actor=WHO)
    with pytest.raises(Reused) as no:
        await service.execute(RegisterAs(structure=two, name="x"), id=id, actor=WHO)
    assert version_after(no.value, 3) == 3 and await service.log.last() == first.seq
    again = await service.execute(RegisterAs(structure=one, name="x"), id=id, actor=WHO)
    assert again.repeated and again.seq == first.seq


async def test_a_refused_command_may_name_another_entity_under_its_id(service: Service) -> None:
    id = new_command_id()
    with pytest.raises(Refused, match="unknown"):
        await service.execute(Tag(structure=uuid4(), tag="eau"), id=id, actor=WHO)
    made = await service.execute(Register(name="Eau vive"), id=new_command_id(), actor=WHO)
    assert (await service.execute(Tag(structure=made.entity_id, tag="eau"), id=id, actor=WHO)).new


async def test_another_process_takes_one_id_for_two_entities_as_two_commands(service: Service) -> None:
    id, one, two = new_command_id(), uuid4(), uuid4()
    other = Executor(service.log, service.keyring, service.name, service.definition.deciders)
    assert (await other(RegisterAs(structure=one, name="x"), id=id, actor=WHO)).seq == 1
    assert (await service.execute(RegisterAs(structure=two, name="x"), id=id, actor=WHO)).seq == 2


async def test_a_command_that_changes_nothing_writes_nothing(service: Service) -> None:
    made = await service.execute(Register(name="Eau vive"), id=new_command_id(), actor=WHO)
    await service.execute(Tag(structure=made.entity_id, tag="eau"), id=new_command_id(), actor=WHO)
    outcome = await service.execute(Tag(structure=made.entity_id, tag="eau"), id=new_command_id(), actor=WHO)
    assert outcome == Outcome(made.entity_id, 2, (), changed=False)


async def test_a_refused_command_leaves_nothing(service: Service) -> None:
    with pytest.raises(Refused, match="unknown"):
        await service.execute(Tag(structure=uuid4(), tag="eau"), id=new_command_id(), actor=WHO)
    made = await service.execute(Register(name="Eau vive"), id=new_command_id(), actor=WHO)
    with pytest.raises(Refused, match="there-already"):
        await service.execute(RegisterAs(structure=made.entity_id, name="x"), id=new_command_id(), actor=WHO)
    assert await service.log.last() == 1


async def test_a_form_that_shows_an_older_version_is_stale_unless_it_is_a_repetition(service: Service) -> None:
    made = await service.execute(Register(name="Eau vive"), id=new_command_id(), actor=WHO)
    id, form = new_command_id(), Tag(structure=made.entity_id, tag="eau")
    await service.execute(form, id=id, actor=WHO, version=1)
    with pytest.raises(Stale) as stale:
        await service.execute(Tag(structure=made.entity_id, tag="air"), id=new_command_id(), actor=WHO, version=1)
    assert stale.value.version == 2 and await service.log.last() == 2
    assert (await service.execute(form, id=id, actor=WHO, version=1)).repeated


async def test_of_forms_that_show_the_same_version_one_is_taken_and_the_others_are_stale(service: Service) -> None:
    made = await service.execute(Register(name="Eau vive"), id=new_command_id(), actor=WHO)
    outcomes = await asyncio.gather(
        *(
            service.execute(Tag(structure=made.entity_id, tag=str(n)), id=new_command_id(), actor=WHO, version=1)
            for n in range(8)
        ),
        return_exceptions=True,
    )
    assert sum(isinstance(o, Outcome) for o in outcomes) == 1 and sum(isinstance(o, Stale) for o in outcomes) == 7


async def test_what_happens_in_the_future_is_refused_but_for_a_few_minutes_of_a_fast_clock(service: Service) -> None:
    soon = datetime.now(UTC) + timedelta(minutes=4)
    await service.execute(Register(name="Eau vive"), id=new_command_id(), actor=WHO, at=soon)
    with pytest.raises(Refused, match="time-in-future"):
        await service.execute(Register(name="x"), id=new_command_id(), actor=WHO, at=soon + timedelta(minutes=2))
    with pytest.raises(ValueError, match="zone"):
        await service.execute(Register(name="x"), id=new_command_id(), actor=WHO, at=datetime(2014, 1, 1))
    assert await service.log.last() == 1


async def test_fifty_commands_on_one_entity_at_once_all_take_effect(service: Service) -> None:
    made = await service.execute(Register(name="Eau vive"), id=new_command_id(), actor=WHO)
    tags = {str(n) for n in range(50)}
    await asyncio.gather(
        *(service.execute(Tag(structure=made.entity_id, tag=t), id=new_command_id(), actor=WHO) for t in tags)
    )
    history = await service.execute.history("structure", made.entity_id)
    state = STRUCTURE.fold(e.data for e in history.events)
    assert set(state.tags) == tags and [e.version for e in history.events] == list(range(1, 52))


async def test_commands_on_one_entity_from_several_processes_all_take_effect(service: Service) -> None:
    made = await service.execute(Register(name="Eau vive"), id=new_command_id(), actor=WHO)
    logs = [Log(service.around.nc, service.network) for _ in range(3)]
    for log in logs:
        await log.start()
    executors = [Executor(log, service.keyring, "directory", [STRUCTURE]) for log in logs]
    commands = [(e, Tag(structure=made.entity_id, tag=f"{n}{i}")) for i, e in enumerate(executors) for n in range(4)]
    await asyncio.gather(*(e(c, id=new_command_id(), actor=WHO) for e, c in commands))
    history = await service.execute.history("structure", made.entity_id)
    assert set(STRUCTURE.fold(e.data for e in history.events).tags) == {c.tag for _, c in commands}
    for log in logs:
        await log.stop()


async def test_a_fact_that_is_too_large_is_refused_and_leaves_nothing(service: Service) -> None:
    with pytest.raises(Refused, match="too-large"):
        await service.execute(Register(name="x" * 600_000), id=new_command_id(), actor=WHO)
    assert await service.log.last() == 0


async def test_void_messages_do_not_stand_in_the_way_of_a_command(service: Service, nc: Client) -> None:
    made = await service.execute(Register(name="Eau vive"), id=new_command_id(), actor=WHO)
    first = (await everything(service.log))[0]
    for content in (b"junk", first.body, first.body.replace(b'"entityversion":1', b'"entityversion":7')):
        await nc.jetstream().publish(first.subject, content)
    outcome = await service.execute(Tag(structure=made.entity_id, tag="eau"), id=new_command_id(), actor=WHO, version=1)
    assert outcome.seq == 5


SECRET = "Zénobie Quatrefages"
MAIL = "zenobie.quatrefages@exemple.invalid"


async def test_a_persons_name_is_nowhere_in_the_files_but_opens_with_the_keyring(
    service: Service, nats_server: object
) -> None:
    made = await service.execute(AddContact(structure=uuid4(), name=SECRET, email=MAIL), id=new_command_id(), actor=WHO)
    assert await service.runner.wait_for(made.seq)
    event = opened((await everything(service.log))[0])
    assert service.keyring.open(event.data.name, event.id, "name") == SECRET  # type: ignore[attr-defined]
    assert service.keyring.open(event.data.email, event.id, "email") == MAIL  # type: ignore[attr-defined]
    folders = [service.around.data, nats_server.folder]  # type: ignore[attr-defined]
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    assert any(event.id.encode() in path.read_bytes() for path in files if path.suffix == ".blk"), "searched in vain"
    for path in files:
        content = path.read_bytes()
        for clear in (SECRET, MAIL, "Quatrefages", "quatrefages", "nobie"):
            assert clear.encode() not in content, path


async def test_a_sealed_value_opens_nowhere_else(service: Service) -> None:
    structure = uuid4()
    for name, mail in ((SECRET, MAIL), ("Autre", "autre@exemple.invalid")):
        await service.execute(AddContact(structure=structure, name=name, email=mail), id=new_command_id(), actor=WHO)
    one, other = (opened(m) for m in await everything(service.log))
    keyring, data = service.keyring, one.data
    stranger = Keyring(service.around.data / "keys", service.network, "membership")
    elsewhere = Keyring(service.around.data / "keys", "another", "directory")
    moved = type(data.name)(person=other.data.name.person, sealed=data.name.sealed)  # type: ignore[attr-defined]
    sealed = str(data.name.sealed)  # type: ignore[attr-defined]
    broken = [sealed[:-4] + "AAA=", sealed[:20], "", "é", "?", "AAAA" * 20]
    for ring, value, event, field in [
        (stranger, data.name, one.id, "name"),  # type: ignore[attr-defined]
        (elsewhere, data.name, one.id, "name"),  # type: ignore[attr-defined]
        (keyring, data.name, other.id, "name"),  # type: ignore[attr-defined]
        (keyring, data.name, one.id, "email"),  # type: ignore[attr-defined]
        (keyring, moved, one.id, "name"),
        *((keyring, type(moved)(person=moved.person, sealed=s), one.id, "name") for s in broken),
    ]:
        with pytest.raises(Forgotten):
            ring.open(value, event, field)
    stranger.close()
    elsewhere.close()
