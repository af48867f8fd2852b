"""The file of the table: one for each replica, opened while the service runs, following the log."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb

from services.observatory.event_table.table import EventTable
from shared.base.outside import REAL, Outside
from shared.kernel.stores import InUse
from shared.runtime.faces import Chronicle, Premises
from shared.runtime.jobs import Job
from shared.runtime.parts import Key

TABLE: Key[EventTable] = Key("observatory.event-table")

MOST_REPLICAS = 32


def opened(data: Path, instance: str | None, region: Sequence[str], outside: Outside = REAL) -> EventTable:
    """The open table of this replica (`MAILLAGE_INSTANCE`). Each has a file of its own, since one process owns a DuckDB
    file; each is built from the log, so it does not matter who gets which."""
    for folder in _folders(data, instance):
        table = EventTable(folder / "observatory.duckdb", region, outside)
        try:
            table.open()
        except duckdb.IOException as error:
            if "lock" not in str(error).lower():
                raise
        else:
            return table
    raise InUse(
        f"The observatory's table in {folder} is in use by another process. Each replica needs one of its own "
        "(MAILLAGE_INSTANCE=auto)."
    )


def _folders(data: Path, instance: str | None) -> Iterator[Path]:
    if instance == "auto":
        yield from (data / "observatory" / str(n) for n in range(1, MOST_REPLICAS + 1))
    else:
        yield data / "views" if instance is None else data / "observatory" / instance


async def opening(service: Chronicle) -> None:
    """Opens the table; its job lets it follow the log. Raises LogDamaged where it was built from another log, InUse
    where another replica has it."""
    region = service.settings.departments
    table = await service.outside.in_thread(opened, service.data, service.settings.instance, region, service.outside)
    await service.parts.put(TABLE, table).agree(service.log)


async def closing(service: Premises) -> None:
    table = service.parts.take(TABLE)
    if table is not None:
        await table.stop()


async def _follow(service: Chronicle) -> None:
    await service.parts.of(TABLE).follow(service.log)


FOLLOWING: Job[Chronicle] = Job("event-table", _follow, pauses=(0.5, 2.0))
"""Pages wait for the table, so a log that was away is soon asked again."""
