"""Building read models again from the log, beside a bare read of the same log."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from time import perf_counter

from nats.aio.msg import Msg

from services.directory.structures.views import STRUCTURES
from services.observatory.event_table.table import EventTable
from shared.kernel.stores.sqlite import SqliteStore
from shared.kernel.views.projector import Runner
from tests.bench.history import fill, happenings
from tests.bench.measure import Figure, Watch, fast, in_turns, stock
from tests.bench.place import Place, opened, place
from tests.fixtures.following import following

EVENTS = 100_000
ROUNDS = 3


def cases(watch: Watch) -> Iterator[Figure]:
    """Events a second from the first to the last of a log of 100,000 in the proportions of the sample.

    Ours: `Runner.rebuild` of the directory's view of structures into a SQLite file, beside the live view: read,
    checked for holes, opened, folded, written with checkpoints, indexed, swapped; on uvloop as `maillage up` runs. The
    digest must be that of the live view. Then the observatory's table in DuckDB, from no file to the last event.

    nats-py: its ordered consumer with a callback that counts and does nothing else, on asyncio's own event loop.
    """
    with place("rebuild") as here:
        network = here.new_network()
        watch.say(f"writing {EVENTS:,} events")
        fast(_fill(here, network))
        watch.say("first build of the view")
        fast(_rebuild(here, network))
        found = in_turns(
            watch,
            ROUNDS,
            {
                "view of structures": lambda: fast(_rebuild(here, network)),
                "observatory": lambda: fast(_observatory(here, network)),
                "ordered consumer": lambda: stock(bare(here, network, EVENTS)),
            },
        )
    theirs, reference = "nats-py ordered consumer, counting callback, asyncio", found["ordered consumer"]
    view = found["view of structures"]
    yield Figure("rebuild_structures", "rebuild of the view of structures", view, "events/s", theirs, reference, 0.5)
    yield Figure(
        "rebuild_observatory", "rebuild of the observatory", found["observatory"], "events/s", theirs, reference
    )


async def _fill(here: Place, network: str) -> None:
    nc = await here.server.connect("bench")
    log = await fill(nc, network, happenings(), EVENTS)
    await log.stop()
    await nc.close()


async def _rebuild(here: Place, network: str) -> float:
    async with opened(here, network) as log:
        store = SqliteStore(here.folder / "views.sqlite")
        runner = Runner(log, store, [STRUCTURES], "directory")
        try:
            await runner.start()
            assert await runner.wait_for(EVENTS, timeout=120), runner.damage
            before = await store.digest(STRUCTURES)
            seconds = await runner.rebuild(STRUCTURES)
            assert await store.digest(STRUCTURES) == before, "the rebuilt view is not the live one"
        finally:
            await runner.stop()
            await store.close()
    return EVENTS / seconds


async def _observatory(here: Place, network: str) -> float:
    path = here.folder / "observatory.duckdb"
    path.unlink(missing_ok=True)
    async with opened(here, network) as log:
        table = EventTable(path)
        start = perf_counter()
        table.open()
        async with following(table, log):
            assert await table.wait_for(EVENTS, timeout=120), table.damage
            seconds = perf_counter() - start
    return EVENTS / seconds


async def bare(here: Place, network: str, events: int) -> float:
    """Events a second of nats-py's ordered consumer with a callback that counts and does nothing else."""
    nc = await here.server.connect("bench")
    seen = 0
    whole = asyncio.Event()

    async def count(msg: Msg) -> None:
        nonlocal seen
        seen += 1
        if seen == events:
            whole.set()

    start = perf_counter()
    await nc.jetstream().subscribe(f"{network}.>", cb=count, ordered_consumer=True)
    await asyncio.wait_for(whole.wait(), 600)
    seconds = perf_counter() - start
    await nc.close()
    return events / seconds
