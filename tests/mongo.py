"""The MongoDB of the tests, one for a session.

`MAILLAGE_TEST_MONGO_URL` names a real one. Without it: the `mongo` image, where a Docker engine answers; else
SecantusDB, which speaks MongoDB's protocol over MongoDB's storage engine (WiredTiger), as a child on a folder of its
own. It is enough to show that our commands mean what we think and that our own deaths do no harm. It is not enough to
show what a MongoDB that is killed keeps: without `journal=true` SecantusDB lost 133 of 8,305 acknowledged writes to a
kill -9, and with it nobody has compared the two. `tests/secantus.py` says where else it differs.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pymongo
import pytest

OPTIONS = "retryWrites=false&journal=true"
IMAGE = "mongo:8"
SOCKET = Path("/var/run/docker.sock")


@dataclass
class Server:
    """SecantusDB on a port and a folder of its own. `start` returns once it answers; it may be killed and started again."""

    folder: Path
    port: int = 0
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"mongodb://127.0.0.1:{self.port}/?{OPTIONS}"

    def start(self) -> Server:
        self.port = self.port or _free_port()
        self.folder.mkdir(parents=True, exist_ok=True)
        command = [
            sys.executable,
            "-m",
            "tests.secantus",
            "--host",
            "127.0.0.1",
            "--port",
            str(self.port),
            "--log-level",
            "ERROR",
        ]
        with (self.folder / "said").open("ab") as said:
            self.process = subprocess.Popen(
                [*command, "--storage-path", str(self.folder / "data")],
                stdout=said, stderr=subprocess.STDOUT, cwd=Path(__file__).parents[1], start_new_session=True,
            )  # fmt: skip
        with pymongo.MongoClient[dict[str, object]](self.url, serverSelectionTimeoutMS=200) as client:
            for _ in range(200):
                if self.process.poll() is not None:
                    raise AssertionError((self.folder / "said").read_text())
                with contextlib.suppress(pymongo.errors.ConnectionFailure):
                    client.admin.command("ping")
                    return self
                time.sleep(0.05)
        raise AssertionError("no MongoDB")

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@contextlib.contextmanager
def _container() -> Iterator[str | None]:
    """The address of a real MongoDB in a container, None where no Docker engine answers."""
    if not SOCKET.exists() or shutil.which("docker") is None:
        yield None
        return
    if subprocess.run(["docker", "info"], capture_output=True, timeout=20, check=False).returncode:
        yield None
        return
    from testcontainers.mongodb import MongoDbContainer

    with MongoDbContainer(IMAGE) as container:
        yield str(container.get_connection_url())


@pytest.fixture(scope="session")
def mongo_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a MongoDB that all tests share. It is not to be hurt: a test that kills one starts a `Server`."""
    named = os.environ.get("MAILLAGE_TEST_MONGO_URL")
    if named:
        yield named
        return
    with _container() as url:
        if url is not None:
            yield url
            return
    server = Server(tmp_path_factory.mktemp("mongo")).start()
    yield server.url
    server.stop()


@pytest.fixture
def mongo_network(mongo_url: str) -> Iterator[str]:
    """A network's name that nobody else uses; its databases go afterwards."""
    name = f"n{uuid4().hex[:12]}"
    yield name
    with pymongo.MongoClient[dict[str, object]](mongo_url) as client:
        for database in client.list_database_names():
            if database.startswith(f"{name}_"):
                client.drop_database(database)
