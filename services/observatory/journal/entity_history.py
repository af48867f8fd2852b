"""The life of one thing, folded from its events alone: what each of them changed, from what to what, and which event
stands behind each fact of today. It knows no service: a fact is a field that an event names, or what its type says of
itself in the contract (shared/contract/says.py).

The latest word counts, by the time it speaks of, then by its place in the log (as everywhere here). What was noted by
mistake and taken back counts no more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

from shared.base.translations import L
from shared.contract import load_all
from shared.contract.says import ASIDE, Says

TYPES = load_all()
UNHEARD = Says(L("Événement"))
"""What a type says that this release does not know: its fields, and nothing by itself."""
Row = Mapping[str, Any]
"""A row of the table, by `event_query.COLUMNS`."""
Fact = tuple[str, str]
"""Of which part of the thing ("" for the thing itself), and which field."""

NOTHING: Sequence[Any] = (None, [], "")


@dataclass(frozen=True)
class Value:
    """A value that a fact has or had, and the event that says so."""

    value: Any
    seq: int
    time: datetime


@dataclass(frozen=True)
class Change:
    """What an event changed of what is known. `overtaken`: nothing, since what is known speaks of a later day."""

    part: str
    name: str
    before: Any
    after: Any
    overtaken: bool = False


@dataclass
class Told:
    """An event of a life. `undone`: the event that took it back; `undoes`: those that it took back itself; `late`: it
    speaks of a day before that of an event which was recorded earlier."""

    row: Row
    changes: list[Change] = field(default_factory=list)
    said: list[tuple[str, Any]] = field(default_factory=list)
    undone: int | None = None
    undoes: list[int] = field(default_factory=list)
    late: bool = False


@dataclass(frozen=True)
class Known:
    """A fact as it is known now, and the values before it, the latest first."""

    part: str
    name: str
    now: Value
    before: Sequence[Value]


@dataclass(frozen=True)
class Life:
    """What is known of a thing, and its events in the order of the log."""

    facts: Sequence[Known]
    told: Sequence[Told]


def life_of(rows: Iterable[Row]) -> Life:
    """The life that the events of one thing make; `rows` in the order of the log."""
    told: list[Told] = []
    known: dict[Fact, Value] = {}
    ever: dict[Fact, list[Value]] = {}
    latest: datetime | None = None
    for row in rows:
        one = Told(row)
        told.append(one)
        if not row["readable"] or row["time"] is None:
            continue
        data = data_of(row)
        one.said = [
            (name, value) for name, value in data.items() if name in ASIDE and name != "cleared" and value != []
        ]
        one.late = latest is not None and row["time"].date() < latest.date()
        latest = row["time"] if latest is None else max(latest, row["time"])
        own = facts_of(row["type"], data)
        taken_back = _take_back(one, told)
        before = known
        known = _all(told) if taken_back else _with(known, row, own)
        one.changes = _changes(before, known, own, row["seq"])
        for fact in {(change.part, change.name) for change in one.changes if not change.overtaken}:
            if fact in known:
                ever.setdefault(fact, []).insert(0, known[fact])
    facts = [
        Known(part, name, value, [old for old in ever.get((part, name), []) if old.seq != value.seq])
        for (part, name), value in known.items()
        if value.value not in NOTHING or (part, name) in ever
    ]
    return Life(facts, told)


def facts_of(kind: str, data: Mapping[str, Any]) -> dict[Fact, Any]:
    """The facts that an event states: of which part, which field, its value; None for one that it clears."""
    part, says = part_of(kind, data), says_of(kind)
    apart = {*ASIDE, *says.parts}
    found: dict[Fact, Any] = {
        (part, name): value for name, value in data.items() if name not in apart and value is not None
    }
    for name in (*data.get("cleared", ()), *says.clears):
        found[part, str(name)] = None
    return found | {(part, name): value for name, value in says.sets.items()}


def says_of(kind: str) -> Says:
    """What a type says of itself."""
    return TYPES[kind].says if kind in TYPES else UNHEARD


def part_of(kind: str, data: Mapping[str, Any]) -> str:
    """The part of its thing that an event speaks of, "" for the thing itself."""
    return ":".join(str(data[name]) for name in says_of(kind).parts if data.get(name))


def data_of(row: Row) -> dict[str, Any]:
    """The data of an event, sealed as it is."""
    found = orjson.loads(row["data"]) if row["data"] else {}
    return found if isinstance(found, dict) else {}


def _with(known: dict[Fact, Value], row: Row, own: Mapping[Fact, Any]) -> dict[Fact, Value]:
    """What is known once an event is, too: the latest word counts."""
    found = dict(known)
    for fact, value in own.items():
        before = found.get(fact)
        if before is None or (row["time"], row["seq"]) > (before.time, before.seq):
            found[fact] = Value(value, row["seq"], row["time"])
    return found


def _all(told: Sequence[Told]) -> dict[Fact, Value]:
    """What is known by all events that stand."""
    known: dict[Fact, Value] = {}
    for one in told:
        if one.undone is None and one.row["readable"] and one.row["time"] is not None:
            known = _with(known, one.row, facts_of(one.row["type"], data_of(one.row)))
    return known


def _take_back(one: Told, told: Sequence[Told]) -> bool:
    """Marks what this event takes back; True if there was something."""
    kind, data = one.row["type"], data_of(one.row)
    wanted = says_of(kind).takes_back(data)
    part = part_of(kind, data)
    for other in reversed(told[:-1]):
        row = other.row
        if row["type"] in wanted and other.undone is None and part_of(row["type"], data_of(row)) == part:
            other.undone = one.row["seq"]
            one.undoes.append(row["seq"])
            for again in told:  # what the other had taken back stands again
                if again.undone == row["seq"]:
                    again.undone = None
            return True
    return False


def _changes(
    before: Mapping[Fact, Value], after: Mapping[Fact, Value], own: Mapping[Fact, Any], seq: int
) -> list[Change]:
    found = []
    for fact in dict.fromkeys((*own, *before, *after)):
        old, new = before.get(fact), after.get(fact)
        was, is_ = old.value if old else None, new.value if new else None
        if was != is_ and not (was in NOTHING and is_ in NOTHING):
            found.append(Change(*fact, was, is_))
        elif fact in own and own[fact] != is_ and new is not None and new.seq != seq:
            found.append(Change(*fact, is_, own[fact], overtaken=True))
    return found
