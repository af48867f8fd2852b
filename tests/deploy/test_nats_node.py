"""A NATS node as its container runs it (deploy/nats_node.py): it loads by itself what `setup` writes after an
upgrade."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from nats.errors import Error as NatsError

from deploy.host.embedded import prepare_reader
from shared.kernel.broker.connection import OPERATOR, Connection, NotAllowed, connected
from shared.kernel.eventlog.event_log import prepare
from shared.runtime.nats.embedded_server import _dies_with_parent, binary
from shared.runtime.nats.server_config import Access, Node, seed_of, write
from tests.fixtures.ports import free_port

pytestmark = pytest.mark.slow

NETWORK = "reseau"
OLDER = Access(NETWORK, {"newsletter": ["newsletter-one"]}, {})
NEWER = Access(NETWORK, {"newsletter": ["newsletter-one", "newsletter-two"]}, {"intranet": ["intranet"]})
LOOKS_OFTEN = "import sys, deploy.nats_node as node; node.LOOK = 0.2; sys.exit(node.main(*sys.argv[1:]))"


class Running:
    """One node, with the accounts of the older release."""

    def __init__(self, folder: Path, program: str = LOOKS_OFTEN) -> None:
        self.folder, self.port, monitoring = folder, free_port(), free_port()
        self.node = Node("one", str(folder / "store"), f"127.0.0.1:{self.port}", monitoring=f"127.0.0.1:{monitoring}")
        write(folder, OLDER, [self.node])
        url = f"http://127.0.0.1:{monitoring}/healthz?js-enabled-only=true"
        with (folder / "said").open("wb") as said:
            self.process = subprocess.Popen(
                [sys.executable, "-c", program, str(folder / "one.conf"), url],
                stdout=said,
                stderr=said,
                env={**os.environ, "PATH": f"{binary().parent}:{os.environ['PATH']}"},
                preexec_fn=_dies_with_parent(),
            )

    async def connect(self, user: str) -> Connection:
        """As soon as the node lets this user in."""
        async with asyncio.timeout(60):
            while True:
                with suppress(OSError, NatsError):
                    seed = seed_of(self.folder / "keys", user)
                    return await connected(f"nats://127.0.0.1:{self.port}", seed, user, allow_reconnect=False)
                await asyncio.sleep(0.05)

    def said(self) -> str:
        return (self.folder / "said").read_text()


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Running]:
    node = Running(tmp_path)
    yield node
    node.process.terminate()
    node.process.wait(60)


async def allowed(nc: Connection, durable: str) -> bool:
    """Whether this user reaches its durable consumer."""
    try:
        await nc.jetstream().consumer_info(NETWORK, durable, timeout=1)
    except (NotAllowed, NatsError, TimeoutError):
        return False
    return True


async def until_allowed(nc: Connection, durable: str) -> None:
    async with asyncio.timeout(60):
        while not await allowed(nc, durable):  # noqa: ASYNC110 - the node tells nobody when it has loaded
            await asyncio.sleep(0.05)


async def test_what_an_upgrade_writes_is_loaded_by_a_node_that_runs_and_nobody_is_cut_off(node: Running) -> None:
    operator, service = await node.connect(OPERATOR), await node.connect("newsletter")
    await prepare(operator, NETWORK)
    for name in ("newsletter-one", "newsletter-two", "intranet"):
        await prepare_reader(operator, NETWORK, name)
    await until_allowed(service, "newsletter-one")
    assert not await allowed(service, "newsletter-two"), "the older release had no such reaction"
    write(node.folder, NEWER, [node.node])
    await until_allowed(service, "newsletter-two")
    reader = await node.connect("intranet")
    await until_allowed(reader, "intranet")
    for nc in (operator, service):
        assert nc.is_connected and nc.stats["reconnects"] == 0
    for nc in (operator, service, reader):
        await nc.close()


@pytest.mark.slow
async def test_accounts_that_can_not_be_loaded_change_nothing(node: Running) -> None:
    operator = await node.connect(OPERATOR)
    await prepare(operator, NETWORK)
    await operator.close()
    (node.folder / "accounts.conf").write_text("accounts { LOG: {")
    async with asyncio.timeout(60):
        while "Failed to reload" not in node.said():  # noqa: ASYNC110 - another process writes it
            await asyncio.sleep(0.05)
    again = await node.connect(OPERATOR)
    assert (await again.jetstream().stream_info(NETWORK)).config.name == NETWORK and node.process.poll() is None
    await again.close()


async def test_a_server_that_hangs_is_ended_so_that_its_container_is_started_again(tmp_path: Path) -> None:
    running = Running(
        tmp_path, LOOKS_OFTEN.replace("node.LOOK = 0.2", "node.LOOK, node.SILENT, node.GRACE = 0.2, 3, 1")
    )
    try:
        await (await running.connect(OPERATOR)).close()
        await asyncio.sleep(1)  # it has been seen to answer
        (child,) = Path(f"/proc/{running.process.pid}/task/{running.process.pid}/children").read_text().split()
        os.kill(int(child), signal.SIGSTOP)
        assert await asyncio.to_thread(running.process.wait, 60) == 1
        assert "the node hangs" in running.said() and not Path(f"/proc/{child}").exists()
    finally:
        running.process.kill()
        running.process.wait()
