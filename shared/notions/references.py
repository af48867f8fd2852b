"""References: whether what a command names is there, and in the state that it needs, on the command's day. Judged for
whoever sends the command: forms, API, reactions, imports and jobs.

The other entity is read from the log, not from a view, so that what is judged is what stands. It is judged as it was on
the day that the command is about: an earlier day is not refused for what came later. Of a day before the beginning of
its record, it is judged as it began: what our books know of somebody does not begin with them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from shared.kernel.corrections import told
from shared.kernel.decider import Command, Decider, Refers, Refused
from shared.kernel.eventlog.event_log import Log
from shared.kernel.line import Fact, standing

AT_ONCE = 50  # references of one command that are read at a time


class LogReferences:
    """`kinds`: `<service>.<entity>` → the rules by which it is folded, with the `states` that may be asked for."""

    def __init__(self, log: Log, kinds: Mapping[str, Decider[Any]]) -> None:
        self._log, self._kinds = log, kinds

    async def judged(self, command: Command, day: date, line: Sequence[Fact]) -> dict[str, int]:
        """As the executor asks it (shared/kernel/command_handler.py)."""
        asked: list[tuple[str, Refers, Any]] = []
        for field, refers in command.refers.items():
            said = getattr(command, field)
            several = said if isinstance(said, list) else [said]
            asked += [(field, refers, one) for one in dict.fromkeys(several) if one is not None]
        guarded: dict[str, int] = {}
        for some in (asked[start : start + AT_ONCE] for start in range(0, len(asked), AT_ONCE)):
            found = await asyncio.gather(*(self._judged(refers, said, day) for _, refers, said in some))
            for (field, refers, said), (why, seq) in zip(some, found, strict=True):
                if why is not None and not (refers.kept and _names(line, field, said)):
                    raise Refused(why, field=field)
                if refers.guarded:
                    guarded[f"{self._log.network}.{refers.to}.{_id(refers, said)}"] = seq
        return guarded

    async def _judged(self, refers: Refers, said: Any, day: date) -> tuple[str | None, int]:
        """Why a reference is not as it must be, None where it is; and the last sequence of what it is to."""
        service, _, entity = refers.to.partition(".")
        history = await self._log.load(service, entity, _id(refers, said))
        decider = self._kinds.get(refers.to)
        # What a newer release says of it is passed over, as views do: it is no decision about that entity.
        line = standing(*told(event for event in history.events if event.readable))
        if not (begun(decider, line) if decider else history.events):
            return f"unknown-{entity}" if refers.id is None else None, history.seq
        if refers.state == "known":
            return None, history.seq
        if decider is None:
            raise TypeError(f"nothing is known here of the states of {refers.to}")
        state = decider.on(line, max(day, line[0].day))
        return decider.states[refers.state](state, said), history.seq


def begun(decider: Decider[Any], line: Iterable[Fact]) -> bool:
    """Whether a thing is there at all: one whose beginning was noted by mistake is not, whatever else is said of it."""
    births = tuple(decider.births)
    return any(isinstance(fact.event, births) if births else True for fact in line)


def _id(refers: Refers, said: Any) -> UUID:
    found: UUID = said if refers.id is None else refers.id(said)
    return found


def _names(line: Iterable[Fact], field: str, id: Any) -> bool:
    """Whether a fact names this id in the field of that name."""
    values = [getattr(fact.event, field, None) for fact in line]
    return any(id == value or (isinstance(value, list) and id in value) for value in values)
