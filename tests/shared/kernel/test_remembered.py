"""What the executor remembers: never another answer than the log's, within its bytes, without a read where nothing else
wrote."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from nats.aio.client import Client

from services.membership.members.domain.member import (
    MEMBER,
    ChangeCollege,
    JoinNetwork,
    LeaveNetwork,
    RenewMembership,
)
from shared.kernel.command_handler import Executor, Outcome, Stale, new_command_id, told_of
from shared.kernel.correcting import StrikeEvents
from shared.kernel.decider import Command, Place, Refused
from shared.kernel.eventlog.event_log import History, Log
from shared.kernel.remembered import Memory
from shared.notions.structure_on_record import member_of
from shared.persons.keys.keyring import Keyring


class Counting(Log):
    """A log that counts how often an entity is read."""

    loads = 0

    async def load(self, service: str, entity: str, id: UUID, *, shows: int = 0) -> History:
        self.loads += 1
        return await super().load(service, entity, id, shows=shows)


class Office:
    def __init__(self, log: Counting, folder: Path, memory: Memory | None = None) -> None:
        self.log, self.memory = log, Memory() if memory is None else memory
        self.clock = datetime(2026, 6, 1, 10, tzinfo=UTC)
        keys = Keyring(folder, log.network, "membership")
        self.execute = Executor(log, keys, "membership", [MEMBER], lambda: self.clock, memory=self.memory)

    async def do(self, command: Command, day: date | None = None, **more: Any) -> Outcome | str:
        more.setdefault("id", new_command_id())
        try:
            return await self.execute(command, actor="staff:test", at=day, **more)
        except Refused as no:
            return no.code


@pytest.fixture
async def offices(nc: Client, network: str, tmp_path: Path) -> AsyncIterator[list[Office]]:
    """Two processes on one log, and a third that remembers nothing."""
    logs = [Counting(nc, network) for _ in range(3)]
    for log in logs:
        await log.start()
    yield [Office(log, tmp_path / "keys", Memory(0) if n == 2 else None) for n, log in enumerate(logs)]
    for log in logs:
        await log.stop()


def join(structure: UUID) -> JoinNetwork:
    return JoinNetwork(structure=structure, name="Kynarou", college="associative", charter_version=1)


async def test_an_entity_that_was_written_to_again_is_read_once(offices: list[Office]) -> None:
    """What begins is not remembered: most are left alone then, and an import begins thousands."""
    office, structure = offices[0], uuid4()
    await office.do(join(structure), date(2016, 1, 1))
    before = office.log.loads
    assert isinstance(await office.do(RenewMembership(member=member_of(structure), year=2016)), Outcome)
    assert office.log.loads == before + 1
    before = office.log.loads
    for year in range(2017, 2026):
        assert isinstance(await office.do(RenewMembership(member=member_of(structure), year=year)), Outcome)
    assert office.log.loads == before


async def test_nothing_is_refused_or_called_unchanged_before_the_log_was_looked_at(offices: list[Office]) -> None:
    here, there, _ = offices
    structure = uuid4()
    member = member_of(structure)
    await here.do(join(structure), date(2016, 1, 1))
    await there.do(LeaveNetwork(member=member, reason="withdrawal"), date(2017, 1, 1))
    again = await here.do(join(structure), date(2018, 1, 1))  # what is remembered says that it is a member
    assert isinstance(again, Outcome)
    await there.do(RenewMembership(member=member, year=2018))
    outcome = await here.do(RenewMembership(member=member, year=2018))
    assert isinstance(outcome, Outcome) and not outcome.changed


async def test_a_form_is_judged_by_the_version_that_the_log_has(offices: list[Office]) -> None:
    here, there, _ = offices
    structure = uuid4()
    member = member_of(structure)
    await here.do(join(structure), date(2016, 1, 1))
    await there.do(RenewMembership(member=member, year=2017))
    assert isinstance(await here.do(RenewMembership(member=member, year=2018), version=2), Outcome)
    with pytest.raises(Stale):
        await here.do(RenewMembership(member=member, year=2019), version=2)


async def test_a_command_that_comes_again_is_answered_by_its_first_outcome(offices: list[Office]) -> None:
    here, there, _ = offices
    structure, id = uuid4(), new_command_id()
    member = member_of(structure)
    await here.do(join(structure), date(2016, 1, 1))
    first = await there.do(RenewMembership(member=member, year=2017), id=id)
    again = await here.do(RenewMembership(member=member, year=2017), id=id)
    assert isinstance(first, Outcome) and isinstance(again, Outcome) and again.repeated and again.seq == first.seq
    once_more = await there.do(RenewMembership(member=member, year=2017), id=id)
    assert isinstance(once_more, Outcome) and once_more.repeated


@pytest.mark.slow
async def test_what_is_remembered_is_what_the_log_says_after_any_commands(offices: list[Office]) -> None:
    """Two processes that remember and one that does not come to the same, in and out of order, with corrections."""
    chance = random.Random(8)
    structures = [uuid4() for _ in range(4)]
    late = 0
    for _ in range(240):
        structure = chance.choice(structures)
        member = member_of(structure)
        office = chance.choice(offices[:2])
        day = date(2012, 1, 1) + timedelta(days=chance.randrange(4000))
        history = await offices[2].execute.history("member", member)
        strikable = [event for event in history.events if event.type != "EventStruck"]
        commands: list[Command] = [
            join(structure),
            RenewMembership(member=member, year=day.year),
            ChangeCollege(member=member, college=chance.choice(["public", "economic"])),
            LeaveNetwork(member=member, reason=chance.choice(["withdrawal", "lapse"])),
        ]
        if strikable and chance.random() < 0.15:
            event = UUID(chance.choice(strikable).id)
            commands = [StrikeEvents(kind="member", about=member, events=[event], reason="erreur")]
        outcome = await office.do(chance.choice(commands), day)
        late += isinstance(outcome, Outcome) and outcome.changed
        for one in offices[:2]:
            if (known := one.memory.of(Place("member", member))) is None:
                continue
            events = (await offices[2].execute.history("member", member)).events
            told = told_of(History([event for event in events if event.seq <= known.seq], 0, 0))
            assert known.line == told.line and known.version == len([e for e in events if e.seq <= known.seq])
            assert known.end[1] == MEMBER.on(told.line)
            assert known.on(day) == MEMBER.on(told.line, day)
    assert late > 60


async def test_it_holds_within_its_bytes_and_keeps_what_was_asked_for_last(offices: list[Office]) -> None:
    office, structures = Office(offices[0].log, Path(offices[0].execute._keyring.folder), Memory(60_000)), []
    for _ in range(30):
        structures.append(uuid4())
        await office.do(join(structures[-1]), date(2016, 1, 1))
        await office.do(RenewMembership(member=member_of(structures[0]), year=2016 + len(structures) % 9))
    assert 0 < len(office.memory) < 25
    assert office.memory.of(Place("member", member_of(structures[0]))) is not None
    assert office.memory.of(Place("member", member_of(structures[1]))) is None
