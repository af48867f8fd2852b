"""The JSON API that every service has: its commands, its views, and the state of both. Made from their declarations."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Any, Protocol
from uuid import UUID

from fastapi import APIRouter, Header, HTTPException, Path, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse

from shared.contract.fields import Reason, SaidMoment
from shared.identity.capabilities import opening
from shared.kernel.command_handler import HAPPENED, Instead, Why, new_command_id
from shared.kernel.correcting import COMMANDS
from shared.kernel.decider import Command, Refused
from shared.kernel.views.projection import Document, View
from shared.runtime.faces import Desk, Library, Undertakings, Upkeep, Views
from shared.runtime.readiness import Watched, checks_of
from shared.runtime.service import Definition
from shared.web.facts.obstacles import SINCE, WHY, first_day
from shared.web.facts.of_days import no_day_of_now
from shared.web.here import Here
from shared.web.operations.unreadable_records import unreadable_records
from shared.web.past.moments import AsOf, KnownAt, document_then, moment_of, of_days
from shared.web.security.authorization import access, demand, who_of
from shared.web.security.permits import permitted
from shared.web.templating import Pages, language


class Done(BaseModel):
    """What a command came to. `sequence` is the place of its last event in the log, of none where nothing changed."""

    entity: UUID
    sequence: int | None
    events: list[str]
    repeated: bool = Field(description="True when this command had been executed before: this is what it came to then.")
    changed: bool = Field(description="False when all was so already: nothing was written.")


class Found(BaseModel):
    """One page of documents. `sequence`: the event up to which they show the log."""

    documents: list[dict[str, Any]]
    total: int
    sequence: int


class Located(BaseModel):
    """One thing that is wrong, and where: a JSON pointer into the body, or the name of a parameter."""

    detail: str
    pointer: str | None = None
    parameter: str | None = None


class Problem(BaseModel):
    """Why a request went no further: a code for programs, a sentence for people. What waits for another release is said
    as `application/problem+json` (RFC 9457), with `type` `urn:maillage:problem:cannot-read`."""

    error: str
    message: str
    fields: dict[str, str] = {}
    errors: list[Located] = []
    against: dict[str, Any] | None = Field(None, description="The later fact in the way: event, type, sequence.")


IDEMPOTENCY_KEY = (
    "The command's id. The same command (kind, entity, sender, fields as sent, `happened`) twice under it is one, and "
    "is answered by the first outcome; another one is refused: 422, `command-id-reused`, and nothing is executed."
)
IN_PLACE = "Events of the same entity that this command takes the place of: they are struck in the same batch."
OF_NOW = "Not taken: this command is always of now (422, `takes-no-day`)."
PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"description": "A problem."} for status in (400, 404, 409, 413, 422, 503)
}
"""What a route of the API may answer instead. The document says of each that it is a Problem (`openapi.py`); named
here, a model would be made for each of them, for each of 400 routes, whenever a process begins."""


ThisDesk = Here[Desk]
Key = Annotated[UUID | None, Header(description=IDEMPOTENCY_KEY)]
Happened = Annotated[SaidMoment | None, Query(description="When it happened, if not now (RFC 3339).")]
NotHappened = Annotated[SaidMoment | None, Query(description=OF_NOW)]
Seen = Annotated[int | None, Query(ge=0, le=2**53, description="The entity's version that you saw.")]
InPlace = Annotated[list[UUID] | None, Query(max_length=20, description=IN_PLACE)]
InPlaceOf = Annotated[
    UUID | None, Query(description="The entity whose beginning they are, where the command else makes a new one.")
]
KnownSince = Annotated[
    UUID | None,
    Query(description="The event that begins the entity: it is put on the command's day, in the same batch."),
]
InPlaceWhy = Annotated[Reason | None, Query(description="Why they are struck, or put on another day.")]
"""What every command is sent with: made once, not anew for the route of each"""
TheseViews = Here[Views]
ThisLibrary = Here[Library]
Searched = Annotated[str, Query(max_length=200, description="Words that must all occur.")]
Sorted = Annotated[str, Query(max_length=100, description="A declared field; `-field` from the end.")]
PageNumber = Annotated[int, Query(ge=1, le=10**6)]
PageSize = Annotated[int, Query(ge=1, le=500)]
"""And every list of a view"""


def kebab(name: str) -> str:
    """`RegisterStructure` → `register-structure`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()


def without_persons(document: Any) -> Any:
    """The document with every sealed value replaced by a mark: the API gives no personal data away."""
    if isinstance(document, dict):
        if {"person", "sealed"} <= document.keys():
            return {"sealed": True}
        return {key: without_persons(value) for key, value in document.items()}
    if isinstance(document, list):
        return [without_persons(each) for each in document]
    return document


def add_api(router: APIRouter, definition: Definition) -> None:
    """Adds the routes under `/<service>/api`. They are added to the router that the requests come to, not included by
    one: of each route that is included FastAPI makes a second one, at the first request, with all its models."""
    deciders = {decider.entity: decider for decider in definition.deciders}
    commands = [command for decider in definition.deciders for command in decider.decisions]
    if any(decider.takes == "day" for decider in definition.deciders):
        commands = [*COMMANDS, *commands]
    for command in commands:
        if not command.internal:
            decider = deciders.get(command.entity)
            _command(router, definition.name, command, decider is not None and decider.takes_day(command))
    for name in definition.retired:
        _retired(router, definition, name)
    for view in definition.views:
        _view(router, definition, view)
    router.include_router(state_routes, prefix="/api", responses=PROBLEMS)


def _command(router: APIRouter, service_name: str, model: type[Command], dated: bool) -> None:
    opened = opening(service_name, model.__name__)

    @access(model.asks, by=opened.name if opened else None)
    async def execute(
        request: Request,
        service: ThisDesk,
        command: Any,
        idempotency_key: Key = None,
        happened: Happened = None,
        version: Seen = None,
        instead: InPlace = None,
        instead_of: InPlaceOf = None,
        known_since: KnownSince = None,
        instead_reason: InPlaceWhy = None,
    ) -> Done:
        await permitted(request, command)
        no_day_of_now(service, model, happened)
        at = aware(happened)
        since = first_day(command, at) if known_since else None
        named = [known_since] if known_since else instead or []
        if named:
            demand(request, model.asks)  # to say it in the place of something is no part of a capability
        if named and instead_reason is None:
            raise Refused("instead-without-reason", field=WHY)
        if known_since and (instead or since is None):
            raise Refused("since-which-day", field=SINCE)
        outcome = await service.execute(
            command,
            id=idempotency_key or new_command_id(),
            actor=who_of(request).actor,
            at=at,
            version=version,
            instead=Instead(tuple(named), instead_reason, since, instead_of) if named and instead_reason else None,
        )
        await service.runner.wait_for(outcome.seq)
        return Done(
            entity=outcome.entity_id,
            sequence=outcome.seq if outcome.changed else None,
            events=list(outcome.events),
            repeated=outcome.repeated,
            changed=outcome.changed,
        )

    execute.__annotations__["command"] = model
    if not dated:
        execute.__annotations__["happened"] = NotHappened
    router.add_api_route(
        f"/api/commands/{kebab(model.__name__)}",
        execute,
        methods=["POST"],
        responses=PROBLEMS,
        name=model.__name__,
        summary=(model.__doc__ or model.__name__).strip().splitlines()[0],
        tags=["commands"],
        operation_id=f"{service_name}_{model.__name__}",
    )


class Gone(Problem):
    """A command that is no more. `instead`: the address of the one that serves now."""

    instead: str


def _retired(router: APIRouter, definition: Definition, name: str) -> None:
    """A command that is no more says which one serves instead, whatever is sent to it."""

    instead = kebab(definition.retired[name].instead)

    @access("editor")
    async def gone(request: Request) -> JSONResponse:
        pages: Pages = request.app.state.pages
        message = pages.lexicon.say("problem.410.command.api", language(request), instead=instead)
        where = f"/{definition.name}/api/commands/{instead}"
        return JSONResponse(Gone(error="command-retired", message=message, instead=where).model_dump(), 410)

    router.add_api_route(
        f"/api/commands/{kebab(name)}",
        gone,
        methods=["POST"],
        responses=PROBLEMS,
        name=name,
        summary=f"No more: {instead} serves instead",
        tags=["commands"],
        deprecated=True,
        operation_id=f"{definition.name}_{name}",
        status_code=410,
        response_model=Gone,
    )


def aware(moment: datetime | None) -> datetime | None:
    """The same moment. Raises Refused for one without a zone."""
    if moment is not None and moment.tzinfo is None:
        raise Refused("time-without-zone", field=HAPPENED)
    return moment


def _view(router: APIRouter, definition: Definition, view: View) -> None:
    @access(view.asks)
    async def list_documents(
        request: Request,
        service: TheseViews,
        q: Searched = "",
        sort: Sorted = "",
        page: PageNumber = 1,
        size: PageSize = 50,
    ) -> Found:
        where = {name: request.query_params.getlist(name) for name in view.fields if name in request.query_params}
        if sort.removeprefix("-") not in (*([] if sort else [""]), "key", *view.fields):
            raise HTTPException(422, "unknown-sort")
        sequence = service.runner.position
        found = await service.store.find(
            view, where, text=q, sort=[sort] if sort else [], limit=size, offset=(page - 1) * size
        )
        return Found(documents=without_persons(found.documents), total=found.total, sequence=sequence)

    list_documents.__doc__ = f"Filters (may be repeated): {', '.join(view.fields) or 'none'}."
    router.add_api_route(
        f"/api/{view.name}",
        list_documents,
        methods=["GET"],
        responses=PROBLEMS,
        summary=f"The view {view.name}",
        tags=["views"],
        operation_id=f"{definition.name}_list_{view.name}",
        openapi_extra={"parameters": [_filter(name) for name in view.fields]},
    )
    (_one_of_days if of_days(view) else _one)(router, definition, view)


def _one(router: APIRouter, definition: Definition, view: View) -> None:
    @access(view.asks)
    async def one_document(service: TheseViews, key: str) -> Document:
        return _shown(await service.store.get(view, key))

    router.add_api_route(f"/api/{view.name}/{{key}}", one_document, **_of_one(definition, view))


def _one_of_days(router: APIRouter, definition: Definition, view: View) -> None:
    @access(view.asks)
    async def one_document_then(
        service: ThisLibrary, key: str, as_of: AsOf = None, known_at: KnownAt = None
    ) -> Document:
        moment = moment_of(as_of, known_at, service.now())
        if not moment.past:
            return _shown(await service.store.get(view, key))
        return _shown(await document_then(service, view, str(UUID(key)), moment) if _is_id(key) else None)

    router.add_api_route(f"/api/{view.name}/{{key}}", one_document_then, **_of_one(definition, view))


def _of_one(definition: Definition, view: View) -> dict[str, Any]:
    """What its route is called, as of a day or not."""
    return {
        "methods": ["GET"],
        "responses": PROBLEMS,
        "summary": f"One document of {view.name}",
        "tags": ["views"],
        "operation_id": f"{definition.name}_get_{view.name}",
    }


def _shown(document: Document | None) -> Document:
    """Raises HTTPException where there is none."""
    if document is None:
        raise HTTPException(404, "not-found")
    shown: Document = without_persons(document)
    return shown


def _is_id(key: str) -> bool:
    try:
        return bool(UUID(key))
    except ValueError:
        return False


def _filter(name: str) -> dict[str, Any]:
    """A filter of a list, as OpenAPI describes it."""
    values = {"type": "array", "items": {"type": "string"}}
    return {"name": name, "in": "query", "required": False, "description": "One of these values.", "schema": values}


Seq = Annotated[int, Path(ge=1, le=2**53, description="The sequence of an event.")]


class ViewState(BaseModel):
    """A view: where it stands, how many documents it has."""

    view: str
    version: int
    sequence: int
    documents: int
    digest: str


class Verified(BaseModel):
    """A view beside its rebuild, at one sequence."""

    view: str
    sequence: int
    live: str
    rebuilt: str
    equal: bool


class Looked(BaseModel):
    """Whether one thing is as it should be, and how it is."""

    good: bool
    text: str


class CannotDecide(BaseModel):
    """A record about which this release decides nothing, since it can't read one of its events."""

    entity: str
    entity_id: str
    event: int
    type: str
    why: Why


class Running(BaseModel):
    """A process that is not over: which, since when, how many steps are done, how far it is where that can be counted,
    and the kind of error that its last try ended in, on the replica that is asked."""

    process: str
    id: UUID
    began: datetime
    steps: int
    done: int | None
    total: int | None
    failing: str | None


class Mended(BaseModel):
    """What was found wrong with views in the last days and mended: `damaged` or `differed`; `view`: which, "" for all
    of them; `aside`: what the damaged file is called now."""

    at: datetime
    how: str
    view: str
    why: str
    differing: int
    aside: str
    parked_lost: bool


class State(BaseModel):
    """How the service is: how far its views are, what is void, unknown or parked; about which records nothing is
    decided; its processes that are not over; what of its views was mended of late, when one was verified last."""

    service: str
    sequence: int
    last: int
    damage: str | None
    void: dict[int, str]
    unknown: dict[str, int]
    cannot_read: list[CannotDecide]
    rebuilding: dict[str, int]
    parked: list[dict[str, Any]]
    processes: list[Running]
    mended: list[Mended]
    verified: datetime | None


class Stated(Undertakings, Upkeep, Protocol):
    """A service that says how it is."""


state_routes = APIRouter()


def _named(service: Views, name: str) -> View:
    found = next((v for v in service.runner.views if v.name == name), None)
    if found is None:
        raise HTTPException(404, "not-found")
    return found


@state_routes.get("/state", tags=["state"], responses={400: {"model": Problem}})  # named once, it is in the document
@access("reader")
async def state(service: Here[Stated]) -> State:
    reports = await service.outside.in_thread(service.mending.told)
    verified = await service.outside.in_thread(service.mending.reports.verified.read)
    return State(
        service=service.name,
        sequence=service.runner.position,
        last=await service.log.last(),
        damage=service.runner.damage,
        void=service.runner.voids,
        unknown=service.runner.unknown,
        cannot_read=[
            CannotDecide(
                entity=one.event.entity,
                entity_id=one.event.entity_id,
                event=one.event.seq,
                type=one.event.type,
                why=one.reason,
            )
            for one in await unreadable_records(service)
        ],
        rebuilding=service.runner.rebuilding,
        parked=[p._asdict() for p in await service.store.parked()],
        processes=[_running(service, one) for one in await service.processes.running()],
        mended=[Mended.model_validate(one, from_attributes=True) for one in reports],
        verified=verified.last,
    )


def _running(service: Undertakings, document: Document) -> Running:
    id = UUID(document["key"])
    failing = service.processes.failing.get(id)
    far = {name: document[name] for name in ("process", "began", "done", "total")}
    return Running(id=id, steps=len(document["steps"]), failing=failing.error if failing else None, **far)


@state_routes.get("/state/checks", tags=["state"])
@access("reader")
async def checks(service: Here[Watched]) -> dict[str, Looked]:
    """As `/readyz` judges them, also while the log does not answer."""
    return {name: Looked(**check) for name, check in (await checks_of(service)).items()}


@state_routes.get("/state/views", tags=["state"])
@access("reader")
async def views(service: Here[Views]) -> list[ViewState]:
    return [
        ViewState(
            view=view.name,
            version=view.version,
            sequence=service.runner.position,
            documents=(await service.store.find(view, limit=1)).total,
            digest=await service.store.digest(view),
        )
        for view in service.runner.views
    ]


@state_routes.post("/state/views/{name}/rebuild", tags=["state"])
@access("administrator")
async def rebuild(service: Here[Views], name: str) -> ViewState:
    view = _named(service, name)
    await service.runner.rebuild(view)
    return next(v for v in await views(service) if v.view == name)


@state_routes.post("/state/views/{name}/verify", tags=["state"])
@access("auditor")
async def verify(service: Here[Views], name: str) -> Verified:
    verdict = await service.runner.verify(_named(service, name))
    return Verified(
        view=verdict.view, sequence=verdict.seq, live=verdict.live, rebuilt=verdict.rebuilt, equal=verdict.equal
    )


@state_routes.post("/state/parked/{reaction}/{seq}/retry", tags=["state"])
@access("administrator")
async def retry(service: Here[Watched], reaction: str, seq: Seq) -> dict[str, bool]:
    if not any(p.reaction == reaction and p.seq == seq for p in await service.store.parked()):
        raise HTTPException(404, "not-found")
    return {"done": await service.reactions.retry(reaction, seq)}


@state_routes.post("/state/parked/{reaction}/{seq}/drop", tags=["state"])
@access("administrator")
async def drop(service: Here[Views], reaction: str, seq: Seq) -> dict[str, bool]:
    await service.store.unpark(reaction, seq)
    return {"done": True}
