"""Appending: whole or not at all, once, in order, and only where the entity stands as it was seen."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import pytest
from nats.aio.client import Client

from shared.contract.envelope import BODY_LIMIT
from shared.kernel.eventlog import group_commit as committing
from shared.kernel.eventlog.atomic_batch import publish
from shared.kernel.eventlog.direct_get import DirectGet
from shared.kernel.eventlog.event_log import Conflict, Log, Unavailable, Unit, Write
from shared.kernel.eventlog.group_commit import Committer
from tests.fixtures.log_writing import everything, ids, unit, write


async def test_an_event_that_was_appended_is_in_the_log_byte_for_byte(log: Log) -> None:
    one = unit(log.network, uuid4())
    assert await log.append(one) == 1
    assert await everything(log) == [(1, one.writes[0].subject, one.writes[0].body)]
    assert await log.at(1) == (1, one.writes[0].subject, one.writes[0].body)
    assert await log.at(2) is None
    assert await log.last() == 1


async def test_the_events_of_one_decision_lie_side_by_side(log: Log) -> None:
    await log.append(unit(log.network, uuid4()))
    several = unit(log.network, uuid4(), events=5)
    assert await log.append(several) == 6
    assert ids(await everything(log, after=1)) == [w.id for w in several.writes]


async def test_a_decision_over_several_entities_is_written_with_an_expectation_on_each(log: Log) -> None:
    one, two = uuid4(), uuid4()
    await log.append(unit(log.network, one))
    await log.append(unit(log.network, two))
    both = unit(log.network, one, two, events=2, version=2)
    both.expected = {both.writes[0].entity: 1, both.writes[2].entity: 2}
    assert await log.append(both) == 6


async def test_one_stale_expectation_among_several_entities_writes_nothing(log: Log) -> None:
    one, two = uuid4(), uuid4()
    await log.append(unit(log.network, one))
    await log.append(unit(log.network, two))
    both = unit(log.network, one, two, version=2)
    both.expected = {both.writes[0].entity: 1, both.writes[1].entity: 1}
    with pytest.raises(Conflict):
        await log.append(both)
    assert await log.last() == 2


@pytest.mark.parametrize("events", [1, 3])
async def test_a_stale_expectation_is_a_conflict_and_writes_nothing(log: Log, events: int) -> None:
    entity = uuid4()
    await log.append(unit(log.network, entity, events=2))
    for expected in (0, 1, 7):
        with pytest.raises(Conflict):
            await log.append(unit(log.network, entity, events=events, version=2, expected=expected))
    assert await log.last() == 2


async def test_a_conflict_does_not_mix_up_entities_of_like_names(log: Log) -> None:
    entity = uuid4()
    await log.append(unit(log.network, entity))
    other = write(log.network, entity)  # the same id, but a contact
    other = Write(other.subject.replace(".structure.", ".contact."), other.id, other.body)
    assert await log.append(Unit([other], {other.entity: 0})) == 2


async def test_of_256_commands_at_once_only_the_stale_one_is_refused(log: Log) -> None:
    known = uuid4()
    await log.append(unit(log.network, known))
    units = [unit(log.network, uuid4(), events=1 + n % 3) for n in range(255)]
    stale = unit(log.network, known, version=2, expected=0)
    units.insert(100, stale)
    outcomes = await asyncio.gather(*(log.append(u) for u in units), return_exceptions=True)
    assert isinstance(outcomes.pop(100), Conflict)
    units.remove(stale)
    held = dict(enumerate(ids(await everything(log)), 1))
    assert [held[seq] for seq in outcomes] == [u.writes[-1].id for u in units]  # type: ignore[index]
    assert len(held) == 1 + sum(len(u.writes) for u in units)


async def test_commands_that_arrive_together_are_one_batch(nc: Client, log: Log) -> None:
    sizes: list[int] = []

    async def counted(nc: Client, stream: str, group: Sequence[Unit], *more: Any) -> int:
        sizes.append(len(group))
        return await publish(nc, stream, group, *more)

    committer = Committer(nc, log.network, DirectGet(nc, log.network), write=counted)
    committer.start()
    await asyncio.gather(*(committer.append(unit(log.network, uuid4())) for _ in range(600)))
    await committer.stop()
    assert len(sizes) <= 4 and max(sizes) == committing.BATCH


async def test_of_two_commands_on_one_entity_at_once_one_wins_if_both_expect_the_same(log: Log) -> None:
    entity = uuid4()
    outcomes = await asyncio.gather(*(log.append(unit(log.network, entity)) for _ in range(2)), return_exceptions=True)
    assert outcomes[0] == 1 and isinstance(outcomes[1], Conflict)
    assert await log.last() == 1


async def test_of_two_commands_on_one_entity_at_once_both_go_in_order_if_the_second_expects_the_first(log: Log) -> None:
    entity = uuid4()
    first, second = unit(log.network, entity), unit(log.network, entity, version=2, expected=1)
    assert await asyncio.gather(log.append(first), log.append(second)) == [1, 2]  # type: ignore[comparison-overlap]


async def test_the_same_unit_appended_again_is_a_success_and_no_second_event(log: Log) -> None:
    entity = uuid4()
    writes = unit(log.network, entity, events=2).writes
    for _ in range(3):
        assert await log.append(Unit(writes, {writes[0].entity: 0})) == 2
    await log.append(unit(log.network, entity, version=3, expected=2))
    assert await log.append(Unit(writes, {writes[0].entity: 0})) == 2
    assert await log.last() == 3


@pytest.mark.parametrize("events", [1, 2])
async def test_an_id_used_for_two_entities_is_never_acknowledged_without_being_written(log: Log, events: int) -> None:
    id, other = uuid4(), uuid4()
    first = write(log.network, uuid4(), id=id)
    await log.append(Unit([first], {first.entity: 0}))
    writes = [write(log.network, other, id=id)] + [write(log.network, other, 2)] * (events - 1)
    with pytest.raises(Conflict):  # within the server's duplicate window
        await log.append(Unit(writes, {writes[0].entity: 0}))
    assert await log.last() == 1


async def test_a_decision_of_a_thousand_events_is_written_and_a_larger_one_refused(log: Log) -> None:
    assert await log.append(unit(log.network, uuid4(), events=1000)) == 1000
    with pytest.raises(ValueError, match="1 to 1000 events, not 1001"):
        await log.append(unit(log.network, uuid4(), events=1001))
    with pytest.raises(ValueError, match="not 0"):
        await log.append(Unit([], {}))
    assert await log.last() == 1000


async def test_an_event_that_is_too_large_is_refused_and_holds_up_nobody(log: Log) -> None:
    large = write(log.network, uuid4())
    large = Write(large.subject, large.id, b"x" * (BODY_LIMIT + 1))
    outcomes = await asyncio.gather(
        log.append(Unit([large], {large.entity: 0})), log.append(unit(log.network, uuid4())), return_exceptions=True
    )
    assert isinstance(outcomes[0], ValueError) and outcomes[1] == 1


async def test_many_large_events_at_once_all_arrive(log: Log) -> None:
    def large() -> Unit:
        small = write(log.network, uuid4())
        return Unit([Write(small.subject, small.id, b"x" * BODY_LIMIT)], {small.entity: 0})

    assert sorted(await asyncio.gather(*(log.append(large()) for _ in range(60)))) == list(range(1, 61))


async def test_an_entity_without_an_expectation_is_refused(log: Log) -> None:
    one = unit(log.network, uuid4())
    with pytest.raises(ValueError, match="expectation"):
        await log.append(Unit(one.writes, {}))


async def test_whoever_goes_away_meanwhile_does_not_spoil_it_for_the_others(log: Log) -> None:
    known = uuid4()
    await log.append(unit(log.network, known))
    units = [unit(log.network, uuid4()) for _ in range(100)]
    units.insert(50, unit(log.network, known, version=2, expected=0))  # so that each must go alone
    for pause in (0.0, 0.001, 0.003, 0.01):
        tasks = [asyncio.create_task(log.append(Unit(u.writes, u.expected))) for u in units]
        await asyncio.sleep(pause)
        for task in tasks[::7]:
            task.cancel()
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        kept = [o for n, o in enumerate(outcomes) if n % 7 and n != 50]
        assert all(isinstance(o, int) for o in kept), kept


async def test_a_log_that_is_closed_says_so_instead_of_waiting_for_ever(log: Log) -> None:
    late = [asyncio.create_task(log.append(unit(log.network, uuid4()))) for _ in range(10)]
    await asyncio.sleep(0)
    await log.stop()
    outcomes = await asyncio.gather(*late, return_exceptions=True)
    assert all(isinstance(o, Unavailable) for o in outcomes)
    with pytest.raises(Unavailable):
        await log.append(unit(log.network, uuid4()))
