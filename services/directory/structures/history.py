"""A record as it was on any day, and as an answer of before showed it: structures folded from what happened.

`as of` a day is what had happened by its end in Paris, whenever it was learnt; `upto` a sequence is what was known
then, also what was found to be a mistake since. It is the fold of every reader (shared/kernel/line.py).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from services.directory.structures.view_walk import chosen
from services.directory.structures.views import STRUCTURES, TIMELINES
from shared.base import paris_days as days
from shared.contract import EVENTS, Event
from shared.contract.directory.structure_facts import FACTS, nothing
from shared.contract.envelope import Recorded, instant
from shared.kernel.corrections import told as read
from shared.kernel.line import standing, upto
from shared.kernel.views.projection import Document, Store

STATES = ("listed", "closed")
"""What types say of a structure by themselves, and its record tells the history of."""
Told = Mapping[str, Any]
"""An event as the view of timelines keeps it: seq, id, time, recorded, type, actor, command, data."""


@dataclass(frozen=True)
class Value:
    """A value that a field of a record had: since when, who said so, from which source, by which event."""

    value: Any
    at: str
    recorded: str
    actor: str
    source: str | None
    seq: int


def end_of(day: date) -> str:
    """The first moment after a day in Paris, as events write moments."""
    return instant(days.end_of(day))


@dataclass(frozen=True, slots=True)
class _Cloud:
    time: str
    commandid: str


@dataclass(frozen=True, slots=True)
class _Said:
    """An event of a timeline, as far as the kernel's line and the view of structures read one."""

    seq: int
    id: str
    type: str
    data: Event
    cloud: _Cloud
    version: int = 0

    @property
    def time(self) -> datetime:
        return datetime.fromisoformat(self.cloud.time)


def in_order(events: Iterable[Told], day: date | None = None, seen: int | None = None) -> list[Told]:
    """The facts of a timeline that stand, up to the end of a day, as far as they were seen at a sequence: in the order
    of their line, each at the day that it counts for (shared/kernel/line.py)."""
    by_id = {event["id"]: {**event, "said": _data(event)} for event in events}
    facts, corrections = read(cast(list[Recorded], [_said(event) for event in by_id.values()]))
    line = standing(facts, corrections, known=seen)
    return [_of_day(by_id[fact.id], fact.day) for fact in (line if day is None else upto(line, day))]


def known(events: Iterable[Told], day: date | None) -> list[Told]:
    """What was said by the end of a day in Paris, corrections too; all where none is asked for."""
    return [event for event in events if day is None or days.day_of(datetime.fromisoformat(event["recorded"])) <= day]


def _data(event: Told) -> Event:
    """What an event says: read once, since a search of a past day folds all records."""
    return event.get("said") or EVENTS[event["type"]].model_validate(event["data"])


def _said(event: Told) -> _Said:
    cloud = _Cloud(event["time"], event["command"])
    return _Said(event["seq"], event["id"], event["type"], _data(event), cloud)


def _of_day(event: Told, day: date) -> Told:
    if days.day_of(datetime.fromisoformat(event["time"])) == day:
        return event
    return {**event, "time": instant(days.noon_of(day))}


def folded_from(key: str, line: Iterable[Told]) -> Document | None:
    """The record that facts in their order come to, as the view of structures has it; None before it is registered."""
    document: Document | None = None
    for event in line:
        said = _said(event)
        document = STRUCTURES.evolve(document, cast(Recorded, said))
    return document and {"key": key, **{name: value for name, value in document.items() if name != "version"}}


def field_history(events: Iterable[Told], day: date | None = None) -> dict[str, list[Value]]:
    """field → the values it has had (up to the end of a day), the latest first: when, who, source. A field that was
    never set is not there."""
    found: dict[str, list[Value]] = {}

    def note(event: Told, name: str, value: Any) -> None:
        before = found.get(name)
        if (before and before[0].value == value) or (not before and value in (None, [])):
            return
        source = event["data"].get("source")
        one = Value(value, event["time"], event["recorded"], event["actor"], source, event["seq"])
        found.setdefault(name, []).insert(0, one)

    for event in in_order(events, day):
        said = event["data"]
        for name in FACTS:
            if said.get(name) is not None:
                note(event, name, said[name])
        for name in said.get("cleared", ()):
            note(event, name, nothing(name))
        for name, value in EVENTS[event["type"]].says.sets.items():
            if name in STATES:
                note(event, name, value)
    return found


async def timeline(store: Store, key: str) -> list[Told]:
    """All that happened to one structure, in the order of the log."""
    document = await store.get(TIMELINES, key)
    return list(document["events"]) if document else []


async def record_as_of(store: Store, key: str, day: date | None = None, *, upto: int | None = None) -> Document | None:
    """A record as it was at the end of a day, or as it was known at a sequence; None if it was not there."""
    events = in_order(await timeline(store, key), day, upto)
    return folded_from(key, events)


async def as_given(store: Store, keys: Sequence[str], upto: int) -> AsyncIterator[Document]:
    """The records of an answer in its order, as they were known at the sequence that it was given at."""
    async for document in chosen(store, TIMELINES, keys):
        found = folded_from(document["key"], in_order(document["events"], None, upto))
        if found is not None:
            yield found
