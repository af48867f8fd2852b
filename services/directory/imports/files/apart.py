"""A table read in a process of its own, which ends with it: what a file can do there is limited by the system.

A workbook of 30 kB may hold a row of six million cells, or as many texts that no cell shows: reading it took two
gigabytes, and minutes, of the process that signs everybody in.
"""

from __future__ import annotations

import subprocess
import sys

import orjson
import structlog

from services.directory.imports.files import table_reader
from services.directory.imports.files.table_reader import BIGGEST, Line, NotRead, Table

log = structlog.get_logger()
READER = (sys.executable, "-I", table_reader.__file__)
SURROUNDINGS = {"MALLOC_ARENA_MAX": "1", "OPENBLAS_NUM_THREADS": "1"}
"""Its whole environment: it knows nothing of ours, and takes no room for threads that it hasn't"""
PATIENCE = 150.0  # seconds that a table may take, on a machine that has other things to do


def read_apart(data: bytes, sheet: str | None = None) -> Table:
    """The table in a file, as `read_table` reads it. Raises NotRead: `too-much` where it takes more memory or time than
    a table does. Blocks."""
    if len(data) > BIGGEST:
        raise NotRead("too-big", most=BIGGEST // 2**20)
    asked = orjson.dumps({"sheet": None if sheet is None else sheet.encode(errors="replace").decode()})
    try:
        done = subprocess.run(
            READER, input=asked + b"\n" + data, capture_output=True, timeout=PATIENCE, check=False, env=SURROUNDINGS
        )
    except subprocess.TimeoutExpired:
        raise NotRead("too-much") from None
    head, _, lines = done.stdout.partition(b"\n")
    if done.returncode != 0 or not head:
        log.warning("import.not_read", ended=done.returncode)  # not what it said: that may quote the file
        raise NotRead("too-much")
    told = orjson.loads(head)
    if "refused" in told:
        raise NotRead(told["refused"], **told["values"])
    return Table(**told, lines=[Line(number, cells, broken) for number, broken, cells in _each(lines)])


def _each(lines: bytes) -> list[tuple[int, str, list[str]]]:
    return [orjson.loads(line) for line in lines.splitlines()]
