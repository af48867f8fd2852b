"""Executing a command: load the entity, decide, seal, append. What a conflict means is decided here and nowhere else.

The same command may come twice (a double click, a retry after a lost answer): its id is in the events it made, so the
second time nothing is decided and the first outcome is returned.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from time import perf_counter
from typing import Any, get_args
from uuid import UUID
from weakref import WeakValueDictionary

from uuid_utils import uuid7

from shared import tracing
from shared.contract import Event
from shared.decider import Command, Context, Decider, Decision, Elsewhere, Refused, derived_id
from shared.envelope import BODY_LIMIT, Provenance, Recorded, Void, address, sealed_body
from shared.keyring import Forgotten, Keyring, addresses_in, personal_fields
from shared.log import Conflict, History, Log, Unavailable, Unit, Write
from shared.personal import Personal
from shared.telemetry import tally

LAG = 0.1  # seconds
TRIES = 8  # decisions on an entity that others change meanwhile, before it is given up


class Stale(Exception):
    """The entity has changed since the form was shown. `version` is where it stands now."""

    def __init__(self, version: int) -> None:
        super().__init__(f"the entity is at version {version} now")
        self.version = version


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command came to: the entity, the sequence to wait for, the types of the events, whether it was new."""

    entity_id: UUID
    seq: int
    events: tuple[str, ...]
    repeated: bool = False


def new_command_id() -> UUID:
    """A UUIDv7 (RFC 9562): a form carries one, so that sending it twice is one command."""
    return UUID(int=uuid7().int)


def utc_now() -> datetime:
    return datetime.now(UTC)


class Executor:
    """Executes the commands of one service. `deciders` are all of its aggregates."""

    def __init__(
        self,
        log: Log,
        keyring: Keyring,
        service: str,
        deciders: Iterable[Decider[Any]],
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._log, self._keyring, self._service, self._clock = log, keyring, service, clock
        self._by_command: Mapping[type[Command], Decider[Any]] = {
            command: decider for decider in deciders for command in decider.decisions
        }
        self.commands: Mapping[str, type[Command]] = {c.__name__: c for c in self._by_command}
        self._locks: WeakValueDictionary[UUID, asyncio.Lock] = WeakValueDictionary()
        self._tally = tally(service)

    async def __call__(
        self,
        command: Command,
        *,
        id: UUID,
        actor: str,
        at: datetime | None = None,
        version: int | None = None,
        cause: Recorded | None = None,
    ) -> Outcome:
        """Executes `command` once, whatever happens.

        `at`: when it happened, if not now. `version`: the entity's version that the asker saw; if it has moved on,
        Stale. `cause`: the event that this reacts to. Raises Refused, Stale, Conflict (others were faster, again and
        again) and Unavailable.
        """
        name, outcome = type(command).__name__, "failed"
        try:
            done = await self._once(command, id, actor, at, version, cause)
            outcome = "repeated" if done.repeated else "done"
            return done
        except (Refused, Stale, Conflict, Unavailable) as no:
            outcome = type(no).__name__.lower()
            raise
        finally:
            self._tally.commands[name, outcome] += 1

    async def _once(
        self,
        command: Command,
        id: UUID,
        actor: str,
        at: datetime | None,
        version: int | None,
        cause: Recorded | None,
    ) -> Outcome:
        now = self._clock()
        if at is not None and at.tzinfo is None:
            raise ValueError("a time needs its zone")
        if at is not None and at > now + timedelta(minutes=5):
            raise Refused("time-in-future")
        context = Context(at=at or now, now=now, command=id, actor=actor)
        decider = self._by_command[type(command)]
        target = command.target(context)
        # Commands on one entity queue up here, since they would only get in each other's way in the log.
        lock = self._locks.setdefault(target, asyncio.Lock())
        async with lock:
            # A created entity is not there yet, so its first try needs no look at the log.
            history = History([], 0, 0) if command.creates else await self._load(decider, target)
            for _ in range(TRIES):
                done = _outcome_of(history, id, target)
                if done is not None:
                    return done
                if version is not None and version != history.version:
                    raise Stale(history.version)
                state = decider.fold(readable(history.events))
                others = {other: await self._load(decider, other) for other in command.alongside()}
                if others:
                    states = {other: decider.fold(readable(found.events)) for other, found in others.items()}
                    context = replace(context, others=states)
                events = decider.decide(command, state, context)
                if not events:
                    return Outcome(target, history.seq, (), repeated=True)
                try:
                    with tracing.span(
                        f"append {_event(events[-1]).type_name()}", "producer", maillage__service=self._service
                    ):
                        return await self._append(events, target, {**others, target: history}, context, cause)
                except Conflict:
                    before, history = history.seq, await self._load(decider, target)
                    if history.seq == before:
                        await asyncio.sleep(LAG)  # it was read from a replica of the log that is behind the others
            raise Conflict(f"{decider.entity} {target} changes too fast")

    async def history(self, entity: str, id: UUID, *, shows: int = 0) -> History:
        """The events of one of this service's entities, with the one at the sequence `shows` among them."""
        return await self._log.load(self._service, entity, id, shows=shows)

    async def _load(self, decider: Decider[Any], id: UUID) -> History:
        return await self._log.load(self._service, decider.entity, id)

    async def _append(
        self,
        decision: Decision,
        target: UUID,
        histories: Mapping[UUID, History],
        context: Context,
        cause: Recorded | None,
    ) -> Outcome:
        by = Provenance(
            actor=context.actor,
            command=context.command,
            correlation=UUID(cause.cloud.correlationid) if cause else context.command,
            causation=UUID(cause.id) if cause else None,
            traceparent=tracing.traceparent(),
        )
        events = tuple(map(_event, decision))
        personal = [event for event in events if _about_persons(type(event))]
        if personal:
            try:
                await self._keyring.ensure(
                    {value.person for event in personal for value in personal_fields(event).values() if value.person},
                    {one for event in personal for one in addresses_in(event)},
                )
            except Forgotten:
                raise Refused("person-forgotten") from None
        writes = []
        expected: dict[str, int] = {}
        versions = {id: history.version for id, history in histories.items()}
        for n, one in enumerate(decision, 1):
            event, id = _event(one), one.id if isinstance(one, Elsewhere) else target
            versions[id] += 1
            # The entity is part of it: one command id used for two entities by mistake must not look like a retry.
            event_id = derived_id(context.command, f"{event.entity}/{id}/event/{n}")
            body = sealed_body(
                self._log.network,
                self._sealed(event, event_id) if personal else event,
                id,
                id=event_id,
                version=versions[id],
                at=context.at,
                now=context.now,
                by=by,
            )
            if len(body) > BODY_LIMIT:
                raise Refused("too-large", bytes=len(body), limit=BODY_LIMIT)
            writes.append(Write(address(self._log.network, event, id), str(event_id), body))
            expected[writes[-1].entity] = histories[id].seq
        unit = Unit(writes, expected)
        start = perf_counter()
        seq = await self._log.append(unit)
        self._tally.appends.observe(perf_counter() - start)
        if unit.repeated:
            raise Conflict("its outcome is in the log")
        return Outcome(target, seq, tuple(e.type_name() for e in events))

    def _sealed(self, event: Event, event_id: UUID) -> Event:
        try:
            return self._keyring.seal(event, event_id)
        except Forgotten:  # since `ensure`
            raise Refused("person-forgotten") from None


def _event(one: Event | Elsewhere) -> Event:
    return one.event if isinstance(one, Elsewhere) else one


@cache
def _about_persons(kind: type[Event]) -> bool:
    """Whether events of this type have personal fields: asked once a type, since most have none."""

    def personal(annotation: Any) -> bool:
        return annotation is Personal or any(personal(part) for part in get_args(annotation))

    return any(personal(field.annotation) for field in kind.model_fields.values())


def readable(events: Iterable[Recorded]) -> Iterable[Event]:
    """What deciders fold: events of types we know, with data that is of their type."""
    for event in events:
        try:
            yield event.data
        except (KeyError, Void):
            continue


def _outcome_of(history: History, command: UUID, target: UUID) -> Outcome | None:
    if not history.events:
        return None
    id = str(command)
    own = [e for e in history.events if e.cloud.commandid == id]
    return Outcome(target, own[-1].seq, tuple(e.type for e in own), repeated=True) if own else None
