"""Python's cycle collector, told to wait."""

from __future__ import annotations

import atexit
import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """For work on a batch of events, and while modules are read: tens of thousands of objects that stay, or not one
    cycle, among which the collector would look for some again and again, which takes as long as the work itself. What
    is no longer needed goes all the same."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def kept() -> None:
    """For what was read at a start and stays to the end: the collector looks through it no more, each time for a fifth
    of a second. At the end it is taken apart all the same."""
    gc.freeze()
    atexit.register(gc.unfreeze)
