"""How each node of the log is, as the leader of its stream says it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from shared.runtime.nats.cluster import GOOD, nodes_of


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
