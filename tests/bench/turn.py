"""One turn of one release, for `against.py`: run by path, with the tree of that release on PYTHONPATH, so it knows only
what both have. Prints the seconds of processor time of this process, as JSON.

`turn.py command`, `turn.py rebuild`, `turn.py table`; `turn.py indicators <archive> <names…>`, `turn.py names`."""

from __future__ import annotations

import gc
import importlib
import json
import sys
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from time import process_time
from typing import Any

COMMANDS = 3_000
EVENTS = 15_000
DAYS = (date(2013, 6, 30), date(2015, 3, 1), date(2017, 12, 31))
ROUNDS = 3  # in which each indicator is asked as of each day


def spent(work: Callable[[], object]) -> float:
    gc.collect()
    start = process_time()
    work()
    return process_time() - start


def bench(module: str) -> Any:
    return importlib.import_module(f"tests.bench.{module}")


def command() -> float:
    """Commands that are decided, sealed, written, with many under way."""
    appending, fast = bench("appending"), bench("measure").fast
    with bench("place").place("against") as here:
        todo = appending.commands(COMMANDS)
        fast(appending._ours(here, todo[: COMMANDS // 8]))
        return spent(lambda: fast(appending._ours(here, todo)))


def rebuilt(name: str) -> float:
    """A view, or the observatory's table, made of a whole log: the second time."""
    rebuilding, fast = bench("rebuilding"), bench("measure").fast
    rebuilding.EVENTS = EVENTS
    work = getattr(rebuilding, name)
    with bench("place").place("against") as here:
        network = here.new_network()
        fast(rebuilding._fill(here, network))
        fast(work(here, network))
        return spent(lambda: fast(work(here, network)))


def indicators(archive: str, names: list[str]) -> float:
    """Indicators of a table of the sample, as of several days: all but the first time."""
    observing = bench("observing")
    with tempfile.TemporaryDirectory() as folder:
        departments = observing.Settings().with_own(observing.OWN).departments
        table = observing.EventTable(Path(folder) / "table.duckdb", departments)
        table.open()
        try:
            table.take_all(observing.Archive(Path(archive)).read())

            def ask() -> None:
                for name in names:
                    one = observing.INDICATORS[name]
                    years = {each: observing.RANGE[each] for each in one.parameters}
                    for day in DAYS:
                        table.rows(one.query, {"as_of": day, "known": table.position, **years})

            ask()
            return spent(lambda: [ask() for _ in range(ROUNDS)])
        finally:
            table.close()


def main(what: str, *more: str) -> Any:
    importlib.import_module("shared.contract").load_all()
    match what:
        case "command":
            return command()
        case "rebuild":
            return rebuilt("_rebuild")
        case "table":
            return rebuilt("_observatory")
        case "indicators":
            return indicators(more[0], list(more[1:]))
    return sorted(bench("observing").INDICATORS)


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))
