"""A decision over entities of several kinds: read on the day of the command, written in one atomic batch, all lines
looked at afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.contract import Event
from shared.contract.directory.casework import SupportGiven
from shared.contract.directory.structures import StructureClosed, StructureRegistered, StructureReopened
from shared.contract.envelope import opened
from shared.kernel.command_handler import Executor, Outcome, new_command_id, told_of
from shared.kernel.correcting import StrikeEvents
from shared.kernel.decider import Beside, Command, Context, Decider, Decision, Elsewhere, Place, Refused
from shared.kernel.eventlog.event_log import Log
from shared.persons.keys.keyring import Keyring
from tests.fixtures.log_writing import everything


@dataclass(frozen=True)
class Shop:
    there: bool = False
    closed: bool = False
    cases: int = 0


def _shop(state: Shop, event: Event) -> Shop:
    match event:
        case StructureRegistered():
            return Shop(True)
        case StructureClosed():
            return replace(state, closed=True)
        case StructureReopened():
            return replace(state, closed=False)
    return state


class Found(Command):
    entity = "structure"
    creates = True


class Close(Command):
    entity = "structure"
    structure: UUID


class LastSupport(Command):
    """Supports a structure for the last time: the support is noted, and the structure closed, both or neither."""

    entity = "support"
    creates = True
    structure: UUID

    @property
    def place(self) -> Place:
        return Place("structure", self.structure)

    def alongside(self) -> Sequence[Beside]:
        return (self.place,)


def _last(command: LastSupport, state: bool, context: Context) -> Decision:
    shop: Shop = context.others[command.place]
    if not shop.there:
        raise Refused("unknown-structure")
    if shop.closed:
        raise Refused("structure-closed", day=context.lines[command.place][-1].day)
    support = SupportGiven(structure=command.structure, kind="communication")
    return [Elsewhere(command.structure, StructureClosed(reason="fin")), support]


def _allows(state: Shop, event: Event) -> str | None:
    return "structure-closed" if isinstance(event, StructureClosed) and state.closed else None


SHOP = Decider(
    "structure",
    Shop(),
    _shop,
    {
        Found: lambda command, state, context: [StructureRegistered(name="Kynarou", kind="association")],
        Close: lambda command, state, context: [] if state.closed else [StructureClosed(reason="fin")],
    },
    allows=_allows,
    births=(StructureRegistered,),
)
SUPPORT = Decider(
    "support",
    False,
    lambda state, event: state or isinstance(event, SupportGiven),
    {LastSupport: _last},
    births=(SupportGiven,),
    beside=lambda event: [Place("structure", event.structure)] if isinstance(event, SupportGiven) else (),
)


class Desk:
    def __init__(self, log: Log, folder: Path) -> None:
        self.clock = datetime(2026, 6, 1, 10, tzinfo=UTC)
        keys = Keyring(folder, log.network, "directory")
        self.execute = Executor(log, keys, "directory", [SHOP, SUPPORT], lambda: self.clock)

    async def do(self, command: Command, day: str | None = None) -> Outcome | str:
        at = date.fromisoformat(day) if day else None
        try:
            return await self.execute(command, id=new_command_id(), actor="staff:test", at=at)
        except Refused as no:
            return no.code

    async def done(self, command: Command, day: str | None = None) -> Outcome:
        found = await self.do(command, day)
        assert isinstance(found, Outcome), found
        return found

    async def state(self, decider: Decider[Any], id: UUID) -> Any:
        return decider.on(told_of(await self.execute.history(decider.entity, id)).line)


@pytest.fixture
def desk(log: Log, tmp_path: Path) -> Desk:
    return Desk(log, tmp_path / "keys")


async def test_two_kinds_are_written_in_one_batch_and_each_has_its_own_turn(desk: Desk, log: Log) -> None:
    shop = (await desk.done(Found(), "2020-01-01")).entity_id
    done = await desk.done(LastSupport(structure=shop), "2021-01-01")
    assert done.events == ("StructureClosed", "SupportGiven") and done.seq == 3
    events = [opened(message) for message in await everything(log)]
    assert [(one.entity, one.version) for one in events] == [("structure", 1), ("structure", 2), ("support", 1)]
    assert len({one.cloud.commandid for one in events[1:]}) == 1
    assert (await desk.state(SHOP, shop)).closed and await desk.state(SUPPORT, done.entity_id)


async def test_another_kind_is_seen_by_its_own_decider_on_the_commands_day(desk: Desk) -> None:
    shop = (await desk.done(Found(), "2020-01-01")).entity_id
    await desk.done(Close(structure=shop), "2022-01-01")
    assert await desk.do(LastSupport(structure=shop), "2023-01-01") == "structure-closed"
    assert await desk.do(LastSupport(structure=uuid4()), "2023-01-01") == "unknown-structure"
    # On that day it was open; but then it would be closed twice, as its line says.
    assert await desk.do(LastSupport(structure=shop), "2021-01-01") == "later-stands-against"
    assert await desk.execute._log.last() == 2


async def test_a_correction_reaches_the_other_kind_too(desk: Desk) -> None:
    shop = (await desk.done(Found(), "2020-01-01")).entity_id
    done = await desk.done(LastSupport(structure=shop), "2021-01-01")
    event = UUID((await desk.execute.history("support", done.entity_id)).events[0].id)
    struck = await desk.done(StrikeEvents(kind="support", about=done.entity_id, events=[event], reason="doublon"))
    assert struck.events == ("EventStruck", "EventStruck")
    assert not (await desk.state(SHOP, shop)).closed and not await desk.state(SUPPORT, done.entity_id)


async def test_of_two_who_close_it_at_once_one_is_too_late(desk: Desk, log: Log, tmp_path: Path) -> None:
    import asyncio

    other = Desk(log, tmp_path / "keys")
    for _ in range(20):
        shop = (await desk.done(Found(), "2020-01-01")).entity_id
        both = await asyncio.gather(*(d.do(LastSupport(structure=shop), "2021-01-01") for d in (desk, other)))
        assert sorted(isinstance(one, Outcome) for one in both) == [False, True], both
        assert "structure-closed" in both
        assert len((await desk.execute.history("structure", shop)).events) == 2
