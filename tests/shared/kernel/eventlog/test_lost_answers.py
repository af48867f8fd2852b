"""A bad network between us and the server: what is acknowledged is in the log exactly once, nothing is refused
falsely."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest

from shared.base.cancellation import end
from shared.contract.directory.structures import StructureRegistered
from shared.kernel.eventlog.atomic_batch import Patience
from shared.kernel.eventlog.event_log import Conflict, Log, Unavailable, Unit
from shared.runtime.nats.embedded_server import NatsServer
from tests.fixtures.bad_network import BadNetwork, Fault
from tests.fixtures.log_writing import everything, ids, unit, write

# nats-py leaves the writer of an attempt to reconnect unclosed when that attempt is cut in turn.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


HURRIED = Patience(answer=0.3)
"""An answer counts as lost after 0.3 s instead of 5."""


@asynccontextmanager
async def log_through(
    net: BadNetwork, server: NatsServer, network: str, patience: Patience = HURRIED
) -> AsyncIterator[Log]:
    nc = await NatsServer(server.folder, port=net.port).connect("through the bad network")
    log = Log(nc, network, patience=patience)
    await log.start()
    yield log
    await log.stop()
    await nc.close()


@pytest.mark.parametrize("fault", Fault)
@pytest.mark.parametrize("events", [1, 3])
async def test_one_commit_whose_answer_is_lost_is_written_once_and_acknowledged(
    nats_server: NatsServer, log: Log, fault: Fault, events: int
) -> None:
    async with BadNetwork(nats_server.port).running() as net, log_through(net, nats_server, log.network) as through:
        one = unit(log.network, uuid4(), events=events)
        appending = asyncio.create_task(through.append(one))
        await asyncio.sleep(0)  # the task has asked; the answer is not here yet
        await net.suffer(fault, 0.4)
        assert await appending == events
    assert ids(await everything(log)) == [w.id for w in one.writes]


async def test_after_a_lost_answer_what_another_process_wrote_under_the_same_ids_is_not_taken_for_ours(
    nats_server: NatsServer, log: Log
) -> None:
    """As when two bodies come under one command id: the one whose answer is lost must learn that it lost."""
    entity, id = uuid4(), uuid4()
    theirs, ours = (write(log.network, entity, id=id, event=event) for event in map(registered, ("Une", "Autre")))
    await log.append(Unit([theirs], {theirs.entity: 0}))
    async with BadNetwork(nats_server.port).running() as net, log_through(net, nats_server, log.network) as through:
        one = Unit([ours], {ours.entity: 0})
        appending = asyncio.create_task(through.append(one))
        await asyncio.sleep(0)
        await net.suffer(Fault.SWALLOW, 0.4)
        assert await appending == 1 and one.repeated
    assert [message.body for message in await everything(log)] == [theirs.body]


def registered(name: str) -> StructureRegistered:
    return StructureRegistered(name=name, kind="association")


@pytest.mark.slow
@pytest.mark.parametrize("fault", Fault)
async def test_under_hundreds_of_commits_a_bad_network_loses_nothing_and_doubles_nothing(
    nats_server: NatsServer, log: Log, fault: Fault
) -> None:
    dice = random.Random(fault.value)
    async with BadNetwork(nats_server.port).running() as net, log_through(net, nats_server, log.network) as through:

        async def steadily() -> list[tuple[Unit, object]]:
            """Chains of three decisions on one entity: each expects what the one before it left."""
            done: list[tuple[Unit, object]] = []
            entity, expected = uuid4(), 0
            for n in range(3):
                events = dice.randint(1, 3)
                one = unit(log.network, entity, events=events, version=1 + 3 * n, expected=expected)
                await asyncio.sleep(dice.random())
                outcome = (await asyncio.gather(through.append(one), return_exceptions=True))[0]
                done.append((one, outcome))
                if not isinstance(outcome, int):
                    break
                expected = outcome
            return done

        working = [asyncio.create_task(steadily()) for _ in range(150)]
        for _ in range(4):
            await asyncio.sleep(dice.random() * 0.3)
            await net.suffer(fault, dice.random() * 0.4)
        done = [pair for some in await asyncio.gather(*working) for pair in some]
    held = ids(await everything(log))
    assert len(held) == len(set(held)), "an event was written twice"
    place = {id: seq for seq, id in enumerate(held, 1)}
    for one, outcome in done:
        assert outcome == place.get(one.writes[-1].id), f"{outcome!r}"
        assert [w.id for w in one.writes] == held[outcome - len(one.writes) : outcome]  # type: ignore[operator]


async def test_a_conflict_is_still_a_conflict_when_its_answer_is_lost(nats_server: NatsServer, log: Log) -> None:
    entity = uuid4()
    await log.append(unit(log.network, entity))
    async with BadNetwork(nats_server.port).running() as net, log_through(net, nats_server, log.network) as through:
        stale = asyncio.create_task(through.append(unit(log.network, entity, version=2, expected=0)))
        await asyncio.sleep(0)
        await net.suffer(Fault.SWALLOW, 0.5)
        with pytest.raises(Conflict):
            await stale
    assert await log.last() == 1


@pytest.mark.slow
async def test_a_log_that_stays_away_is_unavailable_to_all_at_about_the_same_time(
    nats_server: NatsServer, log: Log
) -> None:
    short = Patience(answer=0.3, trying=0.5)
    async with (
        BadNetwork(nats_server.port).running() as net,
        log_through(net, nats_server, log.network, short) as through,
    ):
        asking = [asyncio.create_task(through.append(unit(log.network, uuid4()))) for _ in range(150)]
        await asyncio.sleep(0)
        away = asyncio.create_task(net.suffer(Fault.STALL, 600.0))
        async with asyncio.timeout(60):
            outcomes = await asyncio.gather(*asking, return_exceptions=True)
        assert all(isinstance(o, Unavailable) for o in outcomes)
        await end(away)
