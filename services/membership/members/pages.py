"""The pages of what members sign and where they belong: the charter and the colleges. Members themselves are shown by
`register`, beside what others keep of them."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.membership.base.rendering import render
from services.membership.members.queries import charter_versions, colleges_by_code, current_by
from services.membership.members.views import MEMBERS
from shared.base.translations import languages
from shared.notions.membership import CHARTER_ID
from shared.notions.vocabularies import PERSONS, Term
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
        current=await current_by(service, "charter_version"),
    )


@routes.get("/colleges")
async def colleges(service: Here[OpenViews], request: Request) -> Response:
    counts = await current_by(service, "college")
    terms = known_lists().terms("college")
    return render(
        service,
        request,
        "colleges.html",
        colleges=await colleges_by_code(service),
        codes=known_lists().listed("college", counts),
        counts=counts,
        terms=terms,
        again={code: _again(one) for code, one in terms.items()},
    )


def _again(college: Term) -> list[tuple[str, str]]:
    """What the form that opens a college is filled in with where it is changed, or opened again."""
    known = college.in_lists if college.said else {}  # what the product calls it is not the network's word
    titles = [(f"titles.{lang}", known[lang]) for lang in languages() if lang in known]
    said = [("college", college.code), ("rank", str(college.rank)), *titles]
    return [*said, *([("persons", "true")] if PERSONS in college.marks else []), *(("kinds", k) for k in college.kinds)]
