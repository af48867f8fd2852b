"""The pages of individual support and media coverage, and the choice of the structure that a note is about."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request
from starlette.responses import Response

from services.directory.casework.lists import by_year_chart, notes, whole_years
from services.directory.casework.views import COVERAGES, SUPPORTS
from services.directory.search.finder import finder_of
from services.directory.structures.record_fields import place_of
from services.directory.structures.views import STRUCTURES
from shared.kernel.command_handler import new_command_id
from shared.runtime.faces import Views
from shared.web.here import Here
from shared.web.lists import PAGE, Chosen, PageNumber, Words, pages_total, render
from shared.web.security.authorization import access

CHOSEN_FOR = {"GiveSupport": "/directory/supports", "NoteMediaCoverage": "/directory/coverages"}
"""Commands about one structure, and the list that each is begun from."""
MEDIA = 12  # media that the filter offers, those named most
Id = Annotated[str, Query(max_length=36)]


routes = APIRouter(include_in_schema=False)
"""The routes of both lists."""


@routes.get("/supports")
async def supports(
    service: Here[Views],
    request: Request,
    q: Words = "",
    kind: Chosen = None,
    year: Chosen = None,
    structure: Id = "",
    page: PageNumber = 1,
) -> Response:
    store = service.store
    found = await notes(
        store,
        finder_of(service),
        SUPPORTS,
        "kind",
        q=q,
        structure=structure,
        years=year or [],
        values=kind or [],
        page=page,
    )
    return render(
        service,
        request,
        "supports.html",
        q=q,
        found=found,
        kind=kind or [],
        year=year or [],
        page=page,
        structure=structure,
        structure_name=await _name_of(service, structure),
        kinds=(await service.lists.now()).listed("support", [*found.by_facet, *(kind or [])]),
        pages_total=pages_total(page, found.page.total),
        command_id=new_command_id,
        years=whole_years(found.by_year),
        chart=by_year_chart(service, request, "supports.by-year", found.by_year),
    )


@routes.get("/coverages")
async def coverages(
    service: Here[Views],
    request: Request,
    q: Words = "",
    medium: Chosen = None,
    year: Chosen = None,
    structure: Id = "",
    page: PageNumber = 1,
) -> Response:
    found = await notes(
        service.store,
        finder_of(service),
        COVERAGES,
        "medium",
        q=q,
        structure=structure,
        years=year or [],
        values=medium or [],
        page=page,
    )
    media = sorted(found.by_facet.items(), key=lambda pair: (-pair[1], pair[0]))
    return render(
        service,
        request,
        "coverages.html",
        q=q,
        found=found,
        medium=medium or [],
        year=year or [],
        page=page,
        structure=structure,
        structure_name=await _name_of(service, structure),
        media=[pair for n, pair in enumerate(media) if n < MEDIA or pair[0] in (medium or [])],
        pages_total=pages_total(page, found.page.total),
        command_id=new_command_id,
        years=whole_years(found.by_year),
        chart=by_year_chart(service, request, "coverages.by-year", found.by_year),
    )


@routes.get("/choose/{command}")
@access("editor")
async def choose(service: Here[Views], request: Request, command: str, q: Words = "") -> Response:
    """The structure first: a note is about one."""
    if command not in CHOSEN_FOR:
        raise HTTPException(404)
    found = await finder_of(service).find(q, limit=PAGE, count=(), order="name" if q else "-seen")
    return render(
        service,
        request,
        "choose_structure.html",
        command=command,
        back=CHOSEN_FOR[command],
        q=q,
        found=found,
        place=place_of,
    )


async def _name_of(service: Views, structure: str) -> str | None:
    document = await service.store.get(STRUCTURES, structure) if structure else None
    return document["name"] if document else None
