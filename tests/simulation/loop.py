"""An event loop of its own: time passes only where everybody waits, and a process can be killed between any two awaits.

What runs on it is the product as it is. A callback belongs to the process in whose context it was scheduled: once that
process is dead its callbacks are dropped, as if the machine had lost its power; while it is paused they wait."""

from __future__ import annotations

import asyncio
import heapq
from contextvars import Context, ContextVar, copy_context
from typing import Any, Protocol

MOST = 400_000  # callbacks of one world: more means that somebody turns in a circle
TOLD = "a callback failed"


class Soon(asyncio.Handle):
    """A callback, without asyncio's memory of where it was scheduled: thousands are made in each world."""

    __slots__ = ()

    def __init__(self, callback: Any, args: Any, loop: Any, context: Context | None) -> None:
        # not `Handle.__init__`, which asks the loop whether it is being debugged
        self._context = copy_context() if context is None else context
        self._loop, self._callback, self._args = loop, callback, args
        self._cancelled, self._repr, self._source_traceback = False, None, None


class Later(Soon, asyncio.TimerHandle):
    """A callback that is due at a time."""

    __slots__ = ()

    def __init__(self, when: float, callback: Any, args: Any, loop: Any, context: Context | None) -> None:
        super().__init__(callback, args, loop, context)
        self._when, self._scheduled = when, False


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
        handle = Soon(callback, args, self, context)
        self._ready.append(handle)
        return handle

    def call_at(self, when: float, callback: Any, *args: Any, context: Any = None) -> asyncio.TimerHandle:
        timer = Later(when, callback, args, self, context)
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
            context = handle._context
            life = context.get(PROCESS)
            ails = life is not None and (life.dead or life.fuse or life.held is not None or life.pauses is not None)
            if life is not None and ails and not self._lives(life, handle):
                continue
            try:
                context.run(handle._callback, *handle._args)
            except (SystemExit, KeyboardInterrupt):
                raise
            except BaseException as error:
                self.call_exception_handler({"message": TOLD, "exception": error, "handle": handle})
        if self._ran > MOST:
            raise Stuck(f"{MOST} callbacks and no end")

    def _lives(self, life: Life, handle: asyncio.Handle) -> bool:
        """Whether a process can do anything now, which may be its last."""
        if self.everybody_lives:
            return True
        if life.dead:
            self.dropped.append(handle)
            return False
        if life.held is not None:
            life.held.append(handle)
            return False
        if life.pauses is not None:
            number, seconds = life.pauses
            life.pauses = (number - 1, seconds) if number else None
            if not number:
                life.pause(seconds)
                life.held = [handle]
                return False
        if life.fuse:
            life.fuse -= 1
            if not life.fuse:
                life.kill()
                self.dropped.append(handle)
                return False
        return True

    def _process_events(self, event_list: Any) -> None:
        pass

    def _write_to_self(self) -> None:
        pass
