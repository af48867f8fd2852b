"""A process whose event loop stands still ends itself, so that whoever supervises it starts it again.

Plain Docker Compose restarts what ends and nothing else: a container that hangs stays "unhealthy" for ever. The loop
winds up an alarm again and again; where it does not for LONGEST seconds, Python's own watchdog (`faulthandler`, a
thread that needs no lock of Python's) writes to standard error where each thread stands, by files and lines alone, and
ends the process with exit code 1.
"""

from __future__ import annotations

import asyncio
import contextlib
import faulthandler
import sys
from collections.abc import AsyncIterator

from shared.base.cancellation import end

LONGEST = 120.0  # seconds: longer than anything that a loop may do without a turn, also on a machine with much to do
WIND = 5.0


@contextlib.asynccontextmanager
async def ended_where_it_hangs(longest: float = LONGEST, wind: float = WIND) -> AsyncIterator[None]:
    """Meanwhile this process ends by itself where its loop gives nobody a turn for `longest` seconds."""

    async def winding() -> None:
        while True:
            faulthandler.dump_traceback_later(longest, exit=True, file=sys.__stderr__ or sys.stderr)
            await asyncio.sleep(wind)

    task = asyncio.create_task(winding(), name="hang-watch")
    try:
        yield
    finally:
        await end(task)
        faulthandler.cancel_dump_traceback_later()
