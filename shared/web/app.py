"""The web front of one service: its own routes, its API, a form for each command, its documents."""

from __future__ import annotations

from typing import Any

import structlog
from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.responses import Response

from shared.contract.asyncapi import asyncapi
from shared.decider import Refused
from shared.execute import Stale
from shared.log import Conflict, Unavailable
from shared.service import Service
from shared.web.api import api
from shared.web.commands import commands
from shared.web.pages import Pages, language
from shared.web.sentences import said_of

log = structlog.get_logger()


def pages_of(service: Service) -> Pages:
    """The pages of a service: its templates, its words, the network's name."""
    return Pages(
        service.name,
        service.definition.folder / "templates",
        service.definition.words,
        network_title=lambda: service.settings.title,
        always=lambda request: {"loopback_only": True, "footnote": service.around.footnote},
    )


def service_app(service: Service) -> FastAPI:
    """The app to be mounted under `/<service>`."""
    app = FastAPI(
        title=f"Maillage: {service.name}",
        version="1",
        summary=f"Commands and views of the service {service.name}.",
        openapi_url="/openapi.json",
        docs_url=None,
        redoc_url=None,
        separate_input_output_schemas=False,
    )
    app.state.service, app.state.pages = service, pages_of(service)
    app.include_router(service.definition.routes(service))
    app.include_router(commands(service, app.state.pages))
    app.include_router(api(service))

    @app.get("/asyncapi.json", include_in_schema=False)
    async def asyncapi_document() -> JSONResponse:
        return JSONResponse(asyncapi(service.network, service.name))

    @app.get("/docs", include_in_schema=False)
    async def docs(request: Request) -> Response:
        pages: Pages = app.state.pages
        return pages.render(
            request,
            "docs.html",
            asyncapi=asyncapi(service.network, service.name),
            openapi=app.openapi(),
            about=service.name,
        )

    for kind in (StarletteHTTPException, RequestValidationError, Refused, Stale, Conflict, Unavailable, Exception):
        app.add_exception_handler(kind, problem)
    return app


STATUS: dict[type[Exception], int] = {
    RequestValidationError: 422, Refused: 422, Stale: 409, Conflict: 409, Unavailable: 503,
}  # fmt: skip


async def problem(request: Request, error: Exception) -> Response:
    """One answer for whatever goes wrong: a sentence, as JSON under /api, as a page elsewhere."""
    pages: Pages = request.app.state.pages
    lang = language(request)
    status = (
        error.status_code if isinstance(error, HTTPException | StarletteHTTPException) else STATUS.get(type(error), 500)
    )
    if status == 500:
        log.error("web.failed", path=request.url.path, error=repr(error), exc_info=error)
    sentence: str | None = None
    fields: dict[str, str] = {}
    code = type(error).__name__.lower()
    if isinstance(error, Refused):
        code = error.code
        sentence = pages.lexicon.say(f"refused.{error.code}", lang, **error.values)
    elif isinstance(error, RequestValidationError):
        code = "invalid"
        # FastAPI puts "body", "query" or "header" before the name of what is wrong.
        details: list[Any] = [{**one, "loc": one["loc"][1:]} for one in error.errors()]
        command = request.app.state.service.execute.commands.get(getattr(request.scope.get("route"), "name", ""))
        fields = said_of(details, command, pages.lexicon, lang)
    elif isinstance(error, StarletteHTTPException):
        code = str(error.detail)
    in_api = "/api/" in request.url.path
    headers = {"Retry-After": "5"} if status == 503 else {}
    if in_api:
        words = pages.lexicon
        message = (
            sentence or f"{words.say(f'problem.{status}', lang)}. {words.say(f'problem.{status}.hint', lang, most='')}"
        )
        body: dict[str, Any] = {"error": code, "message": message, "fields": fields}
        return JSONResponse(body, status, headers)
    page = pages.problem(request, status, sentence)
    page.headers.update(headers)
    return page
