"""References: whether what a command names is there, and in the state that it needs, on the command's day. Judged for
whoever sends the command: forms, API, reactions, imports and jobs. A correction that says a fact again, or of another
day, is judged like the command that said it first, and refused for what became wrong since.

The other entity is read from the log, not from a view, so that what is judged is what stands. It is judged as it was on
the day that the command is about: an earlier day is not refused for what came later. What it is on a day before the
beginning of its record, its own kind says (referents.py)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import product
from typing import Any
from uuid import UUID

from shared.kernel.correcting import Told
from shared.kernel.corrections import told
from shared.kernel.decider import Command, Decider, Refers, Refused
from shared.kernel.eventlog.event_log import History, Log
from shared.kernel.line import Fact, standing
from shared.notions.referents import OF_FOLLOWERS, STRUCTURE, OnRecord

AT_ONCE = 50  # references of one command that are read at a time


@dataclass(frozen=True, slots=True)
class Asked:
    """A reference that is judged: what the `field` says, of an entity `id`, on a `day`. `kept`: whether it may be as it
    is, since the entity names it already. `stood`: where the fact that holds it stood before: the day, and the sequence
    up to which what we knew counts (None: all)."""

    field: str
    refers: Refers
    said: Any
    id: UUID
    day: date
    kept: bool = False
    stood: tuple[date, int | None] | None = None


class LogReferences:
    """`kinds`: `<service>.<entity>` → the rules by which it is folded, with the `states` that may be asked for."""

    def __init__(self, log: Log, kinds: Mapping[str, Decider[Any]]) -> None:
        self._log, self._kinds = log, kinds

    async def judged(self, command: Command, own: UUID, day: date, line: Sequence[Fact]) -> dict[str, int]:
        """As the executor asks it (shared/kernel/command_handler.py)."""
        asked = [
            Asked(field, refers, one, _id(refers, one, own), day, refers.kept and _names(line, field, one))
            for field, refers in command.refers.items()
            for one in _several(getattr(command, field))
        ]
        return await self._all(asked, own)

    async def judged_again(self, decider: Decider[Any], own: UUID, before: Told, after: Told) -> dict[str, int]:
        """As the executor asks it: the references of facts of `before` that stand in `after` and did not, or stand on
        another day. Not refused for what was as wrong where the fact stood before."""
        there, stood = {fact.id for fact in before.facts}, {fact.id: fact.day for fact in before.line}
        asked: list[Asked] = []
        for fact in after.line:
            if fact.id not in there or stood.get(fact.id) == fact.day:
                continue
            last = (stood[fact.id], None) if fact.id in stood else (fact.day, _struck(before, fact.id) - 1)
            asked += [
                Asked(field, refers, one, _id(refers, one, own), fact.day, stood=last)
                for field, refers in decider.rests.get(type(fact.event), {}).items()
                for one in _several(getattr(fact.event, field))
            ]
        return await self._all(asked, own)

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
        named: dict[str, Any] = {}
        if against is not None:
            day = f"{against.day:%d/%m/%Y}"
            named = {"of": against.event.type_name(), "day": day, "seq": against.seq, "event": against.id}
        return Refused(why, field=asked.field if asked.stood is None else None, **named)

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


def begun(decider: Decider[Any], line: Iterable[Fact]) -> bool:
    """Whether a thing is there at all: one whose beginning was noted by mistake is not, whatever else is said of it."""
    births = tuple(decider.births)
    return any(isinstance(fact.event, births) if births else True for fact in line)


def _several(said: Any) -> list[Any]:
    return [one for one in dict.fromkeys(said if isinstance(said, list) else [said]) if one is not None]


def _id(refers: Refers, said: Any, own: UUID) -> UUID:
    found: UUID = said if refers.id is None else refers.id(said, own)
    return found


def _struck(before: Told, id: str) -> int:
    """The sequence at which a fact was struck last."""
    return max(one.seq for one in before.corrections if one.about == id and one.kind == "struck")


def _names(line: Iterable[Fact], field: str, id: Any) -> bool:
    """Whether a fact names this id in the field of that name."""
    values = [getattr(fact.event, field, None) for fact in line]
    return any(id == value or (isinstance(value, list) and id in value) for value in values)
