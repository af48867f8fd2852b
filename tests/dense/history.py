"""A dense log: many entities of every kind whose facts are of days, as their own rules allow, most of it out of order
and much of it corrected. Purely random events come to nothing: what is said is chosen among what may be said."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from random import Random
from types import NoneType
from typing import Any, Literal, get_args, get_origin
from uuid import UUID, uuid5

from pydantic import ValidationError

from deploy.host.all_services import DEFINITIONS
from shared.base.paris_days import noon_of
from shared.contract import Event, load_all
from shared.contract.corrections import EventRedated, EventStruck, StrikeLifted
from shared.contract.earlier_corrections import READ_AS, UNMERGING
from shared.contract.envelope import Message, Provenance, Recorded, address, opened, sealed_body
from shared.contract.examples import example_body
from shared.kernel.corrections import told
from shared.kernel.decider import Decider
from shared.kernel.line import Fact, standing
from shared.notions.structure_on_record import member_of

NETWORK = "dense"
ROOT = UUID("0b5dfc0e-1d4f-4c53-9d55-5b0a1a0c4b11")
FIRST, LAST = date(2012, 1, 1), date(2016, 12, 31)
LEARNT = datetime(2017, 1, 1, 8, tzinfo=UTC)
EARLIER = {*READ_AS, *UNMERGING} - {"MemberLeft", "StructureReopened"}
"""Types that were written once to correct others: another test is about them"""
WEIGHT: Mapping[str, int] = {"structure": 8, "member": 8, "gathering": 4, "group": 2, "civic-service": 2}
TRIES = 6


def kinds_of(service: str, decider: Decider[Any]) -> list[type[Event]]:
    """What may be said of such an entity today."""
    return [
        kind
        for name, kind in load_all().items()
        if kind.service == service and kind.entity == decider.entity and not kind.anywhere and name not in EARLIER
    ]


@dataclass
class Entity:
    """One entity while its history is made up."""

    service: str
    decider: Decider[Any]
    id: UUID
    kinds: list[type[Event]]
    events: list[Recorded] = field(default_factory=list)
    said: list[Event] = field(default_factory=list)
    version: int = 0

    @property
    def ref(self) -> str:
        return f"{self.service}.{self.decider.entity}.{self.id}"

    def line(self) -> list[Fact]:
        return standing(*told(self.events))


@dataclass
class Dense:
    """A log and how dense it is: how many facts came out of order, how many corrections there are."""

    messages: list[Message]
    entities: list[Entity]
    facts: int
    late: int
    corrections: int


def dense(seed: int, number: int, said: int = 6, but: Collection[str] = ()) -> Dense:
    """A log of so many entities, of each of which about `said` things are said. `but`: types that are never said."""
    random = Random(seed)
    kinds = [
        (definition.name, decider)
        for definition in DEFINITIONS
        for decider in definition.deciders
        if decider.takes == "day"
    ]
    pool = [pair for pair in kinds for _ in range(WEIGHT.get(pair[1].entity, 1))]
    structures = [uuid5(ROOT, f"structure {n}") for n in range(max(2, number // 4))]
    entities: list[Entity] = []
    free, unjoined = list(structures), list(structures)
    while len(entities) < number:
        service, decider = random.choice(pool)
        id = uuid5(ROOT, f"{decider.entity} {len(entities)}")
        if decider.entity in ("structure", "member"):
            source = free if decider.entity == "structure" else unjoined
            if not source:
                continue
            structure = source.pop()
            id = structure if decider.entity == "structure" else member_of(structure)
        kinds_said = [kind for kind in kinds_of(service, decider) if kind.type_name() not in but]
        entities.append(Entity(service, decider, id, kinds_said))
    writer = _Writer(random, structures)
    for _ in range(number * said):
        writer.say(random.choice(entities))
    return Dense(writer.messages, entities, writer.facts, writer.late, writer.corrections)


class Maker:
    """Makes events of any type, whose ids meet one another."""

    def __init__(self, random: Random, structures: Sequence[UUID]) -> None:
        self.random, self.structures = random, structures
        self.of_member = {member_of(one): one for one in structures}

    def event(self, kind: type[Event], entity: Entity) -> Event | None:
        """An event of a type, from its example, with other values where its fields take some."""
        data = dict(_example(kind))
        for name, about in kind.model_fields.items():
            options = [one for one in get_args(about.annotation) if one is not NoneType] or [about.annotation]
            if not about.is_required() and self.random.random() < 0.5:
                data.pop(name, None)
            elif name in data:
                data[name] = self._value(name, options, data[name])
        if entity.id in self.of_member and "structure" in kind.model_fields:
            data |= {"structure": str(self.of_member[entity.id])}
            data.pop("person", None)
            data.pop("email", None)
        if data.get("reason") == "mistake":
            data["reason"] = "lapse"
        try:
            return kind.model_validate(data)
        except ValidationError:
            return None

    def _value(self, name: str, options: Sequence[Any], known: Any) -> Any:
        random = self.random
        if name in ("structure", "kept", "merged", "association", "school"):
            return str(random.choice(self.structures)) if _is_id(known) else known
        if UUID in options and _is_id(known):
            return str(uuid5(ROOT, f"{name} {random.randrange(3)}"))
        for option in options:
            if get_origin(option) is Literal:
                return random.choice(get_args(option))
        if isinstance(known, bool | dict | list):
            return known
        if isinstance(known, int):
            return random.randrange(2012, 2018) if name == "year" else random.randrange(1, 60)
        if name in ("name", "title"):
            return f"{known} {random.randrange(9)}"
        return random.choice(("31", "34", "81")) if name == "department" else known


class _Writer(Maker):
    def __init__(self, random: Random, structures: Sequence[UUID]) -> None:
        super().__init__(random, structures)
        self.messages: list[Message] = []
        self.facts = self.late = self.corrections = 0

    def say(self, entity: Entity) -> None:
        """One more thing is said of an entity, if anything may be."""
        before = entity.line()
        for _ in range(TRIES):
            event, day = self._something(entity, before)
            if event is None:
                continue
            seq = len(self.messages) + 1
            told_now = LEARNT + timedelta(minutes=15 * seq)
            at = told_now if event.live else noon_of(day)
            body = sealed_body(
                NETWORK,
                event,
                entity.id,
                id=uuid5(ROOT, f"event {seq}"),
                version=len(entity.events) + 1,
                at=at,
                now=told_now,
                by=Provenance("test", uuid5(ROOT, f"command {seq}"), ROOT),
                of=(entity.service, entity.decider.entity),
            )
            message = Message(seq, address(NETWORK, event, entity.id, of=(entity.service, entity.decider.entity)), body)
            found = opened(message)
            entity.events.append(found)
            after = entity.line()
            if entity.decider.wrong_after(before, after):
                entity.events.pop()
                continue
            self.messages.append(message)
            if event.anywhere:
                self.corrections += 1
            else:
                self.facts += 1
                self.late += bool(after) and after[-1].id != found.id
            return

    def _something(self, entity: Entity, line: Sequence[Fact]) -> tuple[Event | None, date]:
        random = self.random
        facts = [one for one in entity.events if not one.type.startswith("Event") and one.type != "StrikeLifted"]
        stand = {fact.id for fact in line}
        if facts and random.random() < 0.3:
            of = random.choice(facts)
            if not entity.decider.strikable(of.data):
                return None, FIRST
            about: dict[str, Any] = {"event": UUID(of.id), "kind": of.type}
            if of.id not in stand:
                return StrikeLifted(**about), FIRST
            if random.random() < 0.5:
                return EventStruck(**about, reason="x"), FIRST
            return EventRedated(**about, day=self._day(FIRST), reason="x"), FIRST
        births = tuple(entity.decider.births)
        begun = [fact for fact in line if isinstance(fact.event, births)]
        kinds = [kind for kind in entity.kinds if bool(begun) or kind in births]
        kind = random.choice(kinds)
        first = begun[0].day if begun and not begun[0].timeless else FIRST
        return self.event(kind, entity), self._day(first)

    def _day(self, first: date) -> date:
        return first + timedelta(days=self.random.randrange(max(1, (LAST - first).days)))


@cache
def _example(kind: type[Event]) -> Mapping[str, Any]:
    """The data of a type's example, which is worked out from its schema: once a type, not once for each event."""
    data: Mapping[str, Any] = example_body(kind)["data"]
    return data


def _is_id(value: Any) -> bool:
    try:
        return bool(UUID(str(value)))
    except ValueError:
        return False


def by_entity(messages: Iterable[Message]) -> dict[str, list[Recorded]]:
    """The events of a log, by entity."""
    found: dict[str, list[Recorded]] = {}
    for message in messages:
        event = opened(message)
        found.setdefault(f"{event.service}.{event.entity}.{event.entity_id}", []).append(event)
    return found
