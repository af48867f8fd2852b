"""The front of a process: the services that run in it, the home and the static files, under one root; its sockets."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from errno import EADDRINUSE
from urllib.parse import urlsplit

import uvicorn
from fastapi import Depends, FastAPI
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from deploy.host.data_folder import CannotStart
from deploy.host.robots import robots
from shared.base.cancellation import end
from shared.base.settings import Settings
from shared.base.translations import languages
from shared.kernel.eventlog.event_log import Unavailable
from shared.runtime.prometheus import metrics_app, watch_loop
from shared.runtime.service import Service
from shared.web.app import problem, service_app
from shared.web.operations.health import with_health
from shared.web.operations.request_metrics import observed
from shared.web.security.authorization import Renewing, admitted, is_https
from shared.web.security.header_timeout import Patient
from shared.web.security.rate_limits import Rates, networks
from shared.web.security.request_limits import limit_body, own_host, secured
from shared.web.static_files import static_app
from shared.web.templating import TEMPLATES, Pages
from shared.web.words.messages import KERNEL

DRAIN = 2  # seconds that requests under way are given at an end


def root_of(services: Mapping[str, Service], settings: Settings) -> ASGIApp:
    """All fronts of `services` under one root. `/` is the observatory's, where it is among them."""
    root = FastAPI(title="Maillage", openapi_url=None, docs_url=None, redoc_url=None, dependencies=[Depends(admitted)])
    first = services.get("observatory") or next(iter(services.values()))
    root.state.service = first  # it says at the root who asks
    root.state.pages = Pages("", TEMPLATES, {}, network_title=lambda: first.ourselves.title, label=first.sessions.label)
    root.state.rates = Rates(api=settings.api_rate, proxies=networks(settings.trusted_proxies or ""))
    root.add_middleware(Renewing, settings=settings)
    for kind in (HTTPException, Unavailable, Exception):
        root.add_exception_handler(kind, problem)
    root.mount("/static", static_app())
    for name, service in services.items():
        root.mount(f"/{name}", service_app(service))
    if "observatory" in services:
        from services.observatory.home.front_page import home  # a process that serves another service need not read it

        root.include_router(home)
    root.include_router(robots)
    hosts = {"127.0.0.1", "localhost", settings.host, urlsplit(settings.public_url or "").hostname or "localhost"}
    fenced = with_health(own_host(limit_body(root), hosts), services.values())
    return secured(observed(fenced), https=is_https(settings))


def bound(port: int, host: str = "127.0.0.1", *, listening: bool = True) -> socket.socket:
    """A socket on a port, which refuses whoever comes unless it is listening. Raises CannotStart where the port is
    taken or the address is not of this machine."""
    sock = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((host, port))
        if listening:
            sock.listen(512)
    except OSError as error:
        sock.close()
        why = "is taken" if error.errno == EADDRINUSE else f"can't be had ({error.strerror})"
        raise CannotStart(f"Port {port} of {host} {why}; choose another with --port.") from error
    sock.setblocking(False)
    return sock


async def serve(
    app: ASGIApp, sock: socket.socket, stop: asyncio.Event, ready: Callable[[], None], drain: int = DRAIN
) -> None:
    """Serves until `stop` is set; ends what is under way within `drain` seconds."""
    config = uvicorn.Config(
        _cut_short(app),
        http=Patient,
        log_config=None,
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=drain,
        server_header=False,
        h11_max_incomplete_event_size=64 * 1024,
        proxy_headers=False,  # rates.py says whose are believed
    )
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


async def unavailable(scope: Scope, receive: Receive, send: Send) -> None:
    """Says that nothing can be had at this moment, in both languages."""
    if scope["type"] == "http":
        said = " ".join(f"{KERNEL.say('problem.503', lang)}." for lang in languages())
        await Response(f"{said}\n", 503, {"Retry-After": "2"}, "text/plain; charset=utf-8")(scope, receive, send)


def _cut_short(app: ASGIApp) -> ASGIApp:
    """The app, whose requests that are still under way when the drain is over (one that waits for a log that is away,
    say) are told to come again, instead of ending as an error of ours."""

    async def answered(scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def sending(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await app(scope, receive, sending)
        except asyncio.CancelledError:
            if begun or scope["type"] != "http":
                raise
            await unavailable(scope, receive, send)

    return answered


@contextlib.asynccontextmanager
async def measured(
    services: Collection[Service], settings: Settings, host: str, health: ASGIApp | None = None
) -> AsyncIterator[int | None]:
    """Meanwhile `/metrics` is served on a port of its own, which is returned; None where the settings want none.
    `health` answers there for `/healthz` and `/readyz`."""
    if settings.metrics_port is None:
        yield None
        return
    stop, up = asyncio.Event(), asyncio.Event()
    with contextlib.closing(bound(settings.metrics_port, host)) as sock:
        serving = asyncio.create_task(serve(metrics_app(services, health), sock, stop, up.set))
        watching = asyncio.create_task(watch_loop())
        try:
            await up.wait()
            yield sock.getsockname()[1]
        finally:
            await end(watching)
            stop.set()
            await serving
