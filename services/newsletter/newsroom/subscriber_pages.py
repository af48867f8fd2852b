"""The pages of subscribers, and of the deliveries in doubt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, HTTPException, Query, Request
from fastapi.responses import RedirectResponse
from starlette.responses import Response

from services.newsletter.bulletins.queries import bulletins, bulletins_then, titles
from services.newsletter.bulletins.views import ISSUES
from services.newsletter.delivery.queries import in_doubt
from services.newsletter.delivery.views import DELIVERIES
from services.newsletter.subscriptions.domain import subscriber_id
from services.newsletter.subscriptions.queries import readers_among, subscribers_then
from services.newsletter.subscriptions.views import SUBSCRIBERS
from services.newsletter.subscriptions.views import as_of as subscriber_as_of
from shared.kernel.command_handler import new_command_id
from shared.kernel.views.projection import Document, Page
from shared.runtime.faces import Library, Office, OpenViews
from shared.web.here import Here
from shared.web.lists import PAGE, pages_total, render
from shared.web.past.moments import AsOf, KnownAt, Moment, moment_of
from shared.web.security.authorization import access
from shared.web.security.redaction import revealed
from shared.web.templating import language

routes = APIRouter(include_in_schema=False)
"""The routes of the pages of subscribers and deliveries."""


@routes.get("/subscribers")
async def subscribers(
    service: Here[Library],
    request: Request,
    bulletin: Annotated[str, Query(max_length=60)] = "",
    state: Annotated[str, Query(max_length=20)] = "",
    unknown: bool = False,
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
    as_of: AsOf = None,
    known_at: KnownAt = None,
) -> Response:
    store = service.store
    moment = moment_of(as_of, known_at, service.now())
    there = await (bulletins_then(service, moment) if moment.past else bulletins(service))
    readers: Mapping[str, int]
    if moment.past:
        everybody = await subscribers_then(service, moment)
        readers = readers_among(everybody)
        chosen = [one for one in everybody if bulletin in ("", *one["bulletins"]) and state in ("", one["state"])]
        found = Page(chosen[(page - 1) * PAGE : page * PAGE], len(chosen))
    else:
        readers = await store.count_by(SUBSCRIBERS, "bulletins")
        where = {**({"bulletins": bulletin} if bulletin else {}), **({"state": state} if state else {})}
        found = await store.find(SUBSCRIBERS, where, sort=["-asked"], limit=PAGE, offset=(page - 1) * PAGE)
    return render(
        service,
        request,
        "subscribers.html",
        found=found,
        page=page,
        pages_total=pages_total(page, found.total),
        readers=readers,
        # Those of a closed bulletin stay as long as somebody reads it.
        codes=[one["code"] for one in there if one["open"] or readers.get(one["code"])],
        shut=[one["code"] for one in there if not one["open"]],
        titles=await titles(service, language(request), moment.as_of),
        then=moment,
        as_of=moment.as_of,
        known_at=moment.known_at,
        chosen=bulletin,
        state=state,
        unknown=unknown,
    )


@routes.post("/subscribers/find")
@access("editor")
async def find_subscriber(service: Here[OpenViews], address: Annotated[str, Form(max_length=500)] = "") -> Response:
    """By POST, so that no address stands in an address."""
    person = service.keyring.find(address)
    key = str(subscriber_id(person)) if person else ""
    if not person or await service.store.get(SUBSCRIBERS, key) is None:
        return RedirectResponse("/newsletter/subscribers?unknown=true", 303)
    return RedirectResponse(f"/newsletter/subscribers/{key}", 303)


@routes.get("/subscribers/{key}")
async def subscriber(
    service: Here[Office], request: Request, key: str, as_of: AsOf = None, known_at: KnownAt = None
) -> Response:
    known = await service.store.get(SUBSCRIBERS, key)
    if known is None:
        raise HTTPException(404)
    moment = moment_of(as_of, known_at, service.now())
    if moment.past:
        return await _subscriber_then(service, request, known, moment)
    sent = await service.store.find(DELIVERIES, {"subscriber": key}, sort=["-begun"], limit=50)
    issues = await service.store.get_many(ISSUES, sorted({d["issue"] for d in sent.documents if d["issue"]}))
    history = await service.execute.history("subscriber", UUID(key))
    return render(
        service,
        request,
        "subscriber.html",
        subscriber=known,
        address=revealed(request, service, known["email"]),
        sent=sent,
        new_id=new_command_id,
        issues=issues,
        history=list(reversed(history.events)),
        titles=await titles(service, language(request)),
        then=moment,
    )


async def _subscriber_then(service: Office, request: Request, now: Document, moment: Moment) -> Response:
    """What was asked for, confirmed and left by then; what was sent is told of today alone."""
    history = await service.execute.history("subscriber", UUID(now["key"]))
    told = [one for one in history.events if moment.has(one.cloud.time, one.cloud.recordedtime)]
    return render(
        service,
        request,
        "subscriber_then.html",
        subscriber=subscriber_as_of(now, moment),
        key=now["key"],
        address=revealed(request, service, now["email"]),
        history=list(reversed(told)),
        titles=await titles(service, language(request), moment.as_of),
        then=moment,
        as_of=moment.as_of,
        known_at=moment.known_at,
    )


@routes.get("/deliveries")
async def deliveries(service: Here[OpenViews], request: Request) -> Response:
    found = await in_doubt(service)
    people = await service.store.get_many(SUBSCRIBERS, sorted({d["subscriber"] for d in found}))
    issues = await service.store.get_many(ISSUES, sorted({d["issue"] for d in found if d["issue"]}))
    # Opened here: whether it arrived is found out in the mail server's log, or by asking the person.
    addresses = {key: revealed(request, service, person["email"]) for key, person in people.items()}
    return render(
        service,
        request,
        "deliveries.html",
        found=found,
        issues=issues,
        addresses=addresses,
        titles=await titles(service, language(request)),
    )
