"""One service as a process of its own, as its container runs it: `maillage serve SERVICE`; and `maillage prepare`.

Everything is started at once by whoever starts containers, so a process waits for what it needs, says what it waits
for, and answers `/healthz` meanwhile. It does so on the port of its metrics, and its own port refuses everybody until
it serves: a gateway that knows another replica then asks that one. Without a port for metrics its own answers
meanwhile. It ends gently at SIGTERM: no new requests, those under way are answered, the reaction in hand is finished or
handed back, and only then are connections closed.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from re import fullmatch
from typing import TypeVar
from urllib.parse import urlsplit

import structlog
from nats.errors import Error as NatsError
from nats.js.errors import APIError, NotFoundError
from starlette.types import ASGIApp, Receive, Scope, Send

from deploy.host.data_folder import CannotStart, network_of
from deploy.host.hang_watch import ended_where_it_hangs
from deploy.host.keys_needed import keys_apart, nothing_missed, there_and_whole
from deploy.host.keys_of_log import same_log
from deploy.host.named_secrets import named_secrets_fit
from deploy.host.root_app import measured, root_of, serve, unavailable
from deploy.host.views_store import views_of
from deploy.sample import SAMPLE_NETWORK
from shared.base import tracing
from shared.base.secret_files import SEED, SecretUnfit, read_secret
from shared.base.services import SERVICES
from shared.base.settings import Settings
from shared.contract import load_all
from shared.kernel.broker import connection
from shared.kernel.broker.connection import OPERATOR, Connection, NotAllowed
from shared.kernel.eventlog.event_log import Log, LogDamaged, LogUnfit, Unavailable
from shared.kernel.sealing import KeysAway
from shared.kernel.stores import InUse
from shared.kernel.views.projection import Store
from shared.kernel.views.projector import JUDGE
from shared.ledger.archive_format import Archive
from shared.ledger.log_restore import same_as_archived
from shared.runtime.service import Definition, Service, Surroundings
from shared.web.operations.health import with_health

T = TypeVar("T")
log = structlog.get_logger()
FIRST, LONGEST = 0.2, 5.0  # seconds between two tries of what is not there yet, doubled from the first to the longest
HOST = r"[\w.:-]+"
DRAIN = 5  # seconds that requests under way are given at an end; container engines kill after ten


class NotYet(Exception):
    """Something that the process needs is not there yet. The text says what, and what to do if it stays so."""


class Front:
    """What answers on the process's port: at first that it is starting, then its service."""

    def __init__(self) -> None:
        self.waits_for = "its turn"
        self._app: ASGIApp = with_health(unavailable, (), lambda: f"waiting for {self.waits_for}")

    def open(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)

    async def until(self, what: str, ask: Callable[[], Awaitable[T]]) -> T:
        """What `ask` returns once it no longer raises NotYet, as long as that takes."""
        self.waits_for, pause = what, FIRST
        while True:
            try:
                found = await ask()
            except NotYet as why:
                log.warning("serve.waiting", what=what, why=str(why), again_in=pause)
                await asyncio.sleep(pause)
                pause = min(LONGEST, 2 * pause)
            else:
                log.info("serve.found", what=what)
                return found


def definition_of(service: str) -> Definition:
    """Raises CannotStart for a name that is none."""
    if service not in SERVICES:
        raise CannotStart(f"There is no service {service}; there are {', '.join(SERVICES)}.")
    definition: Definition = getattr(import_module(f"services.{service}.app"), service.upper())  # none of the others
    return definition


def network_served(settings: Settings) -> str:
    """The network of the installation, which is never the sample's."""
    settings.data.mkdir(parents=True, exist_ok=True)
    network = network_of(settings.data.absolute(), settings, sample=False)
    if network == SAMPLE_NETWORK:
        raise CannotStart(
            f"The network {SAMPLE_NETWORK} is the sample's, which only `maillage up` runs; name another "
            "(MAILLAGE_NETWORK)."
        )
    return network


async def run_service(
    settings: Settings, definition: Definition, sock: socket.socket, said: Callable[[], None]
) -> None:
    """Serves one service on `sock` until SIGTERM or SIGINT. `said` is called once it answers for good.

    Raises CannotStart where waiting longer would not help.
    """
    load_all()
    network, stop, front = network_served(settings), asyncio.Event(), Front()
    keys_apart(settings)
    there_and_whole(settings.data.absolute(), network, [definition.name])
    _secrets_fit(settings, definition.name)
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    services: list[Service] = []
    serving = _Serving(front, sock)
    stopping = asyncio.create_task(stop.wait())
    opening = asyncio.create_task(opened(settings, definition, network, front))
    try:
        async with ended_where_it_hangs(), measured(services, settings, settings.host, front):
            if settings.metrics_port is None:
                await serving.begin()
            await asyncio.wait({opening, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if not opening.done():
                return
            services.append(opening.result())
            front.open(root_of({definition.name: services[0]}, settings))
            await serving.begin()
            log.info("serve.ready", service=definition.name, network=network)
            said()
            await asyncio.wait({stopping, *serving.tasks}, return_when=asyncio.FIRST_COMPLETED)
            await serving.end()
            await services[0].stop()
            await services[0].around.nc.close()
    except (LogDamaged, LogUnfit, SecretUnfit, KeysAway, InUse, NotAllowed) as error:
        raise CannotStart(f"{error}.") from error
    finally:
        for task in (opening, stopping):
            task.cancel()
        await serving.end()
        await asyncio.gather(stopping, opening, return_exceptions=True)
        await asyncio.to_thread(tracing.finish)


class _Serving:
    """The process's own port, from `begin` to `end`. `tasks`: what serves it."""

    def __init__(self, front: Front, sock: socket.socket) -> None:
        self._front, self._sock = front, sock
        self._ended = asyncio.Event()
        self.tasks: set[asyncio.Task[None]] = set()

    async def begin(self) -> None:
        """Returns once it takes connections."""
        if not self.tasks:
            taken = asyncio.Event()
            self.tasks.add(asyncio.create_task(serve(self._front, self._sock, self._ended, taken.set, DRAIN)))
            await taken.wait()

    async def end(self) -> None:
        """Lets what is under way be answered. Raises what went wrong with serving, once."""
        self._ended.set()
        tasks, self.tasks = self.tasks, set()
        await asyncio.gather(*tasks)


async def opened(settings: Settings, definition: Definition, network: str, front: Front) -> Service:
    """The service, started, once everything that it needs is there."""
    data = settings.data.absolute()
    nc = await front.until("NATS", lambda: connected(settings, definition.name))
    log_ = Log(nc, network)
    await front.until("the event log", lambda: _stream_there(nc, log_))
    await _same_as_archived(nc, network, data)
    store = views_of(settings, data, network, definition.name)
    begun = await front.until("the store of the views", lambda: _store_there(store)) > 0
    front.waits_for = "the event log, of which it asks which keys are needed"
    await nothing_missed(log_, data / "keys", [definition.name], begun=begun)
    await log_.start()
    try:
        await same_log(log_, data / "keys", [definition.name], settings.keys_backup)
    finally:
        await log_.stop()
    front.waits_for = "its views, which are being built from the event log"
    service = Service(
        definition,
        Surroundings(
            network=network,
            nc=nc,
            settings=settings,
            data=data,
            store=store,
            broker=connection.broker_options(*_way(settings, definition.name)),
            public_url=settings.public_url or f"http://127.0.0.1:{settings.port}",
            beside=partial(_beside, settings, definition.name),
        ),
    )
    await service.start()
    await service.start_reactions()
    return service


async def _same_as_archived(nc: Connection, network: str, data: Path) -> None:
    """Where the archive of the log is at hand, nobody writes into a log that has lost what is in it. Raises LogDamaged,
    LogUnfit."""
    log_ = Log(nc, network)
    await log_.start()
    try:
        await same_as_archived(log_, Archive(data / "archive" / network))
    finally:
        await log_.stop()


def _way(settings: Settings, user: str) -> tuple[list[str], Path, str]:
    """The servers, the seed and the user. Raises CannotStart where the settings do not say them."""
    servers = [url.strip() for url in (settings.nats_url or "").split(",") if url.strip()]
    if not servers:
        raise CannotStart("MAILLAGE_NATS_URL is missing: it names the NATS servers, such as nats://nats-1:4222.")
    if not all(map(_is_server, servers)):  # which is not said: it may hold a password
        raise CannotStart("MAILLAGE_NATS_URL holds what is no address of a NATS server, such as nats://nats-1:4222.")
    if settings.nats_seed_file is None or not settings.nats_seed_file.exists():
        raise CannotStart(f"MAILLAGE_NATS_SEED_FILE must name the file with the nkey seed of {user}.")
    return servers, settings.nats_seed_file, user


def _is_server(url: str) -> bool:
    try:
        parts = urlsplit(url if "://" in url else f"nats://{url}")
        return parts.scheme in ("nats", "tls") and bool(fullmatch(HOST, parts.hostname or "")) and parts.port != 0
    except ValueError:  # a port that is none, half of an address in brackets
        return False


def _secrets_fit(settings: Settings, user: str) -> None:
    """Returns if what lets us in at NATS, MongoDB and the mail server is as it was written: said at once, and
    not only once these are there. Raises CannotStart."""
    _, seed, _ = _way(settings, user)
    try:
        read_secret(seed, SEED)
    except (SecretUnfit, FileNotFoundError) as why:
        raise CannotStart(f"{why}.") from why
    named_secrets_fit(settings)


async def connected(settings: Settings, user: str) -> Connection:
    """A connection that comes back by itself for ever. Raises NotYet, CannotStart."""
    try:
        async with asyncio.timeout(LONGEST):  # nats-py itself would try for ever
            return await connection.connected(*_way(settings, user))
    except (NatsError, OSError) as error:
        raise NotYet(f"no server of MAILLAGE_NATS_URL lets {user} in ({str(error) or type(error).__name__})") from error


async def _beside(settings: Settings, user: str, node: str) -> Connection:
    """A connection to one node alone."""
    _, seed, _ = _way(settings, user)
    return await connection.connected(node, seed, user, allow_reconnect=False, connect_timeout=1)


async def _stream_there(nc: Connection, log_: Log) -> int:
    try:
        return await log_.last()
    except Unavailable as error:
        if isinstance(error.__cause__, NotFoundError):
            raise NotYet("the stream is not there; `maillage prepare` makes it") from None
        if len(nc.servers) > 1:  # this node may be cut from the others
            await nc.force_reconnect()
        raise NotYet("it does not answer; perhaps its nodes have not found each other yet") from None


async def _store_there(store: Store) -> int:
    """Up to which event the views have got."""
    try:
        return (await store.checkpoint(JUDGE)).seq
    except Exception as error:  # whatever the store's driver raises
        raise NotYet(type(error).__name__) from error


async def prepare(settings: Settings, replicas: int, readers: Sequence[str]) -> str:
    """Makes the event log of the network and the durable consumers of its services and readers, where they are missing,
    or gives the log another number of replicas. Writes no event. Returns what there is now.

    Raises CannotStart where a log is there that is not as ours must be, or the servers do not let us.
    """
    from deploy.host.embedded import prepare as make

    network = network_served(settings)
    nc = await Front().until("NATS", lambda: connected(settings, OPERATOR))
    try:
        await make(nc, network, replicas, readers)
    except (NatsError, APIError, TimeoutError, NotAllowed, LogUnfit) as error:
        raise CannotStart(
            f"The event log {network} could not be made: {str(error) or type(error).__name__}."
        ) from error
    finally:
        with contextlib.suppress(NatsError):
            await nc.close()
    return (
        f"The event log {network} is there, on {replicas} node{'s' if replicas > 1 else ''}, read by "
        f"{', '.join(readers)}."
    )
