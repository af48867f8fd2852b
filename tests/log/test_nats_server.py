"""The NATS server of an embedded installation: ours alone, and never outliving us."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from shared.runtime.nats.embedded_server import NatsFailed, NatsServer

CHILD = """
import asyncio, sys
from pathlib import Path
from shared.runtime.nats.embedded_server import NatsServer

async def main():
    server = NatsServer(Path(sys.argv[1]))
    await server.start()
    print(server.process.pid, flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""


async def test_a_taken_port_is_told_and_leaves_no_server_behind(tmp_path: Path, nats_server: NatsServer) -> None:
    second = NatsServer(tmp_path, port=nats_server.port)
    with pytest.raises(NatsFailed, match=f"has taken port {nats_server.port}"):
        await second.start()
    assert second.process is not None and second.process.poll() is not None


async def test_the_server_dies_with_us_also_at_a_kill(tmp_path: Path) -> None:
    parent = subprocess.Popen([sys.executable, "-c", CHILD, str(tmp_path)], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    server = int(parent.stdout.readline())
    os.kill(server, 0)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    async with asyncio.timeout(5):
        while alive(server):  # noqa: ASYNC110
            await asyncio.sleep(0.02)


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


async def test_a_stopped_server_starts_again_on_its_store_with_its_keys(tmp_path: Path) -> None:
    server = NatsServer(tmp_path)
    await server.start()
    key = (tmp_path / "keys" / "operator.nk").read_text()
    await server.stop()
    await server.stop()
    await server.start()
    assert (tmp_path / "keys" / "operator.nk").read_text() == key
    nc = await server.connect()
    assert nc.is_connected
    await nc.close()
    await server.stop()
