"""What a running process tells of itself: its log (`logs`), its traces (`tracing`), and the tallies that the kernel
keeps while it works. What Prometheus reads is made from these when it asks (`metrics`).

The kernel counts here with plain numbers and no lock, since each service runs on one event loop: a histogram of
prometheus-client takes 0.9 µs an observation, this one 0.2, and a durable append 60.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field

from shared.base import logs
from shared.base.settings import Settings

BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""The upper bounds of durations that are told apart, in seconds."""


@dataclass(slots=True)
class Durations:
    """A histogram: how many durations up to each of BOUNDS (the last: longer), and their sum in seconds."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    sum: float = 0.0

    def observe(self, seconds: float) -> None:
        self.counts[bisect_left(BOUNDS, seconds)] += 1
        self.sum += seconds


@dataclass(slots=True)
class Tally:
    """What one service counts. `commands`: (command, outcome) → how often; `reactions`: (reaction, outcome) → how
    often;
    `jobs`: (job, outcome) → rounds. `cannot_read`: why → decisions that an event stopped which this release can't
    read."""

    appends: Durations = field(default_factory=Durations)
    commands: Counter[tuple[str, str]] = field(default_factory=Counter)
    reactions: Counter[tuple[str, str]] = field(default_factory=Counter)
    jobs: Counter[tuple[str, str]] = field(default_factory=Counter)
    cannot_read: Counter[str] = field(default_factory=Counter)


TALLIES: dict[str, Tally] = {}
REQUESTS: dict[tuple[str, str, str], Durations] = {}
"""(method, route template, status) → how long requests of this process took; never an address as it was asked for."""
LIMITED: Counter[str] = Counter()
"""Route template → requests that were refused as too many."""


def tally(service: str) -> Tally:
    """The tally of a service in this process."""
    return TALLIES.setdefault(service, Tally())


def answered(method: str, route: str, status: int, seconds: float) -> None:
    """Notes a request of the web that was answered."""
    key = (method, route, str(status))
    durations = REQUESTS.get(key)
    if durations is None:
        durations = REQUESTS[key] = Durations()
    durations.observe(seconds)
    if status == 429:
        LIMITED[route] += 1


def configure(settings: Settings) -> None:
    """Sets up the log of the process, once. Traces are begun apart (`tracing.configure`), by what serves."""
    logs.configure(settings)
