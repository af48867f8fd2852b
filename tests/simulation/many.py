"""Many worlds, one after the other, as each of several processes plays them."""

from __future__ import annotations

import gc
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import structlog

from shared.contract import load_all
from tests.simulation.planted import PLANTED
from tests.simulation.process import Parts
from tests.simulation.world import World

CHUNK = 50  # worlds that a process plays before it is given more


class Played(NamedTuple):
    """What came of worlds: how many events, how many of these came late in their lines, how many corrections; and which
    failed, why."""

    events: int
    late: int
    corrections: int
    failed: list[tuple[int, str]]


def begun() -> None:
    """What a process does once before it plays: what all worlds share need not be looked through for garbage."""
    load_all()
    gc.collect()
    gc.freeze()


def played(first: int, number: int, planted: str | None = None) -> Played:
    parts = PLANTED[planted][0] if planted else Parts()
    events = late = corrections = 0
    failed: list[tuple[int, str]] = []
    with quiet():
        for seed in range(first, first + number):
            world = World(seed, parts).run()
            events += len(world.judge.events)
            late += world.judge.out_of_order
            corrections += world.judge.corrections
            if world.failed is not None:
                failed.append((seed, f"{type(world.failed).__name__}: {world.failed}"))
    return Played(events, late, corrections, failed)


@contextmanager
def quiet() -> Iterator[None]:
    """As `maillage` sets it up, but with an eye on nothing: what fails here is judged, not logged."""
    load_all()
    before, least = structlog.get_config(), logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    try:
        yield
    finally:
        structlog.configure(**before)
        logging.disable(least)
