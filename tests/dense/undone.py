"""A log in which each fact that may be struck was noted once at nine and once at five, and struck at once, a day later,
400 days later; and the same log as if none of it had ever been said."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random
from uuid import UUID, uuid5

from deploy.host.all_services import DEFINITIONS
from shared.base.paris_days import PARIS
from shared.contract import Event
from shared.contract.corrections import EventStruck
from shared.contract.envelope import Message, Provenance, Recorded, address, opened, sealed_body
from shared.notions.structure_on_record import member_of
from tests.dense.history import NETWORK, ROOT, Entity, Maker, kinds_of

HOURS = (9, 17)
DELAYS = (0, 1, 400)
DAY = date(2016, 3, 1)
LONG_AGO = date(2014, 1, 1)
STRETCHES = 400  # beginnings that are tried until a fact may follow
MOST = 5  # facts before it
NEEDED = ("ParticipantRegistered",)


@dataclass(frozen=True)
class Case:
    """A fact of a type, noted at an hour, struck after so many days."""

    kind: type[Event]
    hour: int
    delay: int
    entity: Entity


@dataclass
class Undone:
    """`said`: the log with the facts and their strikes, `never`: without them; `before`: the sequence of the last
    message before the first strike; `missing`: the types of facts before which no beginning was found."""

    said: list[Message]
    never: list[Message]
    before: int
    cases: list[Case]
    missing: list[str]


def undone(seed: int = 5) -> Undone:
    random = Random(seed)
    structures = [uuid5(ROOT, f"undone structure {n}") for n in range(6)]
    maker = Maker(random, structures)
    found = Undone([], [], 0, [], [])
    strikes: list[tuple[Case, Recorded]] = []
    for kind, make in _struck(random, maker):
        for hour in HOURS:
            for delay in DELAYS:
                entity = make(len(found.cases))
                event = _beginning(maker, entity, kind, random)
                if event is None:
                    found.missing.append(kind.type_name())
                    continue
                case = Case(kind, hour, delay, entity)
                for one in entity.said:
                    found.said.append(_message(found, case, one, datetime(*LONG_AGO.timetuple()[:3], 10, tzinfo=UTC)))
                    found.never.append(found.said[-1])
                at = datetime(DAY.year, DAY.month, DAY.day, hour, tzinfo=PARIS).astimezone(UTC)
                found.said.append(_message(found, case, event, at))
                found.never.append(_nothing(found))
                strikes.append((case, opened(found.said[-1])))
                found.cases.append(case)
    found.before = len(found.said)
    for case, fact in sorted(strikes, key=lambda one: one[0].delay):
        at = fact.recorded + (timedelta(days=case.delay) if case.delay else timedelta(hours=1))
        struck = EventStruck(event=UUID(fact.id), kind=fact.type, reason="saisi par erreur")
        found.said.append(_message(found, case, struck, at))
        found.never.append(_nothing(found))
    return found


def _struck(random: Random, maker: Maker) -> Iterator[tuple[type[Event], object]]:
    """Each type of fact that may be struck, and how an entity of its kind is made."""
    for definition in DEFINITIONS:
        for decider in definition.deciders:
            for kind in kinds_of(definition.name, decider) if decider.takes == "day" else ():
                if kind.live or kind in decider.lasting:
                    continue

                def make(number: int, service: str = definition.name, decider: object = decider) -> Entity:
                    name = f"undone {decider.entity} {number}"  # type: ignore[attr-defined]
                    structure = uuid5(ROOT, name)
                    if decider.entity == "member":  # type: ignore[attr-defined]
                        maker.of_member[member_of(structure)] = structure
                        structure = member_of(structure)
                    return Entity(service, decider, structure, kinds_of(service, decider))  # type: ignore[arg-type]

                yield kind, make


def _beginning(maker: Maker, entity: Entity, kind: type[Event], random: Random) -> Event | None:
    """Facts of long ago after which one of this type is allowed: they are left in `entity.said`. None where none were
    found."""
    decider = entity.decider
    births = tuple(decider.births)
    state, evolve, allows = decider.judged
    # Who attended was registered before, which is always of now.
    needed = [one for one in entity.kinds if one.__name__ in NEEDED and "registration" in kind.model_fields]
    for _ in range(STRETCHES):
        said: list[Event] = []
        at = state
        for _ in range(random.randrange(MOST + 1)):
            one = maker.event(random.choice((needed or entity.kinds) if said else list(births)), entity)
            if one is None or (one.live and not needed) or type(one).__name__ == "StructureReopened":
                continue
            if not allows(at, one):
                said.append(one)
                at = evolve(at, one)
        last = maker.event(kind, entity)
        if last is not None and not allows(at, last):
            entity.said = said
            return last
    return None


def _message(found: Undone, case: Case, event: Event, at: datetime) -> Message:
    entity, seq = case.entity, len(found.said) + 1
    entity.version += 1
    of = (entity.service, entity.decider.entity)
    by = Provenance("test", uuid5(ROOT, f"undone command {seq}"), ROOT)
    body = sealed_body(
        NETWORK, event, entity.id, id=uuid5(ROOT, f"undone {seq}"), version=entity.version, at=at, now=at, by=by, of=of
    )
    return Message(seq, address(NETWORK, event, entity.id, of=of), body)


def _nothing(found: Undone) -> Message:
    """A message that is no event, in the place of one."""
    return Message(len(found.never) + 1, f"{NETWORK}.directory.nothing.0.Nothing", b"-")
