"""A dashboard that is open: how long until it shows the figure that a new event makes."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter

from deploy.host.root_app import bound, root_of, serve
from services.directory.structures.domain.structure import STRUCTURE, RegisterStructure
from services.observatory.app import OBSERVATORY
from services.observatory.event_table.feature import FEATURE as EVENT_TABLE
from services.observatory.figures.feature import FEATURE as FIGURES
from shared.base.settings import Settings
from shared.kernel.command_handler import Executor, new_command_id
from shared.kernel.eventlog.event_log import Log
from shared.kernel.stores.sqlite import SqliteStore
from shared.persons.keys.keyring import Keyring
from shared.runtime.feature import composed
from shared.runtime.service import COMMON_VIEWS, Service, Surroundings
from tests.bench.measure import Watch
from tests.bench.place import Place
from tests.fixtures.signing_in import operator

EVENTS = 20
PATIENCE = 60.0  # seconds
STATE = b"<!-- end of frame -->"
TABLE_ALONE = composed("observatory", OBSERVATORY.folder, (EVENT_TABLE, FIGURES))


async def seconds_until_seen(here: Place, network: str, table: Path, watch: Watch) -> list[float]:
    """The seconds from a command (a structure is registered) until the page that was open all the while has sent its
    new count of structures, over HTTP; once for each event. The observatory has its table, which is moved to its
    folder; its notary is left out, and so are the views, of which this page shows nothing."""
    data = here.folder / "watching"
    (data / "views").mkdir(parents=True)
    table.rename(data / "views" / "observatory.duckdb")
    nc = await here.server.connect("bench")
    settings = Settings(data=data)
    around = Surroundings(network, nc, settings, data, SqliteStore(data / "views.sqlite"), {})
    service = Service(replace(OBSERVATORY, opening=TABLE_ALONE.opening, closing=TABLE_ALONE.closing), around)
    log = Log(nc, network)
    await log.start()
    await service.log.start()
    await service.store.prepare([*service.definition.views, *COMMON_VIEWS])
    await service.definition.opening(service)
    execute = Executor(log, Keyring(data / "keys", network, "directory"), "directory", [STRUCTURE])
    times = []
    try:
        async with _open(service) as page:
            seen = await page.structures()
            for n in range(EVENTS):
                watch.say(f"an open dashboard, event {n + 1} of {EVENTS}")
                start = perf_counter()
                command = RegisterStructure(name=f"Association {new_command_id()}", kind="association")
                await execute(command, id=new_command_id(), actor="bench")
                async with asyncio.timeout(PATIENCE):
                    while (now := await page.structures()) != seen + 1:
                        assert now == seen, f"{now} structures after {seen}"
                times.append(perf_counter() - start)
                seen = now
    finally:
        await service.definition.closing(service)
        await service.log.stop()
        await log.stop()
        await nc.close()
    return times


@dataclass
class Page:
    """The live page as it comes in."""

    reader: asyncio.StreamReader
    rest: bytes = b""

    async def structures(self) -> int:
        """The first key figure of the next state that the page sends."""
        while STATE not in self.rest:
            part = await self.reader.read(64 * 1024)
            assert part, self.rest[-2000:]
            self.rest += part
        state, _, self.rest = self.rest.partition(STATE)
        found = re.search(r'<dd class="value">([^<]*)</dd>', state.decode(errors="replace"))
        assert found is not None, state[-2000:]
        return int(re.sub(r"\D", "", found[1]))


@asynccontextmanager
async def _open(service: Service) -> AsyncIterator[Page]:
    stop, up = asyncio.Event(), asyncio.Event()
    sock = bound(0)
    port = sock.getsockname()[1]
    serving = asyncio.create_task(
        serve(root_of({"observatory": service}, service.settings), sock, stop, up.set, drain=1)
    )
    await up.wait()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    headers = {"Host": f"127.0.0.1:{port}", "Accept": "text/html", **operator(service)}
    lines = [
        "GET /observatory/dashboard/live HTTP/1.1",
        *(f"{name}: {value}" for name, value in headers.items()),
        "",
        "",
    ]
    writer.write("\r\n".join(lines).encode())
    try:
        yield Page(reader)
    finally:
        writer.close()
        stop.set()
        await serving
