"""Reading the events of one entity: which are facts, and what corrects which.

Earlier events of correction (shared/contract/earlier_corrections.py) are read as what they meant, at the sequence where
they stand, so that "as known then" holds for old logs too."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from shared.base.paris_days import day_of
from shared.contract import EVENTS
from shared.contract import earlier_corrections as earlier
from shared.contract.corrections import EventRedated, EventStruck, StrikeLifted
from shared.contract.envelope import Recorded
from shared.kernel.line import Correction, Fact

CORRECTIONS = frozenset(kind.type_name() for kind in (EventStruck, StrikeLifted, EventRedated))


@dataclass
class _Reading:
    """What was read so far of one entity. Corrections are kept as they come; `struck` and `days` are what they come
    to."""

    unmerging: frozenset[str]
    facts: list[Fact] = field(default_factory=list)
    corrections: list[Correction] = field(default_factory=list)
    struck: set[str] = field(default_factory=set)
    days: dict[str, date] = field(default_factory=dict)
    strikes: list[tuple[str, int, list[str]]] = field(default_factory=list)
    """of earlier correcting events, not lifted since: (its type, its sequence, the ids of what it struck)"""

    def fact(self, event: Recorded) -> None:
        self.facts.append(fact_of(event))

    def day(self, fact: Fact) -> date:
        return self.days.get(fact.id, fact.day)

    def there(self, types: Sequence[str], event: Recorded | None = None, same: str | None = None) -> list[Fact]:
        """The standing facts of these types, in the order of the log, that speak of the same part of the entity."""
        part = getattr(event.data, same) if event is not None and same else None
        return [
            fact
            for fact in self.facts
            if fact.event.type_name() in types
            and fact.id not in self.struck
            and (same is None or getattr(fact.event, same) == part)
        ]

    def strike(self, event: Recorded, facts: Iterable[Fact]) -> None:
        ids = [fact.id for fact in facts if fact.id not in self.struck]
        self.corrections += [Correction(event.seq, id, "struck") for id in ids]
        self.struck.update(ids)
        self.strikes.append((event.type, event.seq, ids))

    def lift(self, event: Recorded, types: Sequence[str]) -> None:
        """Takes back the latest strikes that an event of these types made."""
        for n in range(len(self.strikes) - 1, -1, -1):
            if self.strikes[n][0] in types:
                _, _, ids = self.strikes.pop(n)
                self.corrections += [Correction(event.seq, id, "lifted") for id in ids]
                self.struck.difference_update(ids)
                return

    def since(self, types: Sequence[str]) -> int:
        """The sequence of the latest strikes by these types that were not lifted, 0 where there are none."""
        return max((seq for kind, seq, _ in self.strikes if kind in types), default=0)


def fact_of(event: Recorded) -> Fact:
    data = event.data
    return Fact(event.seq, event.id, event.cloud.commandid, day_of(event.time), data, data.timeless)


def told(events: Iterable[Recorded]) -> tuple[list[Fact], list[Correction]]:
    """The facts and the corrections that the events of one entity say, in the order of the log. Raises what reading an
    event raises (KeyError, Void): who may pass over one leaves it out."""
    events = list(events)
    reading = _Reading(frozenset(e.cloud.commandid for e in events if e.type in earlier.UNMERGING))
    for event in events:
        _read(reading, event)
    return reading.facts, reading.corrections


def _read(reading: _Reading, event: Recorded) -> None:
    data = event.data
    match data:
        case EventStruck() | StrikeLifted():
            about, struck = str(data.event), isinstance(data, EventStruck)
            reading.corrections.append(Correction(event.seq, about, "struck" if struck else "lifted"))
            (reading.struck.add if struck else reading.struck.discard)(about)
        case EventRedated():
            reading.corrections.append(Correction(event.seq, str(data.event), "redated", data.day))
            reading.days[str(data.event)] = data.day
        case _ if event.cloud.commandid in reading.unmerging:
            if event.type in earlier.UNMERGING:
                _unmerged(reading, event)
        case _ if meaning := earlier.READ_AS.get(event.type):
            _means(reading, event, meaning)
        case _:
            reading.fact(event)


def corrects(kind: str) -> bool:
    """Whether events of this type say something about other events, or may (an earlier way of saying it)."""
    return kind in CORRECTIONS or kind in earlier.READ_AS or kind in earlier.UNMERGING


def withdrawal(events: Sequence[Recorded], corrections: Iterable[Correction]) -> Recorded | None:
    """The event that took back all that was said of an entity before, in the earlier way, where nothing lifted it
    since: views that tell of it go on to show what was taken back."""
    lifted = max((one.seq for one in corrections if one.kind == "lifted"), default=0)
    found = [event for event in events if earlier.READ_AS.get(event.type) is earlier.NEVER]
    return found[-1] if found and found[-1].seq > lifted else None


def correcting(kinds: Collection[tuple[str, str]]) -> frozenset[str]:
    """The types that may correct an event of these kinds of entities (service, entity)."""
    theirs = (EVENTS[name] for name in (*earlier.READ_AS, *earlier.UNMERGING) if name in EVENTS)
    return CORRECTIONS | {kind.type_name() for kind in theirs if (kind.service, kind.entity) in kinds}


def _means(reading: _Reading, event: Recorded, meaning: earlier.Meaning) -> None:
    """Reads an earlier event of correction."""
    match meaning:
        case earlier.Latest(types, same):
            reading.strike(event, reading.there(types, event, same)[-1:])
        case earlier.Every(types, same):
            reading.strike(event, reading.there(types, event, same))
        case earlier.Never():
            reading.strike(event, reading.facts)
        case earlier.Back(ends, withdrawn):
            ended = reading.there(ends)[-1:]
            if reading.since(withdrawn) > (ended[0].seq if ended else 0):
                reading.lift(event, withdrawn)
            else:
                reading.strike(event, ended)
        case earlier.Mistake(beginning, reason):
            if getattr(event.data, "reason", None) != reason:
                return reading.fact(event)
            begun = reading.there((beginning,))[-1:]
            rests = [f for f in reading.facts for b in begun if f.seq > b.seq and reading.day(f) >= reading.day(b)]
            reading.strike(event, [*begun, *rests])
        case earlier.SameDay(end):
            ended = reading.there((end,))[-1:]
            if ended and reading.day(ended[0]) == day_of(event.time):
                reading.strike(event, ended)
            else:
                reading.fact(event)


def _unmerged(reading: _Reading, event: Recorded) -> None:
    """It strikes all that the command of the merge said of this record."""
    made, same = earlier.UNMERGING[event.type]
    merge = reading.there((made,), event, same)[-1:]
    reading.strike(event, [fact for fact in reading.facts for one in merge if fact.command == one.command])
