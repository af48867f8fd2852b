"""`maillage up` that can't start says so in one sentence, whatever the store of its views meets."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from nats.errors import NoRespondersError
from nats.errors import TimeoutError as Silence
from nats.js.errors import NotFoundError, ServiceUnavailableError

from deploy.host.embedded import Installation, once_answered, unusable
from shared.base.settings import Settings
from shared.kernel.eventlog.event_log import Unavailable

pytestmark = pytest.mark.slow


async def opened(data: Path) -> None:
    async with Installation.open(Settings(data=data), sample=False):
        pass


def test_a_disk_without_room_is_said_to_be_full(tmp_path: Path) -> None:
    db = sqlite3.connect(tmp_path / "directory.sqlite")
    db.execute("PRAGMA max_page_count=1")
    with pytest.raises(sqlite3.Error) as full:
        db.execute("CREATE TABLE one (key TEXT)")
    assert unusable(tmp_path, full.value) == f"The disk of {tmp_path} is full: make room, and start again."


async def test_a_log_that_does_not_answer_is_waited_for_and_what_is_wrong_is_said_at_once() -> None:
    late: list[Exception] = [
        Unavailable("the event log does not answer"),
        Silence(),
        NoRespondersError(),
        ServiceUnavailableError(code=503),
        TimeoutError(),
    ]
    anew = 0

    async def work() -> str:
        if late:
            raise late.pop()
        return "done"

    async def between() -> None:
        nonlocal anew
        anew += 1

    assert await once_answered(work, between) == "done" and anew == 5
    for wrong in (Unavailable("event 2 of x is missing from the log: restore it"), NotFoundError(code=404)):
        late[:] = [wrong]
        with pytest.raises(type(wrong)):
            await once_answered(work, between)
    assert anew == 5
