"""An event loop of its own: time passes only where everybody waits, and a process can be killed between any two awaits.

What runs on it is the product as it is. A callback belongs to the process in whose context it was scheduled: once that
process is dead its callbacks are dropped, as if the machine had lost its power; while it is paused they wait."""

from __future__ import annotations

import asyncio
import heapq
from contextvars import ContextVar
from typing import Any, Protocol

MOST = 400_000  # callbacks of one world: more means that somebody turns in a circle


class Life(Protocol):
    """What the loop asks of a process. `fuse`: after how many callbacks it dies, 0 for never; `pauses`: after how many
    it stands still, and for how many seconds."""

    dead: bool
    fuse: int
    held: list[asyncio.Handle] | None
    pauses: tuple[int, float] | None

    def kill(self) -> None: ...
    def pause(self, seconds: float) -> None: ...


PROCESS: ContextVar[Life | None] = ContextVar("process", default=None)


class Stuck(Exception):
    """Everybody waits for somebody else, or nobody comes to an end."""


class VirtualLoop(asyncio.BaseEventLoop):
    """Seconds of `time` cost nothing. Of callbacks that are due together, those scheduled first run first."""

    def __init__(self) -> None:
        super().__init__()
        self._clock = 0.0
        self._timers: list[tuple[float, int, asyncio.TimerHandle]] = []
        self._number = 0
        self._ran = 0
        self.everybody_lives = False
        """at the end of a world, so that what was killed can be cleared away"""
        self.dropped: list[asyncio.Handle] = []
        """callbacks of the dead"""

    def time(self) -> float:
        return self._clock

    def put_back(self, handles: list[asyncio.Handle]) -> None:
        """Callbacks of a process that was paused."""
        self._ready.extend(handles)

    def call_soon(self, callback: Any, *args: Any, context: Any = None) -> asyncio.Handle:
        handle = asyncio.Handle(callback, args, self, context)
        self._ready.append(handle)
        return handle

    def call_at(self, when: float, callback: Any, *args: Any, context: Any = None) -> asyncio.TimerHandle:
        timer = asyncio.TimerHandle(when, callback, args, self, context)
        self._number += 1
        heapq.heappush(self._timers, (when, self._number, timer))
        return timer

    def _run_once(self) -> None:
        ready, timers = self._ready, self._timers
        if not ready:
            while timers and timers[0][2]._cancelled:
                heapq.heappop(timers)
            if not timers:
                raise Stuck("nobody does anything any more")
            self._clock = max(self._clock, timers[0][0])
        while timers and (timers[0][0] <= self._clock or timers[0][2]._cancelled):
            handle = heapq.heappop(timers)[2]
            if not handle._cancelled:
                ready.append(handle)
        for _ in range(len(ready)):
            handle = ready.popleft()
            if handle._cancelled:
                continue
            self._ran += 1
            life = handle._context.get(PROCESS)
            if life is not None and not self.everybody_lives:
                if life.dead:
                    self.dropped.append(handle)
                    continue
                if life.held is not None:
                    life.held.append(handle)
                    continue
                if life.pauses is not None:
                    number, seconds = life.pauses
                    life.pauses = (number - 1, seconds) if number else None
                    if not number:
                        life.pause(seconds)
                        life.held = [handle]
                        continue
                if life.fuse:
                    life.fuse -= 1
                    if not life.fuse:
                        life.kill()
                        self.dropped.append(handle)
                        continue
            handle._run()
        if self._ran > MOST:
            raise Stuck(f"{MOST} callbacks and no end")

    def _process_events(self, event_list: Any) -> None:
        pass

    def _write_to_self(self) -> None:
        pass
