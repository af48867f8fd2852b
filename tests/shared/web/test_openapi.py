"""The document of an API says who may ask what."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from fastapi import FastAPI

from shared.base.settings import Settings
from shared.web.openapi import REFUSALS, described
from shared.web.security.authorization import access, cookie_name


def document() -> dict[str, Any]:
    app = FastAPI()
    app.state.service = SimpleNamespace(settings=Settings())

    @app.get("/api/loans")
    async def loans() -> None: ...

    @app.post("/api/commands/open-loan")
    async def opened() -> None: ...

    @app.get("/ledger")
    @access("public")
    async def ledger() -> None: ...

    app.openapi = described(app)  # type: ignore[method-assign]
    assert app.openapi() is app.openapi()
    return app.openapi()


def test_each_operation_says_its_level_and_how_one_shows_who_one_is() -> None:
    paths = document()["paths"]
    assert paths["/api/loans"]["get"]["x-level"] == "reader"
    assert paths["/api/commands/open-loan"]["post"]["x-level"] == "editor"
    assert (paths["/ledger"]["get"]["x-level"], paths["/ledger"]["get"]["security"]) == ("public", [])
    assert paths["/api/loans"]["get"]["security"] == [{"token": []}, {"session": []}]


def test_the_api_says_each_refusal_and_pages_do_not() -> None:
    found = document()
    assert set(REFUSALS) <= set(found["paths"]["/api/loans"]["get"]["responses"])
    assert "429" not in found["paths"]["/ledger"]["get"]["responses"]
    schemes = found["components"]["securitySchemes"]
    assert schemes["session"]["name"] == cookie_name(Settings()) and schemes["token"]["scheme"] == "bearer"
