"""Every request is timed and begins a trace, under the template of its route: never under the address as it was asked
for, which may hold a token or an id of somebody."""

from __future__ import annotations

from time import perf_counter

from starlette.routing import Mount
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.base import tallies as telemetry
from shared.base import tracing

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
GONE = 499  # nobody waits for the answer any more (as nginx writes it)


def observed(app: ASGIApp) -> ASGIApp:
    """The app, with each request timed (`telemetry.answered`) and traced.

    A trace begins here: a `traceparent` that a stranger sends neither joins our traces nor silences them.
    """

    async def watched(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await app(scope, receive, send)
        method = scope["method"] if scope["method"] in METHODS else "other"
        status, start = GONE, perf_counter()

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        with tracing.span(method, "server", http__request__method=method) as span:
            try:
                await app(scope, receive, noting)
            except Exception:
                status = 500
                raise
            finally:
                route = route_of(scope)
                telemetry.answered(method, route, status, perf_counter() - start)
                span.rename(f"{method} {route}")
                span.set(http__route=route, http__response__status_code=status)
                if status >= 500:
                    span.failed(str(status))

    return watched


def route_of(scope: Scope) -> str:
    """The template of the route that a request was led to, such as `/directory/api/structures/{key}`; `none` where it
    was led nowhere."""
    route, inside = scope.get("route"), scope.get("root_path", "")
    if isinstance(route, Mount):  # led into a service (or to the files), and there nowhere
        return f"{inside}/*"
    template = getattr(route, "path", None)
    return f"{inside}{template}" if isinstance(template, str) else "none"
