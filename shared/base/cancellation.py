"""Ending tasks for sure."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class CutOff(Exception):
    """Whoever waits for it was told to stop before it was done."""


async def end(task: asyncio.Task[Any] | None) -> None:
    """Cancels a task until it has ended. Once is not always enough: before Python 3.12 `asyncio.wait_for`, which
    nats-py uses, swallows a cancellation that comes together with its result (python/cpython#86296)."""
    while task is not None and not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=0.2)


async def unless(stop: asyncio.Event, work: Coroutine[Any, Any, T]) -> T:
    """What `work` returns. Raises CutOff where `stop` is set first, once `work` has ended."""
    task, stopped = asyncio.create_task(work), asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({task, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise CutOff
        return task.result()
    finally:
        await end(task)
        await end(stopped)
