"""Telling a person all that the log holds of them (GDPR, art. 15 and 20)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Protocol
from uuid import UUID

from shared.contract.corrections import Correcting, EventRedated, EventStruck, StrikeLifted
from shared.contract.envelope import Message, Recorded, Void, opened
from shared.contract.personal import Personal
from shared.kernel.running import Running
from shared.kernel.sealing import Forgotten
from shared.persons.keys.keyring import Keyring


class Kept(Protocol):
    """What a service says of where its records about persons are (`PersonalData`)."""

    @property
    def parts(self) -> Mapping[str, str] | None: ...
    @property
    def trail(self) -> frozenset[str]: ...


class Opening(Running, Protocol):
    """A service that can open what it sealed."""

    @property
    def keyring(self) -> Keyring: ...


@dataclass(frozen=True)
class Told:
    """An event about a person, and what it says: field → value, None where it can't be opened. `struck`: it was noted
    by mistake, and counts no more; `day`: the one that it counts for, where that was corrected."""

    event: Recorded
    said: Mapping[str, Any]
    struck: bool = False
    day: date | None = None


class Telling:
    """Which events are about some persons, found in the order of the log: those that hold something of theirs, and
    those that name a record of which an earlier one did; and what corrects them."""

    def __init__(self, data: Kept, persons: set[UUID]) -> None:
        self.persons, self._data = persons, data
        self._marks = {str(person).encode() for person in persons}
        self._told: set[str] = set()

    def names(self, message: Message) -> bool:
        """Whether a message can be about them at all; quick, and true too often."""
        return any(mark in message.body for mark in self._marks)

    def about(self, event: Recorded) -> bool:
        """Whether the event is about them. Raises Void or KeyError for one that can't be read."""
        if isinstance(event.data, Correcting):
            return str(event.data.event) in self._told
        part = (self._data.parts or {}).get(event.entity)
        said = bytes(event.cloud.data)
        record = str(getattr(event.data, part, "")) if part else event.entity_id
        holds = any(value.person in self.persons for _, value in event.data if isinstance(value, Personal))
        if not holds and record.encode() not in self._marks and not any(mark in said for mark in self._marks):
            return False
        if holds or event.entity in self._data.trail:
            self._marks.add(record.encode())
        self._marks.add(event.id.encode())  # corrections name it
        self._told.add(event.id)
        return True


async def told(service: Opening, telling: Telling) -> list[Told]:
    """What was said of the persons of `telling`, in the log's order. Reads the whole log."""
    prefix = f"{service.network}.{service.name}."
    found: list[Told] = []
    async for run in service.log.read(0):
        for message in run:
            if message.subject.startswith(prefix) and telling.names(message):
                found += _told(service, telling, message)
    return [_as_corrected(one, found) for one in found]


def _as_corrected(told: Told, found: Sequence[Told]) -> Told:
    words = [one.event.data for one in found if str(getattr(one.event.data, "event", "")) == told.event.id]
    stands = [isinstance(word, EventStruck) for word in words if isinstance(word, EventStruck | StrikeLifted)]
    days = [word.day for word in words if isinstance(word, EventRedated)]
    return replace(told, struck=stands[-1] if stands else False, day=days[-1] if days else None)


def _told(service: Opening, telling: Telling, message: Message) -> list[Told]:
    try:
        event = opened(message)
        if service.runner.is_void(message.seq) or not telling.about(event):
            return []
        said = event.data.model_dump(mode="json", exclude_none=True)
    except (Void, KeyError):
        return []
    ring = service.keyring
    return [Told(event, {name: _opened(ring, telling, event, name, value) for name, value in said.items()})]


def _opened(ring: Keyring, telling: Telling, event: Recorded, field: str, value: Any) -> Any:
    personal = getattr(event.data, field)
    if not isinstance(personal, Personal):
        return value
    if personal.person not in telling.persons:
        return None  # another person's
    try:
        return ring.open(personal, event.id, field)
    except Forgotten:
        return None
