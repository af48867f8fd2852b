"""What the log holds of the entities that a step of the runner speaks of, up to the step's end: read when it is needed,
once a step. A view folds a document anew from it where an event does not come last in its line, or corrects another."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import msgspec

from shared.base.outside import REAL, Outside
from shared.base.paris_days import day_of, day_told, noon_of
from shared.contract.corrections import EventRedated
from shared.contract.envelope import Message, Recorded, Void, instant, opened
from shared.kernel.corrections import CORRECTIONS, told, withdrawal
from shared.kernel.eventlog.direct_get import Unavailable
from shared.kernel.line import Correction, Fact, standing

AGAIN, DOUBTS = 0.1, 50  # seconds, times: a replica of the log that is behind is asked again
Ref = str
"""`<service>.<entity>.<id>`"""
Tops = MutableMapping[Ref, int]
"""entity → the last place in its line that was seen (`place_of`); what is after it comes last"""


def ref_of(event: Recorded) -> Ref:
    return f"{event.service}.{event.entity}.{event.entity_id}"


def place_of(order: tuple[date, int]) -> int:
    """A place in a line as one number."""
    return order[0].toordinal() << 40 | order[1]


@dataclass
class Lived:
    """All that is told of one entity up to a sequence. `events`: every event that this release can read, by its id."""

    events: dict[str, Recorded]
    facts: list[Fact]
    corrections: list[Correction]

    def line(self, types: Collection[str]) -> list[tuple[int, Recorded]]:
        """What stands of these types, each event with its place in the line and on the day that it counts for. A
        withdrawal in the earlier way that is among the types comes last, after what it took back."""
        taken = withdrawal(list(self.events.values()), self.corrections)
        if taken is not None and taken.type not in types:
            taken = None
        corrections = [one for one in self.corrections if taken is None or one.seq != taken.seq]
        found = []
        for fact in standing(self.facts, corrections):
            event = self.events[fact.id]
            if event.type in types:
                found.append((place_of(fact.order), event if day_of(event.time) == fact.day else _on(event, fact.day)))
        return found if taken is None else [*found, (place_of((date.max, taken.seq)), taken)]


def _on(event: Recorded, day: date) -> Recorded:
    """The same event, of another day."""
    return msgspec.structs.replace(event, cloud=msgspec.structs.replace(event.cloud, time=instant(noon_of(day))))


@dataclass
class Past:
    """`under`: reads all messages under a subject; `upto`: the step's end; `void`: whether a message is no event;
    `versions`: how many valid events an entity has by then, as far as the step does not say it; `step`: its events."""

    under: Callable[[str], Awaitable[list[Message]]]
    upto: int
    void: Callable[[int], bool]
    versions: Mapping[Ref, int]
    step: Sequence[Recorded] = ()
    outside: Outside = REAL
    _lived: dict[Ref, Lived] = field(default_factory=dict)
    _own: dict[Ref, list[Recorded]] | None = None

    async def of(self, ref: Ref) -> Lived:
        """Raises Unavailable where the log does not answer, or has not all that it had."""
        if ref not in self._lived:
            if self._own is None:
                self._own = {}
                for event in self.step:
                    self._own.setdefault(ref_of(event), []).append(event)
            own = [event.version for event in self._own.get(ref, ())]
            number = max(self.versions.get(ref, 0), *own[-1:], 0)
            whole = own and own == list(range(1, number + 1))  # then what has just been read is not read again
            events = self._own[ref] if whole else await self._read(ref, number)
            known = [event for event in events if event.readable]
            self._lived[ref] = Lived({event.id: event for event in known}, *told(known))
        return self._lived[ref]

    async def _read(self, ref: Ref, known: int) -> list[Recorded]:
        for _ in range(DOUBTS):
            found: list[Recorded] = []
            for message in await self.under(f"{ref}.*"):
                if message.seq > self.upto or self.void(message.seq):
                    continue
                try:
                    event = opened(message)
                except Void:
                    continue
                if event.version == len(found) + 1:
                    found.append(event)
            if len(found) >= known:
                return found
            await self.outside.sleep(AGAIN)
        raise Unavailable(f"{known - len(found)} events of {ref} are missing from the log")

    async def top(self, ref: Ref, before: int) -> int:
        """The last place in the line of an entity, of what was told before a sequence."""
        lived = await self.of(ref)
        then = [*lived.facts, *standing(lived.facts, lived.corrections, known=before - 1)]
        return max((place_of(fact.order) for fact in then if fact.seq < before), default=0)


async def late_among(events: Iterable[Recorded], tops: Tops, past: Past, *, from_start: bool = False) -> set[int]:
    """The sequences of the events that do not come last in their lines. `tops` is brought up to date. `from_start`:
    whether all that there is was given, so that who is not in `tops` had nothing before."""
    late: set[int] = set()
    for event in events:
        if not event.readable:
            continue
        data, ref = event.data, ref_of(event)
        top = tops.get(ref)
        if top is None:
            top = 0 if from_start or event.version == 1 else await past.top(ref, event.seq)
        if type(data) is EventRedated:
            place = place_of((data.day, event.seq))
        elif event.type in CORRECTIONS:
            place = top
        else:
            place = place_of((date.min if data.timeless else day_told(event.cloud.time), event.seq))
            if place < top:
                late.add(event.seq)
        tops[ref] = max(top, place)
    return late
