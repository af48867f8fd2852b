"""Whether a service can work, asked of each part on which it rests."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol, TypedDict, TypeVar

from shared.kernel.eventlog.event_log import Unavailable
from shared.kernel.views.projector import JUDGE
from shared.runtime.faces import Library, Upkeep

T = TypeVar("T")
BEHIND = 1000  # events that views may be behind the log before a process counts as not ready
PATIENCE = 2.0  # seconds that the log or the store may take to answer


class Watched(Library, Upkeep, Protocol):
    """A service, as whoever runs it watches it."""


class Check(TypedDict):
    """Whether one thing is as it should be, and how it is."""

    good: bool
    text: str


Checks = dict[str, Check]


async def checks_of(service: Watched) -> Checks:
    """How a service is: `nats`, `log`, `writes`, `keys`, `store`, `views`, `damage`. Takes PATIENCE seconds at most."""
    connected, runner = service.nc.is_connected, service.runner
    last, read, trouble, keyless = await asyncio.gather(
        _answer(service.freshness.log.last),
        _answer(lambda: service.store.checkpoint(JUDGE)),
        service.canary.trouble(),
        service.outside.in_thread(service.keys_trouble),
    )
    behind = None if last is None else max(0, last - runner.position)
    views = f"more than {BEHIND} messages behind" if behind is not None else "nobody knows how far behind"
    stand = bool(behind) and service.freshness.stand_still()
    if stand:
        views = f"{behind} messages behind, and they stand still; the program's log says why (`views.failed`)"
    return {
        "nats": _check(connected, "connected", "not connected"),
        "log": _check(last is not None, f"{last} messages", "does not answer"),
        "writes": _check(trouble is None, "events can be written", trouble or ""),
        "keys": _check(keyless is None, "as they were opened", keyless or ""),
        "store": _check(read is not None, "answers", "does not answer"),
        "views": _check(behind is not None and behind <= BEHIND and not stand, f"{behind} messages behind", views),
        "damage": _check(runner.damage is None, "none", "the log is damaged; the program's log says where"),
    }


def _check(good: bool, text: str, otherwise: str) -> Check:
    return {"good": good, "text": text if good else otherwise}


async def _answer(ask: Callable[[], Awaitable[T]]) -> T | None:
    """What was asked for, None where no answer came."""
    try:
        async with asyncio.timeout(PATIENCE):
            return await ask()
    except (TimeoutError, OSError, Unavailable):
        return None
    except Exception:  # whatever a store raises where it is away: it does not answer
        return None
