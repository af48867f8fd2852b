"""Identifying actors: criteria as an address, who answers on the day asked for, counted and drawn, as a file.

What is kept of it under a name stands in `saved_pages.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import Response

from services.observatory.event_table.moment import AsOf, KnownAt, today
from services.observatory.figures.moment_page import carried as at_moment
from services.observatory.figures.observatory import current
from services.observatory.identification import saved_pages as saved_identification_pages
from services.observatory.identification.criteria import ASKED, Found, criteria_of, identify, query_of
from services.observatory.identification.domain import Criteria
from services.observatory.identification.exports import TYPES
from services.observatory.identification.shown import (
    answered,
    in_words,
    kept,
    label,
    options,
    picked,
    travelling,
    when_as_facts,
    when_in_words,
)
from shared.base.translations import L, Lang, Lexicon, translated
from shared.geo import MAP_CREDIT
from shared.runtime.faces import Chronicle
from shared.web.charts.department_map import department_map, drawn_departments
from shared.web.formatting import department
from shared.web.here import Here
from shared.web.lists import PAGE, PageNumber, pages_total
from shared.web.templating import Pages, here, language

routes = APIRouter(prefix="/identification", include_in_schema=False)
"""The routes under /identification."""

routes.include_router(saved_identification_pages.routes)


@routes.get("")
async def search(
    service: Here[Chronicle], request: Request, as_of: AsOf = None, known_at: KnownAt = None, page: PageNumber = 1
) -> Response:
    observatory = await current(service)
    criteria = criteria_of(request.query_params)
    moment = await observatory.moment(as_of, known_at, today())
    asked = (observatory.table, criteria, moment.as_of, moment.known, PAGE, (page - 1) * PAGE)
    found: Found = await observatory.table.work(identify, *asked)
    pages: Pages = request.app.state.pages
    lexicon, lang = pages.lexicon, language(request)
    carried = urlencode(kept(request.query_params, criteria, moment))
    return pages.render(
        request,
        "identification.html",
        sequence=moment.known,
        criteria=criteria,
        found=found,
        page=page,
        pages_total=pages_total(page, found.total),
        tags=_tags(request, criteria, lexicon, lang),
        facets={name: options(name, found.facets[name], picked(criteria, name), lexicon, lang) for name in ASKED},
        parts={name: options(name, counts, (), lexicon, lang) for name, counts in found.parts.items()},
        chosen={name: picked(criteria, name) for name in ASKED},
        asked_as=ASKED,
        map=_map(request, criteria, found, lang, service.ourselves.region(moment.as_of)),
        files=[(ending.upper(), f"/observatory/identification/export.{ending}?{carried}") for ending in TYPES],
        carried=carried,
        asked=moment,
        **travelling(moment, as_of, known_at),
        credit=MAP_CREDIT,
        directory=urlencode(query_of(criteria)),
        then=f"?{at_moment(moment)}" if moment.as_of != today() or moment.known_at else "",
    )


@routes.get("/export.{ending}")
async def export(
    service: Here[Chronicle], request: Request, ending: str, as_of: AsOf = None, known_at: KnownAt = None
) -> Response:
    if ending not in TYPES:
        raise HTTPException(404)
    observatory = await current(service)
    criteria = criteria_of(request.query_params)
    moment = await observatory.moment(as_of, known_at, today())
    found: Found = await observatory.table.work(identify, observatory.table, criteria, moment.as_of, moment.known)
    about = [*in_words(criteria, request), *when_in_words(moment, request)]
    facts = {"criteria": criteria.model_dump(), **when_as_facts(moment)}
    return await answered(service, request, ending, found.actors, about, facts, f"acteurs_{moment.as_of}")


def _tags(request: Request, criteria: Criteria, lexicon: Lexicon, lang: Lang) -> list[tuple[str, str]]:
    """What is chosen, each with the address without it."""
    found = []
    for name, values in criteria.chosen().items():
        for value in values:
            others = [str(one) for one in values if one != value]
            found.append((label(name, value, lexicon, lang), here(request, **{ASKED[name]: others})))
    return found


def _map(request: Request, criteria: Criteria, found: Found, lang: Lang, region: Sequence[str]) -> dict[str, Any]:
    """The departments of the region of that day with their numbers, and how many are elsewhere."""
    counts = found.facets["departments"]
    codes = drawn_departments(region, counts)
    drawn = department_map(
        {code: counts.get(code, 0) for code in codes},
        lambda code: here(request, department=code),
        translated(L("Acteurs par département"), lang),
        codes,
        current=set(criteria.departments),
        lang=lang,
    )
    rows = [(f"{department(code)} ({code})", here(request, department=code), counts.get(code, 0)) for code in codes]
    return {"svg": drawn, "rows": rows, "elsewhere": sum(n for code, n in counts.items() if code not in codes)}
