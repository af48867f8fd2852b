"""A record as it was on any day, and as an answer of before showed it: structures folded from what happened.

`as of` a day is what had happened by its end in Paris, whenever it was learnt; `upto` a sequence is what was known
then. Of what happened, the later wins, by when it happened and then by when it was written (as the observatory counts).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from services.directory.structures.view_walk import chosen
from services.directory.structures.views import STRUCTURES, TIMELINES
from shared.base import paris_days as days
from shared.contract import EVENTS
from shared.contract.directory.structure_facts import FACTS, nothing
from shared.contract.envelope import Recorded, instant
from shared.kernel.views.projection import Document, Store

STATES = ("listed", "closed")
"""What types say of a structure by themselves, and its record tells the history of."""
Told = Mapping[str, Any]
"""An event as the view of timelines keeps it: seq, time, recorded, type, actor, data."""


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


def in_order(events: Iterable[Told], before: str | None = None, upto: int | None = None) -> list[Told]:
    """Events that had happened `before` a moment and were written up to a sequence, by when they happened."""
    heard = [e for e in events if (before is None or e["time"] < before) and (upto is None or e["seq"] <= upto)]
    return sorted(heard, key=lambda e: (e["time"], e["seq"]))


@dataclass(frozen=True, slots=True)
class _Said:
    """An event of a timeline as the view reads one: `time` of its cloud event, its sequence, its place among them."""

    time: str
    seq: int
    version: int

    @property
    def cloud(self) -> _Said:
        return self


_STEPS = {kind.type_name(): (kind, evolve) for kind, evolve in STRUCTURES.on.items()}


def folded_from(key: str, events: Sequence[Told]) -> Document | None:
    """The record that events in their order come to, as the view of structures has it; None before it is registered."""
    document: Document | None = None
    for n, event in enumerate(events, 1):
        kind, evolve = _STEPS[event["type"]]
        said = cast(Recorded, _Said(event["time"], event["seq"], n))
        document = evolve(document, kind.model_validate(event["data"]), said)
    return document and {"key": key, **{name: value for name, value in document.items() if name != "version"}}


def field_history(events: Iterable[Told]) -> dict[str, list[Value]]:
    """field → the values it has had, the latest first: when, who, source. A field that was never set is not there."""
    found: dict[str, list[Value]] = {}

    def note(event: Told, name: str, value: Any) -> None:
        before = found.get(name)
        if (before and before[0].value == value) or (not before and value in (None, [])):
            return
        source = event["data"].get("source")
        one = Value(value, event["time"], event["recorded"], event["actor"], source, event["seq"])
        found.setdefault(name, []).insert(0, one)

    for event in in_order(events):
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
    events = in_order(await timeline(store, key), end_of(day) if day else None, upto)
    return folded_from(key, events)


async def as_given(store: Store, keys: Sequence[str], upto: int) -> AsyncIterator[Document]:
    """The records of an answer in its order, as they were known at the sequence that it was given at."""
    async for document in chosen(store, TIMELINES, keys):
        found = folded_from(document["key"], in_order(document["events"], None, upto))
        if found is not None:
            yield found
