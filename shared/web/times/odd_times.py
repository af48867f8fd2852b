"""What is odd in the times of a log: facts older than the entity they are of, wrong where they stand in its line, of a
day that had not come; what is always of now and went back; clocks that jumped. `maillage times` shows it, and writes
`EventRedated` where an operator confirms a day (docs/adr/0052).

Nothing here says that a time is wrong: readers agree on it as it stands, and a fact may be right although it is odd."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, ClassVar, Literal

from shared.base.paris_days import FIRST_DAY, day_of
from shared.contract.envelope import Recorded, Void, opened
from shared.kernel.command_handler import SKEW
from shared.kernel.correcting import RedateEvents
from shared.kernel.corrections import told
from shared.kernel.decider import Decider
from shared.kernel.line import Fact, standing, wrong_in
from shared.runtime.faces import Commands

Why = Literal[
    "before-the-floor",
    "of-the-future",
    "clock-was-ahead",
    "goes-back",
    "older-than-its-entity",
    "wrong-in-its-line",
]
AT_ONCE = 200_000  # messages of the log of whose entities the events are kept at a time
LATEST = 10_000  # events in which it is seen that a clock was ahead


class RedateAny(RedateEvents):
    """Note that facts were on another day, whatever their type: what is always of now, too, where a clock was ahead."""

    internal = True
    asks = "administrator"
    of_any: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class Odd:
    """An event whose time is odd, and why. `day`: the one that it counts for; `code`: why it may not stand there;
    `of`: the event to be redated; `better`: to which day, where there is reason for one."""

    why: Why
    event: Recorded
    day: date
    of: Recorded
    better: date | None = None
    code: str | None = None


@dataclass
class Clocks:
    """What was recorded, in the order of the log: which events a clock that was ahead recorded. `ahead`: their ids →
    what time it was at most, as a later event tells. `jumps`: how often recording went back by more than clocks may
    differ."""

    ahead: dict[str, datetime] = field(default_factory=dict)
    jumps: int = 0
    _latest: deque[tuple[datetime, str]] = field(default_factory=lambda: deque(maxlen=LATEST))

    def take(self, event: Recorded) -> None:
        now, back = event.recorded, False
        while self._latest and self._latest[-1][0] > now + SKEW:
            _, id = self._latest.pop()
            self.ahead[id], back = now, True
        self.jumps += back
        self._latest.append((now, event.id))


async def odd_times(service: Commands, at_once: int = AT_ONCE) -> tuple[list[Odd], int]:
    """What is odd in the entities of a service, by sequence; and how often clocks jumped in the whole log. It reads the
    log once for each `at_once` messages that it holds, so that memory stays flat. Raises Unavailable, LogDamaged."""
    last = await service.log.last()
    parts = 1 + last // at_once
    clocks, found = Clocks(), list[Odd]()
    for part in range(parts):
        entities: dict[tuple[str, str], list[Recorded]] = {}
        async for run in service.log.read(0, until=last):
            for message in run:
                with suppress(Void):
                    event = opened(message)
                    if part == 0:
                        clocks.take(event)
                    if event.service == service.name and int(event.entity_id[:8], 16) % parts == part:
                        own = entities.setdefault((event.entity, event.entity_id), [])
                        if event.version == len(own) + 1:
                            own.append(event)
        for (kind, _), events in entities.items():
            found += odd_in(events, service.execute.deciders.get(kind), clocks.ahead)
    return sorted(found, key=lambda one: one.event.seq), clocks.jumps


def odd_in(events: Sequence[Recorded], decider: Decider[Any] | None, ahead: Mapping[str, datetime]) -> list[Odd]:
    """What is odd among the events of one entity. Without its rules its line is not judged."""
    events = [event for event in events if event.readable]
    by_id = {event.id: event for event in events}
    line = standing(*told(events))
    found = [one for fact in line if (one := _by_itself(by_id[fact.id], fact.day, ahead)) is not None]
    known = {one.of.id for one in found}
    found += [one for one in _going_back(line, by_id) if one.of.id not in known]
    return found + (_in_line(line, by_id, decider) if decider is not None else [])


def _by_itself(event: Recorded, day: date, ahead: Mapping[str, datetime]) -> Odd | None:
    if day < FIRST_DAY:
        return Odd("before-the-floor", event, day, event)
    latest = ahead.get(event.id)
    if latest is not None and event.cloud.time == event.cloud.recordedtime and day > day_of(latest):
        return Odd("clock-was-ahead", event, day, event, day_of(latest))
    if day > day_of(event.recorded + SKEW):
        return Odd("of-the-future", event, day, event, day_of(event.recorded))
    return None


def _going_back(line: Iterable[Fact], by_id: Mapping[str, Recorded]) -> Iterable[Odd]:
    """What is always of now, and of an earlier day than what was of now before it."""
    latest: Fact | None = None
    for fact in sorted((one for one in line if one.event.live), key=lambda one: one.seq):
        if latest is not None and fact.day < latest.day:
            event, before = by_id[fact.id], by_id[latest.id]
            if before.recorded > event.recorded + SKEW:
                yield Odd("clock-was-ahead", before, latest.day, before, fact.day)
                latest = fact
            else:
                yield Odd("goes-back", event, fact.day, event, latest.day)
        else:
            latest = fact


def _in_line(line: Sequence[Fact], by_id: Mapping[str, Recorded], decider: Decider[Any]) -> list[Odd]:
    """What its rules would not have let stand there. What is older than the beginning is so by the beginning's day; the
    rest is judged without it."""
    births = [fact for fact in line if isinstance(fact.event, tuple(decider.births))]
    early = [] if not births else [fact for fact in line if fact.order < births[0].order and not fact.event.live]
    found = [
        Odd(
            "older-than-its-entity", by_id[fact.id], fact.day, by_id[births[0].id], early[0].day, "before-its-beginning"
        )
        for fact in early
    ]
    rest = [fact for fact in line if fact not in early]
    return found + [
        Odd("wrong-in-its-line", by_id[fact.id], fact.day, by_id[fact.id], None, code)
        for fact, code in wrong_in(rest, *decider.judged)
    ]
