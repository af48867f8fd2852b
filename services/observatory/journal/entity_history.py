"""The life of one thing, folded from its events alone: what each of them changed, from what to what, and which event
stands behind each fact of today. It knows no service: a fact is a field that an event names, or what its type says of
itself in the contract (shared/contract/says.py).

Facts are folded in the order of their line (shared/kernel/line.py), each on the day that it counts for; what was noted
by mistake counts no more, and is told as that. Corrections are told where they were said, and change what they correct.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any, cast

import orjson

from shared.base.paris_days import day_of, noon_of
from shared.base.translations import L
from shared.contract import load_all
from shared.contract.envelope import Recorded
from shared.contract.says import ASIDE, Says
from shared.kernel.corrections import CORRECTIONS, corrects
from shared.kernel.corrections import told as read
from shared.kernel.line import Correction, standing
from shared.kernel.line import Fact as LineFact
from shared.kernel.line import upto as shown

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
    place: tuple[date, int]


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
    """An event of a life. `day`: the one that it counts for, in Paris; `noted`: the one it was noted for, where that is
    another. `undone`: the event that took it back; `undoes`: those that it took back itself; `redates`: those whose day
    it corrected, with their days before and after; `late`: it speaks of a day before that of an event which was
    recorded earlier."""

    row: Row
    changes: list[Change] = field(default_factory=list)
    said: list[tuple[str, Any]] = field(default_factory=list)
    undone: int | None = None
    undoes: list[int] = field(default_factory=list)
    redates: list[tuple[int, date, date]] = field(default_factory=list)
    late: bool = False
    day: date | None = None
    noted: date | None = None

    @property
    def corrects(self) -> bool:
        """Whether it says something of other events, and nothing of the thing."""
        return self.row["type"] in CORRECTIONS

    @property
    def place(self) -> tuple[date, int]:
        """Its place in the line."""
        kind = TYPES.get(self.row["type"])
        return (date.min if kind is not None and kind.timeless else self.day or date.max, self.row["seq"])

    @property
    def time(self) -> datetime:
        """When it happened, in UTC; where its day was corrected, at noon of that day."""
        time: datetime = self.row["time"]
        return time if self.noted is None or self.day is None else noon_of(self.day).replace(tzinfo=None)


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


def life_of(rows: Iterable[Row], upto: date | None = None) -> Life:
    """The life that the events of one thing make, up to the end of a day; `rows` in the order of the log."""
    rows = list(rows)
    facts, words = _read(rows)
    begun = upto is None or bool(shown(standing(facts, words), upto))
    life = _Life(upto, begun)
    corrections: dict[int, list[Correction]] = {}
    for one in words:
        corrections.setdefault(one.seq, []).append(one)
    for row in rows:
        life.hear(Told(row), corrections.get(row["seq"], ()))
    known = [
        Known(part, name, value, [old for old in life.ever.get((part, name), []) if old.seq != value.seq])
        for (part, name), value in life.known.items()
        if value.value not in NOTHING or (part, name) in life.ever
    ]
    return Life(known, [one for one in life.told if life.shows(one)])


class _Life:
    """A life as far as its events were heard, in the order of the log. `begun`: whether there is anything to show as of
    the day `upto` (shared/kernel/line.py)."""

    def __init__(self, upto: date | None, begun: bool) -> None:
        self.upto, self.begun = upto, begun
        self.told: list[Told] = []
        self.by_id: dict[str, Told] = {}
        self.known: dict[Fact, Value] = {}
        self.ever: dict[Fact, list[Value]] = {}
        self.latest: date | None = None

    def shows(self, one: Told) -> bool:
        """Whether it is of the day that is looked at, or before; a correction, where what it corrects is."""
        if self.upto is None or one.day is None:
            return True
        about = {*one.undoes, *(seq for seq, _, _ in one.redates)}
        named = [other for other in self.told if other.row["seq"] in about]
        return any(map(self.shows, named)) if one.corrects else self.begun and one.place[0] <= self.upto

    def hear(self, one: Told, corrections: Sequence[Correction]) -> None:
        row = one.row
        self.told.append(one)
        self.by_id[id_of(row)] = one
        if not row["readable"] or row["time"] is None:
            return
        data = data_of(row)
        one.day = day_of(row["time"].replace(tzinfo=UTC))
        one.said = [
            (name, value) for name, value in data.items() if name in ASIDE and name != "cleared" and value != []
        ]
        if not one.corrects:
            one.late = self.latest is not None and one.day < self.latest
            self.latest = one.day if self.latest is None else max(self.latest, one.day)
        own = {} if one.corrects else facts_of(row["type"], data)
        for each in corrections:
            self._correct(one, each)
        taken_back = not corrects(row["type"]) and self._take_back(one)
        before = self.known
        self.known = self._all() if corrections or taken_back else self._with(before, one, own)
        one.changes = _changes(before, self.known, own, row["seq"])
        for fact in {(change.part, change.name) for change in one.changes if not change.overtaken}:
            if fact in self.known:
                self.ever.setdefault(fact, []).insert(0, self.known[fact])

    def _correct(self, one: Told, said: Correction) -> None:
        named, seq = self.by_id[said.about], one.row["seq"]
        match said.kind:
            case "struck":
                named.undone = seq
                one.undoes.append(named.row["seq"])
            case "lifted":
                by, named.undone = named.undone, None
                striking = next((other for other in self.told if other.row["seq"] == by), None)
                if striking is not None and all(other.undone != by for other in self.told):
                    striking.undone = seq  # what had been taken back stands again
                one.undoes += [by] if by is not None and by not in one.undoes else []
            case "redated":
                assert said.day is not None and named.day is not None
                noted = named.noted or named.day
                one.redates.append((named.row["seq"], named.day, said.day))
                named.day, named.noted = said.day, noted if noted != said.day else None

    def _take_back(self, one: Told) -> bool:
        """Marks what a fact of now takes back by what its type says of itself, such as a cancelling that of a
        registration; True if there was something."""
        kind, data = one.row["type"], data_of(one.row)
        wanted, part = says_of(kind).takes_back(data), part_of(kind, data)
        for other in reversed(self.told[:-1]):
            row = other.row
            if row["type"] in wanted and other.undone is None and part_of(row["type"], data_of(row)) == part:
                other.undone = one.row["seq"]
                one.undoes.append(row["seq"])
                for again in self.told:  # what the other had taken back stands again
                    if again.undone == row["seq"]:
                        again.undone = None
                return True
        return False

    def _with(self, known: Mapping[Fact, Value], one: Told, own: Mapping[Fact, Any]) -> dict[Fact, Value]:
        """What is known once an event is, too: what stands last in the line counts."""
        found = dict(known)
        if not self.begun or (self.upto is not None and one.place[0] > self.upto):
            return found
        for fact, value in own.items():
            before = found.get(fact)
            if before is None or one.place > before.place:
                found[fact] = Value(value, one.row["seq"], one.time, one.place)
        return found

    def _all(self) -> dict[Fact, Value]:
        """What is known by all events that stand."""
        known: dict[Fact, Value] = {}
        for one in self.told:
            if one.undone is None and one.day is not None and not one.corrects:
                known = self._with(known, one, facts_of(one.row["type"], data_of(one.row)))
        return known


def id_of(row: Row) -> str:
    return str(row.get("id") or row["seq"])


class _Data(SimpleNamespace):
    """The data of an event as they lie there, for the reading of corrections; sealed as they are."""

    def __getattr__(self, name: str) -> None:
        return None


def _read(rows: Iterable[Row]) -> tuple[list[LineFact], list[Correction]]:
    """The facts among these events, and what they say of one another, by the one reading that all share
    (shared/kernel/corrections.py)."""
    events = []
    for row in rows:
        if not row["readable"] or row["time"] is None:
            continue
        kind, found = row["type"], data_of(row)
        own = {"type_name": lambda k=kind: k, "timeless": kind in TYPES and TYPES[kind].timeless}
        data = TYPES[kind].model_validate(found) if kind in CORRECTIONS else _Data(**found, **own)
        time, command = row["time"].replace(tzinfo=UTC), str(row.get("command") or row["seq"])
        cloud = SimpleNamespace(commandid=command)
        events.append(SimpleNamespace(seq=row["seq"], id=id_of(row), type=kind, time=time, cloud=cloud, data=data))
    there = {one.id for one in events}
    facts, corrections = read(cast(list[Recorded], events))
    return facts, [one for one in corrections if one.about in there]


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
