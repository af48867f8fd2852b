"""What members have published, as the team reads it."""

from __future__ import annotations

from typing import get_args

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.directory.publications.views import PUBLICATIONS
from shared.contract.directory.publications import PublicationSort
from shared.runtime.faces import Views
from shared.web.here import Here
from shared.web.lists import PAGE, PageNumber, pages_total, render
from shared.web.markdown import as_plain

routes = APIRouter(include_in_schema=False)
"""`/directory/publications`."""


@routes.get("/publications")
async def publications(service: Here[Views], request: Request, sort: str = "", page: PageNumber = 1) -> Response:
    where = {"sort": sort} if sort in get_args(PublicationSort) else {}
    found = await service.store.find(PUBLICATIONS, where, sort=["-at"], limit=PAGE, offset=(page - 1) * PAGE)
    return render(
        service,
        request,
        "publications.html",
        found=found,
        page=page,
        pages_total=pages_total(page, found.total),
        chosen=sort,
        words=as_plain,
    )
