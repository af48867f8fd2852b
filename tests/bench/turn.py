"""One release's side of `against.py`: run by path, with the tree of that release on PYTHONPATH, so it knows only what
both have. It makes its case ready and says so; then, for each line that it is sent, it does one round and answers with
the seconds of processor time that this took its process. It ends with its input.

`turn.py command`, `turn.py change`, `turn.py rebuild`, `turn.py table`; `turn.py indicators <archive> <names…>`; and
`turn.py names`, which only answers with the names of this release's indicators."""

from __future__ import annotations

import gc
import importlib
import json
import logging
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from time import process_time
from typing import Any

import structlog

COMMANDS = 3_000
CHANGED, CHANGES = 256, 5  # structures, and how often each changes
EVENTS = 15_000
DAYS = (date(2013, 6, 30), date(2015, 3, 1), date(2017, 12, 31))
Round = Callable[[], object]


def spent(work: Round) -> float:
    gc.collect()
    start = process_time()
    work()
    return process_time() - start


def bench(module: str) -> Any:
    return importlib.import_module(f"tests.bench.{module}")


@contextmanager
def command() -> Iterator[Round]:
    """Commands that begin an entity: decided, sealed, written, with many under way."""
    appending, fast = bench("appending"), bench("measure").fast
    with bench("place").place("against") as here:
        todo = appending.commands(COMMANDS)
        yield lambda: fast(appending._ours(here, todo))


@contextmanager
def change() -> Iterator[Round]:
    """Commands that change an entity which is there, one after the other for each and with many under way."""
    appending, measure, place = bench("appending"), bench("measure"), bench("place")
    revise = importlib.import_module("services.directory.structures.domain.structure").ReviseStructure
    facts, begun = bench("history").registration, appending.commands(CHANGED)

    async def changed(here: Any) -> None:
        async with place.opened(here, here.new_network()) as log:
            execute = appending._executor(here, log)

            async def one(n: int) -> None:
                done = await execute(begun[n], id=appending.new_command_id(), actor="bench")
                for turn in range(CHANGES):
                    said = {**facts(n), "acronym": f"A{turn}", "structure": done.entity_id}
                    await execute(revise.model_validate(said), id=appending.new_command_id(), actor="bench")

            await measure.at_once(one, range(CHANGED))
            assert await log.last() == CHANGED * (1 + CHANGES)

    with place.place("against") as here:
        yield lambda: measure.fast(changed(here))


@contextmanager
def rebuilt(name: str) -> Iterator[Round]:
    """A view, or the observatory's table, made of a whole log."""
    rebuilding, fast = bench("rebuilding"), bench("measure").fast
    rebuilding.EVENTS = EVENTS
    work = getattr(rebuilding, name)
    with bench("place").place("against") as here:
        network = here.new_network()
        fast(rebuilding._fill(here, network))
        yield lambda: fast(work(here, network))


@contextmanager
def indicators(archive: str, names: list[str]) -> Iterator[Round]:
    """Indicators of a table of the sample, each as of several days."""
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

            yield ask
        finally:
            table.close()


def case(what: str, *more: str) -> Any:
    match what:
        case "command":
            return command()
        case "change":
            return change()
        case "rebuild":
            return rebuilt("_rebuild")
        case "table":
            return rebuilt("_observatory")
        case "indicators":
            return indicators(more[0], list(more[1:]))
    raise ValueError(what)


def main(what: str, *more: str) -> None:
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever a release prints is no answer
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))

    def answer(said: object) -> None:
        print(json.dumps(said), file=answers, flush=True)

    importlib.import_module("shared.contract").load_all()
    if what == "names":
        answer(sorted(bench("observing").INDICATORS))
        return
    with case(what, *more) as work:
        work()  # the first time is not counted: what is made once is made then
        answer("ready")
        for _ in sys.stdin:
            answer(spent(work))


if __name__ == "__main__":
    main(*sys.argv[1:])
