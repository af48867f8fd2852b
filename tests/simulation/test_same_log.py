"""The fake server of the simulation answers as the real one: the log's own tests, on it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import cast
from uuid import uuid4

import pytest
from nats.aio.client import Client

from shared.kernel.eventlog.event_log import Log
from tests.shared.kernel.eventlog.test_event_log import (  # noqa: F401
    test_20000_events_come_in_order_and_no_run_is_empty,
    test_a_log_that_ends_before_what_was_read_is_damaged,
    test_a_slow_reader_gets_everything_too,
    test_an_empty_log_is_read_at_once,
    test_following_goes_on_with_what_is_written_later_and_ends_where_it_is_told,
    test_readers_leave_no_consumer_behind,
    test_reading_from_one_sequence_until_another,
)
from tests.shared.kernel.eventlog.test_group_commit import *  # noqa: F403
from tests.shared.kernel.eventlog.test_load import *  # noqa: F403
from tests.simulation.server import Link, Server


@pytest.fixture
def network() -> str:
    return f"n{uuid4().hex[:12]}"


@pytest.fixture
async def nc(network: str) -> AsyncIterator[Client]:
    link = Link(Server(network))
    yield cast(Client, link)
    await link.close()


@pytest.fixture
async def log(nc: Client, network: str) -> AsyncIterator[Log]:
    log = Log(nc, network)
    await log.start()
    yield log
    await log.stop()
