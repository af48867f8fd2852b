"""What all tests share: one NATS server for the session, a network of its own for each test."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import pytest
import structlog
from nats.aio.client import Client

from shared.base.gc_pause import kept
from shared.base.outside import REAL, Outside
from shared.contract import load_all
from shared.kernel.eventlog.event_log import Log
from shared.kernel.views.projection import Store
from shared.runtime.nats.embedded_server import NatsServer
from shared.runtime.service import Definition, Service
from tests.fixtures import small_directory as small
from tests.fixtures.midnight import wait_for_the_day_to_end
from tests.fixtures.outcome_tables import pytest_runtest_makereport, pytest_terminal_summary

__all__ = ["pytest_runtest_makereport", "pytest_terminal_summary"]  # hooks of pytest


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Long forms run only when they are asked for; files that take long come first, so that no worker ends much
    later."""
    if "drill" not in (config.option.markexpr or ""):
        long = [item for item in items if item.get_closest_marker("drill")]
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if not item.get_closest_marker("drill")]
    slow = {item.path for item in items if item.get_closest_marker("slow") or item.get_closest_marker("browser")}
    items.sort(key=lambda item: (item.path not in slow, "abuse" not in item.path.parts))


def pytest_runtest_setup() -> None:
    wait_for_the_day_to_end()


def pytest_collection_finish() -> None:
    kept()
    gc.enable()


OpenService = Callable[..., Awaitable[Service]]
gc.disable()  # until all tests are read, which stay to the end
load_all()
structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
QUIET = structlog.get_config()


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """A command that a test runs in its own process sets up the log, to an error stream that ends with the test."""
    yield
    structlog.configure(**QUIET)
    ours = structlog.stdlib.ProcessorFormatter
    logging.root.handlers[:] = [each for each in logging.root.handlers if not isinstance(each.formatter, ours)]


@pytest.fixture(scope="session")
def nats_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NatsServer]:
    """The server that an embedded installation runs. It is not to be hurt: a test that kills one starts its own."""
    server = NatsServer(tmp_path_factory.mktemp("nats"))
    asyncio.run(server.start())
    yield server
    asyncio.run(server.stop())


@pytest.fixture
async def nc(nats_server: NatsServer) -> AsyncIterator[Client]:
    connection = await nats_server.connect("test")
    yield connection
    await connection.close()


@pytest.fixture
async def network(nc: Client) -> AsyncIterator[str]:
    """A name that no other test uses; its stream goes afterwards."""
    name = f"n{uuid4().hex[:12]}"
    yield name
    js = nc.jetstream()
    if name in {info.config.name for info in await js.streams_info()}:
        await js.delete_stream(name)


@pytest.fixture
async def log(nc: Client, network: str) -> AsyncIterator[Log]:
    """The log of a network where nothing has happened yet."""
    log = Log(nc, network)
    await log.start()
    yield log
    await log.stop()


@pytest.fixture
async def open_service(nats_server: NatsServer, nc: Client, network: str, tmp_path: Path) -> AsyncIterator[OpenService]:
    """Opens a service on the test's folder, or again after a `stop`. What is still open at the end is stopped.
    `outside`: the world that it is in; `prepare`: what is done to it before it starts."""
    opened: list[Service] = []
    stopped: set[Service] = set()

    async def open(
        what: Definition | None = None,
        clock: Callable[[], datetime] | None = None,
        *,
        outside: Outside = REAL,
        prepare: Callable[[Service], None] | None = None,
        store: Store | None = None,
    ) -> Service:
        one = small.service(what or small.definition(), network, nc, nats_server, tmp_path, store, outside)
        one.around.clock = clock or one.around.clock
        if prepare is not None:
            prepare(one)
        opened.append(one)
        end = one.stop

        async def stop() -> None:
            stopped.add(one)
            await end()

        one.stop = stop  # type: ignore[method-assign]
        await one.start()
        return one

    yield open
    for one in opened:
        if one not in stopped:
            await one.stop()


@pytest.fixture
async def service(open_service: OpenService) -> Service:
    """A small directory (`tests/fixtures/small_directory.py`) that runs."""
    return await open_service()
