"""The pages of what members sign and where they belong: the charter and the colleges. Members themselves are shown by
`register`, beside what others keep of them."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.membership.base.queries import CURRENT
from services.membership.base.rendering import render
from services.membership.members.queries import charter_versions, colleges_by_code
from services.membership.members.views import MEMBERS
from shared.notions.membership import CHARTER_ID
from shared.notions.vocabularies.view import known_lists
from shared.runtime.faces import OpenViews
from shared.web.here import Here

routes = APIRouter(include_in_schema=False)
"""The routes of the pages of the charter and of the colleges."""


@routes.get("/charter")
async def charter(service: Here[OpenViews], request: Request) -> Response:
    return render(
        service,
        request,
        "charter.html",
        charter_id=str(CHARTER_ID),
        versions=await charter_versions(service),
        signed=await service.store.count_by(MEMBERS, "charter_version"),
        current=await service.store.count_by(MEMBERS, "charter_version", CURRENT),
    )


@routes.get("/colleges")
async def colleges(service: Here[OpenViews], request: Request) -> Response:
    counts = await service.store.count_by(MEMBERS, "college", CURRENT)
    return render(
        service,
        request,
        "colleges.html",
        colleges=await colleges_by_code(service),
        codes=known_lists().listed("college", counts),
        counts=counts,
    )
