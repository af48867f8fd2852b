"""The sample history in MongoDB: every view of every service holds what it holds in SQLite, byte by byte."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from zlib import crc32

import pytest

from deploy.host.all_services import DEFINITIONS
from deploy.host.embedded import access
from shared.contract.envelope import Message, is_guard
from shared.kernel.broker.connection import OPERATOR
from shared.kernel.eventlog.event_log import Log
from shared.kernel.stores.mongo import MongoStore
from shared.kernel.stores.mongo_client import Mongo
from shared.kernel.stores.sqlite import SqliteStore
from shared.kernel.views.projection import Store
from shared.kernel.views.projector import Runner
from shared.runtime.nats.embedded_server import NatsServer
from shared.runtime.service import COMMON_VIEWS, Definition
from tests.fixtures.log_writing import everything

PART = 1 if os.environ.get("MAILLAGE_TEST_MONGO_URL") else 24
"""Of so many entities one is taken. All of them for a real MongoDB; SecantusDB is two orders slower."""


@pytest.fixture
async def part(sample: Path, tmp_path: Path) -> AsyncIterator[Log]:
    """A log with a part of the sample: whole entities, in their order, under sequences of their own."""
    shutil.copytree(sample / "nats", tmp_path / "whole")
    server = NatsServer(tmp_path / "whole", access=access("exemple"))
    await server.start()
    nc = await server.connect(OPERATOR)
    whole = Log(nc, "exemple")
    await whole.start()
    chosen = [message for message in await everything(whole) if _chosen(message)]
    await whole.stop()
    await nc.close()
    await server.stop()
    server = NatsServer(tmp_path / "part")
    await server.start()
    nc = await server.connect(OPERATOR)
    log = Log(nc, "exemple")
    await log.start()
    for message in chosen:
        await nc.jetstream().publish(message.subject, message.body)
    yield log
    await log.stop()
    await nc.close()
    await server.stop()


def _chosen(message: Message) -> bool:
    return not is_guard(message) and crc32(message.subject.split(".")[3].encode()) % PART == 0


async def digests(log: Log, store: Store, definition: Definition) -> dict[str, str]:
    runner = Runner(log, store, [*definition.views, *COMMON_VIEWS], definition.name)
    await runner.start()
    assert await runner.wait_for(await log.last(), 250), runner.damage
    assert not runner.voids and not runner.unknown
    found = {view.name: await store.digest(view) for view in runner.views}
    await runner.stop()
    await store.close()
    return found


@pytest.mark.slow
async def test_every_view_of_the_sample_is_the_same_in_mongodb_as_in_sqlite(
    part: Log, mongo_url: str, mongo_network: str, tmp_path: Path
) -> None:
    nothing = views = 0
    for definition in DEFINITIONS:
        expected = await digests(part, SqliteStore(tmp_path / f"{definition.name}.sqlite"), definition)
        mongo = MongoStore(Mongo(mongo_url), f"{mongo_network}_{definition.name}")
        assert await digests(part, mongo, definition) == expected
        nothing += list(expected.values()).count(EMPTY)
        views += len(expected)
    assert views - nothing >= 25, "many views hold something"


EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"  # SHA-256 of nothing
