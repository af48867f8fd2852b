"""Many worlds, one after the other, as each of several processes plays them."""

from __future__ import annotations

import logging

import structlog

from shared.contract import load_all
from tests.simulation.world import World

CHUNK = 50


def played(first: int, number: int) -> tuple[int, int, int, list[tuple[int, str]]]:
    """Plays worlds; how many events, how many of them late, how many corrections, and which failed, why."""
    quiet()
    events = late = corrections = 0
    failed: list[tuple[int, str]] = []
    for seed in range(first, first + number):
        world = World(seed).run()
        events += len(world.judge.events)
        late += world.judge.out_of_order
        corrections += world.judge.corrections
        if world.failed is not None:
            failed.append((seed, f"{type(world.failed).__name__}: {world.failed}"))
    return events, late, corrections, failed


def quiet() -> None:
    load_all()
    logging.disable(logging.CRITICAL)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
