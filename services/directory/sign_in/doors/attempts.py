"""Wrong passwords slow down whoever tries, and nobody else (OWASP Authentication Cheat Sheet, "Login Throttling";
Device Cookies): they are counted by the address that was typed together with where they come from, and each one more
makes the next wait longer. The first try from anywhere is always looked at, and a browser that its holder has come in
by is counted by itself. So whoever knows an address can't keep its holder out, from however many places they try.

In the memory of this process, bounded in number: with three replicas it is three times as many.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")
FREE = 5  # wrong ones after which the next waits
FIRST, LONGEST = 1.0, 900.0  # seconds; doubled each time
FORGOTTEN = 24 * 3600.0  # seconds after which nothing is known of tries any more
MANY = 100  # wrong ones at one address from everywhere, given back over a day: from then on one is free, not five
KEPT = 10_000  # addresses, and addresses with places; those that were tried longest ago go


class Attempts:
    """Tries of passwords. Keys are hashes: no address is kept."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._tries: OrderedDict[tuple[str, str], tuple[int, float]] = OrderedDict()
        self._wrong: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, address: str, place: str, *, known: bool = False) -> float:
        """Seconds until a password may be tried for this address from this place: 0.0 where it may be now, which counts
        as a wrong one until it is known to be right (`right`). What has to wait is not counted. `known`: the place is a
        browser of the holder's own."""
        now, key = self._clock(), (address, place)
        tries, last = self._tries.get(key, (0, now))
        if now - last > FORGOTTEN:
            tries = 0
        many = not known and self._of(address, now) >= MANY
        free = 1 if many else FREE
        pause = 0.0 if tries < free else LONGEST if many else min(LONGEST, FIRST * 2.0 ** min(tries - free, 20))
        if now < last + pause:
            return last + pause - now
        _put(self._tries, key, (tries + 1, now))
        if not known:
            _put(self._wrong, address, (self._of(address, now) + 1, now))
        return 0.0

    def right(self, address: str, place: str, *, known: bool = False) -> None:
        """The password that was tried last from there was right."""
        self._tries.pop((address, place), None)
        if not known and address in self._wrong:
            _put(self._wrong, address, (max(0.0, self._of(address, self._clock()) - 1), self._clock()))

    def _of(self, address: str, now: float) -> float:
        wrong, at = self._wrong.get(address, (0.0, now))
        return max(0.0, wrong - (now - at) * MANY / FORGOTTEN)


def _put(kept: OrderedDict[K, V], key: K, value: V) -> None:
    kept[key] = value
    kept.move_to_end(key)
    if len(kept) > KEPT:
        kept.popitem(last=False)
