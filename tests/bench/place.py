"""Where it is measured: a NATS server of our own in a temporary folder, with new networks as they are needed."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from shared.kernel.eventlog.event_log import Log
from shared.runtime.nats.embedded_server import NatsServer


@dataclass
class Place:
    """A folder and a server in it. `new_network` names one that nobody has used."""

    folder: Path
    server: NatsServer
    _numbers: count[int] = field(default_factory=lambda: count(1))

    def new_network(self) -> str:
        return f"bench{next(self._numbers)}"


@contextlib.asynccontextmanager
async def opened(here: Place, network: str) -> AsyncIterator[Log]:
    """The log of a network, over a connection of its own."""
    nc = await here.server.connect("bench")
    log = Log(nc, network)
    await log.start()
    try:
        yield log
    finally:
        await log.stop()
        await nc.close()


@contextlib.contextmanager
def place(name: str) -> Iterator[Place]:
    """A place that is gone afterwards, at Ctrl-C too. The folder is where temporary files go (TMPDIR): it must lie on
    the disk that is to be measured."""
    folder = Path(tempfile.mkdtemp(prefix=f"maillage-bench-{name}-"))
    server = NatsServer(folder / "nats")
    try:
        asyncio.run(server.start())
        yield Place(folder, server)
    finally:
        asyncio.run(server.stop())
        shutil.rmtree(folder, ignore_errors=True)
