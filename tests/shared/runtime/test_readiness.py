"""What a service says of itself to whoever runs it."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shared.kernel.command_handler import new_command_id
from shared.kernel.eventlog.direct_get import Unavailable
from shared.kernel.stores.sqlite import SqliteStore
from shared.runtime.readiness import checks_of
from shared.runtime.service import Service
from shared.runtime.times.staleness import Patience
from tests.conftest import OpenService
from tests.fixtures import small_directory as small
from tests.fixtures.outside import hurried

pytestmark = pytest.mark.slow


class Filling(SqliteStore):
    """A store that takes nothing while it is `full`."""

    full = False

    async def put(self, *given: Any, **more: Any) -> Any:
        if self.full:
            raise sqlite3.OperationalError("database or disk is full")
        return await super().put(*given, **more)


def soon(service: Service) -> None:
    service.freshness.patience = Patience(still=0.3)


async def until(true: Callable[[], Any]) -> None:
    async with asyncio.timeout(60):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def test_views_that_can_t_be_written_are_no_readiness_however_few_events_they_lack(
    open_service: OpenService, tmp_path: Path
) -> None:
    store = Filling(tmp_path / "views" / "directory.sqlite")
    service = await open_service(small.definition(), outside=hurried(50), prepare=soon, store=store)
    assert (await checks_of(service))["views"]["good"]
    store.full = True
    last = await service.execute(small.Register(name="Eau vive"), id=new_command_id(), actor="staff:test")
    await until(service.freshness.stand_still)
    said = (await checks_of(service))["views"]
    assert not said["good"] and said["text"].startswith("1 messages behind, and they stand still")
    store.full = False
    assert await service.runner.wait_for(last.seq)
    assert (await checks_of(service))["views"]["good"]


class Lonely:
    """What knows of a log that may go on elsewhere."""

    async def last(self) -> int:
        raise Unavailable("the event log does not know whether it goes on elsewhere")


async def test_nobody_says_how_many_events_there_are_who_can_t_know(open_service: OpenService) -> None:
    service = await open_service(small.definition(), outside=hurried(50), prepare=soon)
    assert (await checks_of(service))["log"] == {"good": True, "text": "0 messages"}
    service.freshness.log = Lonely()
    found = await checks_of(service)
    assert not found["log"]["good"] and found["views"] == {"good": False, "text": "nobody knows how far behind"}
    await until(lambda: (stale := service.freshness.of()) and stale.away)
