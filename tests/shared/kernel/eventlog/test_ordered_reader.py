"""The end of a log of several nodes: a node that stood still and wakes tells of its own past, and is not believed at
once. One node alone has nobody to contradict it: what it has lost is lost (tests/shared/ledger/test_log_restore.py)."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from nats.aio.client import Client
from nats.js.api import StreamInfo

from shared.contract.envelope import Message
from shared.kernel.eventlog.atomic_batch import Patience
from shared.kernel.eventlog.direct_get import DirectGet
from shared.kernel.eventlog.event_log import Log, LogDamaged
from shared.kernel.eventlog.ordered_reader import end_of, read
from tests.fixtures.log_writing import unit


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


SOON = Patience(suspicion=0.01)


@pytest.fixture
async def written(log: Log) -> Log:
    await log.append(unit(log.network, uuid4(), events=5))
    return log


async def test_a_leader_of_old_is_asked_again(written: Log, nc: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    woken = Woken(nc.jetstream(), lies=7, end=3, replicas=3)
    monkeypatch.setattr(nc, "jetstream", lambda: woken)
    assert await end_of(nc, written.network, 5, patience=SOON) == 5 and woken.lies == 0
    woken.lies = 7
    assert await Log(nc, written.network, patience=SOON).last(seen=5) == 5
    woken.lies = 7
    assert await Log(nc, written.network, patience=SOON).last() == 3, "who has seen nothing has nothing to doubt"
    woken.lies = 7
    assert [run async for run in read(nc, written.network, 5, follow=False, patience=SOON)] == []


async def test_an_end_that_all_insist_on_is_believed(written: Log, nc: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    woken = Woken(nc.jetstream(), lies=10**6, end=3, replicas=3)
    monkeypatch.setattr(nc, "jetstream", lambda: woken)
    with pytest.raises(LogDamaged, match="ends at sequence 3, but 5"):
        [run async for run in read(nc, written.network, 5, follow=False, patience=SOON)]


async def test_one_node_alone_is_believed_at_once(written: Log, nc: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    woken = Woken(nc.jetstream(), lies=2, end=3, replicas=1)
    monkeypatch.setattr(nc, "jetstream", lambda: woken)
    assert await end_of(nc, written.network, 5, patience=SOON) == 3 and woken.lies == 1


async def test_what_we_wrote_is_waited_for_where_a_replica_does_not_have_it(nc: Client, log: Log) -> None:
    """Else a command on what was just made would be refused as one on nothing."""

    class Late(DirectGet):
        """A replica that is behind, for three questions."""

        behind = 3

        async def after(self, subject: str, seq: int, timeout: float = 5.0) -> list[Message]:
            self.behind -= 1
            return [] if self.behind >= 0 else await super().after(subject, seq, timeout)

    late = Late(nc, log.network)
    through = Log(nc, log.network, direct=late)
    await through.start()
    entity: UUID = uuid4()
    await through.append(unit(log.network, entity, events=2))
    assert (await through.load("directory", "structure", entity)).version == 2
    assert late.behind == -1
    assert (await through.load("directory", "structure", uuid4())).version == 0, "what nobody made is not waited for"
    await through.stop()
