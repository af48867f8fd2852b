"""The observatory with a million events: its table built again, beside a bare read of the same log; any figure, any
day."""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from time import perf_counter

from deploy.sample.plan import OWN
from services.observatory.event_table.table import EventTable
from services.observatory.indicators import INDICATORS, RANGE
from shared.base.settings import Settings
from shared.kernel.eventlog.event_log import Log
from shared.ledger.archive_format import Archive
from shared.ledger.archiver import Archivist
from shared.ledger.merkle import SigningKey
from tests.bench import million
from tests.bench.measure import Figure, Watch, fast, in_turns, quantile, stock, turns
from tests.bench.place import Place, opened, place
from tests.bench.rebuilding import bare
from tests.bench.watching import seconds_until_seen
from tests.fixtures.following import following

ROUNDS = 2
DAYS = (date(2013, 6, 30), date(2015, 3, 1), date(2017, 12, 31))


def cases(watch: Watch) -> Iterator[Figure]:
    """Events a second of a log of a million, made from the sample (`million.py`), on one server, in turns.

    Ours: `EventTable` from no file to the last event, judged, typed, written to DuckDB; from the broker, and from the
    Parquet archive. nats-py: its ordered consumer with a callback that counts and does nothing else, on asyncio's own
    event loop. Then every indicator as of three days: what the slowest of them takes; how long after a command an open
    dashboard shows what it changed; and the most memory that a process needs that does nothing else.
    """
    with place("observing") as here:
        watch.say("loading the sample")
        messages = million.sample(here.folder / "sample")
        network, total = here.new_network(), len(messages) * million.copies(messages)
        fast(_fill(here, network, messages, total, watch))
        watch.say("writing the archive")
        fast(_archive(here, network, total))
        found = in_turns(
            watch,
            ROUNDS,
            {
                "from the broker": lambda: fast(_from_broker(here, network, total)),
                "from the archive": lambda: _from_archive(here.folder, total),
                "ordered consumer": lambda: stock(bare(here, network, total)),
            },
        )
        watch.say("asking each indicator")
        times = _indicators(here)
        live = fast(seconds_until_seen(here, network, here.folder / "broker.duckdb", watch))
        watch.say("measuring memory")
        peak = _memory(here, total)
    theirs, reference = "nats-py ordered consumer, counting callback, asyncio", found["ordered consumer"]
    what = f"observatory rebuilt, {total:,} events"
    yield Figure(
        "observatory_broker", f"{what}, from the broker", found["from the broker"], "events/s", theirs, reference, 0.5
    )
    yield Figure(
        "observatory_archive",
        f"{what}, from the archive",
        found["from the archive"],
        "events/s",
        theirs,
        reference,
        0.8,
    )
    yield Figure("indicator_median", "an indicator as of a day, the median", statistics.median(times) * 1000, "ms")
    slowest = quantile(times, 1) * 1000
    yield Figure(
        "indicator_slowest", "an indicator as of a day, the slowest", slowest, "ms", "promised", 300, 1, at_most=True
    )
    yield Figure("live_median", "a new event on an open dashboard, the median", statistics.median(live) * 1000, "ms")
    latest = quantile(live, 1) * 1000
    yield Figure(
        "live_slowest",
        f"a new event on an open dashboard, the slowest of {len(live)}",
        latest,
        "ms",
        "promised",
        1000,
        1,
        at_most=True,
    )
    yield Figure(
        "observatory_memory",
        "most memory of a rebuild from the archive",
        peak,
        "MiB",
        "promised",
        1024,
        1,
        at_most=True,
    )


async def _fill(here: Place, network: str, messages: list[million.Message], total: int, watch: Watch) -> None:
    nc = await here.server.connect("bench")
    log = Log(nc, network)
    await log.start()
    assert await million.fill(nc, network, million.multiplied(messages, network), total, watch) == total
    await log.stop()
    await nc.close()


async def _archive(here: Place, network: str, total: int) -> None:
    archivist = Archivist(here.folder / "archive", SigningKey.of(f"bench/{network}", bytes(32)).verifier)
    archivist.open()
    async with opened(here, network) as log:
        async for run in log.read(0):
            await asyncio.to_thread(archivist.append, run)
    archivist.sync()
    archivist.close()
    assert archivist.size == total


def _table(folder: Path, name: str) -> EventTable:
    path = folder / f"{name}.duckdb"
    for each in (path, path.with_suffix(".duckdb.wal")):
        each.unlink(missing_ok=True)
    return EventTable(path, Settings().with_own(OWN).departments)


async def _from_broker(here: Place, network: str, total: int) -> float:
    table = _table(here.folder, "broker")
    async with opened(here, network) as log:
        start = perf_counter()
        table.open()
        async with following(table, log):
            assert await table.wait_for(total, timeout=600), table.damage
            seconds = perf_counter() - start
    return total / seconds


def _from_archive(folder: Path, total: int) -> float:
    table = _table(folder, "archive")
    start = perf_counter()
    table.open()
    try:
        with turns():
            table.take_all(Archive(folder / "archive").read())
        seconds = perf_counter() - start
        assert table.position == total
        assert table.rows("SELECT count(*) AS n FROM voids")[0]["n"] == 0
    finally:
        table.close()
    return total / seconds


def _indicators(here: Place) -> list[float]:
    """The seconds of each indicator as of each day, the second time that it is asked."""
    table = EventTable(here.folder / "archive.duckdb", Settings().with_own(OWN).departments)
    table.open()
    try:
        times = []
        for one in INDICATORS.values():
            for day in DAYS:
                asked = {"as_of": day, "known": table.position, **{name: RANGE[name] for name in one.parameters}}
                table.rows(one.query, asked)
                start = perf_counter()
                table.rows(one.query, asked)
                times.append(perf_counter() - start)
    finally:
        table.close()
    return times


def _memory(here: Place, total: int) -> float:
    """The most memory (VmHWM, in MiB) of a process of its own that builds the table from the archive."""
    asked = [sys.executable, "-m", "tests.bench.observing", str(here.folder), str(total)]
    done = subprocess.run(asked, capture_output=True, text=True, check=True, timeout=900)
    return int(done.stdout) / 1024


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    _from_archive(folder, int(sys.argv[2]))
    status = Path("/proc/self/status").read_text()
    print(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")))
