"""Executing a command: load the entity, decide, seal, append. What a conflict means is decided here and nowhere else.

The same command may come twice (a double click, a retry after a lost answer): its id is in the events it made, so the
second time nothing is decided and the first outcome is returned. Another command under the same id is refused (ADR 32).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, Literal, Protocol, get_args
from uuid import UUID
from weakref import WeakValueDictionary

import msgspec
import structlog

from shared.base import tracing
from shared.base.outside import REAL, Outside
from shared.base.paris_days import FIRST_DAY, OutOfCalendar, day_of, noon_of, utc
from shared.base.secret_files import same
from shared.base.tallies import tally
from shared.contract import Event
from shared.contract.corrections import Correcting, EventRedated
from shared.contract.envelope import BODY_LIMIT, Message, Provenance, Recorded, Void, sealed_body
from shared.contract.personal import Personal
from shared.kernel import correcting
from shared.kernel.command_digest import CommandDigests, fields_sent, plain
from shared.kernel.correcting import CorrectingCommand, RedateEvents, StrikeEvents, Told
from shared.kernel.corrections import told as read
from shared.kernel.decider import Beside, Command, Context, Decider, Decision, Elsewhere, On, Place, Refused, derived_id
from shared.kernel.eventlog.event_log import Conflict, History, Log, Unavailable, Unit, Write
from shared.kernel.line import Fact, turned_by
from shared.kernel.remembered import Known, Memory, nothing_of
from shared.kernel.sealing import Forgotten, Sealer, addresses_in, personal_fields

LAG = 0.1  # seconds
HAPPENED = "happened"
"""What a refusal names that is about when a command happened"""
SKEW = timedelta(minutes=5)  # by which clocks of two machines may differ without a word
TRIES = 8  # decisions on an entity that others change meanwhile, before it is given up


class Stale(Exception):
    """The entity has changed since the form was shown. `version` is where it stands now."""

    def __init__(self, version: int) -> None:
        super().__init__(f"the entity is at version {version} now")
        self.version = version


class Reused(Refused):
    """Another command was executed under this id. `version`: where that one left the entity, which is what the sender
    of this one has seen if they go on; None where it was for another entity."""

    def __init__(self, version: int | None) -> None:
        super().__init__("command-id-reused")
        self.version = version


@dataclass(frozen=True, slots=True)
class Sent:
    """What came under a command's id. `digest`: None where the id alone says which command it is, because it derives
    from what the command follows from."""

    id: UUID
    actor: str
    target: UUID
    digest: str | None


class Outcome(msgspec.Struct, frozen=True, gc=False):
    """What a command came to: the entity, the sequence to wait for, the types of the events. `repeated`: it had come
    before, and this is what it came to then. `changed`: False where all was so already; nothing was written."""

    entity_id: UUID
    seq: int
    events: tuple[str, ...]
    repeated: bool = False
    changed: bool = True

    @property
    def new(self) -> bool:
        """Whether this very sending wrote something."""
        return self.changed and not self.repeated


@dataclass(frozen=True, slots=True)
class Instead:
    """Facts (ids of events) that a command takes the place of: they are struck in the same batch, or said of another
    `day`, and it is decided as if it had always been so. `of`: whose beginning they are, where it `creates`."""

    events: tuple[UUID, ...]
    reason: str
    day: date | None = None
    of: UUID | None = None


class Planned(msgspec.Struct, frozen=True, gc=False):
    """An event to be written: of which entity, under which id, when it happened, which day that is."""

    of: Known
    event: Event
    id: UUID
    at: datetime
    day: date


class References(Protocol):
    """What the service gives the executor, to judge what commands refer to."""

    async def judged(self, command: Command, own: UUID, day: date, line: Sequence[Fact]) -> dict[str, int]:
        """Returns the entities, as subject prefixes, to which a guarded reference is, with where they stand. `own`,
        `line`: of the command's own entity. Raises Refused, which names the field; Unavailable."""

    async def judged_again(self, decider: Decider[Any], own: UUID, before: Told, after: Told) -> dict[str, int]:
        """The same for the facts of an entity that corrections say again, or of another day."""


def new_command_id() -> UUID:
    """A UUIDv7 (RFC 9562): a form carries one, so that sending it twice is one command."""
    return REAL.new_id()


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
MOST_WENT = 10_000  # ids of commands that are


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
    """Executes the commands of one service. `deciders` are all of its aggregates. `halted`: what stopped a decision
    since the start because this release can't read it, by entity. `memory`: the entities that were written last."""

    def __init__(
        self,
        log: Log,
        keyring: Sealer,
        service: str,
        deciders: Iterable[Decider[Any]],
        clock: Callable[[], datetime] = REAL.now,
        outside: Outside = REAL,
        doubted: Callable[[datetime], datetime | None] = lambda now: None,
        references: References | None = None,
        memory: Memory | None = None,
    ) -> None:
        """`doubted`: None for a time of this clock that is believed, else what time it is at least. `references`: what
        judges those of commands; None: whoever sends them vouches for them."""
        self._outside = outside
        self._log, self._keyring, self._service, self._clock = log, keyring, service, clock
        self._doubted, self._references, self._memory = doubted, references, Memory() if memory is None else memory
        deciders = list(deciders)
        self._by_command: Mapping[type[Command], Decider[Any]] = {
            command: decider for decider in deciders for command in decider.decisions
        }
        self.deciders: Mapping[str, Decider[Any]] = {decider.entity: decider for decider in deciders}
        self.commands: Mapping[str, type[Command]] = {c.__name__: c for c in self._by_command}
        self._locks: WeakValueDictionary[UUID, asyncio.Lock] = WeakValueDictionary()
        self._tally = tally(service)
        self._digests = CommandDigests(keyring.folder, service)
        self._went: dict[int, int] = {}  # for which entity an id came last
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
        instead: Instead | None = None,
    ) -> Outcome:
        """Executes `command` once, whatever happens.

        `at`: when it happened, if not now; a day is noon there in Paris, and today is now. `version`: the entity's
        version that the asker saw; if it has moved on, Stale. `cause`: the event that this reacts to. `sent`: what the
        asker gave, where the command also holds what we computed of it, or what is new at each sending. `derived`: the
        id derives from what the command follows from and alone says which one it is, whatever it says by now and
        whoever asks. `instead`: the facts that this one takes the place of.

        Raises Refused, Reused (the id is another command's), Stale, Conflict (others were faster, again and again) and
        Unavailable."""
        name, outcome = type(command).__name__, "failed"
        try:
            context = self._context(id, actor, at)
            target = instead.of if command.creates and instead and instead.of else command.target(context)
            given = fields_sent(command) if sent is None else plain(sent)
            if instead is not None:
                given = {**given, "instead": plain([*sorted(map(str, instead.events)), *filter(None, [instead.day])])}
            digest = None if derived or cause else self._digests.of(name, target, actor, at, given)
            if digest and self._went.get(id.int, target.int) != target.int:
                raise Reused(None)
            done = await self._once(command, context, Sent(id, actor, target, digest), version, cause, instead)
            if digest and done.new:
                self._went[id.int] = target.int
                if len(self._went) > MOST_WENT:
                    del self._went[next(iter(self._went))]
            outcome = "repeated" if done.repeated else "done" if done.changed else "unchanged"
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
        about = {name: getattr(no.event, name) for name in ("entity", "entity_id", "seq", "type")}
        log.error("command.cannot_read", service=self._service, reason=no.reason, **about)

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
        own = _own(await self._log.load(self._service, decider.entity, target), id)
        if not own:
            return None
        digest = self._digests.of(model.__name__, target, actor, at, plain(sent))
        alike = self._alike(own, digest)
        if alike is False or (alike is None and own[0].actor != actor):
            raise Reused(own[-1].version)
        return _outcome_of(own, target)

    async def seen(self, model: type[Command], target: UUID, *, id: UUID, version: int | None) -> None:
        """Returns where an entity is still as the asker saw it, or became another by this very command: asked before
        work that a stale command is not worth. Raises Stale, Unavailable."""
        history = await self._log.load(self._service, self._by_command[model].entity, target)
        if version is not None and version != history.version and not _own(history, id):
            raise Stale(history.version)

    def _context(self, id: UUID, actor: str, at: datetime | date | None) -> Context:
        """Raises Refused for a day that is to come, older than anything, or beyond the calendar; ValueError for a
        moment without a zone."""
        now = self._clock()
        if at is None:
            return Context(at=now, now=now, command=id, actor=actor)
        try:
            when = utc(at) if isinstance(at, datetime) else now if at == day_of(now) else noon_of(at)
        except OutOfCalendar as why:
            if isinstance(at, datetime) and at.tzinfo is None:
                raise
            raise Refused(str(why), field=HAPPENED) from None
        if when > now + SKEW:
            raise Refused("time-in-future", field=HAPPENED)
        _told_of(day_of(when), now, HAPPENED)
        return Context(at=when, now=now, command=id, actor=actor)

    @property
    def correctable(self) -> Sequence[str]:
        """The kinds of entities whose facts are of days, and can be corrected."""
        return [kind for kind, decider in self.deciders.items() if decider.takes == "day"]

    def decider_of(self, command: Command) -> Decider[Any]:
        """The rules of the entity that a command is for. Raises Refused for a correction of no kind that there is."""
        kind = command.kind if isinstance(command, CorrectingCommand) else self._by_command[type(command)].entity
        if (found := self.deciders.get(kind)) is None:
            raise Refused("no-such-fact")
        return found

    async def _once(
        self,
        command: Command,
        context: Context,
        sent: Sent,
        version: int | None,
        cause: Recorded | None,
        instead: Instead | None,
    ) -> Outcome:
        target = Place((decider := self.decider_of(command)).entity, sent.target)
        # Commands on one entity queue up here, since they would only get in each other's way in the log.
        lock = self._locks.setdefault(sent.target, asyncio.Lock())
        async with lock:
            # What is remembered may be behind, and a created entity is not there yet: both are tried without a look.
            known = self._memory.of(target) or (nothing_of(decider, sent.target) if command.creates else None)
            if known is not None and known.commands and str(sent.id) in known.commands:
                known = None
            looked = -1  # where it was when the log was looked at
            outrun: dict[str, int] = {}  # where all was that the last try rested on
            for _ in range(TRIES):
                if known is None:
                    found = await self._look(decider, command, sent)
                    if isinstance(found, Outcome):
                        return found
                    known, looked = found, found.seq
                others: dict[Place, Known] = {}
                reads: dict[str, int] = {}
                try:
                    if version is not None and version != known.version:
                        raise Stale(known.version)
                    others = await self._others(_beside(decider, command, known.told, instead), target)
                    reads = await self._reads(command, context, known, others)
                    planned = _planned(command, context, known, others, instead)
                    reads |= await self._said_again(planned, context)
                except (Refused, Stale):
                    if looked == known.seq:
                        raise
                    planned = []
                if looked != known.seq and not any(one.of is known for one in planned):
                    known = None  # it may have been done already, and no event of its own would show that
                    continue
                if not planned:
                    return Outcome(sent.target, known.seq, (), changed=False)
                name = f"append {planned[-1].event.type_name()}"
                try:
                    with tracing.span(name, "producer", maillage__service=self._service):
                        return await self._append(planned, sent, reads, context, cause)
                except Conflict:
                    rests_on = reads | {self._subject(one): one.seq for one in (known, *others.values())}
                    if rests_on == outrun:
                        await self._outside.sleep(LAG)  # it was read from a replica of the log that is behind
                    known, outrun = None, rests_on
            raise Conflict(f"{decider.entity} {sent.target} changes too fast")

    async def _look(self, decider: Decider[Any], command: Command, sent: Sent) -> Outcome | Known:
        """An entity as the log has it; or what this command came to before. Raises Reused, CannotRead, Unavailable."""
        history = await self._log.load(self._service, decider.entity, sent.target)
        if not (own := _own(history, sent.id)):
            return _known(decider, sent.target, history)
        alike = sent.digest is None or self._alike(own, sent.digest)
        if alike is None:
            alike = own[0].actor == sent.actor and await self._decides_so(decider, command, history, own, sent)
        if not alike:
            raise Reused(own[-1].version)
        return _outcome_of(own, sent.target)

    async def _others(self, beside: Iterable[Beside], target: Place) -> dict[Place, Known]:
        """The further entities that a decision must know, as the log has them."""
        places = [_place(one, target) for one in beside]
        found: dict[Place, Known] = {}
        for place in places:
            if place not in (target, *found):
                decider = self.deciders[place.kind]
                history = await self._log.load(self._service, decider.entity, place.id)
                found[place] = _known(decider, place.id, history)
        return found

    async def _reads(
        self, command: Command, context: Context, known: Known, others: Mapping[Place, Known]
    ) -> dict[str, int]:
        """What must not change until this is written, though it is not written to: entity → its last sequence. Raises
        Refused for a reference that is not as it must be."""
        reads: dict[str, int] = {}
        if self._references is not None:
            reads = await self._references.judged(command, known.id, command.told_of(context.day), known.line)
        for place in {_place(one, known.place) for one in command.guards()} & others.keys():
            reads[self._subject(others[place])] = others[place].seq
        return reads

    async def _said_again(self, planned: Sequence[Planned], context: Context) -> dict[str, int]:
        """The same for what corrections say: they are judged like the commands of the facts that they bring back."""
        reads: dict[str, int] = {}
        if self._references is not None:
            for of in {one.of for one in planned if one.event.anywhere}:
                reads |= await self._references.judged_again(of.decider, of.id, of.told, _after(of, planned, context))
        return reads

    def _subject(self, known: Known) -> str:
        return f"{self._log.network}.{self._service}.{known.decider.entity}.{known.id}"

    def _alike(self, own: list[Recorded], digest: str) -> bool | None:
        """Whether events were made by what this digest stands for. None where they can't tell: of a release that knew
        no digests, of a reaction, or of a key that is gone."""
        told = own[0].cloud.commanddigest
        return same(told.encode(), digest.encode()) if self._digests.knows(told) else None

    async def _decides_so(
        self, decider: Decider[Any], command: Command, history: History, own: list[Recorded], sent: Sent
    ) -> bool:
        """Whether this command, decided where those events were, gives events of their types: what is known of the type
        of a command whose events carry no digest."""
        first, target = own[0], Place(decider.entity, sent.target)
        context = Context(at=first.time, now=first.recorded, command=sent.id, actor=sent.actor)
        then: dict[Place, Known] = {}
        for place in {target, *(_place(one, target) for one in command.alongside())}:
            of = self.deciders[place.kind]
            found = history if place == target else await self._log.load(self._service, of.entity, place.id)
            events = [e for e in found.events if e.seq < first.seq and e.cloud.commandid != first.cloud.commandid]
            then[place] = _known(of, place.id, replace(found, events=events))
        try:
            planned = _planned(command, context, then.pop(target), then, None)
        except Refused:
            return False
        return [one.event.type_name() for one in planned if one.of.place == target] == [one.type for one in own]

    async def history(self, entity: str, id: UUID, *, shows: int = 0) -> History:
        """The events of one of this service's entities, with the one at the sequence `shows` among them."""
        return await self._log.load(self._service, entity, id, shows=shows)

    async def _append(
        self,
        planned: Sequence[Planned],
        sent: Sent,
        reads: Mapping[str, int],
        context: Context,
        cause: Recorded | None,
    ) -> Outcome:
        first = UUID(cause.cloud.correlationid) if cause else context.command
        caused, trace = UUID(cause.id) if cause else None, tracing.traceparent()
        by = Provenance(context.actor, context.command, first, caused, traceparent=trace, digest=sent.digest)
        personal = [one.event for one in planned if _about_persons(type(one.event))]
        if personal:
            try:
                await self._keyring.ensure(
                    {value.person for event in personal for value in personal_fields(event).values() if value.person},
                    {one for event in personal for one in addresses_in(event)},
                )
            except Forgotten:
                raise Refused("person-forgotten") from None
        writes: list[Write] = []
        last: dict[Known, int] = {}  # the version that was given last
        for one in planned:
            event, of = one.event, (self._service, one.of.decider.entity) if one.event.anywhere else None
            last[one.of] = last.get(one.of, one.of.version) + 1
            subject = f"{self._subject(one.of)}.{event.type_name()}"
            body = sealed_body(
                self._log.network,
                self._sealed(event, one.id) if personal else event,
                one.of.id,
                id=one.id,
                version=last[one.of],
                at=one.at,
                now=context.now,
                by=by,
                believed=self._doubted(context.now),
                of=of,
            )
            if len(body) > BODY_LIMIT:
                raise Refused("too-large", bytes=len(body), limit=BODY_LIMIT)
            writes.append(Write(subject, str(one.id), body))
        expected = {self._subject(known): known.seq for known in last}
        unit = Unit(writes, expected, {entity: seq for entity, seq in reads.items() if entity not in expected})
        start = self._outside.monotonic()
        seq = await self._log.append(unit)
        self._tally.appends.observe(self._outside.monotonic() - start)
        if unit.repeated:
            raise Conflict("its outcome is in the log")
        written = [Message(n, one.subject, one.body) for n, one in enumerate(writes, seq - len(writes) + 1)]
        for known in (one for one in last if one.version):  # else it begins, and is not remembered
            self._memory.keep(known, [one for one, of in zip(written, planned, strict=True) if of.of is known])
        return Outcome(sent.target, seq, tuple(one.event.type_name() for one in planned))

    def _sealed(self, event: Event, event_id: UUID) -> Event:
        try:
            return self._keyring.seal(event, event_id)
        except Forgotten:  # since `ensure`
            raise Refused("person-forgotten") from None


@cache
def _about_persons(kind: type[Event]) -> bool:
    """Whether events of this type have personal fields: asked once a type, since most have none."""

    def personal(annotation: Any) -> bool:
        return annotation is Personal or any(personal(part) for part in get_args(annotation))

    return any(personal(field.annotation) for field in kind.model_fields.values())


def facts_in(events: Iterable[Recorded]) -> Iterable[Event]:
    """What deciders fold. Raises CannotRead for the first event that this release can't read: whoever decides without
    it may decide against it, as a replica of the release before does while another one writes what it does not know
    yet. Views pass over such an event; they are built again by a release that knows it."""
    for event in events:
        try:
            yield event.data
        except KeyError:
            raise CannotRead(event, "newer") from None
        except Void:
            raise CannotRead(event, "unreadable") from None


def _known(decider: Decider[Any], id: UUID, history: History) -> Known:
    """Raises CannotRead."""
    return Known.of(decider, id, history, told_of(history))


def told_of(history: History) -> Told:
    """Facts and corrections among the events of an entity. Raises CannotRead."""
    list(facts_in(history.events))
    return Told(*read(history.events))


def _beside(decider: Decider[Any], command: Command, own: Told, instead: Instead | None) -> Sequence[Beside]:
    """The further entities that a decision must know."""
    named = [*(command.events if isinstance(command, CorrectingCommand) else ()), *(instead.events if instead else ())]
    return [*command.alongside(), *(correcting.beside(decider, named, own) if named else ())]


def _place(one: Beside, own: Place) -> Place:
    return one if isinstance(one, Place) else Place(own.kind, one)


def _planned(
    command: Command, context: Context, own: Known, others: Mapping[Place, Known], instead: Instead | None
) -> list[Planned]:
    """The events that a command comes to. It is decided about its day, on what stands by then; then all that stands
    after it is looked at: nothing may become wrong by it. Raises Refused."""
    decider, told = own.decider, {place: (one.decider, one.told) for place, one in others.items()}
    day = context.day if decider.takes_day(type(command)) else None
    strikes: Decision = ()
    if instead is not None:
        word: Any = {"kind": decider.entity, "about": own.id, "events": instead.events, "reason": instead.reason}
        said = StrikeEvents(**word) if instead.day is None else RedateEvents(**word, day=instead.day)
        strikes = correcting.decided(said, decider, own.told, told)
        again = [fact.event for fact in own.told.facts if UUID(fact.id) in instead.events] if command.creates else []
        whose = (value.person for event in again for value in personal_fields(event).values())
        context = replace(context, person=next(whose, None))
    if isinstance(command, CorrectingCommand):
        decision = [*strikes, *correcting.decided(command, decider, own.told, told)]
    else:
        if day is None:
            context = _not_before(own.live, context)
        struck = _placed(strikes, own, others, context, day) if strikes else []
        line, state = _standing(own, struck, context, day)
        if line or others:
            beside = {place: _standing(one, struck, context, day) for place, one in others.items()}
            named = beside | {place.id: one for place, one in beside.items() if place.kind == decider.entity}
            states = {name: its for name, (_, its) in named.items()}
            lines = {name: its for name, (its, _) in named.items()}
            context = replace(context, others=states, line=line, lines=lines)
        try:
            decision = [*strikes, *decider.decide(command, state, context)]
        except Refused as no:
            early = day is not None and line and line[0].order[0] > day
            if early and not _refuses(decider, command, line, context, no):
                raise Refused("before-its-beginning", day=f"{line[0].day:%d/%m/%Y}") from no
            raise
    planned = _placed(decision, own, others, context, day)
    for one in (own, *others.values()):
        _still_right(one, planned, context)
    return planned


def _standing(known: Known, struck: Sequence[Planned], context: Context, day: date | None) -> tuple[list[Fact], Any]:
    """The line of an entity without what this command strikes, and its state by that."""
    line = _after(known, struck, context).line if struck else known.line
    return line, known.on(day) if line is known.line else known.decider.on(line, day)


def _refuses(decider: Decider[Any], command: Command, line: Sequence[Fact], context: Context, no: Refused) -> bool:
    """Whether a command would be refused so on any day: not because its entity had not begun."""
    try:
        decider.decide(command, decider.on(line), context)
    except Refused as later:
        return later.code == no.code
    return False


def _not_before(live: datetime | None, context: Context) -> Context:
    """The context of a command that is always of now: it comes after the last such event of its entity, also where the
    clock of another machine was a little ahead. Raises Refused."""
    last = live or context.at
    if context.at >= last:
        return context
    if context.at is not context.now:
        raise Refused("goes-back", day=f"{day_of(last):%d/%m/%Y}")
    if last - context.now > SKEW:
        raise Refused("clock-was-ahead", day=f"{day_of(last):%d/%m/%Y}")
    return replace(context, at=last)


def _placed(
    decision: Decision, own: Known, others: Mapping[Place, Known], context: Context, about: date | None
) -> list[Planned]:
    """The events of a decision `about` a day (None: now) with their ids and times. What is always of now is so on
    whatever day the rest is, and never goes back in its entity."""
    found, its_day = [], about or context.day
    for n, said in enumerate(decision, 1):
        one, day = (said.event, said.day) if isinstance(said, On) else (said, its_day)
        event = one.event if isinstance(one, Elsewhere) else one
        of = others[Place(one.kind or event.entity, one.id)] if isinstance(one, Elsewhere) else own
        if isinstance(event, EventRedated):
            _told_of(event.day, context.now, "day")
        at = context.at if day == its_day else noon_of(day)
        if event.live:
            at = context.now if event.anywhere else max(context.now if about else context.at, of.live or context.at)
            day = day_of(at)
        # The entity is part of it: one command id used for two entities by mistake must not look like a retry.
        entity = of.decider.entity if event.anywhere else event.entity
        found.append(Planned(of, event, derived_id(context.command, f"{entity}/{of.id}/event/{n}"), at, day))
    return found


def _told_of(day: date, now: datetime, field: str) -> None:
    """Raises Refused for a day that is to come, or older than anything."""
    if day > day_of(now):
        raise Refused("time-in-future", field=field)
    if day < FIRST_DAY:
        raise Refused("too-long-ago", field=field, day=f"{FIRST_DAY:%d/%m/%Y}")


def _after(known: Known, planned: Iterable[Planned], context: Context) -> Told:
    """What is told of an entity once these events are written."""
    own = [(str(one.id), one.day, one.event) for one in planned if one.of is known]
    return known.told.and_then(own, str(context.command)) if own else known.told


def _still_right(known: Known, planned: Sequence[Planned], context: Context) -> None:
    """Raises Refused where something that stands, or is written, becomes wrong by what is written."""
    if not (own := [one for one in planned if one.of is known]):
        return
    days = [date.min if one.event.timeless else one.day for one in own]
    if known.is_last(days[0]) and days == sorted(days) and not any(one.event.anywhere for one in own):
        # All of it comes last, so nothing else can become wrong: it is judged from where the line ends.
        state, (_, evolve, allows) = known.end, known.decider.judged
        for n, one in enumerate(own):
            state = evolve(state, own[n - 1].event) if n else state
            if not one.event.live and (code := allows(state, one.event)):
                raise _wrong(known, code, _after(known, own, context).line, one.day)
        return
    of, again = known.decider, {str(one.event.event) for one in planned if isinstance(one.event, Correcting)}
    after = _after(known, own, context).line
    for wrong in of.wrong_after(known.line, after) + of.overtaken(known.line, after, again):
        fact = wrong.fact
        if fact.id in again or any(str(one.id) == fact.id for one in planned):
            by = turned_by(after, wrong, *of.judged)
            raise Refused(wrong.code, earlier=True, **_named(by)) if by else _wrong(known, wrong.code, after, fact.day)
        raise Refused("later-stands-against", because=wrong.code, **_named(fact))


def _named(fact: Fact) -> dict[str, Any]:
    """A fact, as a refusal names it."""
    return {"of": fact.event.type_name(), "day": f"{fact.day:%d/%m/%Y}", "seq": fact.seq, "event": fact.id}


def _wrong(known: Known, code: str, line: Iterable[Fact], day: date) -> Refused:
    """Why a fact of this day may not stand, with the day of its entity's beginning, if one stands."""
    began = next((one.day for one in line if isinstance(one.event, tuple(known.decider.births))), None)
    never = began is None and code == "before-its-beginning"
    return Refused("never-began" if never else code, day=f"{began or day:%d/%m/%Y}")


def _own(history: History, command: UUID) -> list[Recorded]:
    """The events of an entity that came of a command's id."""
    return [event for event in history.events if event.cloud.commandid == str(command)]


def _outcome_of(own: list[Recorded], target: UUID) -> Outcome:
    return Outcome(target, own[-1].seq, tuple(event.type for event in own), repeated=True)
