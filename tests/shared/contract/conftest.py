"""What the tests of the published language share: packages of npm, a NATS server with the accounts of a cluster."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from deploy.host.embedded import access, prepare
from shared.base.services import SERVICES
from shared.kernel.broker.connection import OPERATOR, Connection, connected
from shared.runtime.nats.embedded_server import binary
from shared.runtime.nats.server_config import READER, Node, accounts_config, make_seeds, node_config, seed_of
from tests.fixtures.npm_packages import node_modules
from tests.fixtures.ports import free_port

__all__ = ["cluster", "node_modules"]  # fixtures
NETWORK = "reseau"


@dataclass
class Cluster:
    """A server with an account for each service and a reader, as an installation has them."""

    url: str
    folder: Path
    operator: Connection
    services: dict[str, Connection]

    @property
    def seed(self) -> Path:
        return seed_of(self.folder, READER)


@pytest.fixture
async def cluster(tmp_path: Path) -> AsyncIterator[Cluster]:
    folder, port = tmp_path / "nats", free_port()
    users = access(NETWORK)
    keys = make_seeds(folder, users.users)
    (folder / "accounts.conf").write_text(accounts_config(keys, users))
    (folder / "nats.conf").write_text(node_config(Node("one", str(folder / "store"), f"127.0.0.1:{port}")))
    url = f"nats://127.0.0.1:{port}"
    process = subprocess.Popen([binary(), "-c", folder / "nats.conf", "-l", folder / "nats.log"])
    try:
        async with AsyncExitStack() as open_:

            async def user(name: str) -> Connection:
                nc = await connected(url, seed_of(folder, name), name)
                open_.push_async_callback(nc.close)
                return nc

            async with asyncio.timeout(60):
                operator = await user(OPERATOR)
            await prepare(operator, NETWORK)
            yield Cluster(url, folder, operator, {name: await user(name) for name in SERVICES})
    finally:
        process.terminate()
        process.wait(60)
