"""Executing a command: load the entity, decide, seal, append. What a conflict means is decided here and nowhere else.

The same command may come twice (a double click, a retry after a lost answer): its id is in the events it made, so the
second time nothing is decided and the first outcome is returned. Another command under the same id is refused (ADR 32).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, Literal, get_args
from uuid import UUID
from weakref import WeakValueDictionary

import structlog

from shared.base import tracing
from shared.base.outside import REAL, Outside
from shared.base.paris_days import PARIS, OutOfCalendar, noon_of, utc
from shared.base.secret_files import same
from shared.base.tallies import tally
from shared.contract import Event
from shared.contract.envelope import BODY_LIMIT, Provenance, Recorded, Void, address, sealed_body
from shared.contract.personal import Personal
from shared.kernel.command_digest import CommandDigests, fields_sent
from shared.kernel.decider import Command, Context, Decider, Decision, Elsewhere, Refused, derived_id
from shared.kernel.eventlog.event_log import Conflict, History, Log, Unavailable, Unit, Write
from shared.kernel.sealing import Forgotten, Sealer, addresses_in, personal_fields

LAG = 0.1  # seconds
HAPPENED = "happened"
"""What a refusal names that is about when a command happened"""
TRIES = 8  # decisions on an entity that others change meanwhile, before it is given up


class Stale(Exception):
    """The entity has changed since the form was shown. `version` is where it stands now."""

    def __init__(self, version: int) -> None:
        super().__init__(f"the entity is at version {version} now")
        self.version = version


class Reused(Refused):
    """Another command was executed under this id. `version`: where that one left the entity, which is what the sender of
    this one has seen if they go on."""

    def __init__(self, version: int) -> None:
        super().__init__("command-id-reused")
        self.version = version


@dataclass(frozen=True, slots=True)
class Sent:
    """What came under a command's id. `digest`: None where the id alone says which command it is, because it derives from
    what the command follows from."""

    id: UUID
    actor: str
    target: UUID
    digest: str | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command came to: the entity, the sequence to wait for, the types of the events, whether it was new."""

    entity_id: UUID
    seq: int
    events: tuple[str, ...]
    repeated: bool = False


def new_command_id() -> UUID:
    """A UUIDv7 (RFC 9562): a form carries one, so that sending it twice is one command."""
    return REAL.new_id()


def id_after(no: Exception, id: UUID) -> UUID:
    """The id that a form comes again with: a new one where its own was another command's. Else its own, so that whoever
    sends it once more after a lost answer is still known."""
    return new_command_id() if isinstance(no, Reused) else id


def version_after(no: Exception, version: Any) -> Any:
    """The version that a form comes again with, if it carries one: what its sender saw, or what their first sending left."""
    return no.version if isinstance(no, Reused) and version not in (None, "") else version


def utc_now() -> datetime:
    """The time as the machine has it, for whoever has no service at hand."""
    return REAL.now()


log = structlog.get_logger()
Why = Literal["newer", "unreadable"]
"""Of a type or a shape that a newer release writes; with data that are not of their type"""
WHYS: Mapping[Why, str] = {
    "newer": "is of a type that this release does not know",
    "unreadable": "holds data that this release can't read",
}
MOST_HALTED = 1_000  # records that are remembered


class CannotRead(Unavailable):
    """Nothing is decided about an entity of whose events this release can't read one: `event`, by `why`."""

    code = "cannot-read"

    def __init__(self, event: Recorded, reason: Why) -> None:
        self.event, self.reason = event, reason
        why = WHYS[reason]
        super().__init__(
            f"event {event.seq} of {event.service}.{event.entity}.{event.entity_id}, {event.type}, {why}: "
            "update this service; until then nothing is decided about it"
        )


class Executor:
    """Executes the commands of one service. `deciders` are all of its aggregates. `halted`: what stopped a decision since
    the start because this release can't read it, by entity."""

    def __init__(
        self,
        log: Log,
        keyring: Sealer,
        service: str,
        deciders: Iterable[Decider[Any]],
        clock: Callable[[], datetime] = REAL.now,
        outside: Outside = REAL,
        doubted: Callable[[datetime], datetime | None] = lambda now: None,
    ) -> None:
        """`doubted`: None for a time of this clock that is believed, else what time it is at least."""
        self._outside = outside
        self._log, self._keyring, self._service, self._clock = log, keyring, service, clock
        self._doubted = doubted
        self._by_command: Mapping[type[Command], Decider[Any]] = {
            command: decider for decider in deciders for command in decider.decisions
        }
        self.commands: Mapping[str, type[Command]] = {c.__name__: c for c in self._by_command}
        self._locks: WeakValueDictionary[UUID, asyncio.Lock] = WeakValueDictionary()
        self._tally = tally(service)
        self._digests = CommandDigests(keyring.folder, service)
        self.halted: dict[str, CannotRead] = {}

    async def __call__(
        self,
        command: Command,
        *,
        id: UUID,
        actor: str,
        at: datetime | date | None = None,
        version: int | None = None,
        cause: Recorded | None = None,
        sent: Mapping[str, Any] | None = None,
        derived: bool = False,
    ) -> Outcome:
        """Executes `command` once, whatever happens.

        `at`: when it happened, if not now; a day is noon there in Paris, and today is now. `version`: the entity's version
        that the asker saw; if it has moved on, Stale. `cause`: the event that this reacts to. `sent`: what the asker gave,
        where the command also holds what we computed of it, or what is new at each sending. `derived`: the id derives from
        what the command follows from and alone says which one it is, whatever it says by now and whoever asks.

        Raises Refused, Reused (the id is another command's), Stale, Conflict (others were faster, again and again) and
        Unavailable.
        """
        name, outcome = type(command).__name__, "failed"
        try:
            context = self._context(id, actor, at)
            target = command.target(context)
            given = fields_sent(command) if sent is None else sent
            digest = None if derived or cause else self._digests.of(name, target, actor, at, given)
            done = await self._once(command, context, Sent(id, actor, target, digest), version, cause)
            outcome = "repeated" if done.repeated else "done"
            return done
        except (Refused, Stale, Conflict, Unavailable) as no:
            outcome = "unavailable" if isinstance(no, Unavailable) else type(no).__name__.lower()
            if isinstance(no, CannotRead):
                self._halts(no)
            raise
        finally:
            self._tally.commands[name, outcome] += 1

    def _halts(self, no: CannotRead) -> None:
        """Counts it, and notes which record stands still."""
        self._tally.cannot_read[no.reason] += 1
        self.halted[no.event.entity_id] = no
        while len(self.halted) > MOST_HALTED:
            del self.halted[next(iter(self.halted))]
        log.error(
            "command.cannot_read", service=self._service, entity=no.event.entity, entity_id=no.event.entity_id,
            seq=no.event.seq, type=no.event.type, reason=no.reason,
        )  # fmt: skip

    async def before(
        self,
        model: type[Command],
        target: UUID,
        *,
        id: UUID,
        actor: str,
        sent: Mapping[str, Any],
        at: datetime | date | None = None,
    ) -> Outcome | None:
        """What a command came to that was sent before, without making it again: what it would be computed of may have
        changed. None where nothing came under its id. Raises Reused, Unavailable."""
        decider = self._by_command[model]
        history = await self._load(decider, target)
        own = _own(history, id)
        if not own:
            return None
        digest = self._digests.of(model.__name__, target, actor, at, sent)
        alike = self._alike(own, digest)
        if alike is False or (alike is None and own[0].actor != actor):
            raise Reused(own[-1].version)
        return _outcome_of(own, target)

    async def seen(self, model: type[Command], target: UUID, *, id: UUID, version: int | None) -> None:
        """Returns where an entity is still as the asker saw it, or became another by this very command: asked before work
        that a stale command is not worth. Raises Stale, Unavailable."""
        history = await self._load(self._by_command[model], target)
        if version is not None and version != history.version and not _own(history, id):
            raise Stale(history.version)

    def _context(self, id: UUID, actor: str, at: datetime | date | None) -> Context:
        """Raises Refused for a moment that is to come, or beyond the calendar; ValueError for one without a zone."""
        now = self._clock()
        if at is None:
            return Context(at=now, now=now, command=id, actor=actor)
        try:
            if not isinstance(at, datetime):
                when = now if at == now.astimezone(PARIS).date() else noon_of(at)
            else:
                when = utc(at)
        except OutOfCalendar as why:
            if isinstance(at, datetime) and at.tzinfo is None:
                raise
            raise Refused(str(why), field=HAPPENED) from None
        if when > now + timedelta(minutes=5):
            raise Refused("time-in-future", field=HAPPENED)
        return Context(at=when, now=now, command=id, actor=actor)

    async def _once(
        self, command: Command, context: Context, sent: Sent, version: int | None, cause: Recorded | None
    ) -> Outcome:
        decider, target = self._by_command[type(command)], sent.target
        # Commands on one entity queue up here, since they would only get in each other's way in the log.
        lock = self._locks.setdefault(target, asyncio.Lock())
        async with lock:
            # A created entity is not there yet, so its first try needs no look at the log.
            looked = not command.creates
            history = await self._load(decider, target) if looked else History([], 0, 0)
            for _ in range(TRIES):
                done = await self._done(decider, command, history, sent)
                if done is not None:
                    return done
                if version is not None and version != history.version:
                    raise Stale(history.version)
                others = {other: await self._load(decider, other) for other in command.alongside()}
                context = replace(context, others=_states(decider, others))
                try:
                    events = decider.decide(command, decider.fold(facts_in(history.events)), context)
                except Refused:
                    if looked:
                        raise
                    events = ()
                if not events:
                    if looked:
                        return Outcome(target, history.seq, (), repeated=True)
                    looked, history = True, await self._load(decider, target)
                    continue  # it may have been done when there was no reason yet to refuse it
                try:
                    with tracing.span(
                        f"append {_event(events[-1]).type_name()}", "producer", maillage__service=self._service
                    ):
                        return await self._append(events, sent, {**others, target: history}, context, cause)
                except Conflict:
                    before, history, looked = history.seq, await self._load(decider, target), True
                    if history.seq == before:
                        await self._outside.sleep(
                            LAG
                        )  # it was read from a replica of the log that is behind the others
            raise Conflict(f"{decider.entity} {target} changes too fast")

    async def _done(self, decider: Decider[Any], command: Command, history: History, sent: Sent) -> Outcome | None:
        """What this command came to before, None where nothing came under its id. Raises Reused."""
        own = _own(history, sent.id)
        if not own:
            return None
        alike = sent.digest is None or self._alike(own, sent.digest)
        if alike is None:
            alike = own[0].actor == sent.actor and await self._decides_so(decider, command, history, own, sent)
        if not alike:
            raise Reused(own[-1].version)
        return _outcome_of(own, sent.target)

    def _alike(self, own: list[Recorded], digest: str) -> bool | None:
        """Whether events were made by what this digest stands for. None where they can't tell: of a release that knew no
        digests, of a reaction, or of a key that is gone."""
        told = own[0].cloud.commanddigest
        return same(told.encode(), digest.encode()) if self._digests.knows(told) else None

    async def _decides_so(
        self, decider: Decider[Any], command: Command, history: History, own: list[Recorded], sent: Sent
    ) -> bool:
        """Whether this command, decided where those events were, gives events of their types: what is known of the type of
        a command whose events carry no digest."""
        first = own[0]

        def earlier(found: History) -> list[Recorded]:
            return [one for one in found.events if one.seq < first.seq and one.cloud.commandid != first.cloud.commandid]

        others = {other: await self._load(decider, other) for other in command.alongside()}
        states = _states(decider, {id: replace(found, events=earlier(found)) for id, found in others.items()})
        context = Context(at=first.time, now=first.recorded, command=sent.id, actor=sent.actor, others=states)
        try:
            events = decider.decide(command, decider.fold(facts_in(earlier(history))), context)
        except Refused:
            return False
        return [one.type_name() for one in events if not isinstance(one, Elsewhere)] == [one.type for one in own]

    async def history(self, entity: str, id: UUID, *, shows: int = 0) -> History:
        """The events of one of this service's entities, with the one at the sequence `shows` among them."""
        return await self._log.load(self._service, entity, id, shows=shows)

    async def _load(self, decider: Decider[Any], id: UUID) -> History:
        return await self._log.load(self._service, decider.entity, id)

    async def _append(
        self,
        decision: Decision,
        sent: Sent,
        histories: Mapping[UUID, History],
        context: Context,
        cause: Recorded | None,
    ) -> Outcome:
        target = sent.target
        by = Provenance(
            actor=context.actor,
            command=context.command,
            correlation=UUID(cause.cloud.correlationid) if cause else context.command,
            causation=UUID(cause.id) if cause else None,
            traceparent=tracing.traceparent(),
            digest=sent.digest,
        )
        believed = self._doubted(context.now)
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
                believed=believed,
            )
            if len(body) > BODY_LIMIT:
                raise Refused("too-large", bytes=len(body), limit=BODY_LIMIT)
            writes.append(Write(address(self._log.network, event, id), str(event_id), body))
            expected[writes[-1].entity] = histories[id].seq
        unit = Unit(writes, expected)
        start = self._outside.monotonic()
        seq = await self._log.append(unit)
        self._tally.appends.observe(self._outside.monotonic() - start)
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


def facts_in(events: Iterable[Recorded]) -> Iterable[Event]:
    """What deciders fold. Raises CannotRead for the first event that this release can't read: whoever decides without it
    may decide against it, as a replica of the release before does while another one writes what it does not know yet.
    Views pass over such an event; they are built again by a release that knows it."""
    for event in events:
        try:
            yield event.data
        except KeyError:
            raise CannotRead(event, "newer") from None
        except Void:
            raise CannotRead(event, "unreadable") from None


def _states(decider: Decider[Any], histories: Mapping[UUID, History]) -> Mapping[UUID, Any]:
    return {id: decider.fold(facts_in(found.events)) for id, found in histories.items()}


def _own(history: History, command: UUID) -> list[Recorded]:
    """The events of an entity that came of a command's id."""
    id = str(command)
    return [event for event in history.events if event.cloud.commandid == id]


def _outcome_of(own: list[Recorded], target: UUID) -> Outcome:
    return Outcome(target, own[-1].seq, tuple(event.type for event in own), repeated=True)
