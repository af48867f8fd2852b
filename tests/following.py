"""The observatory's table while it follows a log, as its job has it do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.observatory.event_table.table import EventTable
from shared.base.cancellation import end
from shared.kernel.eventlog.event_log import Log


@asynccontextmanager
async def following(table: EventTable, log: Log) -> AsyncIterator[None]:
    """An open table that follows; closed at the end. Raises LogDamaged."""
    await table.agree(log)
    task = asyncio.create_task(table.follow(log))
    try:
        yield
    finally:
        await end(task)
        await table.stop()
