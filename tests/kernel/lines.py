"""Lines for tests: a small entity with every kind of rule, and a history written down by hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid5

from shared.contract import Event
from shared.contract.corrections import EventRedated, EventStruck, StrikeLifted
from shared.contract.envelope import Message, Provenance, Recorded, opened, sealed_body
from shared.kernel.corrections import told
from shared.kernel.line import Fact, standing

ENTITY = UUID("6f3cbb52-0c5c-4f0e-8c6c-6e1c5a3f2b11")
LEARNT = datetime(2026, 6, 1, 10, tzinfo=UTC)


def day(said: str | date) -> date:
    return said if isinstance(said, date) else date.fromisoformat(said)


@dataclass
class Story:
    """What was said of one entity, in the order of saying. `say` gives the sequence of the event."""

    events: list[Recorded] = field(default_factory=list)

    def say(self, event: Event, on: str | date | datetime = LEARNT.date(), command: str = "") -> int:
        seq = len(self.events) + 1
        at = on if isinstance(on, datetime) else datetime(*day(on).timetuple()[:3], 10, tzinfo=UTC)
        kind = next((type(e.data) for e in self.events), type(event))
        service, entity = kind.service, kind.entity
        by = Provenance("test", uuid5(ENTITY, f"command {command or seq}"), ENTITY)
        body = sealed_body("test", event, ENTITY, id=self.id(seq), version=seq, at=at, now=LEARNT, by=by,
                           of=(service, entity))  # fmt: skip
        self.events.append(opened(Message(seq, f"test.{service}.{entity}.{ENTITY}.{event.type_name()}", body)))
        return seq

    @staticmethod
    def id(seq: int) -> UUID:
        return uuid5(ENTITY, f"event {seq}")

    def strike(self, seq: int) -> int:
        return self.say(EventStruck(event=self.id(seq), kind=self.events[seq - 1].type, reason="doublon"))

    def lift(self, seq: int) -> int:
        return self.say(StrikeLifted(event=self.id(seq), kind=self.events[seq - 1].type))

    def redate(self, seq: int, on: str | date) -> int:
        return self.say(EventRedated(event=self.id(seq), kind=self.events[seq - 1].type, day=day(on), reason="faute"))

    def line(self, known: int | None = None) -> list[Fact]:
        return standing(*told(self.events), known=known)

    def seqs(self, known: int | None = None) -> list[int]:
        """The sequences of the facts that stand, in the order of the line."""
        return [fact.seq for fact in self.line(known)]


def story(*said: tuple[Any, ...]) -> Story:
    found = Story()
    for event, *rest in said:
        found.say(event, *rest)
    return found
