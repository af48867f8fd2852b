"""How fresh a page is: whether the log answers, and since when it holds events that a page does not show.

A page is made from views, which follow the log within milliseconds, or, while a store or a process is away, within
minutes. Whoever reads must see the difference. The end of the log is looked up beside the requests, so that no page
waits for it.
"""

from __future__ import annotations

import asyncio
import math
from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from shared.base.outside import REAL, Outside
from shared.kernel.views.projector import Runner

LOOK = 1.0  # seconds between two looks at the end of the log
KEPT = 600  # looks that found something new


@dataclass(frozen=True)
class Patience:
    """Seconds: that the log may take to `answer`, of delay that no page speaks of (`late`), and that views which are
    behind may be `still`: no step takes them as long."""

    answer: float = 2.0
    late: float = 3.0
    still: float = 30.0


@dataclass(frozen=True)
class Stale:
    """Why a page is not the newest. `missing`: events that it does not show yet, the first of them there `since`;
    `away`: the log has not answered since then; `damaged`: the views stand still for good."""

    missing: int = 0
    since: datetime | None = None
    away: datetime | None = None
    damaged: bool = False


class Ends(Protocol):
    """What knows where the log ends. Raises where that can't be known."""

    async def last(self) -> int: ...


class Freshness:
    """Watches the end of the log for the pages of one service."""

    def __init__(self, log: Ends, runner: Runner, outside: Outside = REAL, patience: Patience | None = None) -> None:
        self.log, self._runner, self.patience = log, runner, patience or Patience()
        self._now, self._monotonic = outside.now, outside.monotonic
        self._seen: deque[tuple[float, int]] = deque(maxlen=KEPT)
        self._looked: float | None = None
        self._away: float | None = None
        self._whole = -math.inf
        self._at, self._moved = -1, -math.inf  # where the views were at the last look, and when they last moved

    def begin(self) -> None:
        """To be called once the views have read the log to its end."""
        self._whole = self._moved = self._monotonic()

    def behind(self) -> float:
        """Seconds since the views were last known to show all that was in the log; a second or two where all is
        well."""
        position = self._runner.position
        if self._seen and position >= self._seen[-1][1]:
            self._whole = max(self._whole, self._looked or -math.inf)
        else:  # what came at a look may have been there since the look before
            self._whole = max([self._whole, *(at for at, last in self._seen if last <= position)])
        return self._monotonic() - self._whole

    def stand_still(self) -> bool:
        """Whether the views have not moved for long, while the log holds what they do not show: they can't be
        written."""
        position = self._runner.position
        if position != self._at or not self._seen or position >= self._seen[-1][1]:
            self._at, self._moved = position, self._monotonic()
        return self._monotonic() - self._moved > self.patience.still

    def of(self, sequence: int | None = None, done: int | None = None) -> Stale | None:
        """What a page must say that shows the log up to `sequence` (without: as far as the views are); None where it
        is fresh. `done`: the event of a command that its reader has just sent, which is missed at once."""
        shown = self._runner.position if sequence is None else sequence
        now = self._monotonic()
        late = now - self.patience.late
        first = next((at for at, last in self._seen if last > shown), None)
        missing = self._seen[-1][1] - shown if first is not None and first < late else 0
        if done is not None and done > shown:
            missing = max(missing, done - shown)
        away = self._away if self._away is not None and self._away < late else None
        if away is None and self._looked is not None and self._looked < late - LOOK - self.patience.answer:
            away = self._looked  # we stood still ourselves, and know of nothing since
        if not missing and away is None and self._runner.damage is None:
            return None
        return Stale(missing, self._then(first) if missing else None, self._then(away), self._runner.damage is not None)

    def _then(self, at: float | None) -> datetime | None:
        return None if at is None else self._now() - timedelta(seconds=self._monotonic() - at)

    async def look(self) -> None:
        """Looks up where the log ends now; to be called again and again, every LOOK seconds."""
        now = self._monotonic()
        try:
            async with asyncio.timeout(self.patience.answer):
                last = await self.log.last()
        except Exception:  # whatever it is, the log gave no answer
            self._away = self._away or now
        else:
            # What is new may have been there since the look before.
            if not self._seen or self._seen[-1][1] != last:
                self._seen.append((now if self._looked is None else self._looked, last))
            self._looked, self._away = now, None
            self.behind()  # it is asked for seldom, and forgets what it has not seen
        self.stand_still()
