"""Mistakes that are planted in the kernel's parts, each by a subclass or an argument, to see that the worlds find it.

Each is one that somebody could make: it leaves most of what happens as it was."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from datetime import date
from typing import Any
from uuid import UUID

import msgspec

from shared.contract.envelope import Message
from shared.kernel.command_handler import Executor
from shared.kernel.decider import Decider
from shared.kernel.eventlog.event_log import History, Log, Unit
from shared.kernel.line import Fact
from shared.kernel.reactions import Reaction
from shared.kernel.views.projection import Batch, View
from shared.kernel.views.projector import Runner
from tests.simulation.process import Delivered, Parts
from tests.simulation.store import MemoryLease, MemoryStore


def never_folded_anew(view: View) -> View:
    """A view that takes each event as it comes."""
    return replace(view, of_log=True)


class LiftsIgnored(Log):
    """Who reads the log reads a lifted strike as one more strike."""

    async def load(self, service: str, entity: str, id: UUID, *, shows: int = 0) -> History:
        found = await super().load(service, entity, id, shows=shows)
        events = [
            msgspec.structs.replace(
                one, cloud=msgspec.structs.replace(one.cloud, type="EventStruck", data=_reason(one))
            )
            if one.type == "StrikeLifted"
            else one
            for one in found.events
        ]
        return replace(found, events=events)


def _reason(event: Any) -> msgspec.Raw:
    said = msgspec.json.decode(bytes(event.cloud.data)) | {"reason": "x"}
    return msgspec.Raw(msgspec.json.encode(said))


def by_the_log(decider: Decider[Any]) -> Decider[Any]:
    """A decider that folds in the order of the log, whatever the day."""

    class ByTheLog(Decider[Any]):
        def on(self, line: Sequence[Fact], day: date | None = None) -> Any:
            return self.fold(fact.event for fact in sorted(line, key=lambda fact: fact.seq))

        def wrong_after(self, before: Sequence[Fact], after: Sequence[Fact]) -> list[Any]:
            def told(line: Sequence[Fact]) -> list[Fact]:
                return sorted(line, key=lambda fact: fact.seq)

            return super().wrong_after(told(before), told(after))

    return ByTheLog(**{one.name: getattr(decider, one.name) for one in fields(decider) if one.init})


class AnsweredBeforeWritten(Log):
    """It acknowledges what it has not written yet."""

    async def append(self, unit: Unit) -> int:
        self.under_way = asyncio.create_task(super().append(unit))
        self.under_way.add_done_callback(lambda done: done.cancelled() or done.exception())
        return self.shown + len(unit.writes)


class CheckpointFirst(MemoryStore):
    """A store that says how far it is before it is there."""

    async def put(self, batch: Batch) -> None:
        await super().put(Batch(checkpoints=batch.checkpoints))
        await self._takes()
        await super().put(batch)


class TakenForNew(Executor):
    """A command that came before is decided once more."""

    async def _look(self, decider: Decider[Any], command: Any, sent: Any) -> Any:
        return await super()._look(decider, command, replace(sent, id=UUID(int=0)))


class LeaseIgnored(MemoryLease):
    async def take(self) -> bool:
        await super().take()
        return True

    async def renew(self, notes: Mapping[str, Any]) -> bool:
        await super().renew(notes)
        return True


class NobodyAgrees(MemoryStore):
    """Each replica believes that it is the one that writes."""

    def lease(self, views: Sequence[View]) -> MemoryLease | None:
        return LeaseIgnored(self, views, self._outside) if self.shared else None


class NothingExpected(Log):
    """It writes whatever others wrote meanwhile."""

    async def append(self, unit: Unit) -> int:
        for entity in unit.expected:
            service, kind, id = entity.split(".")[1:]
            unit.expected[entity] = (await self.load(service, kind, UUID(id))).seq
        return await super().append(unit)


class NothingGuarded(Log):
    """What a decision read may change until it is written."""

    async def append(self, unit: Unit) -> int:
        unit.reads.clear()
        return await super().append(unit)


class OlderOverNewer(MemoryStore):
    """Piece by piece, without looking whether a newer one is there."""

    def _keep(self, view: View, key: str, row: tuple[int, bytes | None]) -> None:
        found = self.disk.tables.get(view.table)
        if found is not None:
            found.rows[key] = row


class NotWaitedFor(Runner):
    """Who asks for what they wrote is told that it is there already."""

    async def wait_for(self, seq: int, timeout: float = 5.0) -> bool:
        return True


class SentAtMostOnce(Delivered):
    """What was delivered is acknowledged before anything is done about it."""

    async def _handle(self, reaction: Reaction[Any], message: Any) -> None:
        await message.raw_message.ack()
        await super()._handle(reaction, message)


class AnotherIdEachTime(Delivered):
    """The commands of a reaction have new ids at each delivery."""

    async def react(self, reaction: Reaction[Any], message: Message) -> None:
        service = self._service

        class Around:
            def __getattr__(self, name: str) -> Any:
                return getattr(service, name)

            async def execute(self, command: Any, *, id: UUID, **more: Any) -> Any:
                return await service.execute(command, id=service.outside.new_id(), **more)

        self._service = Around()
        try:
            await super().react(reaction, message)
        finally:
            self._service = service


PLANTED: Mapping[str, tuple[Parts, int]] = {
    "a view never folds anew": (Parts(view=never_folded_anew), 60),
    "a lift is ignored": (Parts(log=LiftsIgnored), 200),
    "deciders go by the order of the log": (Parts(decider=by_the_log), 200),
    "acknowledged before it is written": (Parts(log=AnsweredBeforeWritten), 30),
    "the checkpoint before what it stands for": (Parts(store=CheckpointFirst), 100),
    "a repeated command is taken for new": (Parts(executor=TakenForNew), 100),
    "the lease is ignored": (Parts(store=NobodyAgrees), 100),
    "the expected sequence is dropped": (Parts(log=NothingExpected), 200),
    "what was read is not guarded": (Parts(log=NothingGuarded), 1000),
    "an older document takes the place of a newer": (Parts(store=OlderOverNewer), 3000),
    "what one wrote is not waited for": (Parts(runner=NotWaitedFor), 100),
    "a reaction is acknowledged before it was done": (Parts(reactions=SentAtMostOnce), 200),
    "a reaction's commands have new ids": (Parts(reactions=AnotherIdEachTime), 200),
}
"""What was planted → the parts that hold it, and within how many seeds it must be found"""
