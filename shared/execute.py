"""Executing a command: load the entity, decide, seal, append. What a conflict means is decided here and nowhere else.

The same command may come twice (a double click, a retry after a lost answer): its id is in the events it made, so the
second time nothing is decided and the first outcome is returned.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, get_args
from uuid import UUID
from weakref import WeakValueDictionary

from uuid_utils import uuid7

from shared.contract import Event
from shared.decider import Command, Context, Decider, Refused, derived_id
from shared.envelope import BODY_LIMIT, Provenance, Recorded, Void, address, sealed_body
from shared.keyring import Keyring, personal_fields
from shared.log import Conflict, History, Log, Unit, Write
from shared.personal import Personal

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
                state = decider.fold(_readable(history.events))
                events = decider.decide(command, state, context)
                if not events:
                    return Outcome(target, history.seq, (), repeated=True)
                try:
                    return await self._append(events, target, history, context, cause)
                except Conflict:
                    history = await self._load(decider, target)
            raise Conflict(f"{decider.entity} {target} changes too fast")

    async def history(self, entity: str, id: UUID) -> History:
        """The events of one of this service's entities."""
        return await self._log.load(self._service, entity, id)

    async def _load(self, decider: Decider[Any], id: UUID) -> History:
        return await self._log.load(self._service, decider.entity, id)

    async def _append(
        self, events: Iterable[Event], target: UUID, history: History, context: Context, cause: Recorded | None
    ) -> Outcome:
        by = Provenance(
            actor=context.actor,
            command=context.command,
            correlation=UUID(cause.cloud.correlationid) if cause else context.command,
            causation=UUID(cause.id) if cause else None,
        )
        events = tuple(events)
        personal = [event for event in events if _about_persons(type(event))]
        if personal:
            await self._keyring.ensure(
                {value.person for event in personal for value in personal_fields(event).values() if value.person}
            )
        writes = []
        for n, event in enumerate(events, 1):
            # The entity is part of it: one command id used for two entities by mistake must not look like a retry.
            event_id = derived_id(context.command, f"{event.entity}/{target}/event/{n}")
            body = sealed_body(
                self._log.network,
                self._keyring.seal(event, event_id) if personal else event,
                target,
                id=event_id,
                version=history.version + n,
                at=context.at,
                now=context.now,
                by=by,
            )
            if len(body) > BODY_LIMIT:
                raise Refused("too-large", bytes=len(body), limit=BODY_LIMIT)
            writes.append(Write(address(self._log.network, event, target), str(event_id), body))
        entity = writes[0].subject.rpartition(".")[0]
        unit = Unit(writes, {entity: history.seq})
        seq = await self._log.append(unit)
        if unit.repeated:
            raise Conflict("its outcome is in the log")
        return Outcome(target, seq, tuple(e.type_name() for e in events))


@cache
def _about_persons(kind: type[Event]) -> bool:
    """Whether events of this type have personal fields: asked once a type, since most have none."""

    def personal(annotation: Any) -> bool:
        return annotation is Personal or any(personal(part) for part in get_args(annotation))

    return any(personal(field.annotation) for field in kind.model_fields.values())


def _readable(events: Iterable[Recorded]) -> Iterable[Event]:
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
