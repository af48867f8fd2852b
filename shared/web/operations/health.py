"""`/healthz`: the process lives. `/readyz`: it can work, with each check; 503 where it can't.

Both are asked by machines on the way to it (a container engine, a gateway), under whatever host name and without
signing in; so they stand before all else, and tell nothing but how the parts are.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.runtime.readiness import Checks, Watched, checks_of

REMEMBERED = 1.0  # seconds for which an answer is given again, so that asking often costs nothing


@dataclass
class _Asked:
    """The last answer for one service."""

    lock: asyncio.Lock
    at: float = 0.0
    checks: Checks | None = None


def with_health(app: ASGIApp, services: Collection[Watched], starting: Callable[[], str] | None = None) -> ASGIApp:
    """The app, with `/healthz` and `/readyz` of the process and of each service before it.

    `starting`: what a process that has no services yet waits for.
    """
    by_name = {service.name: service for service in services}
    asked = {name: _Asked(asyncio.Lock()) for name in by_name}

    async def checks(name: str) -> Checks:
        known = asked[name]
        async with known.lock:
            if known.checks is None or time.monotonic() - known.at > REMEMBERED:
                known.checks, known.at = await checks_of(by_name[name]), time.monotonic()
            return known.checks

    async def readiness(names: Collection[str]) -> JSONResponse:
        if starting is not None:
            return _answered({}, False, starting=starting())
        found = dict(zip(names, await asyncio.gather(*map(checks, names)), strict=True))
        return _answered(found, all(check["good"] for each in found.values() for check in each.values()))

    async def healthy(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] in ("GET", "HEAD") and scope["path"].endswith("z"):
            of, _, what = scope["path"].rpartition("/")
            if what in ("healthz", "readyz") and (of == "" or of[1:] in by_name or starting is not None):
                names = [of[1:]] if of else list(by_name)
                answer = JSONResponse({"alive": True}) if what == "healthz" else await readiness(names)
                answer.headers["Cache-Control"] = "no-store"
                return await answer(scope, receive, send)
        return await app(scope, receive, send)

    return healthy


def _answered(services: dict[str, Checks], ready: bool, **more: str) -> JSONResponse:
    return JSONResponse({"ready": ready, **more, "services": services}, 200 if ready else 503)
