"""Loading one entity among others: its valid events and nothing else, whatever lies in the log between them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from nats.aio.client import Client

from shared.contract import Event
from shared.contract.directory.structures import StructureRegistered, StructureRevised
from shared.contract.envelope import Void, opened
from shared.kernel.eventlog.event_log import Log, Unit, Write
from tests.fixtures.log_writing import changed, unit, write

Forge = Callable[[Write], tuple[str, bytes]]
"""From the event that would come next: the subject and the bytes of a message that is none."""


def body(**changes: object) -> Forge:
    return lambda honest: (honest.subject, changed(honest.body, **changes))


def raw(content: bytes) -> Forge:
    return lambda honest: (honest.subject, content)


def said_elsewhere(honest: Write) -> tuple[str, bytes]:
    """The event of another entity under the subject of this one."""
    network = honest.subject.split(".")[0]
    return honest.subject, write(network, uuid4(), json.loads(honest.body)["entityversion"]).body


def under(part: int, name: str) -> Forge:
    def forge(honest: Write) -> tuple[str, bytes]:
        parts = honest.subject.split(".")
        parts[part] = name
        return ".".join(parts), honest.body

    return forge


FORGED: dict[str, tuple[Forge, str]] = {
    "not JSON": (raw(b"hello"), "not-an-event"),
    "nothing": (raw(b""), "not-an-event"),
    "not UTF-8": (raw(b'{"specversion": "\xff\xfe"}'), "not-an-event"),
    "JSON, but no event": (raw(b'{"a": 1}'), "not-an-event"),
    "a list": (raw(b"[]"), "not-an-event"),
    "brackets without end": (raw(b'{"data":' + b"[" * 200_000), "not-an-event"),
    "brackets without end, closed": (raw(b'{"data":' + b"[" * 100_000 + b"]" * 100_000 + b"}"), "not-an-event"),
    "no id": (body(id=None), "not-an-event"),
    "an id that is none": (body(id="x"), "not-an-event"),
    "a command that is none": (body(commandid="1"), "not-an-event"),
    "a chain that is none": (body(correlationid=""), "not-an-event"),
    "a cause that is none": (body(causationid="?"), "not-an-event"),
    "a day that is none": (body(time="2017-02-30T00:00:00.000000Z"), "not-an-event"),
    "a week": (body(time="2017-W01-1T00:00:00.000000Z"), "not-an-event"),
    "no time": (body(recordedtime="yesterday"), "not-an-event"),
    "a time of no zone": (body(recordedtime="2017-02-01T00:00:00.000000"), "not-an-event"),
    "another specification": (body(specversion="0.3"), "subject-disagrees"),
    "another source": (body(source="/elsewhere/directory"), "subject-disagrees"),
    "another type": (body(type="StructureClosed"), "subject-disagrees"),
    "another subject": (body(subject=f"structure/{uuid4()}"), "subject-disagrees"),
    "said of another entity": (said_elsewhere, "subject-disagrees"),
    "a type under its wrong name": (under(4, "StructureClosed"), "subject-disagrees"),
    "the first version again": (body(entityversion=1), "out-of-turn"),
    "a version too far": (body(entityversion=99), "out-of-turn"),
    "version 0": (body(entityversion=0), "out-of-turn"),
    "a version below 0": (body(entityversion=-1), "out-of-turn"),
    "a huge version": (body(entityversion=2**70), "out-of-turn"),
    "a version in letters": (body(entityversion="2"), "not-an-event"),
}


async def state_of(log: Log, entity: UUID) -> tuple[int, list[tuple[int, str, Event]]]:
    """What deciders make their state of, and where the next event goes."""
    history = await log.load("directory", "structure", entity)
    return history.version, [(e.version, e.type, e.data) for e in history.events]


@pytest.mark.parametrize("kind", FORGED)
async def test_a_void_message_between_events_changes_nothing(nc: Client, log: Log, kind: str) -> None:
    forge, reason = FORGED[kind]
    entity = uuid4()
    seq = 0
    for version in (1, 2, 3):
        history = await log.load("directory", "structure", entity)
        assert (history.version, history.seq) == (version - 1, seq)
        honest = write(log.network, entity, version)
        if version > 1:
            subject, content = forge(honest)
            await nc.jetstream().publish(subject, content)
            if subject.startswith(honest.entity):
                history = await log.load("directory", "structure", entity)
                if reason != "out-of-turn":
                    message = await log.at(history.seq)
                    assert message is not None
                    with pytest.raises(Void, match=reason):
                        opened(message)
        seq = await log.append(Unit([honest], {honest.entity: history.seq}))
    _, events = await state_of(log, entity)
    assert [(e[0], type(e[2])) for e in events] == [
        (1, StructureRegistered),
        (2, StructureRevised),
        (3, StructureRevised),
    ]


async def test_a_copy_of_an_earlier_message_is_passed_over(nc: Client, log: Log) -> None:
    entity = uuid4()
    await log.append(unit(log.network, entity, events=2))
    before = await state_of(log, entity)
    for seq in (1, 2, 1):
        copy = await log.at(seq)
        assert copy is not None
        await nc.jetstream().publish(copy.subject, copy.body)
    assert await state_of(log, entity) == before
    history = await log.load("directory", "structure", entity)
    assert await log.append(unit(log.network, entity, version=3, expected=history.seq)) == 6


@pytest.mark.parametrize("headers", [
    {"Status": "204"}, {"Status": "404"}, {"Status": "503"}, {"Nats-Sequence": "1"}, {"Nats-Subject": "else"},
    {"Nats-Num-Pending": "0", "Status": "204"}, {"Nats-Num-Pending": "many"},
])  # fmt: skip
async def test_a_message_with_forged_headers_of_the_server_hides_nothing(
    nc: Client, log: Log, headers: dict[str, str]
) -> None:
    entity = uuid4()
    one, two = write(log.network, entity, 1), write(log.network, entity, 2)
    await nc.jetstream().publish(one.subject, one.body, headers=headers)
    await nc.jetstream().publish(two.subject, two.body)
    history = await log.load("directory", "structure", entity)
    assert (history.version, history.seq) == (2, 2)
    assert [m.seq for run in [r async for r in log.read()] for m in run] == [1, 2]


async def test_data_against_their_type_take_a_turn_but_change_no_state(nc: Client, log: Log) -> None:
    """Another release may well read them (a new value of an enumeration), so the order must not depend on it."""
    entity = uuid4()
    await log.append(unit(log.network, entity))
    two = write(log.network, entity, 2)
    await nc.jetstream().publish(two.subject, changed(two.body, data={"kind": "a ministry of magic"}))
    history = await log.load("directory", "structure", entity)
    assert (history.version, history.seq) == (2, 2)
    with pytest.raises(Void, match="unreadable-data"):
        _ = history.events[1].data


async def test_an_entity_is_loaded_alone_from_among_others(log: Log) -> None:
    entities = [uuid4() for _ in range(60)]
    for version in (1, 2, 3):
        histories = await asyncio.gather(*(log.load("directory", "structure", e) for e in entities))
        await asyncio.gather(
            *(
                log.append(unit(log.network, e, version=version, expected=h.seq))
                for e, h in zip(entities, histories, strict=True)
            )
        )
    for entity in entities[::7]:
        history = await log.load("directory", "structure", entity)
        assert [(e.entity_id, e.version) for e in history.events] == [(str(entity), n) for n in (1, 2, 3)]


async def test_an_entity_of_thousands_of_events_is_loaded_whole(log: Log) -> None:
    entity = uuid4()
    for n in range(3):
        expected = (await log.load("directory", "structure", entity)).seq
        await log.append(unit(log.network, entity, events=1000, version=1 + 1000 * n, expected=expected))
    assert (await log.load("directory", "structure", entity)).version == 3000


async def test_an_entity_that_is_not_there_has_no_history(log: Log) -> None:
    history = await log.load("directory", "structure", uuid4())
    assert (history.events, history.version, history.seq) == ([], 0, 0)
