"""Persons: whom a service keeps something of, and why; telling them all of it; forgetting them, asked or in time.

A service declares its `PersonalData`: the lines of the register of processing (GDPR, art. 30) with their terms, a view
of its records about persons, and what follows when one is forgotten. The rest is here, alike for all of them.

Forgetting is an event first: once it is in the log, it is certain. Then the keyring deletes the key, and what follows
is done by a reaction to the event: inline for whoever asked, once more by the durable consumer if that was cut off. At
each start, before anything is shown, keys of persons who were forgotten are deleted again, be it after a crash or
because an older log or older keys came back (ADR 8).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

import structlog

from shared.base.outside import REAL, Outside
from shared.base.secret_files import SecretUnfit
from shared.base.translations import Text
from shared.contract.envelope import Recorded, Void, opened
from shared.contract.persons import ForgettingReason, PersonForgotten
from shared.kernel.decider import Command, Context, Decider, Decision, Refused, derived_id
from shared.kernel.reactions import Reaction, Reactions
from shared.kernel.views.projection import Document, View, Where, everything
from shared.persons.foretelling import ANSWER, FORETELLING, Due, Foretold
from shared.persons.subject_access import Opening, Telling, Told, told

log = structlog.get_logger()
DAY = 24 * 3600.0  # seconds between two looks at the terms
AGAIN = 60.0  # seconds until it looks again where the clock was in doubt
AT_ONCE = 200  # persons forgotten with one replacing of the wrapping key


class Terms(Protocol):
    """The settings that say how long, and where the keys' own backup lies. A term is a setting of `Purpose.setting`."""

    @property
    def keys_backup(self) -> Path | None: ...
    def terms_run(self, network: str) -> bool: ...


class Doubting(Protocol):
    """A clock that says by which time what can't be undone may be done; None where it has to wait."""

    async def believed(self) -> datetime | None: ...
    @property
    def doubted(self) -> str | None: ...


class Holder(Opening, Protocol):
    """A service that holds something of persons."""

    @property
    def settings(self) -> Terms: ...
    @property
    def clock(self) -> Doubting: ...
    @property
    def reactions(self) -> Reactions[Any]: ...
    @property
    def persons(self) -> Persons[Any]: ...
    def now(self) -> datetime: ...


S = TypeVar("S", bound=Holder)


@dataclass(frozen=True)
class Purpose:
    """One line of the register of processing: what is kept of whom, why, on which ground, how long, who sees it.

    `begins`: from when the term runs. `setting`: the setting that holds the term in days; None where nothing is kept
    that a term could end, or where that is said in `begins`. `code` is what records and events name it by. `legal`: the
    term of the law (shared/notions/legal_terms) that `{source}` and `{amount}` in its texts are of.
    """

    code: str
    whom: Text
    what: Text
    why: Text
    ground: Text
    begins: Text
    seen_by: Text
    setting: str | None = None
    legal: str | None = None


async def as_noted(service: Holder, records: Sequence[Document]) -> Mapping[str, str | None]:
    """Key of a record → when its term began (RFC 3339), None while it is in use: as the record itself says."""
    return {record["key"]: record["since"] for record in records}


async def nothing_follows(service: Holder, person: UUID, records: Sequence[Document]) -> Sequence[Command]:
    return ()


async def nothing_before(service: Holder, person: UUID) -> None:
    return None


@dataclass(frozen=True)
class PersonalData(Generic[S]):
    """What a service says of the personal data that it keeps.

    `held`: a view of its records about persons, without anything personal; each says its `person`, its `purpose` and
    since when it is not needed any more (`since`). `told`: of facts that may be struck, all that were ever told
    (`ever_told`). `ended`: since when, where another record decides it. `before`: what is to be done while the person
    can still be read; may raise Refused. `follows`: what a forgetting leads to, commands to be executed and files to be
    erased; done again, it must change nothing. `page`: where a record is shown. `parts`: entity → field, for entities
    that are about many persons: the field that names the part that is about one. `trail`: entities that belong to a
    person as soon as one of their events names a record of theirs."""

    event: type[PersonForgotten]
    purposes: Sequence[Purpose]
    held: View
    ended: Callable[[S, Sequence[Document]], Awaitable[Mapping[str, str | None]]] = as_noted
    before: Callable[[S, UUID], Awaitable[None]] = nothing_before
    follows: Callable[[S, UUID, Sequence[Document]], Awaitable[Sequence[Command]]] = nothing_follows
    page: Callable[[Document], str] = lambda record: ""
    parts: Mapping[str, str] | None = None
    trail: frozenset[str] = frozenset()
    told: View | None = None


class ForgetPerson(Command):
    """Forget a person for ever: nobody can read any more what was kept of them."""

    entity = "person"
    asks = "administrator"
    internal = True
    person: UUID
    reason: ForgettingReason
    purpose: str | None = None


def decider(event: type[PersonForgotten]) -> Decider[bool]:
    """A person is forgotten once; the state says whether they were."""

    def forget(command: ForgetPerson, forgotten: bool, context: Context) -> Decision:
        return [] if forgotten else [event(reason=command.reason, purpose=command.purpose)]

    return Decider(
        "person",
        False,
        lambda forgotten, fact: forgotten or isinstance(fact, event),
        {ForgetPerson: forget},
        takes="now",
    )


async def _react(event: Recorded, service: Holder) -> Sequence[Command]:
    return await service.persons.enforced(UUID(event.entity_id))


def wiring(data: PersonalData[S]) -> tuple[Decider[bool], Sequence[View], Reaction[S]]:
    """What a service with personal data has beside its own: a decider, views and a reaction."""
    views = [*filter(None, (data.held, data.told))]
    return decider(data.event), views, Reaction(FORGETTING, data.event, _react)


FORGETTING = "forgetting"


@dataclass(frozen=True)
class Record:
    """A record about a person: for which purpose, since when it is not needed any more, on which day its term ends
    (both None while it is in use)."""

    key: str
    person: UUID
    purpose: str
    since: datetime | None
    ends: datetime | None
    page: str


class Persons(Generic[S]):
    """The persons of one service. `keys`: the folder of its keys."""

    def __init__(self, service: S, data: PersonalData[S] | None, keys: Path, outside: Outside = REAL) -> None:
        self._service, self._ring, self._data = service, service.keyring, data
        self._outside = outside
        self._again: set[UUID] = set()
        self.foretold = Foretold(keys / f"{service.name}.foretold", self.term)
        self.backup_failed = False
        self.at_once = AT_ONCE

    # Beginning and ending

    async def enforce(self) -> None:
        """Deletes the keys of everybody of whom the log, the keyring or its backup knows that they were forgotten.

        Called before anything else is started. Raises Unavailable.
        """
        in_log = await self._in_log(self._data) if self._data is not None else set()
        await self._outside.in_thread(self._ring.forget, in_log, self._service.now())
        if (folder := self._service.settings.keys_backup) is not None:
            await self._outside.in_thread(self._ring.merge, folder)  # an older copy of the keys may have been put back
        self._again = set(self._ring.forgotten()) - in_log
        await self._backup()

    async def resume(self) -> None:
        """Says again of whom a log that came back does not know yet that they were forgotten, with all that follows.

        Called when views are being kept, before anything is shown.
        """
        again, self._again = self._again, set()
        if again:
            log.warning("persons.forgotten_again", service=self._service.name, persons=len(again))
            try:
                await self.forget(again, reason="restored", actor=f"service:{self._service.name}")
            except Refused as refused:  # the keys are gone all the same; the reaction shows what could not be done
                log.error("persons.not_followed", service=self._service.name, code=refused.code)

    async def look(self) -> float:
        """Ends the terms that have come to their end, and replaces the keys' own backup; the seconds until the next
        look."""
        if self._service.settings.terms_run(self._service.network):
            await self.end_terms()
        await self._backup()
        return DAY if self._service.clock.doubted is None else AGAIN

    # Finding

    async def find(self, *, address: str | None = None, person: UUID | None = None) -> list[UUID]:
        """The persons of this service who are reached at an address of mail, or who have this id."""
        found = set() if address is None else await self._outside.in_thread(self._ring.persons_at, address)
        if person is not None and (self._ring.has(person) or self._ring.was_forgotten(person)):
            found.add(person)
        return sorted(found)

    async def records(self, persons: Iterable[UUID] | None = None) -> list[Record]:
        """The records about these persons, or about everybody who was not forgotten, in the order of their keys."""
        if self._data is None:
            return []
        where = None if persons is None else {"person": [str(person) for person in persons]}
        documents = await self._documents(self._data, where)
        gone = set() if persons is not None else self._ring.forgotten().keys()
        ended = await self._data.ended(self._service, documents)
        return [
            self._record(self._data, one, ended.get(one["key"])) for one in documents if UUID(one["person"]) not in gone
        ]

    def _record(self, data: PersonalData[S], document: Document, since: str | None) -> Record:
        began = datetime.fromisoformat(since) if since else None
        term = self.term(document["purpose"])
        ends = began + term if began is not None and term is not None else None
        person = UUID(document["person"])
        return Record(document["key"], person, document["purpose"], began, ends, data.page(document))

    async def _documents(self, data: PersonalData[S], where: Where | None) -> list[Document]:
        found: dict[str, Document] = {}
        for view in filter(None, (data.told, data.held)):  # what was told and stands no more, and what stands
            found |= {one["key"]: one async for one in everything(self._service.store, view, where)}
        return [found[key] for key in sorted(found) if found[key]["person"] is not None]

    def term(self, purpose: str) -> timedelta | None:
        """How long records of a purpose are kept once they are not needed any more; None: no end is set."""
        known = {one.code: one for one in self._data.purposes} if self._data else {}
        setting = known[purpose].setting if purpose in known else None
        days = getattr(self._service.settings, setting) if setting else None
        return None if days is None else timedelta(days=days)

    # Terms

    async def due(self, at: datetime | None = None) -> list[Due]:
        """Whose terms have all come to an end by then, without an argument by now; the longest due first."""
        at = at or self._service.now()
        by_person: dict[UUID, list[Record]] = {}
        for record in await self.records():
            by_person.setdefault(record.person, []).append(record)
        found = []
        for person, records in by_person.items():
            ends = [record.ends for record in records if record.ends is not None]
            if len(ends) == len(records) and max(ends) <= at:
                last = max(records, key=lambda record: record.ends or at)
                found.append(Due(person, last.purpose, max(ends)))
        return sorted(found, key=lambda one: (one.ends, one.person))

    async def end_terms(self) -> int:
        """Forgets everybody who is due now, and foretells who will be; how many were forgotten.

        Nobody while the clock is in doubt; and none of those who were not foretold where these are too many, before an
        operator has said so (`Foretold`).
        """
        now = await self._service.clock.believed()
        if now is None:
            return 0
        coming = await self.due(now + FORETELLING)
        due = await self._outside.in_thread(self.foretold.may_go, coming, now)
        if (waiting := self.foretold.question) is not None:
            log.warning("persons.unforeseen", service=self._service.name, persons=waiting.persons, way_out=ANSWER)
        actor, done = f"service:{self._service.name}", 0
        for purpose in sorted({one.purpose for one in due}):
            every = [one.person for one in due if one.purpose == purpose]
            for start in range(0, len(every), self.at_once):
                began = self._outside.monotonic()
                if await self._service.clock.believed() is None:
                    return done
                await self.forget(every[start : start + self.at_once], reason="term", purpose=purpose, actor=actor)
                done += len(every[start : start + self.at_once])
                if len(due) > self.at_once:  # a whole history that was imported may be due: pages have half of the time
                    await self._outside.sleep(self._outside.monotonic() - began)
        return done

    # Forgetting

    async def forget(
        self, persons: Iterable[UUID], *, reason: ForgettingReason, actor: str, purpose: str | None = None
    ) -> int:
        """Forgets these persons, with all that follows; the sequence that views show it at, 0 for nobody.

        Once it returns, nothing that was kept of them can be read here any more. Raises Refused, Conflict, Unavailable;
        then some of them may be forgotten, and asking again is right.
        """
        if self._data is None:
            return 0
        every, last = sorted(set(persons)), 0
        for start in range(0, len(every), self.at_once):
            some = every[start : start + self.at_once]
            for person in some:
                if self._ring.has(person):
                    await self._data.before(self._service, person)
            said = await asyncio.gather(*(self._said(one, reason, purpose, actor) for one in some))
            if await self._outside.in_thread(self._ring.forget, some, self._service.now()):
                await self._backup()
            await asyncio.gather(*(self._follow(seq) for seq in said))
            last = max(last, *said)
        return last

    async def _said(self, person: UUID, reason: ForgettingReason, purpose: str | None, actor: str) -> int:
        command = ForgetPerson(person=person, reason=reason, purpose=purpose)
        # One id for each person and service: whoever asks again gets the first outcome.
        id = derived_id(person, f"{self._service.name}/forget")
        return (await self._service.execute(command, id=id, actor=actor, derived=True)).seq

    async def _follow(self, seq: int) -> None:
        """What the reaction does, now: whoever asked waits for it. The reaction finds it done."""
        reaction = next(one for one in self._service.reactions.reactions if one.name == FORGETTING)
        message = await self._service.log.at(seq)
        assert message is not None
        while True:
            try:
                return await self._service.reactions.react(reaction, message)
            except TimeoutError:  # views are on their way through a long log
                if self._service.runner.damage is not None:
                    raise

    async def enforced(self, person: UUID) -> Sequence[Command]:
        """Deletes the key of a person of whom the log says that they were forgotten; the commands that follow."""
        assert self._data is not None
        if await self._outside.in_thread(self._ring.forget, [person], self._service.now()):
            await self._backup()
        records = await self._documents(self._data, {"person": str(person)})
        return await self._data.follows(self._service, person, records)

    async def _in_log(self, data: PersonalData[S]) -> set[UUID]:
        """Everybody of whom the log says that this service has forgotten them."""
        found = set()
        for message in await self._service.log.under(f"{self._service.name}.person.*.{data.event.type_name()}"):
            try:
                found.add(UUID(opened(message).entity_id))
            except Void:
                continue
        return found

    async def _backup(self) -> None:
        """Replaces the keys' own backup, where there is to be one. That it failed is shown, and tried again next
        time."""
        folder = self._service.settings.keys_backup
        if folder is None:
            return
        try:
            await self._outside.in_thread(self._ring.backup, folder)
            self.backup_failed = False
        except (OSError, SecretUnfit) as error:
            self.backup_failed = True
            log.error("keys.backup_failed", service=self._service.name, error=repr(error))

    # Telling

    async def told(self, persons: Iterable[UUID]) -> list[Told]:
        """All that the log holds about these persons, in its order, with what is theirs opened. Reads the whole log."""
        if self._data is None:
            return []
        return await told(self._service, Telling(self._data, set(persons)))
