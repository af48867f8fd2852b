"""Whether the stream is still whole and still a log; and what is read again of a node that is behind."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest
from nats.aio.client import Client
from nats.js.api import StreamConfig

from shared.base.outside import Outside
from shared.base.secret_files import SecretUnfit
from shared.contract.envelope import Message
from shared.kernel.eventlog.direct_get import DirectGet
from shared.kernel.eventlog.event_log import Log, LogDamaged, LogUnfit, Unavailable, unlike
from shared.kernel.stores import password_in
from tests.fixtures.log_writing import unit


@pytest.fixture
async def breakable(nc: Client, network: str) -> AsyncIterator[Log]:
    """A log whose stream lets messages be deleted, as no real one does."""
    await nc.jetstream().add_stream(
        StreamConfig(name=network, subjects=[f"{network}.>"], allow_direct=True, allow_atomic=True)
    )
    log = Log(nc, network, unfit=lambda *_: [])
    await log.start()
    yield log
    await log.stop()


async def test_a_log_that_is_whole_says_nothing(log: Log) -> None:
    await log.append(unit(log.network, uuid4(), events=3))
    await log.whole()


async def test_a_message_that_is_missing_and_a_stream_that_is_gone_are_told(nc: Client, breakable: Log) -> None:
    await breakable.append(unit(breakable.network, uuid4(), events=3))
    await nc.jetstream().delete_msg(breakable.network, 2)
    with pytest.raises(LogDamaged, match="1 of 3 events are missing"):
        await breakable.whole()
    await nc.jetstream().delete_stream(breakable.network)
    with pytest.raises(LogDamaged, match="is gone"):
        await breakable.whole()


async def test_a_stream_that_is_no_longer_as_a_log_must_be_is_told(nc: Client, breakable: Log) -> None:
    with pytest.raises(LogUnfit, match="deny_delete"):
        await Log(nc, breakable.network).whole()
    info = await nc.jetstream().stream_info(breakable.network)
    assert any("deny_purge" in one for one in unlike(info.config, breakable.network))


async def test_a_message_that_was_there_is_asked_for_again_where_a_node_is_behind(nc: Client, log: Log) -> None:
    await log.append(unit(log.network, uuid4(), events=2))
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    class Behind(DirectGet):
        """A node that does not have it yet, for two questions."""

        times = 2

        async def at(self, seq: int, timeout: float = 5.0) -> Message | None:
            self.times -= 1
            return None if self.times >= 0 else await super().at(seq, timeout)

    behind = Behind(nc, log.network)
    await behind.start()
    several = Log(nc, log.network, replicas=3, direct=behind, outside=Outside(sleep=sleep))
    found = await several.at(2, seen=True)
    assert found is not None and found.seq == 2 and len(slept) == 2
    assert await several.at(2) == found and await several.at(3) is None
    await behind.stop()


async def test_whoever_waits_for_an_answer_hears_that_none_comes_any_more(nc: Client, log: Log) -> None:
    direct = DirectGet(nc, log.network)
    await direct.start()
    asking = asyncio.create_task(direct.run(1, 1))
    await asyncio.sleep(0)
    await direct.stop()
    with pytest.raises(Unavailable, match="closing"):
        await asking


def test_a_password_in_a_file_is_read_or_missed(tmp_path: Path) -> None:
    path = tmp_path / "password"
    with pytest.raises(SecretUnfit, match="is not there"):
        password_in(path)
    path.write_text("geheim-geheim-geheim-geheim-geheim")
    path.chmod(0o600)
    assert password_in(path).startswith("geheim")
