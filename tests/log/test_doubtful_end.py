"""The end of a log of several nodes: a node that stood still and wakes tells of its own past, and is not believed at once.
One node alone has nobody to contradict it: what it has lost is lost (test_came_back_shorter.py)."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from nats.aio.client import Client
from nats.js.api import StreamInfo

from shared.contract.envelope import Message
from shared.kernel.eventlog import ordered_reader as reading
from shared.kernel.eventlog.event_log import Log, LogDamaged
from shared.kernel.eventlog.ordered_reader import end_of, read
from tests.facts import unit


class Woken:
    """JetStream as a client asks it, whose first answers are those of a leader of old. `lies`: how many."""

    def __init__(self, real: Any, lies: int, end: int, replicas: int) -> None:
        self._real, self.lies, self._end, self._replicas = real, lies, end, replicas

    async def stream_info(self, name: str) -> StreamInfo:
        info: StreamInfo = await self._real.stream_info(name)
        info.config.num_replicas = self._replicas
        if self.lies:
            self.lies -= 1
            info.state.last_seq = self._end
        return info


@pytest.fixture
async def written(log: Log, monkeypatch: pytest.MonkeyPatch) -> Log:
    monkeypatch.setattr(reading, "SUSPICION", 0.01)
    await log.append(unit(log.network, uuid4(), events=5))
    return log


async def test_a_leader_of_old_is_asked_again(written: Log, nc: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    woken = Woken(nc.jetstream(), lies=7, end=3, replicas=3)
    monkeypatch.setattr(nc, "jetstream", lambda: woken)
    assert await end_of(nc, written.network, 5) == 5 and woken.lies == 0
    woken.lies = 7
    assert await written.last(seen=5) == 5
    woken.lies = 7
    assert await written.last() == 3, "who has seen nothing has nothing to doubt"
    woken.lies = 7
    assert [run async for run in read(nc, written.network, 5, follow=False)] == []


async def test_an_end_that_all_insist_on_is_believed(written: Log, nc: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    woken = Woken(nc.jetstream(), lies=10**6, end=3, replicas=3)
    monkeypatch.setattr(nc, "jetstream", lambda: woken)
    with pytest.raises(LogDamaged, match="ends at sequence 3, but 5"):
        [run async for run in read(nc, written.network, 5, follow=False)]


async def test_one_node_alone_is_believed_at_once(written: Log, nc: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    woken = Woken(nc.jetstream(), lies=2, end=3, replicas=1)
    monkeypatch.setattr(nc, "jetstream", lambda: woken)
    assert await end_of(nc, written.network, 5) == 3 and woken.lies == 1


async def test_what_we_wrote_is_waited_for_where_a_replica_does_not_have_it(
    log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a command on what was just made would be refused as one on nothing."""
    entity: UUID = uuid4()
    await log.append(unit(log.network, entity, events=2))
    after, behind = log._direct.after, 3

    async def late(subject: str, seq: int, timeout: float = 5.0) -> list[Message]:
        nonlocal behind
        behind -= 1
        return [] if behind >= 0 else await after(subject, seq, timeout)

    monkeypatch.setattr(log._direct, "after", late)
    assert (await log.load("directory", "structure", entity)).version == 2
    assert behind == -1
    assert (await log.load("directory", "structure", uuid4())).version == 0, "what nobody made is not waited for"
