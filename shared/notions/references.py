"""References: whether what a command names is there, and in the state that it needs, on the command's day. Judged for
whoever sends the command: forms, API, reactions, imports and jobs. A correction that says a fact again, or of another
day, is judged like the command that said it first, and refused for what became wrong since.

The other entity is read from the log, not from a view, so that what is judged is what stands. It is judged as it was on
the day that the command is about: an earlier day is not refused for what came later. What it is on a day before the
beginning of its record, its own kind says (referents.py)."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import product
from typing import Any
from uuid import UUID

from shared.base.translations import SOURCE, Spoken, Text
from shared.contract import Event
from shared.contract.fields.codes import vocabularies_in
from shared.kernel.correcting import Told
from shared.kernel.corrections import told
from shared.kernel.decider import Command, Decider, Refers, Refused
from shared.kernel.eventlog.event_log import History, Log
from shared.kernel.line import Fact, standing
from shared.notions.closings import CLOSINGS, Closing, closed_code
from shared.notions.namings import NAMINGS, OWN, Naming
from shared.notions.referents import OF_FOLLOWERS, STRUCTURE, OnRecord
from shared.notions.vocabularies import uses, vocabulary_id
from shared.notions.vocabularies.referent import SAID_THEME
from shared.notions.vocabularies.themes import named

NAMED = "named-elsewhere"
"""A correction is refused so, since a fact of another record rests on what it takes away"""
AFTER = "used-after-closing"
"""A closing is refused so, since a fact of another record names on a later day what it closes"""
NAMED_HERE = "rested-on-here"
"""The same of what is always of now in its own record"""
AT_ONCE = 50  # references of one command that are read at a time


@dataclass(frozen=True, slots=True)
class Asked:
    """A reference that is judged: what the `field` says, of an entity `id`, on a `day`. `kept`: whether it may be as it
    is, since the entity names it already. `stood`: where the fact that holds it stood before: the day, and the sequence
    up to which what we knew counts (None: all). `word`, `had`: of a theme, as it was said, and those that the entity
    has said."""

    field: str
    refers: Refers
    said: Any
    id: UUID
    day: date
    kept: bool = False
    stood: tuple[date, int | None] | None = None
    word: str | None = None
    had: Sequence[Any] = ()


@dataclass(frozen=True, slots=True)
class Resting:
    """A fact of another record, or one of now of its own, that rests on the beginning of a thing: its record (`told` of
    it), why it becomes wrong by a correction, as a code, and by which naming; `here`: it is of the thing's own
    record."""

    service: str
    entity: str
    id: UUID
    told: Told
    fact: Fact
    why: str
    by: Naming
    closed: bool = False  # what it names is closed on its day, and was there
    here: bool = False  # it is of the record itself, and always of now

    @property
    def for_good(self) -> bool:
        """Whether nothing takes it back: what it names was there, and can only end."""
        return self.fact.event.live and self.by.for_good and not self.closed

    def refused(self) -> Refused:
        code = AFTER if self.closed else NAMED_HERE if self.here else NAMED
        return Refused(code, at=self.at, about=self.id, for_good=self.for_good, **_named(self.fact))

    @property
    def at(self) -> str:
        """Where it is seen: among the facts of its record, or, if it is none of a day, on its page, else its own."""
        if not self.fact.event.live:
            return f"/{self.service}/history/{self.entity}/{self.id}"
        if self.by.page is not None:
            return self.by.page(self.id, self.fact.event)
        page = type(self.fact.event).thing.page
        return page.format(self.id) if page else f"/observatory/journal/{self.fact.seq}"


TERM = Naming(uses.KIND)
"""By which a fact names a term of a list"""
NamedBy = Callable[[str], Awaitable[Sequence[str]]]
"""`<service>.<entity>.<id>` → the entities, written so, that ever named it"""
Also = Callable[[Command, UUID], Awaitable[Mapping[str, int]]]
"""What a service judges of a command beside: (command, its own entity) → what that rests on and is guarded, as subject
prefix → last sequence. Raises Refused"""


async def _nobody(thing: str) -> Sequence[str]:
    return ()


async def _nothing(command: Command, own: UUID) -> Mapping[str, int]:
    return {}


class LogReferences:
    """`kinds`: `<service>.<entity>` → the rules by which it is folded, with the `states` that may be asked for.
    `named_by`: where to look for what rests on a thing; `also`: what else is judged of a command."""

    def __init__(
        self, log: Log, kinds: Mapping[str, Decider[Any]], named_by: NamedBy = _nobody, also: Also = _nothing
    ) -> None:
        self._log, self._kinds, self._named_by, self._also = log, kinds, named_by, also

    async def judged(self, command: Command, own: UUID, day: date, line: Sequence[Fact]) -> dict[str, int]:
        """As the executor asks it (shared/kernel/command_handler.py)."""
        also = await self._also(command, own)
        if isinstance(command, Closing):
            closing = Fact(sys.maxsize, "", "", day, command.closing())
            for one in await self._used_after(own, line, sorted([*line, closing], key=lambda fact: fact.order)):
                raise one.refused()
        asked = [
            Asked(_asked_at(command, field, one), refers, one, _id(refers, one, own), day, one in had, had=had)
            for field, refers in command.refers.items()
            for had in [_said_before(line, field) if refers.kept else ()]
            for one in _several(getattr(command, field))
        ]
        return {**also, **await self._all(asked, own)}

    async def judged_again(self, decider: Decider[Any], own: UUID, before: Told, after: Told) -> dict[str, int]:
        """As the executor asks it: the references of facts of `before` that stand in `after` and did not, or stand on
        another day. Not refused for what was as wrong where the fact stood before. Refused, too, where the beginning of
        the entity goes, or moves, and a fact of another record becomes wrong by it."""
        for one in await self.resting(decider, own, before, after):
            raise one.refused()
        there, stood = {fact.id for fact in before.facts}, {fact.id: fact.day for fact in before.line}
        asked: list[Asked] = []
        for fact in after.line:
            if fact.id not in there or stood.get(fact.id) == fact.day:
                continue
            if fact.id not in stood:
                _of_its_day(decider, before, after, fact)
            last = (stood[fact.id], None) if fact.id in stood else (fact.day, _struck(before, fact.id) - 1)
            asked += [
                Asked(field, refers, one, _id(refers, one, own), fact.day, stood=last)
                for field, refers in decider.rests.get(type(fact.event), {}).items()
                for one in _several(getattr(fact.event, field))
            ]
        return await self._all(asked, own)

    async def resting(self, decider: Decider[Any], own: UUID, before: Told, after: Told) -> list[Resting]:
        """The facts of other records, and those of now of its own, that become wrong where an entity's line `before`
        becomes that `after`, since what began it does not stand, or stands on another day. Raises Unavailable."""
        found = await self._used_after(own, before.line, after.line)
        births, stays = tuple(decider.births), {(fact.id, fact.day) for fact in after.line}
        gone = [one for one in before.line if isinstance(one.event, births) and (one.id, one.day) not in stays]
        if not gone:
            return found
        kind = f"{type(gone[0].event).service}.{decider.entity}"
        if kind == uses.KIND:
            return [*found, *await self._using(own, gone, before.line, after.line)]
        gestures, there = {one.command for one in gone}, begun(decider, after.line)
        found += [] if there else _own(decider.entity, own, before, after)
        for name in await self._named_by(f"{kind}.{own}"):
            service, entity, id = name.split(".")
            theirs = await self._told(name)
            for fact in (one for one in theirs.line if one.command not in gestures):
                worse = self._worse(fact, theirs.line, (kind, own), before.line, after.line if there else None)
                found += [Resting(service, entity, UUID(id), theirs, fact, *worse)] if worse else []
        return sorted(found, key=lambda one: one.fact.order)

    async def _using(
        self, own: UUID, gone: Sequence[Fact], before: Sequence[Fact], after: Sequence[Fact]
    ) -> list[Resting]:
        """The facts that say a term of a list which, by what goes of its line, there was not on their day."""
        decider, found = self._kinds[uses.KIND], list[Resting]()
        for code in dict.fromkeys(getattr(one.event, "code", "") for one in gone):
            for name in await self._named_by(uses.thing(own, code)):
                service, entity, id = name.split(".")
                theirs = await self._told(name)
                for fact in theirs.line:
                    said = [of for of, one in uses.codes_said(fact.event) if one == code and vocabulary_id(of) == own]
                    for of in said[:1]:
                        then, now = (decider.states[of](decider.on(one, fact.day), code) for one in (before, after))
                        if now == "unknown-term" != then:
                            found.append(Resting(service, entity, UUID(id), theirs, fact, now, TERM))
        return sorted(found, key=lambda one: one.fact.order)

    async def _used_after(self, own: UUID, before: Sequence[Fact], after: Sequence[Fact]) -> list[Resting]:
        """The facts of other records that name, on a later day, what a new closing ends. What a record had already may
        stay in it, where it is a term of a list."""
        there, found = {(fact.id, fact.day) for fact in before}, list[Resting]()
        for closing in (one for one in after if isinstance(one.event, CLOSINGS) and (one.id, one.day) not in there):
            kind, code = f"{type(closing.event).service}.{type(closing.event).entity}", closed_code(closing.event)
            decider = self._kinds[kind]
            for name in await self._named_by(uses.thing(vocabulary_id(code[0]), code[1]) if code else f"{kind}.{own}"):
                service, entity, id = name.split(".")
                theirs, had = await self._told(name), False
                for fact in theirs.line:
                    for said, state, by in _namings_of(fact.event, kind, own, code):
                        had = had or (kind == uses.KIND and fact.day <= closing.day)
                        if had or fact.day <= closing.day:
                            continue
                        judge = decider.states[state]
                        then, now = (judge(decider.on(one, fact.day), said) for one in (before, after))
                        if now is not None and then is None:
                            found.append(Resting(service, entity, UUID(id), theirs, fact, now, by, closed=True))
        return sorted(found, key=lambda one: one.fact.order)

    async def _told(self, name: str) -> Told:
        """What was said of an entity, `<service>.<entity>.<id>`."""
        service, entity, id = name.split(".")
        history = await self._log.load(service, entity, UUID(id))
        return Told(*told(event for event in history.events if event.readable))

    def _worse(
        self,
        fact: Fact,
        line: Sequence[Fact],
        of: tuple[str, UUID],
        before: Sequence[Fact],
        after: Sequence[Fact] | None,
    ) -> tuple[str, Naming] | None:
        """Why a fact becomes wrong where what it names (`of`: kind, id) is as `after` says, None where it is no more,
        and by which naming; None where it does not."""
        kind, own = of
        for field, naming in NAMINGS.get(type(fact.event), {}).items():
            for said, id in naming.ids(fact.event, field):
                if (naming.to, id) != (kind, own) or not naming.holds(fact, line):
                    continue
                if after is None:
                    return f"unknown-{kind.partition('.')[2]}", naming
                if naming.state != "known" and not fact.event.live and (decider := self._kinds.get(kind)):
                    judge = decider.states[naming.state]
                    then, now = (judge(decider.on(one, fact.day), said) for one in (before, after))
                    if now is not None and then is None:
                        return now, naming
        return None

    async def _all(self, asked: Sequence[Asked], own: UUID) -> dict[str, int]:
        guarded: dict[str, int] = {}
        for pair in [one for one in asked if (one.refers.to, one.refers.state) == OF_FOLLOWERS]:
            asked = [*asked, *await self._of_followers(pair, own)]
        for some in (asked[start : start + AT_ONCE] for start in range(0, len(asked), AT_ONCE)):
            for one, found in zip(some, await asyncio.gather(*map(self._one, some)), strict=True):
                if isinstance(found, Refused):
                    raise found
                if one.refers.guarded:
                    guarded[f"{self._log.network}.{one.refers.to}.{one.id}"] = found
        return guarded

    async def _of_followers(self, asked: Asked, own: UUID) -> list[Asked]:
        """The same, asked of each pair of what was merged into the two."""
        mine, theirs = [{id, *await self._followers(id)} for id in (own, asked.said)]
        return [
            replace(asked, id=_id(asked.refers, other, one))
            for one, other in product(sorted(mine), sorted(theirs))
            if one != other and {one, other} != {own, asked.said}
        ]

    async def _followers(self, structure: UUID) -> Iterable[UUID]:
        history = await self._log.load("directory", "structure", structure)
        line = standing(*told(event for event in history.events if event.readable))
        found: OnRecord = STRUCTURE.on(line)
        return found.followers

    async def _one(self, asked: Asked) -> int | Refused:
        """The last sequence of what a reference is to, or why it is refused."""
        service, _, entity = asked.refers.to.partition(".")
        history = await self._log.load(service, entity, asked.id)
        asked = _meant(asked, history) if asked.refers.state == SAID_THEME else asked
        why, line = self._why(asked, history, asked.day)
        if why is None or asked.kept:
            return history.seq
        if asked.stood is not None and why == self._why(asked, history, *asked.stood)[0]:
            return history.seq
        return self._refusal(asked, why, line)

    def _why(
        self, asked: Asked, history: History, day: date, known: int | None = None
    ) -> tuple[str | None, Sequence[Fact]]:
        """Why it is not as it must be, None where it is; and its line."""
        decider = self._kinds.get(asked.refers.to)
        # What a newer release says of it is passed over, as views do: it is no decision about that entity.
        line = standing(*told(event for event in history.events if event.readable), known=known)
        rested = decider is not None and not decider.births  # it needs no beginning
        if not (rested or (begun(decider, line) if decider else history.events)):
            return f"unknown-{asked.refers.to.partition('.')[2]}", line
        if asked.refers.state == "known":
            return None, line
        if decider is None:
            raise TypeError(f"nothing is known here of the states of {asked.refers.to}")
        return decider.states[asked.refers.state](decider.on(line, day), asked.said), line

    def _refusal(self, asked: Asked, why: str, line: Sequence[Fact]) -> Refused:
        """At the field of a command; of a correction, which has no such field, of the whole. It names the fact by which
        it is so; where that is a beginning still to come, that."""
        against = self._against(asked, why, line)
        named = _named(against) if against is not None else {}
        if asked.word is not None:
            named["theme"] = self._called(asked, line)
        return Refused(why, field=asked.field if asked.stood is None else None, **named)

    def _called(self, asked: Asked, line: Sequence[Fact]) -> Text:
        """What a term is called on the day, for whoever reads of it."""
        term = self._kinds[asked.refers.to].on(line, asked.day)[asked.said]
        return Spoken(term.title(SOURCE), {}, term.titles)

    def _against(self, asked: Asked, why: str, line: Sequence[Fact]) -> Fact | None:
        """The fact since which a reference is not as it must be on the day; where none made it so, the first fact."""
        decider = self._kinds.get(asked.refers.to)
        if decider is None or asked.refers.state == "known":
            return None
        by: Fact | None = None
        judge, state, before = decider.states[asked.refers.state], decider.initial, None
        for fact in line:
            if fact.event.live or fact.order[0] <= asked.day:
                state = decider.evolve(state, fact.event)
                before, after = judge(state, asked.said), before
                by = fact if before == why != after else by
        return by or (line[0] if line else None)


def _namings_of(event: Event, kind: str, own: UUID, code: tuple[str, str] | None) -> Iterator[tuple[Any, str, Naming]]:
    """By what an event names a thing of a `kind`, that is closed by its `code` or has the id `own`: what it says, the
    state that is asked, and the naming."""
    if code is None:
        for field, naming in NAMINGS.get(type(event), {}).items():
            for said, id in naming.ids(event, field):
                if (naming.to, id) == (kind, own):
                    yield said, naming.state, naming
        return
    for field, vocabulary in vocabularies_in(type(event)).items():
        if vocabulary == code[0] and code[1] in _several(getattr(event, field)):
            yield code[1], vocabulary if kind == uses.KIND else "open", TERM


def _own(entity: str, own: UUID, before: Told, after: Told) -> list[Resting]:
    """What is always of now in the record itself, and is not over, where nothing begins it any more."""
    return [
        Resting(type(fact.event).service, entity, own, before, fact, f"unknown-{entity}", by, here=True)
        for fact in after.line
        if (by := OWN.get(type(fact.event))) is not None and by.holds(fact, after.line)
    ]


def _of_its_day(decider: Decider[Any], before: Told, after: Told, fact: Fact) -> None:
    """Refuses a fact that is restored on its day, where its entity was moved to others since it was struck: what is of
    now is no later fact of its line, and still it knew nothing of that. Raises Refused, which names the move."""

    def may(line: Sequence[Fact]) -> bool:
        try:
            decider.dated(decider.on(line), fact.event, fact.day)
        except Refused:
            return False
        return True

    struck = _struck(before, fact.id)
    if may(after.line) or not may(standing(before.facts, before.corrections, known=struck - 1)):
        return
    for by in sorted((one for one in after.line if one.event.live and one.seq > struck), key=lambda one: one.seq):
        if not may(standing(before.facts, before.corrections, known=by.seq)):
            raise Refused("later-stands-against", because="not-its-day", **_named(by))


def _named(fact: Fact) -> dict[str, Any]:
    """A fact, as a refusal names it."""
    return {"of": fact.event.type_name(), "day": f"{fact.day:%d/%m/%Y}", "seq": fact.seq, "event": fact.id}


def begun(decider: Decider[Any], line: Iterable[Fact]) -> bool:
    """Whether a thing is there at all: one whose beginning was noted by mistake is not, whatever else is said of it."""
    births = tuple(decider.births)
    return any(isinstance(fact.event, births) if births else True for fact in line)


def _several(said: Any) -> list[Any]:
    return [one for one in dict.fromkeys(said if isinstance(said, list) else [said]) if one is not None]


def _asked_at(command: Command, field: str, said: Any) -> str:
    """The field of a command that says something: where it is no field, but what several fields are called by, that
    which is called so."""
    return str(said) if field not in type(command).model_fields and said in type(command).model_fields else field


def _id(refers: Refers, said: Any, own: UUID) -> UUID:
    found: UUID = said if refers.id is None else refers.id(said, own)
    return found


def _struck(before: Told, id: str) -> int:
    """The sequence at which a fact was struck last."""
    return max(one.seq for one in before.corrections if one.about == id and one.kind == "struck")


def _said_before(line: Iterable[Fact], field: str) -> list[Any]:
    """What facts name in the field of that name, each once."""
    values = [getattr(fact.event, field, None) for fact in line]
    return _several([one for value in values for one in _several(value)])


def _meant(asked: Asked, history: History) -> Asked:
    """The same of the term that a said theme means on the day: it may stay where the entity has said that term, under
    whatever name."""
    line = standing(*told(event for event in history.events if event.readable))
    themes = named(((fact.event, fact.day) for fact in line), asked.day)
    code = themes.read(asked.said)
    return replace(asked, said=code, word=asked.said, kept=asked.kept or code in themes.read_all(asked.had))
