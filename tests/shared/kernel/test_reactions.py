"""Reactions: once in effect, whatever is delivered twice; what fails is tried again, then parked for an operator."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from nats.aio.client import Client

from shared.contract.corrections import EventStruck
from shared.contract.directory.structures import ContactAdded, StructureRegistered, StructureRevised
from shared.contract.envelope import Provenance, Recorded, address, opened, sealed_body
from shared.kernel.command_handler import facts_in, new_command_id
from shared.kernel.decider import Command, Refused
from shared.kernel.eventlog.event_log import Log, Unit, Write
from shared.kernel.reactions import Reaction, Tries, on
from shared.runtime.nats.embedded_server import NatsServer
from shared.runtime.service import Service
from tests.fixtures import small_directory as small
from tests.fixtures.log_writing import changed, everything, unit, write
from tests.fixtures.small_directory import STRUCTURES, Register, Tag

Open = Callable[..., Awaitable[Service]]


def hurry(service: Service) -> None:
    service.reactions.tries = Tries(most=4, first=0.1)


class Welcome:
    """A reaction that tags what was registered. `trouble` goes wrong in it, `heard` are the sequences it was told."""

    def __init__(self) -> None:
        self.heard: list[int] = []
        self.times: list[float] = []
        self.trouble: Callable[[Recorded], Awaitable[None]] | None = None

    def reaction(self) -> Reaction:
        @on(StructureRegistered, name="welcome")
        async def welcome(event: Recorded, service: Service) -> Sequence[Command]:
            self.heard.append(event.seq)
            self.times.append(asyncio.get_running_loop().time())
            if self.trouble is not None:
                await self.trouble(event)
            return [Tag(structure=UUID(event.entity_id), tag="one"), Tag(structure=UUID(event.entity_id), tag="two")]

        return welcome

    async def open(self, open_service: Open) -> Service:
        service = await open_service(small.definition(reactions=[self.reaction()]), prepare=hurry)
        await service.start_reactions()
        return service


async def until(true: Callable[[], Awaitable[bool]], seconds: float = 60.0) -> None:
    async with asyncio.timeout(seconds):
        while not await true():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def register(service: Service, name: str = "Eau vive") -> UUID:
    return (await service.execute(Register(name=name), id=new_command_id(), actor="staff:test")).entity_id


async def tags(service: Service, entity: UUID) -> list[str]:
    history = await service.execute.history("structure", entity)
    return list(small.STRUCTURE.fold(facts_in(history.events)).tags)


def tagged(service: Service, entity: UUID) -> Callable[[], Awaitable[bool]]:
    async def whether() -> bool:
        return len(await tags(service, entity)) == 2

    return whether


async def test_an_event_is_reacted_to_with_commands_that_name_it_as_their_cause(open_service: Open) -> None:
    service = await Welcome().open(open_service)
    entity = await register(service)
    await until(tagged(service, entity))
    events = [opened(m) for m in await everything(service.log)]
    assert [e.version for e in events] == [1, 2, 3]
    for event in events[1:]:
        assert (event.cloud.causationid, event.cloud.correlationid) == (events[0].id, events[0].cloud.correlationid)
        assert event.actor == "service:directory"


async def test_a_second_delivery_changes_nothing(open_service: Open) -> None:
    welcome = Welcome()
    service = await welcome.open(open_service)
    entity = await register(service)
    await until(tagged(service, entity))
    message = await service.log.at(1)
    assert message is not None
    for _ in range(3):
        await service.reactions.react(service.reactions.reactions[0], message)
    await asyncio.gather(*(service.reactions.react(service.reactions.reactions[0], message) for _ in range(5)))
    assert await service.log.last() == 3 and welcome.heard == [1] * 9


@pytest.mark.slow
async def test_a_reaction_that_was_cut_off_by_a_stop_is_done_after_the_restart_and_once(open_service: Open) -> None:
    welcome, begun = Welcome(), asyncio.Event()

    async def long(event: Recorded) -> None:
        begun.set()
        await asyncio.sleep(60)

    welcome.trouble = long
    service = await welcome.open(open_service)
    entity = await register(service)
    await begun.wait()
    async with asyncio.timeout(60):
        await service.stop()
    welcome.trouble = None
    service = await welcome.open(open_service)
    await until(tagged(service, entity))
    await asyncio.sleep(0.1)
    assert await service.log.last() == 3 and welcome.heard == [1, 1]


async def test_what_was_reacted_to_is_not_offered_again_after_a_restart(open_service: Open) -> None:
    welcome = Welcome()
    service = await welcome.open(open_service)
    first = await register(service)
    await until(tagged(service, first))
    await asyncio.sleep(0.05)
    await service.stop()
    service = await welcome.open(open_service)
    second = await register(service)
    await until(tagged(service, second))
    assert len(welcome.heard) == 2


async def test_events_from_before_the_reactions_start_are_heard_when_they_do(open_service: Open) -> None:
    welcome = Welcome()
    service = await open_service(small.definition(reactions=[welcome.reaction()]), prepare=hurry)
    entities = [await register(service) for _ in range(5)]
    assert welcome.heard == []
    await service.start_reactions()
    for entity in entities:
        await until(tagged(service, entity))
    assert welcome.heard == sorted(welcome.heard), "in order"


async def test_a_failing_reaction_is_tried_again_with_growing_pauses_then_parked(open_service: Open) -> None:
    welcome = Welcome()

    async def broken(event: Recorded) -> None:
        if event.seq == 1:
            raise Refused("not-today")

    welcome.trouble = broken
    service = await welcome.open(open_service)
    bad = await register(service)
    good = await register(service)
    await until(tagged(service, good))

    async def parked() -> bool:
        return bool(await service.store.parked())

    await until(parked)
    tries = [time for seq, time in zip(welcome.heard, welcome.times, strict=True) if seq == 1]
    pauses = [later - earlier for earlier, later in pairwise(tries)]
    assert len(tries) == 4 and all(pause > 0.09 * 2**n for n, pause in enumerate(pauses)), pauses
    [one] = await service.store.parked()
    assert (one.reaction, one.seq) == ("welcome", 1) and "not-today" in one.error
    assert await tags(service, bad) == []

    assert await service.reactions.retry("welcome", 1) is False
    assert len(await service.store.parked()) == 1
    welcome.trouble = None
    assert await service.reactions.retry("welcome", 1) is True
    assert await tags(service, bad) == ["one", "two"] and await service.store.parked() == []
    assert await service.reactions.retry("welcome", 1) is True, "once more changes nothing"
    assert await service.log.last() == 6
    assert await service.reactions.retry("nobody", 1) is False and await service.reactions.retry("welcome", 99) is False


@pytest.mark.slow
async def test_a_parked_event_stays_parked_over_a_restart_until_it_is_dropped(open_service: Open) -> None:
    welcome = Welcome()

    async def broken(event: Recorded) -> None:
        raise ValueError("broken")

    welcome.trouble = broken
    service = await welcome.open(open_service)
    await register(service)

    async def parked() -> bool:
        return bool(await service.store.parked())

    await until(parked)
    await service.stop()
    service = await welcome.open(open_service)
    await asyncio.sleep(0.3)
    assert len(welcome.heard) == 4 and [p.seq for p in await service.store.parked()] == [1]
    await service.store.unpark("welcome", 1)
    assert await service.store.parked() == []


async def test_nobody_reacts_to_void_messages(open_service: Open, nc: Client) -> None:
    welcome = Welcome()
    service = await welcome.open(open_service)
    entity = uuid4()
    await service.log.append(unit(service.network, entity))
    one = write(service.network, entity)
    for body in (b"junk", one.body, changed(one.body, id=str(uuid4()))):
        await nc.jetstream().publish(one.subject, body)
    other = write(service.network, uuid4())  # about this one nothing could be decided any more (ADR 33)
    await nc.jetstream().publish(other.subject, changed(other.body, data=[]))
    last = await register(service)
    await until(tagged(service, last))
    await until(tagged(service, entity))
    await asyncio.sleep(0.2)
    events = [m for m in await everything(service.log) if m.subject.endswith("StructureRevised")]
    assert len(events) == 4 and set(service.runner.voids) >= {2, 3, 4, 5} and await service.store.parked() == []


async def test_a_rebuild_reacts_to_nothing(open_service: Open) -> None:
    welcome = Welcome()
    service = await welcome.open(open_service)
    entity = await register(service)
    await until(tagged(service, entity))
    await service.runner.rebuild(STRUCTURES)
    await service.runner.verify(STRUCTURES)
    await asyncio.sleep(0.1)
    assert welcome.heard == [1] and await service.log.last() == 3


@pytest.mark.slow
async def test_reactions_go_on_when_the_server_is_killed_and_comes_back(tmp_path: Path) -> None:
    server, welcome = NatsServer(tmp_path / "nats"), Welcome()
    await server.start()
    nc = await server.connect("test")
    service = small.service(small.definition(reactions=[welcome.reaction()]), "reseau", nc, server, tmp_path)
    await service.start()
    await service.start_reactions()
    await until(tagged(service, await register(service)))
    assert server.process is not None
    server.process.kill()
    server.process.wait()
    await asyncio.sleep(0.5)
    await server.start()
    await until(tagged(service, await register(service)))
    await service.stop()
    await nc.close()
    await server.stop()


def test_a_reaction_keeps_its_name_whatever_its_function_is_called() -> None:
    @on(StructureRegistered, name="greet-the-new")
    async def welcome(event: Recorded, service: Service) -> Sequence[Command]:
        return []

    assert (welcome.name, welcome.event) == ("greet-the-new", StructureRegistered)
    assert on(StructureRegistered, name="other")(welcome.react).name == "other"


async def test_a_log_opened_for_nothing_ends_quietly(nc: Client, network: str) -> None:
    log = Log(nc, network)
    await log.stop()
    await log.start()
    await log.start()
    await log.stop()


async def test_a_reaction_to_a_correction_hears_those_of_its_facts_alone(open_service: Open) -> None:
    """Of every kind of entity corrections have the same type; each reaction says of which facts it is."""
    heard: list[str] = []

    @on(EventStruck, of=(StructureRegistered,), name="struck")
    async def struck(event: Recorded, service: Service) -> Sequence[Command]:
        assert isinstance(event.data, EventStruck)
        heard.append(f"{event.entity} {event.data.kind}")
        return []

    service = await open_service(small.definition(reactions=[struck]), prepare=hurry)
    await service.start_reactions()
    structure, contact = await register(service), uuid4()
    for entity, of in ((structure, StructureRevised), (structure, StructureRegistered), (contact, ContactAdded)):
        said = EventStruck(event=uuid4(), kind=of.type_name(), reason="x")
        kind = (of.service, of.entity)
        head = await service.log.load(*kind, entity)
        by = Provenance("staff:test", uuid4(), uuid4())
        now, id = datetime.now(UTC), uuid4()
        version = len(head.events) + 1
        body = sealed_body(service.network, said, entity, id=id, version=version, at=now, now=now, by=by, of=kind)
        item = Write(address(service.network, said, entity, of=kind), str(id), body)
        await service.log.append(Unit([item], {item.entity: head.seq}))
    (reaction,) = service.reactions.reactions

    async def dealt_with() -> bool:
        info = await service.reactions.position(reaction)
        return info is not None and (info.num_pending, info.num_ack_pending) == (0, 0) and bool(heard)

    await until(dealt_with)
    assert heard == ["structure StructureRegistered"]
