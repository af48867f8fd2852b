"""How each node of the log is, as the leader of its stream says it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from shared.kernel.eventlog.direct_get import Unavailable
from shared.runtime.nats.cluster import GOOD, UNHEARD, LogEnd, nodes_of, without_majority


def client(cluster: Any) -> Any:
    async def stream_info(network: str) -> Any:
        assert network == "exemple"
        return SimpleNamespace(cluster=cluster)

    return SimpleNamespace(jetstream=lambda: SimpleNamespace(stream_info=stream_info))


def peer(name: str, *, current: bool, offline: bool = False) -> Any:
    return SimpleNamespace(name=name, current=current, offline=offline)


@pytest.mark.parametrize("cluster", [None, SimpleNamespace(name="", leader="a", replicas=[])])
async def test_one_server_alone_has_no_nodes(cluster: Any) -> None:
    assert await nodes_of(client(cluster), "exemple") == {}


async def test_who_is_away_or_behind_is_told_and_a_stream_may_have_no_leader() -> None:
    others = [peer("b", current=True), peer("c", current=False), peer("d", current=True, offline=True)]
    found = await nodes_of(client(SimpleNamespace(name="n", leader="a", replicas=others)), "exemple")
    assert found == {"a": "leads", "b": "current", "c": "behind", "d": "away"}
    assert [name for name, how in found.items() if how in GOOD] == ["a", "b"]
    assert await nodes_of(client(SimpleNamespace(name="n", leader=None, replicas=None)), "exemple") == {}


def heard(*seconds: float, leader: str | None = "a", offline: int = 0) -> Any:
    """What a leader says of itself that heard of others so many seconds ago."""
    others = [SimpleNamespace(active=int(at * 1e9), offline=n < offline) for n, at in enumerate(seconds)]
    cluster = SimpleNamespace(name="n", leader=leader, replicas=others)
    return SimpleNamespace(cluster=cluster, state=SimpleNamespace(last_seq=7))


@pytest.mark.parametrize(
    ("info", "none"),
    [
        (SimpleNamespace(cluster=None), False),
        (SimpleNamespace(cluster=SimpleNamespace(name="", leader="a", replicas=None)), False),
        (heard(), False),
        (heard(0.5, 0.9), False),
        (heard(0.5, UNHEARD + 1), False),
        (heard(UNHEARD + 1, UNHEARD + 9), True),
        (heard(0.5, 0.5, offline=2), True),
        (heard(0.5, 0.5, leader=None), True),
        (heard(0.5, 0.5, 9, 9), False),
        (heard(0.5, 9, 9, 9), True),
    ],
)
async def test_a_leader_that_hears_of_too_few_others_is_none(info: Any, none: bool) -> None:
    assert without_majority(info) is none

    async def stream_info(network: str) -> Any:
        return info

    end = LogEnd(SimpleNamespace(jetstream=lambda: SimpleNamespace(stream_info=stream_info)), "exemple")  # type: ignore[arg-type]
    if none:
        with pytest.raises(Unavailable):
            await end.last()
    elif info.cluster and info.cluster.replicas:
        assert await end.last() == 7
