"""The pages of the bulletins: all on the front page, and each with its issues."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import Response

from services.newsletter.bulletins.domain.bulletin import bulletin_id
from services.newsletter.bulletins.queries import bulletin_of, opened
from services.newsletter.bulletins.views import ISSUES, first_open
from services.newsletter.delivery.queries import in_doubt
from services.newsletter.delivery.worker import SENDING
from services.newsletter.subscriptions.queries import readers_of
from services.newsletter.subscriptions.views import SUBSCRIBERS
from shared.kernel.command_handler import new_command_id
from shared.kernel.views.projection import Document
from shared.runtime.faces import Views
from shared.web.here import Here
from shared.web.lists import PAGE, PageNumber, pages_total, render

routes = APIRouter(include_in_schema=False)
"""The routes of the pages of the bulletins."""


@routes.get("/")
async def start(service: Here[Views], request: Request) -> Response:
    readers = await service.store.count_by(SUBSCRIBERS, "bulletins")
    there = await opened(service)
    lines = [{**await _line(service, one), "readers": readers.get(one["key"], 0)} for one in there]
    return render(
        service,
        request,
        "bulletins.html",
        lines=lines,
        states=await service.store.count_by(SUBSCRIBERS, "state"),
        more=True,
        doubts=len(await in_doubt(service)),
        trouble=service.parts.of(SENDING).trouble,
    )


async def _line(service: Views, bulletin: Document) -> Document:
    """A bulletin with the issues that are begun or under way, and the last one that was sent."""
    code = bulletin["key"]
    coming = {"bulletin": code, "state": ["draft", "approved"]}
    issues = await service.store.find(ISSUES, coming, sort=["number"], limit=5)
    sent = await service.store.find(ISSUES, {"bulletin": code, "state": "sent"}, sort=["-sent"], limit=1)
    last = sent.documents[0] if sent.documents else None
    return {"bulletin": bulletin, "open": issues.documents, "last": last}


@routes.get("/bulletins/{code}")
async def bulletin(service: Here[Views], request: Request, code: str, page: PageNumber = 1) -> Response:
    store = service.store
    known = await bulletin_of(service, code)
    if not known["opened"] and not known["last"]:
        raise HTTPException(404)
    issues = await store.find(ISSUES, {"bulletin": code}, sort=["-number"], limit=PAGE, offset=(page - 1) * PAGE)
    draft = await store.find(ISSUES, {"bulletin": code, "state": "draft"}, limit=1)
    return render(
        service,
        request,
        "bulletin.html",
        bulletin=known,
        issues=issues,
        readers=await readers_of(service, code),
        page=page,
        pages_total=pages_total(page, issues.total),
        has_draft=draft.total > 0,
        next_number=first_open(known),
        new_id=new_command_id,
        life=str(bulletin_id(code)) if known["opened"] else None,
    )
