"""The page of the projects that are presented at a gathering."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.events.gatherings.views import GATHERINGS
from services.events.projects.views import PROJECTS
from shared.runtime.faces import Views
from shared.web.here import Here
from shared.web.lists import PAGE, Chosen, PageNumber, Words, pages_total, render

routes = APIRouter(include_in_schema=False)
"""The routes of the page of projects."""


@routes.get("/projects")
async def projects(
    service: Here[Views], request: Request, q: Words = "", year: Chosen = None, page: PageNumber = 1
) -> Response:
    store = service.store
    where = {"year": year} if year else {}
    found = await store.find(PROJECTS, where, text=q, sort=["-year", "title"], limit=PAGE, offset=(page - 1) * PAGE)
    agoras = await store.get_many(GATHERINGS, sorted({d["gathering"] for d in found.documents if d["gathering"]}))
    return render(
        service,
        request,
        "projects.html",
        q=q,
        found=found,
        page=page,
        pages_total=pages_total(page, found.total),
        chosen=year or [],
        years=await store.count_by(PROJECTS, "year", text=q),
        agoras=agoras,
    )
