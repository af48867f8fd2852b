"""All five services and a NATS server in one process, behind one port of 127.0.0.1: `maillage up`."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import orjson
import structlog
import uvicorn
from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp

from deploy.sample.plan import FOOTNOTE, SAMPLE_NETWORK
from services.directory.app import DIRECTORY
from services.events.app import EVENTS
from services.membership.app import MEMBERSHIP
from services.newsletter.app import NEWSLETTER
from services.observatory.app import OBSERVATORY
from shared.contract import load_all
from shared.keyring import KeyMissing
from shared.nats_server import NatsFailed, NatsServer
from shared.reading import LogDamaged
from shared.service import Definition, Service, Surroundings
from shared.settings import Settings
from shared.stores.sqlite import SqliteStore
from shared.web.app import problem
from shared.web.assets import static_app
from shared.web.limits import limit_body, own_host, own_origin
from shared.web.pages import TEMPLATES, Pages

log = structlog.get_logger()
DEFINITIONS: Sequence[Definition] = (DIRECTORY, MEMBERSHIP, EVENTS, NEWSLETTER, OBSERVATORY)
EMPTY_NETWORK = "reseau"


class CannotStart(Exception):
    """Why an installation can't run here, in one sentence for the operator."""


@dataclass
class Installation:
    """A data folder in use: its lock, its NATS server, its services."""

    settings: Settings
    network: str
    nats: NatsServer
    services: dict[str, Service] = field(default_factory=dict)
    _lock: int = -1

    @classmethod
    @contextlib.asynccontextmanager
    async def open(cls, settings: Settings, *, sample: bool = True) -> AsyncIterator[Installation]:
        """Everything started but the front, ended in the reverse order. Raises CannotStart."""
        load_all()
        data = settings.data.absolute()
        lock = _locked(data)
        self = cls(settings, _network(data, settings, sample), NatsServer(data / "nats"), _lock=lock)
        try:
            try:
                await self.nats.start()
                await self._start(data)
            except (NatsFailed, LogDamaged, KeyMissing) as error:
                raise CannotStart(f"{error}.") from error
            yield self
        finally:
            await self._stop()

    async def _start(self, data: Path) -> None:
        for definition in DEFINITIONS:
            around = Surroundings(
                network=self.network,
                nc=await self.nats.connect(definition.name),
                settings=self.settings,
                data=data,
                store=SqliteStore(data / "views" / f"{definition.name}.sqlite"),
                broker=self.nats.broker(),
                footnote=FOOTNOTE if self.network == SAMPLE_NETWORK else None,
                public_url=self.settings.public_url or f"http://127.0.0.1:{self.settings.port}",
            )
            service = Service(definition, around)
            self.services[definition.name] = service
            await service.start()

    async def start_reactions(self) -> None:
        for service in self.services.values():
            await service.start_reactions()

    async def _stop(self) -> None:
        # Side by side: each may wait a moment for a reaction that is under way.
        await asyncio.gather(*(self._end(service) for service in self.services.values()))
        await self.nats.stop()
        os.close(self._lock)

    async def _end(self, service: Service) -> None:
        for ending in (service.stop, service.around.nc.close):
            try:
                await ending()
            except Exception as error:
                log.warning("up.end_failed", service=service.name, error=repr(error))

    def app(self) -> ASGIApp:
        """All fronts under one root."""
        root = FastAPI(title="Maillage", openapi_url=None, docs_url=None, redoc_url=None)
        root.state.pages = Pages(
            "", TEMPLATES, {}, network_title=lambda: self.settings.title, always=lambda request: {"loopback_only": True}
        )
        root.add_exception_handler(HTTPException, problem)
        root.mount("/static", static_app())
        for name, service in self.services.items():
            root.mount(f"/{name}", service.app())
        from services.observatory.home import home

        root.include_router(home(self.services["observatory"]))
        hosts = {"127.0.0.1", "localhost", urlsplit(self.settings.public_url or "").hostname or "localhost"}
        return own_host(own_origin(limit_body(root)), hosts)


def _locked(data: Path) -> int:
    """The open lock of a data folder, which nobody else may hold."""
    try:
        data.mkdir(parents=True, exist_ok=True)
        lock = os.open(data / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        if not os.access(data, os.R_OK | os.W_OK | os.X_OK):
            raise PermissionError(13, "not readable and writable")
        list(data.iterdir())
    except OSError as error:
        raise CannotStart(f"The data folder {data} can't be used: {error.strerror or error}.") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(lock)
        raise CannotStart(
            f"The data folder {data} is in use by another instance; stop it or choose another with --data."
        ) from error
    return lock


def _network(data: Path, settings: Settings, sample: bool) -> str:
    """The network's name, fixed at the first start of a data folder."""
    path = data / "installation.json"
    if path.exists():
        kept = str(orjson.loads(path.read_bytes())["network"])
        if settings.network not in (None, kept):
            raise CannotStart(
                f"The data folder {data} holds the network {kept}, not {settings.network} (MAILLAGE_NETWORK)."
            )
        return kept
    network = settings.network or (SAMPLE_NETWORK if sample else EMPTY_NETWORK)
    draft = path.with_suffix(".new")
    draft.write_bytes(orjson.dumps({"network": network}))
    draft.replace(path)
    return network


def bound(port: int) -> socket.socket:
    """A listening socket on 127.0.0.1. Raises CannotStart where the port is taken."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind(("127.0.0.1", port))
        sock.listen(512)
    except OSError as error:
        sock.close()
        raise CannotStart(f"Port {port} of 127.0.0.1 is taken; choose another with --port.") from error
    sock.setblocking(False)
    return sock


async def serve(app: ASGIApp, sock: socket.socket, stop: asyncio.Event, ready: Callable[[], None]) -> None:
    """Serves until `stop` is set; ends what is under way within two seconds."""
    config = uvicorn.Config(
        app, log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=2, server_header=False,
        h11_max_incomplete_event_size=64 * 1024,
    )  # fmt: skip
    server = uvicorn.Server(config)
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign, assignment]
    task = asyncio.create_task(server.serve(sockets=[sock]))
    while not server.started and not task.done():  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.01)
    ready()
    waiting = asyncio.create_task(stop.wait())
    await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    server.should_exit = True
    await task


def running_at(data: Path) -> str | None:
    """Where the instance that uses a data folder can be reached, if one runs."""
    path = data.absolute() / "running.json"
    try:
        lock = os.open(data.absolute() / "lock", os.O_RDWR)
    except OSError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return None  # nobody holds it
    except OSError:
        return str(orjson.loads(path.read_bytes())["url"]) if path.exists() else None
    finally:
        os.close(lock)


def write_running(data: Path, url: str) -> None:
    """Leaves word for other commands where this instance is reached."""
    (data.absolute() / "running.json").write_bytes(orjson.dumps({"url": url, "pid": os.getpid()}))
