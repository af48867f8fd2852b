"""What is known of an entity up to a sequence, remembered from one command to the next: neither read nor folded again.

What is remembered may be behind the log, since another process writes too; it is never wrong. What is written rests on
its sequence, and nothing is refused, or called unchanged, before the log itself was looked at.

States are values, which no decision changes, so one may be kept. What builds one piece by piece lives inside one
fold."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from shared.base.paris_days import noon_of
from shared.contract.envelope import Message, Recorded, opened
from shared.kernel.correcting import Told
from shared.kernel.corrections import corrects, fact_of
from shared.kernel.decider import Decider, Place
from shared.kernel.eventlog.event_log import History
from shared.kernel.line import Fact

MOST = 24 * 1024 * 1024
"""Bytes that a service remembers, about: a fact takes a thousand and twice its body"""


class Known(msgspec.Struct, frozen=True, eq=False, gc=False):
    """An entity up to the sequence `seq`. `end`: the state after its whole line (whether it has begun, and that of its
    decider); `live`: the time of the last event that is always of now; `commands`: the ids of the commands that wrote
    here, later ones perhaps among them."""

    decider: Decider[Any]
    id: UUID
    seq: int = 0
    version: int = 0
    told: Told = Told()
    end: tuple[bool, Any] = (False, None)
    live: datetime | None = None
    commands: set[str] = msgspec.field(default_factory=set)
    size: int = 0

    @classmethod
    def of(cls, decider: Decider[Any], id: UUID, history: History, told: Told) -> Known:
        events = history.events
        days = {one.about: one.day for one in told.corrections if one.day is not None}
        live = (_said(event, days) for event in events if event.data.live and not event.data.anywhere)
        return cls(
            decider,
            id,
            history.seq,
            history.version,
            told,
            _folded(decider, told.line),
            max(live, default=None),
            {event.cloud.commandid for event in events},
            sum(_size(event) for event in events),
        )

    @property
    def place(self) -> Place:
        return Place(self.decider.entity, self.id)

    @property
    def line(self) -> list[Fact]:
        return self.told.line

    def on(self, day: date | None) -> Any:
        """The state by which a command about a day is decided; None: about now."""
        if day is None or self.ends_by(day):
            return self.end[1]
        return self.decider.on(self.line, day)

    def ends_by(self, day: date) -> bool:
        """Whether all that stands is of this day or before, or always of now."""
        for fact in reversed(self.line):
            if fact.order[0] <= day:
                return True
            if not fact.event.live:
                return False
        return True

    def is_last(self, day: date) -> bool:
        """Whether a fact of this day that is noted now comes last in the line."""
        return not self.line or self.line[-1].order[0] <= day

    def and_then(self, event: Recorded) -> Known | None:
        """With the next event, which this process wrote. None where it says something about others: then all is to be
        read again."""
        if corrects(event.type):
            return None
        fact = fact_of(event)
        told = Told([*self.told.facts, fact], self.told.corrections)
        if self.is_last(fact.order[0]):
            told.__dict__["line"] = [*self.line, fact]
            end = self.decider.judged[1](self.end, fact.event)
        else:
            end = _folded(self.decider, told.line)
        self.commands.add(event.cloud.commandid)
        return msgspec.structs.replace(
            self,
            seq=event.seq,
            version=event.version,
            told=told,
            end=end,
            live=event.time if fact.event.live else self.live,
            size=self.size + _size(event),
        )


def _said(event: Recorded, days: Mapping[str, date]) -> datetime:
    """When an event was said. Of one that was redated, since a clock was ahead, the beginning of its day is known."""
    return noon_of(days[event.id]) - timedelta(hours=12) if event.id in days else event.time


def nothing_of(decider: Decider[Any], id: UUID) -> Known:
    """An entity of which nothing was said, or not looked for yet."""
    return Known(decider, id, end=decider.judged[0])


def _folded(decider: Decider[Any], line: Sequence[Fact]) -> tuple[bool, Any]:
    state, evolve, _ = decider.judged
    for fact in line:
        state = evolve(state, fact.event)
    return state  # type: ignore[no-any-return]


def _size(event: Recorded) -> int:
    return 1000 + 2 * len(event.body)


class Memory:
    """The entities that were written last, up to `most` bytes in all. What was written comes as messages, which are
    opened only if the entity is asked for again."""

    def __init__(self, most: int = MOST) -> None:
        self._most, self._size = most, 0
        self._kept: OrderedDict[Place, tuple[Known, Sequence[Message]]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def of(self, place: Place) -> Known | None:
        """What is remembered of an entity; it may be behind."""
        kept = self._kept.get(place)
        if kept is None:
            return None
        known: Known | None = kept[0]
        for message in kept[1]:
            known = known and known.and_then(opened(message))
        self._forget(place)
        if known is not None:
            self._put(place, known, ())
        return known

    def keep(self, known: Known, written: Sequence[Message]) -> None:
        """Remembers an entity as it was known, with what was written to it since. One that begins with that is
        not: most are left alone then, and to hold thousands of them costs each command more than it would save."""
        self._forget(known.place)
        if not known.version:
            return
        self._put(known.place, known, written)
        while self._size > self._most:
            self._forget(next(iter(self._kept)))

    def _put(self, place: Place, known: Known, written: Sequence[Message]) -> None:
        self._kept[place] = known, written
        self._size += _weight(known, written)

    def _forget(self, place: Place) -> None:
        if (kept := self._kept.pop(place, None)) is not None:
            self._size -= _weight(*kept)


def _weight(known: Known, written: Sequence[Message]) -> int:
    return known.size + sum(1000 + 2 * len(message.body) for message in written)
