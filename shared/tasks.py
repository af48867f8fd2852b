"""Ending tasks for sure."""

from __future__ import annotations

import asyncio
from typing import Any


async def end(task: asyncio.Task[Any] | None) -> None:
    """Cancels a task until it has ended. Once is not always enough: before Python 3.12 `asyncio.wait_for`, which
    nats-py uses, swallows a cancellation that comes together with its result (python/cpython#86296)."""
    while task is not None and not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=0.2)
