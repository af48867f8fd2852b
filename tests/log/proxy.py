"""A bad network: a TCP proxy before the NATS server that loses, delays and cuts what goes through it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from enum import Enum, auto


class Fault(Enum):
    """What happens to bytes on their way."""

    SWALLOW = auto()
    """Answers get lost, and with them the connection, as TCP never loses bytes in the middle."""
    CUT_AFTER = auto()
    """The connection breaks right after the server got the next publish, before it could answer."""
    CUT_AMID = auto()
    """The connection breaks amid the next publish."""
    STALL = auto()
    """Answers come late."""


class BadNetwork:
    """Listens on `port` of 127.0.0.1 and passes everything on to the server at `target`, but for faults."""

    def __init__(self, target: int) -> None:
        self._target, self.port = target, 0
        self._held = asyncio.Event()
        self._held.set()
        self._apart = asyncio.Event()
        self._apart.set()
        self._swallows = False
        self._next_publish: Fault | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[BadNetwork]:
        server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            self._cut()
            self._held.set()
            self._apart.set()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            await server.wait_closed()

    async def suffer(self, fault: Fault, seconds: float) -> None:
        """The fault, for so long."""
        if fault in (Fault.CUT_AFTER, Fault.CUT_AMID):
            self._next_publish = fault
            await asyncio.sleep(seconds)
            self._next_publish = None
        elif fault is Fault.STALL:
            self._held.clear()
            await asyncio.sleep(seconds)
            self._held.set()
        else:
            self._swallows = True
            await asyncio.sleep(seconds)
            self._cut()
            self._swallows = False

    def part(self) -> None:
        """From now on nothing comes through, either way, and nobody is told: so it is where a cable was pulled."""
        self._apart.clear()

    def join(self) -> None:
        """Ends `part`: what was sent meanwhile comes through."""
        self._apart.set()

    def _cut(self) -> None:
        for writer in self._writers:
            writer.transport.abort()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        try:
            server_reader, server_writer = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            writer.transport.abort()
            return
        self._writers |= {writer, server_writer}
        try:
            await asyncio.gather(self._up(reader, server_writer), self._down(server_reader, writer))
        finally:
            self._writers -= {writer, server_writer}
            for each in (writer, server_writer):
                each.transport.abort()

    async def _up(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(64 * 1024):
                await self._apart.wait()
                if self._next_publish and b"HPUB " in data:
                    fault, self._next_publish = self._next_publish, None
                    self._swallows = True
                    writer.write(data if fault is Fault.CUT_AFTER else data[: len(data) // 2])
                    await writer.drain()
                    await asyncio.sleep(0.01)  # it is on its way now
                    self._cut()
                    self._swallows = False
                    break
                writer.write(data)
                await writer.drain()
        writer.close()

    async def _down(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(64 * 1024):
                await self._held.wait()
                await self._apart.wait()
                if not self._swallows:
                    writer.write(data)
                    await writer.drain()
        writer.close()
