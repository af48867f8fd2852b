"""Whether an event can be written is known without writing one: of one server, and of three that are cut from each
other."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import orjson
import pytest
from nats.js.errors import APIError

from deploy.host.embedded import access, prepare
from shared.kernel.broker.connection import OPERATOR, Connection, NotAllowed, connected
from shared.kernel.eventlog.event_log import Log, Unit, Write
from shared.runtime.nats import canary
from shared.runtime.nats.canary import NEVER, Canary, stream_of, subject_of
from shared.runtime.nats.embedded_server import NatsServer
from shared.runtime.nats.server_config import Node, seed_of, write
from tests.fixtures.bad_network import BadNetwork
from tests.fixtures.log_writing import unit
from tests.fixtures.ports import free_port
from tests.shared.runtime.nats.test_server_config import patiently, running

pytestmark = pytest.mark.slow

NETWORK = "net"
ELECTED = 30.0  # seconds that NATS may take until another node leads, on a machine that has much to do
SOON = 10.0  # seconds from a fault, and from its end, until a service says so


def well() -> None:
    return None


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[NatsServer]:
    one = NatsServer(tmp_path / "nats", access=access(NETWORK))
    await one.start()
    yield one
    await one.stop()


@pytest.fixture
async def operator(server: NatsServer) -> AsyncIterator[Connection]:
    nc = await server.connect(OPERATOR)
    yield nc
    await nc.close()


async def test_it_is_found_out_without_a_trace_in_the_log_and_not_oftener_than_every_five_seconds(
    server: NatsServer, operator: Connection
) -> None:
    await prepare(operator, NETWORK)
    nc = await server.connect("directory")
    one = Canary(nc, NETWORK, "directory", well)
    for _ in range(50):
        assert await one.trouble() is None
    js = operator.jetstream()
    assert (await js.stream_info(NETWORK)).state.last_seq == 0
    beside = await js.stream_info(stream_of(NETWORK))
    assert (beside.state.messages, beside.state.last_seq) == (1, 1), "fifty times asked, once stored"
    stored = await js.get_msg(stream_of(NETWORK), 1)
    assert stored.subject == subject_of(NETWORK, "directory") and not any(stored.data or b"") and not stored.headers
    with pytest.raises(NotAllowed):
        await nc.request(subject_of(NETWORK, "membership"), b"", timeout=60)
    await nc.close()


@pytest.mark.parametrize("limit", ["max_bytes", "max_msgs", "max_msg_size"])
async def test_a_limit_of_the_stream_that_is_reached_is_known_and_nothing_can_be_written_then(
    server: NatsServer, operator: Connection, limit: str
) -> None:
    """The server judges an expectation before it looks at limits, and the canary's own stream has none."""
    await prepare(operator, NETWORK)
    log = Log(operator, NETWORK)
    await log.start()
    for _ in range(3):
        await log.append(unit(NETWORK, uuid4()))
    nc = await server.connect("directory")
    js = operator.jetstream()
    state, config = (info := await js.stream_info(NETWORK)).state, info.config
    far = {"max_bytes": state.bytes + 8 * 2**20, "max_msgs": state.messages + 5, "max_msg_size": 2**20}
    reached = {"max_bytes": state.bytes + 10, "max_msgs": state.messages, "max_msg_size": 100}
    await js.update_stream(config.evolve(**{limit: far[limit]}))
    assert await Canary(nc, NETWORK, "directory", well).trouble() is None
    await js.update_stream(config.evolve(**{limit: reached[limit]}))
    with pytest.raises(APIError):
        await js.publish(f"{NETWORK}.directory.structure.{uuid4()}.Said", b"x" * 200)
    said = await Canary(nc, NETWORK, "directory", well).trouble()
    assert said == f"the log's stream takes no more ({limit} {reached[limit]}): take that limit away"
    await js.update_stream(config)
    assert await Canary(nc, NETWORK, "directory", well).trouble() is None
    await log.stop()
    await nc.close()


async def test_what_is_asked_of_the_log_can_never_be_written_whatever_it_holds(
    server: NatsServer, operator: Connection
) -> None:
    await prepare(operator, NETWORK)
    log = Log(operator, NETWORK)
    await log.start()
    for n in (0, 1, 5):
        for _ in range(n):
            await log.append(unit(NETWORK, uuid4()))
        headers = {"Nats-Expected-Last-Sequence": str(NEVER)}
        answer = await operator.request(f"{NETWORK}.directory.never.0.Written", b"", timeout=5, headers=headers)
        assert orjson.loads(answer.data)["error"]["err_code"] == 10071
    assert await log.last() == 6
    await log.stop()


async def test_without_the_stream_beside_the_log_it_says_who_makes_it(server: NatsServer, operator: Connection) -> None:
    """An installation whose operator has not prepared this release yet."""
    await prepare(operator, NETWORK)
    await operator.jetstream().delete_stream(stream_of(NETWORK))
    nc = await server.connect("directory")
    assert await Canary(nc, NETWORK, "directory", well).trouble() == canary.UNMADE
    await prepare(operator, NETWORK)
    assert await Canary(nc, NETWORK, "directory", well).trouble() is None
    await nc.close()


async def test_what_whoever_runs_the_server_knows_is_said_at_once(server: NatsServer, operator: Connection) -> None:
    await prepare(operator, NETWORK)
    known: list[str] = []
    one = Canary(operator, NETWORK, "directory", lambda: known[0] if known else None)
    assert await one.trouble() is None
    known.append("the NATS server ended")
    assert await one.trouble() == "the NATS server ended"
    known.clear()
    assert await one.trouble() is None


# -- three nodes


@dataclass
class Cluster:
    """Three nodes; each way from one to another goes through a proxy. `urls`: node → where it is reached."""

    folder: Path
    urls: dict[str, str]
    ways: dict[tuple[str, str], BadNetwork]

    async def connect(self, user: str, node: str | None = None) -> Connection:
        """To all, or to one alone."""
        urls = list(self.urls.values()) if node is None else [self.urls[node]]
        return await connected(urls, seed_of(self.folder / "keys", user), user)

    @contextlib.asynccontextmanager
    async def cut(self, node: str) -> AsyncIterator[None]:
        """From both its peers, and they from it."""
        ways = [way for ends, way in self.ways.items() if node in ends]
        for way in ways:
            way.part()
        try:
            yield
        finally:
            for way in ways:
                way.join()


@pytest.fixture
async def cluster(tmp_path: Path) -> AsyncIterator[Cluster]:
    names = ["n0", "n1", "n2"]
    clients, routes = ({name: free_port() for name in names} for _ in range(2))
    folder = tmp_path / "nats"
    async with contextlib.AsyncExitStack() as stack:
        ways = {
            (a, b): await stack.enter_async_context(BadNetwork(routes[b]).running())
            for a in names
            for b in names
            if a != b
        }
        nodes = [
            Node(
                name,
                str(tmp_path / name),
                f"127.0.0.1:{clients[name]}",
                [f"127.0.0.1:{way.port}" for (a, _), way in ways.items() if a == name],
                f"127.0.0.1:{routes[name]}",
            )
            for name in names
        ]
        write(folder, access(NETWORK), nodes)
        for name in names:  # nodes tell each other where the others are: not where, or they would go past the proxies
            config = folder / f"{name}.conf"
            config.write_text(config.read_text().replace("cluster {", 'cluster {\n  advertise: "127.0.0.1:1"', 1))
        for name in names:
            await stack.enter_async_context(running(folder / f"{name}.conf"))
        one = Cluster(folder, {name: f"nats://127.0.0.1:{clients[name]}" for name in names}, ways)
        operator = await patiently(lambda: one.connect(OPERATOR))
        await patiently(lambda: prepare(operator, NETWORK, replicas=3))
        await operator.close()
        yield one


async def says(one: Canary, good: bool, seconds: float = SOON) -> str:
    """What it says once it says that all is well, or that it is not. Raises AssertionError after so long."""
    begun = time.monotonic()
    while ((found := await one.trouble()) is None) is not good:
        assert time.monotonic() - begun < seconds, found
        await asyncio.sleep(0.1)
    return found or ""


@pytest.mark.slow
async def test_a_service_whose_node_is_cut_from_its_peers_says_so_and_when_it_is_over(cluster: Cluster) -> None:
    """Its node answers it all the while. First a follower is cut, then whoever leads."""
    async with contextlib.AsyncExitStack() as stack:

        async def connect(user: str, node: str | None = None) -> Connection:
            nc = await cluster.connect(user, node)
            stack.push_async_callback(nc.close)
            return nc

        operator = await connect(OPERATOR)
        for n, cuts_the_leader in enumerate((False, True), 1):
            leader = (await operator.jetstream().stream_info(NETWORK)).cluster.leader
            node = leader if cuts_the_leader else next(name for name in cluster.urls if name != leader)
            elsewhere = next(name for name in cluster.urls if name != node)
            there, here = await connect("membership", node), await connect("events", elsewhere)
            apart, among = Canary(there, NETWORK, "membership", well), Canary(here, NETWORK, "events", well)
            await says(apart, True)
            await says(among, True)
            async with cluster.cut(node):
                await says(apart, False)
                assert there.is_connected, "it is the node that is cut, not the service"
                await says(among, True, ELECTED)
                assert await apart.trouble() is not None, "and it stays so"
            log = Log(there, NETWORK)
            await log.start()
            where = f"{NETWORK}.membership.member.{n}"
            async with asyncio.timeout(ELECTED):
                seq = await log.append(Unit([Write(f"{where}.Written", str(n), b"x")], {where: 0}))
            await says(apart, True)
            assert seq == n, "nothing of what was asked is in the log"
            await log.stop()
