"""What must hold at each step of a world, judged by rules of its own: it reads the log as bytes and the store as rows.

Nothing of the kernel's folding is asked: the order of a line, what stands and what a view must hold are said here once
more, as plainly as can be. Only `evolve` and `allows` of deciders and views are the product's."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache, lru_cache
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from services.directory.structures.domain.merging import pair_id
from shared.contract.envelope import GUARD, Message, Recorded, instant, is_guard, opened
from shared.kernel.decider import Decider
from shared.kernel.views.projection import Batch, Document, View
from shared.kernel.views.projector import JUDGE
from tests.simulation.store import MemoryStore

WORDS = ("EventStruck", "StrikeLifted", "EventRedated")
PARIS = ZoneInfo("Europe/Paris")


class Violated(AssertionError):
    """An invariant does not hold."""


@dataclass
class Entity:
    """What the log holds of one entity. Nothing is ever taken out of it, so a line that was read stays what it is."""

    kind: str
    events: list[Recorded] = field(default_factory=list)
    _lines: dict[int, list[Recorded]] = field(default_factory=dict)

    def known(self, upto: int | None) -> int:
        """How many events it has by a sequence (None: now)."""
        return len(self.events) if upto is None else bisect_right(self.events, upto, key=lambda event: event.seq)

    def line(self, upto: int | None = None) -> list[Recorded]:
        """What stands of it as known at a sequence (None: now)."""
        known = self.known(upto)
        if known not in self._lines:
            self._lines[known] = line_of(self.events[:known], self.events[known - 1].seq) if known else []
        return self._lines[known]


def line_of(events: Sequence[Recorded], upto: int) -> list[Recorded]:
    """What stands of an entity as known at a sequence, in the order of day and sequence, each on its day."""
    struck: dict[str, bool] = {}
    days: dict[str, date] = {}
    facts: list[Recorded] = []
    for event in events:
        if event.seq > upto:
            break
        data: Any = event.data
        match event.type:
            case "EventStruck" | "StrikeLifted":
                struck[str(data.event)] = event.type == "EventStruck"
            case "EventRedated":
                days[str(data.event)] = data.day
            case "StructureReopened" if (undone := _closed_that_day(facts, struck, days, _day(event))) is not None:
                struck[undone.id] = True
            case _:
                facts.append(event)
    found = [_on(event, days.get(event.id)) for event in facts if not struck.get(event.id)]
    return sorted(found, key=lambda e: (date.min if type(e.data).timeless else _day(e), e.seq))


def _day(event: Recorded) -> date:
    return _day_of(event.cloud.time)


@lru_cache(10_000)
def _day_of(time: str) -> date:
    return datetime.fromisoformat(time).astimezone(PARIS).date()


def _on(event: Recorded, day: date | None) -> Recorded:
    """The same event on the day that it was redated to, at noon."""
    if day is None or day == _day(event):
        return event
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=PARIS)
    return msgspec.structs.replace(event, cloud=msgspec.structs.replace(event.cloud, time=instant(noon)))


def _closed_that_day(
    facts: Sequence[Recorded], struck: Mapping[str, bool], days: Mapping[str, date], day: date
) -> Recorded | None:
    """The closing that a reopening undoes: the latest, where that was the same day. Later it is a reopening."""
    closed = [one for one in facts if one.type == "StructureClosed" and not struck.get(one.id)]
    return closed[-1] if closed and days.get(closed[-1].id, _day(closed[-1])) == day else None


@cache
def _kinds(view: View) -> Sequence[str]:
    """The kinds of entities of which a view tells, as `<service>.<entity>`."""
    return sorted({f"{kind.service}.{kind.entity}" for kind in view.on})


class Judge:
    """`deciders`: (service, kind of entity) → its rules."""

    def __init__(self, deciders: Mapping[tuple[str, str], Decider[Any]], trace: Callable[[str], None]) -> None:
        self.deciders, self.trace = deciders, trace
        self.events: list[Recorded] = []
        self.end = 0
        """the sequence of the last message"""
        self.entities: dict[str, Entity] = {}
        self.commands: dict[tuple[str, str], list[int]] = {}
        """(entity, command) → the sequences of its events"""
        self._held: dict[tuple[str, str], tuple[Any, ...]] = {}
        """(view, key) → what its document was, and of how many events, when it was right last"""
        self.out_of_order = self.corrections = self.steps = self.acknowledged = 0

    # -- the log --------------------------------------------------------------------------------------------------

    def stored(self, messages: Sequence[Message]) -> None:
        """One write to the log: whole decisions, each entity without a gap, each line as right as it was.

        What is always of now never goes back behind what else is of now in its entity, by whichever clock it was said:
        by that its place in the line is its place in the log. A correction has no place in the line: its own time is
        when it was said, nobody sorts or counts by it, and so nothing has to come after it."""
        touched: dict[str, Entity] = {}
        self.end = messages[-1].seq
        for message in messages:
            if is_guard(message):
                continue
            event = opened(message)
            ref = f"{event.service}.{event.entity}.{event.entity_id}"
            entity = self.entities.setdefault(ref, Entity(event.entity))
            if event.version != len(entity.events) + 1:
                raise Violated(
                    f"{ref} has {len(entity.events)} events, and sequence {event.seq} is its version {event.version}"
                )
            own = self.commands.setdefault((ref, event.cloud.commandid), [])
            if own and own[-1] not in range(messages[0].seq, messages[-1].seq + 1):
                raise Violated(f"command {event.cloud.commandid} wrote to {ref} twice, at {own[0]} and {event.seq}")
            own.append(event.seq)
            if event.type in WORDS:
                self.corrections += 1
            elif later := [e for e in entity.events if e.time > event.time and e.type not in WORDS]:
                self.out_of_order += 1
                if event.data.live and any(e.data.live for e in later):
                    raise Violated(f"{ref}: {event.type} is always of now, and went back in time")
            entity.events.append(event)
            self.events.append(event)
            touched[ref] = entity
            self.trace(f"log {event.seq} {ref[:40]} {event.type} v{event.version} {event.cloud.time}")
        for ref, entity in touched.items():
            self._right(ref, entity)
            if entity.kind in ("structure", "namesakes"):
                self._apart(ref, entity)
            if entity.kind == "structure":
                self._whole(ref)

    def _right(self, ref: str, entity: Entity) -> None:
        service, kind, _ = ref.split(".")
        decider = self.deciders[service, kind]
        state, begun, live = decider.initial, False, 0
        for event in entity.line():
            if event.data.live:
                if event.seq < live:
                    raise Violated(f"{ref}: {event.seq} {event.type} is always of now, and stands after {live}")
                live = event.seq
            else:
                code = decider.allows(state, event.data)
                begun = begun or isinstance(event.data, tuple(decider.births))
                if code or not begun:
                    raise Violated(f"{ref}: after {entity.events[-1].seq}, {event.seq} {event.type} is wrong: {code}")
            state = decider.evolve(state, event.data)

    def _whole(self, ref: str) -> None:
        """A merge stands in both records, or in neither."""
        for fact in self._line(ref):
            if fact.type in ("StructureAbsorbed", "StructuresMerged"):
                other = getattr(fact.data, "kept", None) or fact.data.merged  # type: ignore[attr-defined]
                there = {one.cloud.commandid for one in self._line(f"directory.structure.{other}")}
                if fact.cloud.commandid not in there:
                    raise Violated(f"{ref} and {other}: half of the merge at {fact.seq} stands")

    def _apart(self, ref: str, entity: Entity) -> None:
        """Of two records that were told apart none is merged into the other: a rule across entities."""
        id = UUID(ref.rpartition(".")[2])
        if entity.kind == "structure":
            kept = [one.data for one in self._line(ref) if one.type == "StructureAbsorbed"]
            pairs = [(id, one.kept) for one in kept]  # type: ignore[attr-defined]
        else:
            said = entity.events[-1].data
            pairs = [(said.first, said.second)]  # type: ignore[attr-defined]
        for one, other in pairs:
            pair = self._line(f"directory.namesakes.{pair_id(one, other)}")
            merged = any(
                fact.type == "StructureAbsorbed" and fact.data.kept == into  # type: ignore[attr-defined]
                for record, into in ((one, other), (other, one))
                for fact in self._line(f"directory.structure.{record}")
            )
            if merged and pair and pair[-1].type == "NamesakesToldApart":
                raise Violated(f"{one} and {other} are told apart and merged")

    def _line(self, ref: str) -> list[Recorded]:
        found = self.entities.get(ref)
        return found.line() if found else []

    # -- the store ------------------------------------------------------------------------------------------------

    def written(self, store: MemoryStore, views: Sequence[View], batch: Batch) -> None:
        """A step that was written: each document in it is the fold of its line, as known at the step's end."""
        if JUDGE not in batch.checkpoints:
            return
        self.steps += 1
        upto = batch.checkpoints[JUDGE].seq
        if upto > self.end:
            raise Violated(f"views stand at {upto}, the log ends at {self.end}")
        if set(batch.voids.values()) - {GUARD}:
            raise Violated(f"{batch.voids} are void")
        changed = {event.entity_id for event in self.events[-24:] if upto - 12 < event.seq <= upto}
        for view, documents in batch.documents.items():
            for key in {*documents, *changed}:
                self.document(store, view, key, upto)

    def document(self, store: MemoryStore, view: View, key: str, upto: int) -> None:
        table = store.disk.tables.get(view.table)
        if table is None or table.point.seq != upto:
            return  # another writer went on
        seq, body = table.rows.get(key, (0, None))
        if seq > upto:
            return
        of = [found for kind in _kinds(view) if (found := self.entities.get(f"{kind}.{key}")) is not None]
        seen = (body, *(entity.known(upto) for entity in of))
        if self._held.get((view.table, key)) == seen:
            return  # the same document, of the same events
        found = None if body is None else msgspec.json.decode(body)
        wanted = self.folded(view, of, key, upto)
        if found != wanted:
            raise Violated(f"{view.name} {key} at {upto} is {found}, and its line comes to {wanted}")
        self._held[view.table, key] = seen

    def folded(self, view: View, of: Sequence[Entity], key: str, upto: int) -> Document | None:
        """What a document must be: the fold of the line of its entity, with the version of the last that was said."""
        document: Document | None = None
        for entity in of:
            for event in entity.line(upto):
                if event.type in view.types:
                    document = view.on[type(event.data)](document, event.data, event)
                    if document is not None:
                        document["key"] = key
            if document is not None and "version" in document:
                last = [e for e in entity.events if e.seq <= upto and e.type in (*view.types, *WORDS)][-1]
                document["version"] = last.version
        return document

    # -- who asks -------------------------------------------------------------------------------------------------

    def acknowledged_as(self, entity: str, command: str, seq: int) -> None:
        """What was acknowledged is in the log, once."""
        self.acknowledged += 1
        found = self.commands.get((entity, command), [])
        if not found or found[-1] != seq:
            raise Violated(f"command {command} on {entity} was acknowledged at {seq}, and the log has it at {found}")

    def refused(self, command: str) -> None:
        """What was refused, or changed nothing, is not in the log."""
        if found := [seqs for (_, id), seqs in self.commands.items() if id == command]:
            raise Violated(f"command {command} was refused, and the log has it at {found}")
