"""The NATS server of an embedded installation: ours alone, and never outliving us."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from nats.js.api import AckPolicy

from shared.runtime.nats.embedded_server import NatsFailed, NatsServer
from shared.runtime.nats.watch import Watch
from tests.fixtures.outside import hurried

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


@pytest.mark.parametrize("cut", [None, b""])
async def test_what_a_killed_server_had_half_made_is_made_again_and_stays(tmp_path: Path, cut: bytes | None) -> None:
    """Killed between the two files of a stream, and of a consumer: with what was said in it, at each later start."""
    server = NatsServer(tmp_path)
    for start in range(3):
        if start == 1:
            sums = sorted(tmp_path.rglob("meta.sum"))
            assert len(sums) == 2
            for one in sums:
                if cut is None:
                    one.unlink()
                else:
                    one.write_bytes(cut)
        await server.start()
        nc = await server.connect()
        try:
            js = nc.jetstream()
            if start < 2:  # as `prepare` does it
                await js.add_stream(name="net", subjects=["net.>"])
                await js.add_consumer("net", durable_name="one", ack_policy=AckPolicy.EXPLICIT)
            assert (await js.stream_info("net")).state.messages == start
            assert (await js.consumer_info("net", "one")).name == "one"
            await js.publish("net.a", b"said")
        finally:
            await nc.close()
            await server.stop()


async def test_the_server_dies_with_us_also_at_a_kill(tmp_path: Path) -> None:
    parent = subprocess.Popen([sys.executable, "-c", CHILD, str(tmp_path)], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    server = int(parent.stdout.readline())
    os.kill(server, 0)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    async with asyncio.timeout(60):
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


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 96 MB."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=96m", "small", str(place)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("this machine mounts no tmpfs: what a store larger than what is free does was NOT tried")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=False)


async def test_a_store_that_is_larger_than_what_is_free_is_written_to_after_a_start(small_disk: Path) -> None:
    """By itself the server takes three quarters of what is free at its start for all that its store may ever have."""
    server = NatsServer(small_disk / "nats")
    await server.start()
    try:
        nc = await server.connect()
        await nc.jetstream().add_stream(name="filled", subjects=["filled"])
        for _ in range(60):
            await nc.jetstream().publish("filled", bytes(1_000_000))
        await nc.close()
        await server.stop()
        await server.start()
        nc = await server.connect()
        assert (await nc.jetstream().publish("filled", b"one more")).seq == 61
        await nc.close()
    finally:
        await server.stop()


@pytest.mark.slow
async def test_a_server_whose_new_starts_never_last_is_given_up_with_one_sentence(tmp_path: Path) -> None:
    server = NatsServer(tmp_path)
    await server.start()

    async def came_back() -> None:
        assert server.process is not None
        server.process.kill()

    try:
        await came_back()
        async with asyncio.timeout(120):
            with pytest.raises(NatsFailed, match="ends again and again"):
                await Watch(server, came_back, hurried(5, clock=True), steady=5.0).run()
    finally:
        await server.stop()


@pytest.mark.slow
async def test_a_server_that_ends_at_each_start_is_given_up_with_one_sentence(tmp_path: Path) -> None:
    server = NatsServer(tmp_path)
    await server.start()
    (tmp_path / "nats.conf").write_text("no configuration {")

    async def came_back() -> None:
        raise AssertionError

    assert server.process is not None
    server.process.kill()
    try:
        async with asyncio.timeout(120):
            with pytest.raises(NatsFailed, match="the NATS server did not start"):
                await Watch(server, came_back, hurried(10, clock=True)).run()
    finally:
        await server.stop()
