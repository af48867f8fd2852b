"""The team's work list of structures that wish to stand in the public directory: looked at, then listed or declined."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse
from starlette.responses import Response

from services.directory.claims.views import CLAIMS
from services.directory.listings.mail import tell_declined, tell_listed
from services.directory.search.finder import finder_of
from services.directory.structures.domain.listing import DeclineListing, ListStructure
from services.directory.structures.views import STRUCTURES
from shared.geo import commune
from shared.kernel.command_handler import new_command_id
from shared.kernel.decider import Command
from shared.runtime.faces import Desk, Views
from shared.web.facts.outcomes import in_address
from shared.web.forms.guarded_form import Wrong, carried_out
from shared.web.here import Here
from shared.web.lists import PAGE, PageNumber, pages_total, render
from shared.web.markdown import as_plain
from shared.web.security.authorization import access
from shared.web.templating import language

LISTINGS = "/directory/listings"


routes = APIRouter(prefix="/listings", include_in_schema=False)
"""The routes of the work list."""


@routes.get("")
async def listings(service: Here[Views], request: Request, page: PageNumber = 1) -> Response:
    return await _work_list(service, request, page)


@routes.post("/{key}/accept")
@access("editor")
async def accept(service: Here[Desk], request: Request, key: UUID) -> Response:
    return await _done(service, request, key, lambda reason: ListStructure(structure=key))


@routes.post("/{key}/decline")
@access("editor")
async def decline(service: Here[Desk], request: Request, key: UUID) -> Response:
    return await _done(service, request, key, lambda reason: DeclineListing(structure=key, reason=reason))


async def _work_list(service: Views, request: Request, page: int = 1, status: int = 200, **context: Any) -> Response:
    where = {"wished": True, "closed": False}  # those that wait longest first
    found = await service.store.find(STRUCTURES, where, sort=["seq"], limit=PAGE, offset=(page - 1) * PAGE)
    finder = finder_of(service)
    await finder.current()
    listed = await service.store.find(STRUCTURES, {"listed": True, "closed": False}, limit=1)
    given = {"failed": None, "at": None, "reason": "", **context}
    return render(
        service,
        request,
        "listings.html",
        status=status,
        found=found,
        page=page,
        pages_total=pages_total(page, found.total),
        listed=listed.total,
        new_id=new_command_id,
        college={one["key"]: finder.college(one["key"]) for one in found.documents},
        towns={one["key"]: _town(one["commune"]) for one in found.documents},
        claims=(await service.store.find(CLAIMS, {"state": "open"}, limit=1)).total,
        words=as_plain,
        **given,
    )


async def _done(service: Desk, request: Request, key: UUID, make: Callable[[str], Command]) -> Response:
    """Carries the answer out, and tells the structure, once."""
    data = await request.form(max_fields=10, max_files=0)
    reason = str(data.get("reason") or "")[:1000]

    async def made() -> Command:
        return make(reason)

    outcome = await carried_out(service, request, data, DeclineListing, made)
    if isinstance(outcome, Wrong):
        return await _work_list(
            service, request, 1, outcome.status, failed=outcome.sentence, at=str(key), reason=reason
        )
    structure = await service.store.get(STRUCTURES, str(key))
    if structure is not None and outcome.events and outcome.new:
        if structure["listed"]:
            await tell_listed(service, structure, language(request))
        else:
            await tell_declined(service, structure, " ".join(reason.split()), language(request))
    return RedirectResponse(f"{LISTINGS}?{in_address(outcome)}", 303)


def _town(code: str | None) -> str | None:
    found = commune(code) if code else None
    return found.name if found else None
