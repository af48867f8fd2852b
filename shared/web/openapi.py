"""The OpenAPI document of a service says who may ask what: the ways to show who one is, and each operation's level."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from shared.web.security.authorization import cookie_name, level_of

SCHEMES = ("token", "session")
REFUSALS = {
    "400": "Not to be read.", "401": "Nobody in particular asks.", "403": "Not for this role.", "404": "Not there.",
    "408": "Too slow.", "409": "Something else came in between.", "413": "Too large.",
    "421": "Asked under another name.", "422": "Refused, with a sentence that says why.",
    "429": "Too often: see Retry-After.", "503": "The log does not answer; try again.",
}  # fmt: skip
"""What any operation may answer instead; each is a Problem."""
PROBLEM = {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}


def described(app: FastAPI) -> Callable[[], dict[str, Any]]:
    """The app's own `openapi`, with security schemes, and with `security` and `x-level` at each operation."""
    plain = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = plain()
            document.setdefault("components", {})["securitySchemes"] = {
                "token": {"type": "http", "scheme": "bearer", "description": "A token of an account: `mlg_…`."},
                "session": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": cookie_name(app.state.service.settings),
                    "description": "Set by signing in. A request that changes something must come from our own pages.",
                },
            }
            for path, method, level in _levels(app):
                operation = document["paths"].get(path, {}).get(method.lower())
                if operation is not None:
                    operation["x-level"] = level
                    if path.startswith("/api/"):
                        for status, what in REFUSALS.items():
                            operation["responses"][status] = {"description": what, "content": PROBLEM}
                    operation["security"] = [] if level == "public" else [{name: []} for name in SCHEMES]
        assert app.openapi_schema is not None  # `plain` keeps it there
        return app.openapi_schema

    return openapi


def _levels(app: FastAPI) -> Iterator[tuple[str, str, str]]:
    """Path, method and level of each operation."""
    for route in iter_route_contexts(app.routes):
        endpoint = getattr(route, "endpoint", None)
        for method in getattr(route, "methods", None) or ():
            yield route.path or "", method, level_of(endpoint, method)
