"""One service as a process of its own, as its container runs it: it waits for what is not there yet, says so, serves
once it can, and ends gently."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request

import pytest

from deploy.host import single_service as serving
from deploy.host.data_folder import CannotStart
from deploy.host.embedded import access
from shared.base.settings import Settings
from shared.runtime.nats.embedded_server import binary
from shared.runtime.nats.server_config import Node, accounts_config, make_seeds, node_config, seed_of
from tests.deploy.conftest import fetched, until
from tests.fixtures.installation import CLEAN, MAILLAGE, begun, maillage
from tests.fixtures.ports import free_port

pytestmark = pytest.mark.slow

NETWORK = "reseau"


@dataclass
class Site:
    """What an operator has laid out for a cluster: accounts, seeds, a server that can be started."""

    folder: Path
    port: int
    nats: subprocess.Popen[bytes] | None = None

    def start_nats(self) -> None:
        self.nats = subprocess.Popen([binary(), "-c", self.folder / "nats.conf", "-l", self.folder / "nats.log"])

    def env(self, user: str) -> dict[str, str]:
        return {
            "MAILLAGE_NATS_URL": f"nats://127.0.0.1:{self.port}, nats://127.0.0.1:{self.port}",
            "MAILLAGE_NATS_SEED_FILE": str(seed_of(self.folder, user)),
            "MAILLAGE_NETWORK": NETWORK,
            "MAILLAGE_LOG_FORMAT": "json",
            "MAILLAGE_LOG_LEVEL": "info",
        }


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    folder, port = tmp_path / "nats", free_port()
    users = access(NETWORK)
    (folder / "accounts.conf").parent.mkdir(parents=True, exist_ok=True)
    (folder / "accounts.conf").write_text(accounts_config(make_seeds(folder, users.users), users))
    (folder / "nats.conf").write_text(node_config(Node("one", str(folder / "store"), f"127.0.0.1:{port}")))
    site = Site(folder, port)
    yield site
    if site.nats is not None:
        site.nats.terminate()
        site.nats.wait(60)


class Served:
    """`maillage serve SERVICE` as a process."""

    def __init__(self, service: str, site: Site, folder: Path, **env: str) -> None:
        self.url = f"http://127.0.0.1:{free_port()}"
        self.said = folder / f"{service}.out"
        with self.said.open("ab") as said:
            words = [*MAILLAGE, "serve", service, "--data", str(folder / service)]
            settings = {**CLEAN, **site.env(service), **env}
            self.process = begun([*words, "--port", self.url.rpartition(":")[2]], settings, said)

    def get(self, path: str, url: str | None = None) -> tuple[int, str]:
        try:
            return fetched(Request((url or self.url) + path))
        except (URLError, ConnectionError):  # the latter from a listener that closes just then
            return 0, ""

    def ready(self) -> dict[str, object]:
        found: dict[str, object] = json.loads(self.get("/readyz")[1] or "{}")
        return found

    def end(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)


def test_a_service_waits_for_nats_then_for_its_stream_then_serves_and_ends_gently(site: Site, tmp_path: Path) -> None:
    served = Served("observatory", site, tmp_path)
    try:
        until(lambda: served.get("/healthz")[0] == 200)
        assert served.get("/readyz")[0] == 503 and served.ready()["starting"] == "waiting for NATS"
        status, text = served.get("/observatory/")
        assert status == 503 and text
        site.start_nats()
        until(lambda: served.ready()["starting"] == "waiting for the event log")
        made = maillage("prepare", "--replicas", "1", data=tmp_path / "operator", env=site.env("operator"))
        assert made.returncode == 0 and "is there" in made.stdout, made.stderr
        until(lambda: served.get("/readyz")[0] == 200)
        assert served.ready()["ready"] is True
        for path in ("/observatory/readyz", "/observatory/asyncapi.json", "/"):
            assert served.get(path)[0] == 200
        assert served.get("/directory/")[0] == 404 and served.get("/directory/readyz")[0] == 404
        again = maillage("prepare", "--replicas", "1", data=tmp_path / "operator", env=site.env("operator"))
        assert again.returncode == 0 and "is there" in again.stdout
        assert _slow_request_is_answered_though_the_end_has_begun(served)
        assert served.process.wait(60) == 0
    finally:
        served.process.kill()
        served.process.wait(60)
    lines = [json.loads(line) for line in served.said.read_text().splitlines() if line.startswith("{")]
    assert [line["what"] for line in lines if line["event"] == "serve.found"] == [
        "NATS",
        "the event log",
        "the store of the views",
    ]
    assert any("prepare" in line["why"] for line in lines if line["event"] == "serve.waiting")


def _slow_request_is_answered_though_the_end_has_begun(served: Served) -> bool:
    """Sends half a request, ends the process, sends the other half: True if it is answered."""
    port = int(served.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port)) as connection:
        head = "POST /observatory/api/state/views/none/rebuild HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\n"
        connection.sendall(head.encode() + b"ab")
        time.sleep(0.3)
        served.process.send_signal(signal.SIGTERM)
        until(lambda: served.get("/healthz")[0] == 0)  # nobody else is let in
        connection.sendall(b"cd")
        return connection.recv(1000).startswith(b"HTTP/1.1 4")


def test_a_service_that_waits_ends_at_once_when_it_is_told_to(site: Site, tmp_path: Path) -> None:
    served = Served("directory", site, tmp_path)
    try:
        until(lambda: served.get("/healthz")[0] == 200)
        assert served.end() == 0
    finally:
        served.process.kill()
        served.process.wait(60)


def test_with_a_port_for_metrics_it_waits_there_and_its_own_refuses_everybody(site: Site, tmp_path: Path) -> None:
    """So a gateway that knows another replica asks that one meanwhile; it may send again what was refused."""
    port = free_port()
    inside = f"http://127.0.0.1:{port}"
    served = Served("directory", site, tmp_path, MAILLAGE_METRICS_PORT=str(port))
    try:
        until(lambda: served.get("/healthz", inside)[0] == 200)
        status, text = served.get("/readyz", inside)
        assert status == 503 and json.loads(text)["starting"] == "waiting for NATS"
        assert served.get("/metrics", inside)[0] == 503
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", int(served.url.rpartition(":")[2]))).close()
        assert served.end() == 0
    finally:
        served.process.kill()
        served.process.wait(60)


def test_what_can_t_be_served_is_said_in_one_sentence(site: Site, tmp_path: Path) -> None:
    done = maillage("sample", "load", data=tmp_path / "data", env=site.env("directory"))
    assert done.returncode == 2 and "sample is for `maillage up` alone" in done.stderr
    assert "Traceback" not in done.stderr and done.stderr.count("\n") == 1


async def test_what_is_missing_or_wrong_in_the_settings_is_named(tmp_path: Path) -> None:
    here = {"data": tmp_path, "nats_url": "nats://127.0.0.1:1", "nats_seed_file": tmp_path / "none"}
    with pytest.raises(CannotStart, match="There is no service nowhere"):
        serving.definition_of("nowhere")
    sample = Settings(**{**here, "data": tmp_path / "other", "network": "exemple"})
    with pytest.raises(CannotStart, match="is the sample's"):
        serving.network_served(sample)
    for wrong, named in ((here, "MAILLAGE_NATS_SEED_FILE"), ({**here, "nats_url": " , "}, "MAILLAGE_NATS_URL")):
        with pytest.raises(CannotStart, match=named):
            await serving.prepare(Settings(**wrong), 3, [])


@pytest.mark.parametrize(
    "url",
    ["x y", "http://x", "nats://", "nats://[", ":::", "nats://h:99999", "nats://h:x", "nats://a:4222,-1 2"],
)
async def test_an_address_of_nats_that_is_none_is_said_at_once_without_what_it_holds(tmp_path: Path, url: str) -> None:
    with pytest.raises(CannotStart, match="MAILLAGE_NATS_URL holds") as why:
        await serving.connected(Settings(data=tmp_path, nats_url=url), "directory")
    assert "nats://nats-1:4222" in str(why.value) and "99999" not in str(why.value)


@pytest.mark.parametrize("what", ["MAILLAGE_NATS_SEED_FILE", "MAILLAGE_MONGO_PASSWORD_FILE"])
@pytest.mark.parametrize("content", [b"", b" \r\n", b"\xef\xbb\xbfSU", b"SUAB\nSUAB"])
async def test_a_secret_that_is_none_is_said_at_once_and_not_once_everything_else_is_there(
    site: Site, tmp_path: Path, what: str, content: bytes
) -> None:
    """NATS is not there, and would be waited for."""
    password, wrong = tmp_path / "password", tmp_path / "wrong"
    password.write_text("un mot\n")
    wrong.write_bytes(content)
    named = {
        "MAILLAGE_NATS_SEED_FILE": seed_of(site.folder, "directory"),
        "MAILLAGE_MONGO_PASSWORD_FILE": password,
        what: wrong,
    }
    settings = Settings(
        data=tmp_path / "data",
        network=NETWORK,
        nats_url="nats://127.0.0.1:1",
        nats_seed_file=named["MAILLAGE_NATS_SEED_FILE"],
        mongo_url="mongodb://directory@127.0.0.1:1/",
        mongo_password_file=named["MAILLAGE_MONGO_PASSWORD_FILE"],
    )
    with socket.socket() as sock, pytest.raises(CannotStart, match=f"{wrong} "):
        await serving.run_service(settings, serving.definition_of("directory"), sock, lambda: None)


def test_a_stream_of_somebody_else_is_not_taken_for_the_log(site: Site, tmp_path: Path) -> None:
    site.start_nats()
    other = (
        "import asyncio, sys\n"
        "from pathlib import Path\n"
        "from nats.js.api import StreamConfig\n"
        "from shared.kernel.broker.connection import OPERATOR, connected\n"
        "async def main():\n"
        "    nc = await connected(sys.argv[1], Path(sys.argv[2]), OPERATOR)\n"
        f"    await nc.jetstream().add_stream(StreamConfig(name='{NETWORK}', subjects=['{NETWORK}.>']))\n"
        "    await nc.close()\n"
        "asyncio.run(main())\n"
    )
    url, seed = f"nats://127.0.0.1:{site.port}", str(seed_of(site.folder, "operator"))
    subprocess.run([sys.executable, "-c", other, url, seed], check=True, env=dict(os.environ), timeout=60)
    done = maillage("prepare", "--replicas", "1", data=tmp_path / "operator", env=site.env("operator"))
    assert done.returncode == 2 and "no log of ours" in done.stderr
