"""Measuring side by side: turns, medians, and the figures that come out."""

from __future__ import annotations

import asyncio
import gc
import statistics
import sys
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter
from typing import Any, TypeVar

import uvloop
from rich.progress import Progress, TaskID

from deploy.cli.console import TURN

T = TypeVar("T")
IN_FLIGHT = 256


@dataclass(frozen=True)
class Figure:
    """One line of the table. `name`: in `bench.json`; `what`: for people. `reference`: the figure of what it is
    compared with, in the same unit. `target`: the least ratio (the most, where `at_most`) that was promised; None where
    nothing was."""

    name: str
    what: str
    figure: float
    unit: str
    compared_with: str = ""
    reference: float | None = None
    target: float | None = None
    at_most: bool = False

    @property
    def ratio(self) -> float | None:
        return self.figure / self.reference if self.reference else None

    @property
    def met(self) -> bool | None:
        if self.ratio is None or self.target is None:
            return None
        return self.ratio <= self.target if self.at_most else self.ratio >= self.target

    @property
    def promised(self) -> str | None:
        return None if self.target is None else f"{'≤' if self.at_most else '≥'} {self.target:g}"

    def as_json(self) -> dict[str, object]:
        """As it stands in `bench.json`."""
        return {
            "figure": round(self.figure, 3),
            "unit": self.unit,
            "compared_with": self.compared_with or None,
            "reference": None if self.reference is None else round(self.reference, 3),
            "ratio": None if self.ratio is None else round(self.ratio, 3),
            "target": self.promised,
            "met": self.met,
        }


@dataclass(frozen=True)
class Missing:
    """A case that could not be measured, and why."""

    name: str
    why: str


@dataclass
class Watch:
    """Says on the screen what is being measured."""

    progress: Progress
    task: TaskID
    case: str = ""

    def say(self, what: str) -> None:
        self.progress.update(self.task, description=f"{self.case}: {what}")


def fast(work: Coroutine[Any, Any, T]) -> T:
    """Runs as `maillage up` runs: on uvloop, with its turns of threads."""
    with turns(), asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)


@contextmanager
def turns() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(TURN)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


def stock(work: Coroutine[Any, Any, T]) -> T:
    """Runs on asyncio's own event loop."""
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        return runner.run(work)


def in_turns(watch: Watch, rounds: int, sides: Mapping[str, Callable[[], float]]) -> dict[str, float]:
    """The median of each side after `rounds` rounds in which each has its turn, so that what else the machine does
    hits all alike. The sides change places each round."""
    found: dict[str, list[float]] = {name: [] for name in sides}
    for n in range(rounds):
        for name in list(sides)[:: 1 if n % 2 == 0 else -1]:
            watch.say(f"{name}, {n + 1} of {rounds}")
            gc.collect()
            found[name].append(sides[name]())
    return {name: statistics.median(values) for name, values in found.items()}


async def at_once(work: Callable[[T], Awaitable[object]], items: Iterable[T], in_flight: int = IN_FLIGHT) -> float:
    """Does `work` with each item, `in_flight` of them under way at any moment. Returns the seconds it took."""
    waiting = iter(items)

    async def worker() -> None:
        for item in waiting:
            await work(item)

    start = perf_counter()
    await asyncio.gather(*(worker() for _ in range(in_flight)))
    return perf_counter() - start


def quantile(values: Iterable[float], share: float) -> float:
    """The value below which a share of all values lies (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
