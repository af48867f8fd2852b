"""What a program takes from outside of itself: time, waiting, chance, new ids, threads. Kernel, runtime and jobs are
given them (docs/adr/0040), so that a test hurries or holds them, and a simulation decides them.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ParamSpec, Protocol, TypeVar
from uuid import UUID

from uuid_utils import uuid7

P = ParamSpec("P")
T = TypeVar("T")


class InThread(Protocol):
    """Runs a function that blocks beside the event loop, and gives what it returned."""

    def __call__(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Awaitable[T]: ...


def _now() -> datetime:
    return datetime.now(UTC)


def _new_id() -> UUID:
    return UUID(int=uuid7().int)


def _threads(number: int, name: str) -> Executor:
    return ThreadPoolExecutor(number, thread_name_prefix=name)


@dataclass(frozen=True, slots=True)
class Outside:
    """The world outside of the program.

    `now`: the time of day, in UTC. `monotonic`: seconds by a clock that only goes on. `sleep`: waits so many seconds.
    `random`: so many bytes that nobody can foretell. `new_id`: a UUIDv7 (RFC 9562). `in_thread`: a function in any
    thread; `threads`: so many threads of one's own, under a name.
    """

    now: Callable[[], datetime] = _now
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    random: Callable[[int], bytes] = os.urandom
    new_id: Callable[[], UUID] = _new_id
    in_thread: InThread = asyncio.to_thread
    threads: Callable[[int, str], Executor] = _threads


REAL = Outside()
"""The world as it is."""
