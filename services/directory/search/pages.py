"""The search: one box, facets with counts, the map and its table, orders, pages, any past day; exports of what was
found."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastapi import APIRouter, Depends, HTTPException, Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from services.directory.search.exports import FORMATS, exporter, file_name
from services.directory.search.facets import chips, first_of, options, picture
from services.directory.search.finder import Finder, finder_of
from services.directory.search.query import ORDERS, Asked, asked, found, records
from services.directory.structures.record_fields import commune_named, place_of
from shared.geo import MAP_CREDIT, communes_beginning
from shared.runtime.faces import Views
from shared.runtime.parts import Key
from shared.web.here import Here
from shared.web.lists import PageNumber, Words, pages_total, render
from shared.web.security.authorization import access
from shared.web.templating import Pages, language

SHOWN = 8  # values of a long facet that stand there at once
OFFERED = ("csv", "xlsx", "geojson", "json")
SUGGESTED = 12  # communes
Beside = Callable[[Finder, Asked], Awaitable[object]]
"""What stands beside the structures that were found, as `search.html` shows it; None for nothing"""
BESIDE: Key[Beside] = Key("directory.beside-search")
"""It, from the search's opening on"""


def offered(question: Asked) -> list[tuple[str, str]]:
    """The exports of what was found: how each is called, and its address."""
    names = {name: "GeoJSON" if name == "geojson" else FORMATS[name].suffix.upper() for name in OFFERED}
    return [(said, f"/directory/export.{name}?{question.query()}".rstrip("?")) for name, said in names.items()]


routes = APIRouter(include_in_schema=False)
"""`/directory/`, `/directory/export.<format>`, and the communes that a form suggests."""


@routes.get("/")
async def search(
    service: Here[Views], request: Request, page: PageNumber = 1, question: Asked = Depends(asked)
) -> Response:
    pages: Pages = request.app.state.pages
    lexicon, lang = pages.lexicon, language(request)
    results = await found(service, question, page)
    facets = {
        name: options(name, counts, question.where.get(name, ()), lexicon, lang, first_of(name, request))
        for name, counts in results.facets.items()
        if name != "commune"
    }
    return render(
        service,
        request,
        "search.html",
        asked=question,
        results=results,
        facets=facets,
        page=page,
        pages_total=pages_total(page, results.total),
        chips=chips(question, request, lexicon, lang),
        map=picture(question, results, request, lexicon, lang),
        credit=MAP_CREDIT,
        shown=SHOWN,
        orders=ORDERS,
        exports=offered(question),
        beside=await service.parts.of(BESIDE)(finder_of(service), question),
        then=question.moment,
        as_of=question.moment.as_of,
        known_at=question.moment.known_at,
        place=place_of,
        everything=f"/directory/{question.moment.query}",
    )


@routes.get("/export.{format}")
async def export(service: Here[Views], request: Request, format: str, question: Asked = Depends(asked)) -> Response:
    if format not in FORMATS:
        raise HTTPException(404)
    documents, college = await records(service, question)
    how = exporter(service, request.app.state.pages, language(request), college)
    moment = question.moment
    days = [f"{moment.as_of}"] if moment.as_of else []
    days += [f"known-{moment.known_at}"] if moment.known_at else []
    name = file_name(format, ("structures", *days))
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-cache"}
    return StreamingResponse(how.write(format, documents), headers=headers, media_type=FORMATS[format].media_type)


@routes.get("/communes")
@access("public")
async def suggested(q: Words = "") -> Response:
    return JSONResponse([commune_named(one.code) for one in communes_beginning(q, limit=SUGGESTED)])
