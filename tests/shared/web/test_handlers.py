"""A route's function stands at module level, where it can be found, imported and tested."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from fastapi.routing import iter_route_contexts
from nats.aio.client import Client

from deploy.host.all_services import DEFINITIONS
from shared.runtime.nats.embedded_server import NatsServer
from shared.runtime.service import Definition, Service
from shared.web.app import routes_of, service_app
from shared.web.operations.clock import clock
from tests.fixtures import small_directory as small

ROOT = Path(__file__).parents[3]
VERBS = {"get", "post", "put", "delete", "patch", "head", "options", "api_route", "route"}
MADE = {"execute", "gone", "list_documents", "one_document", "one_document_then"}
"""Of `shared/web/api.py`: one for each command, each that is no more and each view, made from their declarations"""
Function = ast.FunctionDef | ast.AsyncFunctionDef


def _handlers(outer: ast.AST) -> set[str]:
    """The functions that routes are led to, by a decorator or by name."""
    found: set[str] = set()
    for node in ast.walk(outer):
        if isinstance(node, Function):
            calls = [one.func for one in node.decorator_list if isinstance(one, ast.Call)]
            if any(isinstance(one, ast.Attribute) and one.attr in VERBS for one in calls):
                found.add(node.name)
        elif isinstance(node, ast.Call):
            said = node.func.func if isinstance(node.func, ast.Call) else node.func
            led = isinstance(node.func, ast.Call) or getattr(said, "attr", "") in ("add_api_route", "add_route")
            if led and isinstance(said, ast.Attribute) and said.attr in {*VERBS, "add_api_route", "add_route"}:
                found |= {one.id for one in node.args if isinstance(one, ast.Name)}
    return found


def closures(text: str) -> Iterator[str]:
    """The handlers that stand inside another function."""
    for outer in ast.parse(text).body:
        if isinstance(outer, Function | ast.ClassDef):
            inside = {one.name for one in ast.walk(outer) if isinstance(one, Function) and one is not outer}
            yield from sorted(_handlers(outer) & inside)


@pytest.mark.slow
def test_handlers_are_no_closures() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {name}"
        for folder in ("services", "shared", "deploy")
        for path in sorted((ROOT / folder).rglob("*.py"))
        for name in closures(path.read_text())
    ]
    assert found == [f"shared/web/api.py: {name}" for name in sorted(MADE)]


def test_a_closure_is_found_however_it_is_registered() -> None:
    decorated = "def routes(service):\n    @router.get('/')\n    async def page(): ...\n"
    named = "def routes(service):\n    async def page(): ...\n    router.post('/')(page)\n"
    added = "def routes(service):\n    async def page(): ...\n    router.add_api_route('/', page)\n"
    assert [list(closures(text)) for text in (decorated, named, added)] == [["page"]] * 3
    assert list(closures("@routes.get('/')\nasync def page(): ...\n")) == []


@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda definition: definition.name)
async def test_no_route_of_a_service_leads_into_a_closure(
    definition: Definition, nats_server: NatsServer, nc: Client, tmp_path: Path
) -> None:
    service = small.service(definition, "handlers", nc, nats_server, tmp_path)
    app = service_app(service)
    led = {one.endpoint.__qualname__ for one in iter_route_contexts(app.routes) if one.path != app.openapi_url}
    assert {name.rpartition(".")[2] for name in led if "<locals>" in name} <= MADE
    await service.store.close()
    service.keyring.close()


async def test_services_of_one_kind_share_their_routes_and_each_answers_for_itself(
    nats_server: NatsServer, nc: Client, tmp_path: Path
) -> None:
    definition = small.definition()
    made = {name: small.service(definition, name, nc, nats_server, tmp_path / name) for name in ("north", "south")}
    apps = {name: service_app(service) for name, service in made.items()}
    of = {name: {id(route) for route in app.routes} for name, app in apps.items()}
    assert {id(route) for route in routes_of(definition)} == of["north"] & of["south"]
    for name in ("north", "south", "north"):
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=apps[name]), base_url="http://test") as client:
            said = (await client.get("/asyncapi.json")).text
        assert name in said and ({"north", "south"} - {name}).pop() not in said
    for service in made.values():
        await service.store.close()
        service.keyring.close()


async def test_a_handler_is_called_as_any_function_is(service: Service) -> None:
    assert (await clock(service)).service == service.name
