"""The NATS servers' configuration: shown whole in deploy/nats/example, run by three nodes, and taken on by an older
folder."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

import nats
import pytest

from deploy.host.embedded import access, prepare
from shared.kernel.broker.connection import OPERATOR, connected
from shared.kernel.eventlog.event_log import Log, stream_config
from shared.runtime.nats.embedded_server import NatsServer, binary
from shared.runtime.nats.server_config import Access, Node, accounts_config, node_config, public_key, seed_of, write
from tests.fixtures.installation import maillage
from tests.fixtures.log_writing import everything, unit
from tests.fixtures.ports import free_port

pytestmark = pytest.mark.slow

T = TypeVar("T")
EXAMPLE = Path(__file__).parents[4] / "deploy" / "nats" / "example"


def test_the_example_is_what_is_written() -> None:
    """After a change: `python -m tests.shared.runtime.nats.test_server_config` writes it anew."""
    for name, text in example().items():
        assert (EXAMPLE / name).read_text() == text


def example() -> dict[str, str]:
    """The files of an installation with one reader, with words in the place of keys."""
    allowed = access("reseau", ["intranet"])
    keys = {user: f"<public nkey of {user}>" for user in allowed.users}
    routes = [f"nats-{n}:6222" for n in (1, 2, 3)]
    node = Node(
        "nats-1", "/data", "0.0.0.0:4222", routes, route_password="<routes.password>", monitoring="0.0.0.0:8222"
    )
    return {"accounts.conf": accounts_config(keys, allowed), "nats-1.conf": node_config(node)}


def test_files_are_written_for_all_nodes_and_written_again_with_the_same_keys(tmp_path: Path) -> None:
    done = maillage("nats", "keys", str(tmp_path / "nats"), "--network", "reseau", "--reader", "intranet")
    assert done.returncode == 0, done.stderr
    files = {path.relative_to(tmp_path / "nats").as_posix(): path for path in tmp_path.rglob("*") if path.is_file()}
    assert {
        "accounts.conf",
        "nats-1.conf",
        "nats-2.conf",
        "nats-3.conf",
        "keys/directory.nk",
        "keys/intranet.nk",
    } <= set(files)
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in files.values())
    assert files["keys/directory.nk"].read_text().startswith("SU")
    assert public_key(files["keys/directory.nk"]) in files["accounts.conf"].read_text()
    before = {name: path.read_bytes() for name, path in files.items()}
    assert (
        maillage("nats", "keys", str(tmp_path / "nats"), "--network", "reseau", "--reader", "intranet").returncode == 0
    )
    assert {name: path.read_bytes() for name, path in files.items()} == before
    for name in ("nats-1.conf", "nats-3.conf"):
        assert subprocess.run([binary(), "-t", "-c", files[name]], capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("name", ["ask", "told", "a.b", "*", 'x"', "X", "", "log"])
def test_a_name_that_would_mean_something_else_in_a_subject_is_refused(name: str) -> None:
    with pytest.raises(ValueError):
        Access(name if name != "log" else "net", {"directory": ()}, {name: ()})


def test_two_users_cannot_have_one_name() -> None:
    with pytest.raises(ValueError, match="each stands once"):
        Access("net", {"directory": ()}, {"directory": ()})


OLD = """
host: 127.0.0.1
port: {port}
jetstream {{ store_dir: "{store}", sync_interval: always }}
authorization {{ user: maillage, password: secret }}
"""


async def test_a_folder_from_before_there_were_accounts_goes_on_with_its_log_and_positions(tmp_path: Path) -> None:
    port = free_port()
    (tmp_path / "password").write_text("secret")
    (tmp_path / "nats.conf").write_text(OLD.format(port=port, store=tmp_path / "store"))
    async with running(tmp_path / "nats.conf"):
        nc = await patiently(lambda: nats.connect(f"nats://127.0.0.1:{port}", user="maillage", password="secret"))
        await nc.jetstream().add_stream(stream_config("net").evolve(republish=None))
        log = Log(nc, "net")
        await log._direct.start()
        log._committer.start()
        for _ in range(5):
            await log.append(unit("net", uuid4()))
        subscription = await nc.jetstream().pull_subscribe("net.>", durable="reader", stream="net")
        for message in await subscription.fetch(3, timeout=5):
            await message.ack_sync()
        before = await everything(log)
        await log.stop()
        await nc.close()
    server = NatsServer(tmp_path, access=access("net"))
    await server.start()
    operator = await server.connect(OPERATOR)
    await prepare(operator, "net")
    directory = await server.connect("directory")
    log = Log(directory, "net")
    await log.start()
    assert await everything(log) == before and len(before) == 5
    assert await log.append(unit("net", uuid4())) == 6
    info = await operator.jetstream().consumer_info("net", "reader")
    assert info.ack_floor is not None and info.ack_floor.stream_seq == 3
    assert not (tmp_path / "password").exists()
    await log.stop()
    for connection in (directory, operator):
        await connection.close()
    await server.stop()


@pytest.mark.slow
async def test_three_nodes_hold_the_log_for_services_and_readers_and_take_no_stranger_in(tmp_path: Path) -> None:
    ports, route_ports = [free_port() for _ in range(4)], [free_port() for _ in range(4)]
    routes = [f"127.0.0.1:{port}" for port in route_ports[:3]]
    nodes = [
        Node(f"n{n}", str(tmp_path / f"store{n}"), f"127.0.0.1:{ports[n]}", routes, f"127.0.0.1:{route_ports[n]}")
        for n in range(4)
    ]
    folder = tmp_path / "nats"
    write(folder, access("net"), nodes[:3])
    stranger = folder / "stranger.conf"
    stranger.write_text(node_config(replace(nodes[3], route_password="guessed")))
    urls = [f"nats://127.0.0.1:{port}" for port in ports[:3]]
    async with AsyncExitStack() as stack:
        for name in ("n0", "n1", "n2", "stranger"):
            await stack.enter_async_context(running(folder / f"{name}.conf"))
        operator = await patiently(lambda: connected(urls, seed_of(folder / "keys", OPERATOR), OPERATOR))
        await patiently(lambda: prepare(operator, "net", replicas=3))
        service = await connected(urls[0], seed_of(folder / "keys", "directory"), "directory")
        log = Log(service, "net", replicas=3)
        await log.start()
        for _ in range(3):
            await asyncio.gather(*(log.append(unit("net", uuid4())) for _ in range(50)))
        for url in urls:
            reader = await connected(url, seed_of(folder / "keys", "reader"), "reader")
            assert [m.seq for m in await everything(Log(reader, "net"))] == list(range(1, 151))
            await reader.close()
        info = await operator.jetstream().stream_info("net")
        assert info.cluster is not None and info.cluster.replicas is not None
        assert {info.cluster.leader, *(one.name for one in info.cluster.replicas)} == {"n0", "n1", "n2"}
        said = (folder / "stranger.log").read_text()
        assert "Authorization Violation" in said or "authentication" in said.lower()
        await log.stop()
        await service.close()
        await operator.close()


@asynccontextmanager
async def running(config: Path) -> AsyncIterator[None]:
    process = subprocess.Popen([binary(), "-c", config, "-l", config.with_suffix(".log")], start_new_session=True)
    try:
        yield
    finally:
        process.terminate()
        await asyncio.to_thread(process.wait, 30)


async def patiently(ask: Callable[[], Awaitable[T]]) -> T:
    """What `ask` returns once servers are up and have found each other."""
    async with asyncio.timeout(60):
        while True:
            try:
                return await ask()
            except Exception:
                await asyncio.sleep(0.1)


if __name__ == "__main__":
    EXAMPLE.mkdir(exist_ok=True, parents=True)
    for name, text in example().items():
        (EXAMPLE / name).write_text(text)
