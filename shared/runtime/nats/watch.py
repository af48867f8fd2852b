"""Looks after the NATS server of an embedded installation while it runs, and starts it again where it ended, hangs, or
stores nothing any more.

Each connection comes back to the same port by itself, so nobody else has to know. What the server says of its health is
asked by the user of its system account: no port of its own is opened for that.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections.abc import Awaitable, Callable

import structlog
from nats.errors import Error as NatsError
from nats.js.errors import APIError

from shared.base.outside import REAL, Outside
from shared.kernel.broker.connection import Connection
from shared.kernel.eventlog.direct_get import Unavailable
from shared.runtime.nats.embedded_server import NatsFailed, NatsServer
from shared.runtime.nats.health import stores_no_more
from shared.runtime.nats.server_config import SYSTEM

log = structlog.get_logger()
GLANCE = 0.1  # seconds between two looks whether the process lives
LOOK = 1.0  # seconds between two looks at how it is
ANSWER = 2.0  # seconds that it may take to answer
SILENCES = 3  # times in a row that it did not greet who connects, before it counts as hung
FIRST, LONGEST = 0.2, 2.0  # seconds between two tries to start it again, doubled from the first to the longest
STEADY = 10.0  # seconds after which a new start counts as a success, and the next one is tried at once
PATIENCE = 20.0  # seconds of trying in vain, with room on the disk, before it is given up
STARTS = 10  # new starts of which none was steady, in six times that time, before it is given up
ROOM = 1024 * 1024  # bytes that must be free on the disk before a start can help a server that could not store
HEALTH = "$SYS.REQ.SERVER.PING.HEALTHZ"


class Watch:
    """Of one server. `trouble`: why nothing can be written, as far as it is known here; None where all is well."""

    def __init__(
        self,
        server: NatsServer,
        came_back: Callable[[], Awaitable[None]],
        outside: Outside = REAL,
        steady: float = STEADY,
    ) -> None:
        self._outside = outside
        self._server, self._came_back = server, came_back
        self._nc: Connection | None = None
        self._pause = 0.0
        self._steady = steady
        self._restless, self._starts = math.inf, 0  # since when, and how often
        self.trouble: str | None = None

    async def run(self) -> None:
        """Until it is cancelled. Raises NatsFailed where the server does not come back, and whatever `came_back`
        raises, which is called after each new start, before the server counts as well again."""
        try:
            while True:
                since = self._outside.monotonic()
                self.trouble = await self._failure()
                log.error("nats.lost", why=self.trouble)
                if self._outside.monotonic() - since >= self._steady:
                    self._pause, self._restless, self._starts = 0.0, self._outside.monotonic(), 0
                self._restless, self._starts = min(self._restless, self._outside.monotonic()), self._starts + 1
                if self._starts > STARTS and self._outside.monotonic() - self._restless > 6 * self._steady:
                    folder = self._server.folder
                    raise NatsFailed(f"the NATS server ends again and again; {folder / 'nats.log'} says why")
                await self._close()
                await self._started_again()
                log.warning("nats.started_again")
                self.trouble = None
        finally:
            await self._close()

    async def _failure(self) -> str:
        """Why it must be started again, once that is so."""
        silences, looked, waits = 0, self._outside.monotonic(), False
        while True:
            if not self._alive():
                return "the NATS server ended"
            if self._outside.monotonic() - looked >= LOOK:
                silences = 0 if await self._greets() else silences + 1
                if silences >= SILENCES:
                    return "the NATS server hangs"
                if not silences and await self._stores_no_more():
                    # Without room it would stop to store again at once; meanwhile it can be read.
                    self.trouble = "the NATS server could not store, and stores nothing until it is started again"
                    if self._has_room():
                        return self.trouble
                    if not waits:
                        waits = True
                        log.error("nats.no_room", folder=str(self._server.folder))
                looked = self._outside.monotonic()
            await self._outside.sleep(GLANCE)

    async def _started_again(self) -> None:
        """Once it has been, as often as it takes."""
        give_up = self._outside.monotonic() + PATIENCE
        while True:
            await self._outside.sleep(self._pause)
            self._pause = min(LONGEST, 2 * self._pause or FIRST)
            try:
                await self._server.stop(0 if not self._alive() or not await self._greets() else ANSWER)
                await self._server.launch()
                await self._came_back()
                return
            except (NatsFailed, NatsError, APIError, Unavailable, TimeoutError, OSError) as error:
                log.warning("nats.not_yet", why=str(error) or type(error).__name__)
                if not self._has_room():
                    give_up = self._outside.monotonic() + PATIENCE
                elif self._outside.monotonic() > give_up:
                    if isinstance(error, NatsFailed):
                        raise
                    raise NatsFailed("the NATS server does not stay up") from error

    def _alive(self) -> bool:
        process = self._server.process
        return process is not None and process.poll() is None

    async def _greets(self) -> bool:
        """Whether who connects is greeted: the server does so at once, whatever its disk does."""
        try:
            async with asyncio.timeout(ANSWER):
                reader, writer = await asyncio.open_connection("127.0.0.1", self._server.port)
                try:
                    return (await reader.readline()).startswith(b"INFO ")
                finally:
                    writer.transport.abort()
        except (OSError, TimeoutError):
            return False

    async def _stores_no_more(self) -> bool:
        """Whether the server says so. Where it says nothing, it is busy."""
        try:
            async with asyncio.timeout(ANSWER):
                if self._nc is None:
                    self._nc = await self._server.connect(SYSTEM, allow_reconnect=False)
                return stores_no_more((await self._nc.request(HEALTH, b"", timeout=ANSWER)).data)
        except (NatsError, OSError, TimeoutError):
            await self._close()
            return False

    async def _close(self) -> None:
        nc, self._nc = self._nc, None
        if nc is not None:
            with contextlib.suppress(NatsError, OSError):
                await nc.close()

    def _has_room(self) -> bool:
        """Whether the disk takes as much as a start needs. Asked of the disk itself: quotas and reserves count too."""
        trial = self._server.folder / "room"
        try:
            trial.write_bytes(bytes(ROOM))
        except OSError:
            return False
        finally:
            with contextlib.suppress(OSError):
                trial.unlink()
        return True
