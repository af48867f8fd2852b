"""Which routes of the five services are open to everybody: these, and no other."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from nats.aio.client import Client

from deploy.host.all_services import DEFINITIONS
from deploy.host.root_app import root_of
from shared.runtime.nats.embedded_server import NatsServer
from shared.runtime.service import Definition, Service
from shared.web.app import service_app
from shared.web.security.authorization import admitted, level_of
from tests.fixtures import small_directory as small

pytestmark = pytest.mark.slow

OPEN = {
    "directory": {
        "GET /sign-in", "POST /sign-in", "POST /sign-in/ask", "GET /sign-in/sent", "GET /sign-in/out",
        "GET /sign-in/link/{token}", "POST /sign-in/link/{token}", "GET /sign-in/first/{code}",
        "GET /sign-in/code", "POST /sign-in/code", "POST /sign-in/again",
        "POST /sign-in/first/{code}", "POST /sign-out", "GET /communes", "GET /public",
        "GET /public/structures/{key}.jsonld", "GET /public/structures/{key}",
        "GET /public/structures/{key}/picture/{name}", "GET /public/publications", "GET /public/publications/{key}",
        "GET /public/publications/{key}/picture/{name}", "GET /public/projects/{key}", "GET /public/sitemap.xml",
        "GET /public/sitemap/{number}.xml", "GET /public/claim", "POST /public/claim", "GET /public/claim/sent",
        "GET /public/claim/confirmed", "GET /public/claim/confirm/{token}", "POST /public/claim/confirm/{token}",
    },
    "newsletter": {
        "GET /subscribe", "POST /subscribe", "GET /subscribe/sent", "GET /do/RequestSubscription",
        "POST /do/RequestSubscription", "POST /api/commands/request-subscription", "GET /confirm/{token}",
        "POST /confirm/{token}", "GET /confirmed", "GET /unsubscribe/{token}", "POST /unsubscribe/{token}",
        "GET /unsubscribed",
    },
    "observatory": {
        "GET /ledger", "GET /ledger/checkpoint", "GET /ledger/checkpoints", "GET /ledger/public-key",
        "GET /ledger/proof/{seq}", "GET /api/ledger", "GET /open-data", "GET /open-data/{name}",
        "GET /open-data/{name}.{ending}", "GET /answer/{token}", "POST /answer/{token}", "POST /answer/{token}/decline",
        "GET /surveys/public/{key}", "GET /surveys/public/{key}.json", "GET /public/reviews",
        "GET /public/reviews/{key}", "GET /public/reviews/{key}/{name}",
    },
}  # fmt: skip
"""Open to everybody: signing in, the public directory, the newsletter's own readers, the ledger, open data, published
reviews, surveys behind their links."""
EVERYWHERE = {
    "GET /docs",
    "GET /api/schemas/{name}/{shape}",
    "GET /asyncapi.json",
    "GET /privacy",
    "GET /kept/{token}",
}  # the last gives a form to its writer
ASKED_INSIDE = {"GET /do/{name}", "POST /do/{name}"}
"""Commands: each says its own level."""
OWN = "/me"
"""One's own account: whoever is signed in, whatever they may."""


@pytest.fixture
def service(request: pytest.FixtureRequest, nats_server: NatsServer, nc: Client, tmp_path: Path) -> Service:
    definition: Definition = request.param
    return small.service(definition, "levels", nc, nats_server, tmp_path)


@pytest.mark.parametrize("service", DEFINITIONS, ids=lambda d: d.name, indirect=True)
async def test_what_is_open_to_everybody_is_named_here_and_all_else_asks_who_comes(service: Service) -> None:
    app: FastAPI = service_app(service)
    open_, unguarded = set(), set()
    for route in iter_route_contexts(app.routes):
        for method in route.methods or ():
            if method == "HEAD" or route.path == app.openapi_url:
                continue
            if admitted not in {one.call for one in route.dependant.dependencies}:
                unguarded.add(f"{method} {route.path}")
            if level_of(route.endpoint, method) == "public" and not str(route.path).startswith(OWN):
                open_.add(f"{method} {route.path}")
    assert unguarded == set()
    assert open_ - EVERYWHERE - ASKED_INSIDE == OPEN.get(service.name, set())
    await service.store.close()
    service.keyring.close()


@pytest.mark.parametrize("service", DEFINITIONS[:1], ids=lambda d: d.name, indirect=True)
async def test_a_router_that_somebody_adds_later_is_guarded_too(service: Service) -> None:
    app = service_app(service)

    @app.get("/late")
    async def late() -> None: ...

    route = next(r for r in iter_route_contexts(app.routes) if r.path == "/late")
    assert admitted in {one.call for one in route.dependant.dependencies}
    assert root_of({"directory": service}, service.settings)
    await service.store.close()
    service.keyring.close()
