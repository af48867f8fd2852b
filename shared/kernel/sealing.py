"""What the kernel asks of whoever seals personal values: a key for each person, and events that hold none in clear."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Protocol
from uuid import UUID

from shared.contract import Event
from shared.contract.personal import Personal
from shared.kernel.eventlog.direct_get import Unavailable

ADDRESSES = frozenset({"email"})
"""The personal fields of events by which a person is found again"""


class Forgotten(Exception):
    """The key of this person is not here: the person was forgotten, or belongs to another service."""


class KeysAway(Unavailable):
    """The keys of persons can't be used now: nothing that is personal is written, nor read. The text says why, for the
    operator."""


def personal_fields(event: Event) -> dict[str, Personal]:
    """The personal values of an event, by field."""
    return {name: value for name, value in event if isinstance(value, Personal)}


def addresses_in(event: Event) -> set[tuple[UUID, str]]:
    """The persons of an event that is not sealed yet, each with an address that it gives for them."""
    fields = personal_fields(event).items()
    return {(value.person, value.clear) for name, value in fields if name in ADDRESSES and value.person is not None}


class Sealer(Protocol):
    """Seals the personal values of one service's events. `folder`: where the service keeps what is secret."""

    @property
    def folder(self) -> Path: ...

    async def ensure(self, persons: Iterable[UUID], addresses: Iterable[tuple[UUID, str]] = ()) -> None:
        """Returns once each person has a key on disk, and is found by their addresses. Raises Forgotten, KeysAway."""

    def seal(self, event: Event, event_id: UUID) -> Event:
        """The same event with every personal field sealed. Raises Forgotten."""
