"""The file of the table: one for each replica, opened while the service runs, following the log."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb

from services.observatory.event_table.table import EventTable
from services.observatory.network import network_of
from shared.kernel.stores import InUse
from shared.runtime.parts import Key
from shared.runtime.service import Service

TABLE: Key[EventTable] = Key("observatory.event-table")

MOST_REPLICAS = 32


def opened(data: Path, instance: str | None, region: Sequence[str]) -> EventTable:
    """The open table of this replica (`MAILLAGE_INSTANCE`). Each has a file of its own, since one process owns a DuckDB
    file; each is built from the log, so it does not matter who gets which."""
    for folder in _folders(data, instance):
        table = EventTable(folder / "observatory.duckdb", region)
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


async def opening(service: Service) -> None:
    """Opens the table and lets it follow the log. Raises LogDamaged where it was built from another log, InUse where
    another replica has it."""
    region = network_of(service.settings).region
    table = await asyncio.to_thread(opened, service.around.data, service.settings.instance, region)
    await service.parts.put(TABLE, table).follow(service.log)


async def closing(service: Service) -> None:
    table = service.parts.take(TABLE)
    if table is not None:
        await table.stop()
