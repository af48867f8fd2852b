"""The one place at which a reading is noticed: the keyring opens a value, and a request is under way.

Whatever answers a request begins a `Reading`; each value that the keyring opens meanwhile adds its person to it. What a
service opens beside requests (mails, jobs, a start) is nobody's reading, and what it opens in a request only to compare
or to send it asks for by `Keyring.inside`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from uuid import UUID

from shared.kernel.sealing import KeysAway


@dataclass(slots=True)
class Reading:
    """What is opened while one request is answered. `room`: whether it can be noted; `looked_up`: whether it is kept
    although nothing was opened, as a look into the journal of readings is; `over`: what is opened later is another
    matter, such as a mail that the request has begun."""

    room: Callable[[], bool]
    persons: dict[UUID, None] = field(default_factory=dict)
    looked_up: bool = False
    over: bool = False


_UNDER_WAY: ContextVar[Reading | None] = ContextVar("reading", default=None)


@contextmanager
def reading(room: Callable[[], bool]) -> Iterator[Reading]:
    """What is opened within it is noted in what it gives."""
    one = Reading(room)
    before = _UNDER_WAY.set(one)
    try:
        yield one
    finally:
        one.over = True
        _UNDER_WAY.reset(before)


def opens(person: UUID) -> None:
    """A value of this person is about to be given out. Raises KeysAway where that can't be noted."""
    one = _UNDER_WAY.get()
    if one is None or one.over or person in one.persons:
        return
    if not one.room():
        raise KeysAway("who reads personal data can't be noted: the journal of readings takes nothing")
    one.persons[person] = None


@contextmanager
def nobody_reads() -> Iterator[None]:
    """What is opened within it only decides what a page says, such as whether it has a button."""
    before = _UNDER_WAY.set(None)
    try:
        yield
    finally:
        _UNDER_WAY.reset(before)


def looked_up(persons: tuple[UUID, ...] = ()) -> None:
    """The request under way looks into the journal of readings itself, for what was read of these persons."""
    if (one := _UNDER_WAY.get()) is not None:
        one.looked_up = True
        one.persons.update(dict.fromkeys(persons))
