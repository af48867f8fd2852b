"""A world that hurries, for tests: what waits an hour there waits a moment here."""

from __future__ import annotations

import asyncio
import time

from shared.base.outside import Outside


def hurried(times: float, *, clock: bool = False) -> Outside:
    """Whoever sleeps sleeps `times` as short; with `clock`, seconds pass as much faster, too."""

    async def sleep(seconds: float) -> None:
        await asyncio.sleep(seconds / times)

    return Outside(sleep=sleep, monotonic=(lambda: time.monotonic() * times) if clock else time.monotonic)
