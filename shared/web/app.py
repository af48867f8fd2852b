"""The web front of one service: its own routes, its API, a form for each command, its documents."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import quote

import structlog
from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.routing import BaseRoute

from shared.base.gc_pause import uncollected
from shared.base.translations import Lang
from shared.contract import EVENTS
from shared.contract.asyncapi import asyncapi
from shared.contract.schemas import path_of
from shared.identity.sessions import Unsure
from shared.kernel.command_handler import HAPPENED, CannotRead, Stale
from shared.kernel.decider import Refused
from shared.kernel.eventlog.event_log import Conflict, Unavailable
from shared.kernel.sealing import KeysAway
from shared.kernel.views.projection import StoreAway
from shared.runtime.faces import Premises
from shared.runtime.service import Definition, Service
from shared.web.api import add_api
from shared.web.facts.obstacles import WHY, sentence_of
from shared.web.facts.outcomes import said_after
from shared.web.forms.command_forms import commands
from shared.web.forms.kept_pages import ended, kept_forms, stood_on
from shared.web.forms.typed_days import TypedDays
from shared.web.forms.validation_messages import said_of
from shared.web.here import Here, ThesePages, named_by_the_network, position_first
from shared.web.history.not_shown import facts_instead
from shared.web.history.pages import histories
from shared.web.history.saying_again import sayings
from shared.web.openapi import described
from shared.web.operations.clock import clock_routes
from shared.web.operations.clock_page import clock_pages
from shared.web.operations.readings_noted import Noting
from shared.web.operations.request_metrics import route_of
from shared.web.past.refusing import DAYS, no_other_day
from shared.web.security.authorization import (
    SAFE,
    SIGN_IN_REQUIRED,
    NotProved,
    NotSignedIn,
    NotYours,
    Renewing,
    access,
    admitted,
    identified,
)
from shared.web.security.privacy_pages import privacy
from shared.web.security.rate_limits import Rates, networks
from shared.web.security.reading_pages import readings_routes
from shared.web.security.request_limits import wants_json
from shared.web.service_pages import made_of
from shared.web.templating import Pages, language
from shared.web.times.api import times_routes

log = structlog.get_logger()
SIGN_IN = "/directory/sign-in"
MOST_SAID = 100  # things that are wrong with one request, of which an answer tells
GUARDS = [
    Depends(admitted),
    Depends(no_other_day),
    Depends(position_first),
    Depends(named_by_the_network),
    Depends(said_after),
]
"""Asked before each function of a route"""


documents = APIRouter(include_in_schema=False)
"""What a service says of itself, for programs and as a page."""


@documents.get("/asyncapi.json")
@access("public")
async def asyncapi_document(service: Here[Premises]) -> JSONResponse:
    return JSONResponse(asyncapi(service.network, service.name))


@documents.get("/api/schemas/{name}/{shape}")
@access("public")
async def schema_document(name: str, shape: int) -> Response:
    kind = EVENTS.get(name)
    if kind is None or not 1 <= shape <= kind.shape:
        raise HTTPException(404)
    return Response(path_of(kind, shape).read_bytes(), media_type="application/schema+json")


@documents.get("/docs")
@access("public")
async def docs(service: Here[Premises], pages: ThesePages, request: Request) -> Response:
    return pages.render(
        request,
        "docs.html",
        asyncapi=asyncapi(service.network, service.name),
        openapi=request.app.openapi(),
        about=service.name,
    )


@lru_cache(maxsize=16)
def routes_of(definition: Definition) -> Sequence[BaseRoute]:
    """All that answers for such a service. What a function of a route needs of the service it is given at each request,
    so that these are made once: their models take most of the time that an app takes to begin."""
    with uncollected():
        router = APIRouter(dependencies=GUARDS, generate_unique_id_function=_operation_of(definition.name))
        router.include_router(definition.routes)
        router.include_router(commands)
        if any(decider.takes == "day" for decider in definition.deciders):
            router.include_router(histories)
            router.include_router(sayings)
        router.include_router(privacy)
        router.include_router(readings_routes)
        router.include_router(clock_routes)
        router.include_router(clock_pages)
        router.include_router(times_routes)
        router.include_router(kept_forms)
        add_api(router, definition)
        router.include_router(documents)
        return tuple(router.routes)


def _operation_of(service: str) -> Callable[[APIRoute], str]:
    return lambda route: f"{service}_{route.endpoint.__name__}"


CODES = (
    "A field with `x-vocabulary` holds a code of that list of the network, which "
    "`/membership/api/definitions/lists/{name}` answers as of any day. Codes are not named here: they change with the "
    "network."
)


def service_app(service: Service) -> FastAPI:
    """The app to be mounted under `/<service>`."""
    app = FastAPI(
        title=f"Maillage: {service.name}",
        version="1",
        summary=f"Commands and views of the service {service.name}.",
        description=CODES,
        openapi_url="/openapi.json",
        docs_url=None,
        redoc_url=None,
        separate_input_output_schemas=False,
        generate_unique_id_function=_operation_of(service.name),
        dependencies=GUARDS,
    )
    app.state.service, app.state.pages = service, made_of(service, service.name)
    app.state.rates = Rates(api=service.settings.api_rate, proxies=networks(service.settings.trusted_proxies or ""))
    app.add_middleware(Renewing, settings=service.settings)
    app.add_middleware(TypedDays)
    app.add_middleware(Noting, service=service)
    app.router.routes.extend(routes_of(service.definition))
    app.add_exception_handler(ClientDisconnect, gone)
    for kind in (StarletteHTTPException, RequestValidationError, Refused, Stale, Conflict, Unavailable, Exception):
        app.add_exception_handler(kind, problem)
    app.openapi = described(app)  # type: ignore[method-assign]
    return app


STATUS: dict[type[Exception], int] = {
    RequestValidationError: 422, Refused: 422, Stale: 409, Conflict: 409, Unavailable: 503, StoreAway: 503,
    Unsure: 503,
}  # fmt: skip


def located(where: Sequence[Any], sentence: str) -> dict[str, str]:
    """What is wrong, and where: a JSON pointer into the body (RFC 6901, as RFC 9457 §3 has it), or a parameter's name.
    `where`: "body", "query", "path" or "header", and the way from there."""
    kind, *steps = map(str, where)
    if kind != "body":
        return {"detail": sentence, "parameter": ".".join(steps)}
    return {
        "detail": sentence,
        "pointer": "#" + "".join(f"/{one.replace('~', '~0').replace('/', '~1')}" for one in steps),
    }


async def gone(request: Request, error: Exception) -> Response:
    """For whoever went away amid their own request: nobody reads it, and it is no failure of ours."""
    return Response(status_code=400)


async def problem(request: Request, error: Exception) -> Response:
    """One answer for whatever goes wrong: a sentence, as JSON under /api, as a page elsewhere."""
    pages: Pages = request.app.state.pages
    lang = language(request)
    try:
        await identified(request)  # a page says who is signed in, also where no route was found
    except HTTPException as why:
        error = why
    except Unavailable:  # the page says so without a name
        pass
    known = next((status for kind, status in STATUS.items() if isinstance(error, kind)), 500)
    status = error.status_code if isinstance(error, HTTPException | StarletteHTTPException) else known
    in_json = wants_json(request)
    if isinstance(error, NotSignedIn) and not in_json:
        if request.method in SAFE:
            again = "&again=1" if isinstance(error, NotProved) else ""
            return RedirectResponse(f"{SIGN_IN}?to={quote(_here(request), safe='')}{again}", 303)
        if error.detail == SIGN_IN_REQUIRED or isinstance(error, NotProved):
            return await ended(request)
    if status == 500:
        log.error("web.failed", route=route_of(request.scope), error=repr(error), exc_info=error)
    sentence: str | None = None
    fields: dict[str, str] = {}
    errors: list[dict[str, str]] = []
    code = "failed" if status == 500 else type(error).__name__.lower()
    if isinstance(error, Refused):
        code = error.code
        sentence = sentence_of(error, pages.lexicon, lang, to_programs=in_json)
        if error.field is not None:
            fields[error.field] = sentence
            asked = error.field in (HAPPENED, WHY) or (request.method in SAFE and error.field in DAYS)
            errors = [located(("query" if asked else "body", error.field), sentence)]
    elif isinstance(error, RequestValidationError):
        code = "invalid"
        # FastAPI puts "body", "query" or "header" before the name of what is wrong.
        some = error.errors()[:MOST_SAID]
        details: list[Any] = [{**one, "loc": one["loc"][1:]} for one in some]
        command = request.app.state.service.execute.commands.get(getattr(request.scope.get("route"), "name", ""))
        fields = said_of(details, command, pages.lexicon, lang, to_programs=in_json)
        where = {str(one["loc"][1] if one["loc"][1:] else ""): one["loc"] for one in reversed(some)}
        errors = [located(where[name], text) for name, text in fields.items() if name in where]
    elif isinstance(error, StarletteHTTPException):
        code = str(error.detail)
    if isinstance(error, StoreAway):
        code, sentence = "unavailable", pages.lexicon.say("problem.503.store", lang)
    elif isinstance(error, KeysAway):
        code, sentence = "keys-away", pages.lexicon.say("problem.503.keys", lang)
    elif isinstance(error, CannotRead):
        return await _cannot_read(request, error, lang)
    elif isinstance(error, Unavailable) and request.method not in SAFE:
        sentence = pages.lexicon.say("problem.503.sent", lang)
    if isinstance(error, NotProved):
        sentence = pages.lexicon.say("problem.401.again", lang)
    elif isinstance(error, NotYours) and error.withheld:
        sentence = pages.lexicon.say("problem.403.second-factor", lang)
    elif isinstance(error, NotYours) and error.capability:
        sentence = pages.lexicon.say(f"problem.403.{error.capability}", lang)
    elif isinstance(error, NotYours):
        words = pages.lexicon
        sentence = words.say(
            "problem.403.role",
            lang,
            level=words.say(f"level.{error.level}", lang),
            service=words.say(f"service.{error.service}", lang),
        )
    headers = {"Retry-After": "5"} if status == 503 else dict(getattr(error, "headers", None) or {})
    if in_json:
        words = pages.lexicon
        message = (
            sentence or f"{words.say(f'problem.{status}', lang)}. {words.say(f'problem.{status}.hint', lang, most='')}"
        )
        body: dict[str, Any] = {"error": code, "message": message, "fields": fields, "errors": errors}
        if isinstance(error, Refused) and (of := error.values).keys() >= {"event", "of"}:
            body["against"] = {"event": of["event"], "type": of["of"], "day": of["day"], "sequence": of["seq"]}
        return JSONResponse(body, status, headers)
    if status == 404 and (facts := await facts_instead(request)) is not None:
        return facts
    page = pages.problem(request, status, sentence)
    page.headers.update(headers)
    return page


CANNOT_READ = "urn:maillage:problem:cannot-read"
"""The type (RFC 9457) of a decision that waits for a release which can read what it rests on"""
UPDATED = 300  # seconds after which a program may ask again: nothing changes before the service is updated


async def _cannot_read(request: Request, error: CannotRead, lang: Lang) -> Response:
    """Which record stands still, why, and what to do."""
    pages: Pages = request.app.state.pages
    event, words = error.event, pages.lexicon
    thing = f"thing.{event.service}.{event.entity}"
    title = words.say("problem.503.cannot-read", lang)
    sentence = words.say(
        f"problem.503.cannot-read.{error.reason}",
        lang,
        thing=words.say(thing, lang) if words.has(thing) else event.entity,
        id=event.entity_id[:8],
        seq=event.seq,
    )
    headers = {"Retry-After": str(UPDATED)}
    if wants_json(request):
        body = {
            "type": CANNOT_READ,
            "title": title,
            "status": 503,
            "detail": sentence,
            "error": error.code,
            "message": sentence,
            "fields": {},
            "service": event.service,
            "entity": event.entity,
            "entity_id": event.entity_id,
            "event": event.seq,
            "event_type": event.type,
        }
        return JSONResponse(body, 503, headers, media_type="application/problem+json")
    page = pages.problem(
        request, 503, sentence, title=title, back=await stood_on(request, request.app.state.service), about=event.seq
    )
    page.headers.update(headers)
    return page


def _here(request: Request) -> str:
    """The address that was asked for, as a path of this installation."""
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")
