"""Where the observatory begins: what the log holds, how the printed review stands to it, the latest events."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.observatory.event_table.moment import AsOf, KnownAt, Moment, today
from services.observatory.figures.moment_page import render
from services.observatory.figures.observatory import current
from services.observatory.indicators import LISTED
from services.observatory.journal import lines as journal
from services.observatory.search import event_query
from shared.runtime.faces import Chronicle
from shared.web.here import Here
from shared.web.templating import language

routes = APIRouter(include_in_schema=False)
"""The route of the observatory's first page."""


@routes.get("/")
async def start(service: Here[Chronicle], request: Request, as_of: AsOf = None, known_at: KnownAt = None) -> Response:
    observatory = await current(service)
    table = observatory.table
    asked = await observatory.moment(as_of, known_at, today())
    counts = await table.ask(
        "SELECT service, count(*) AS n, max(seq) AS last FROM events WHERE seq <= $known AND day <= $as_of "
        "GROUP BY service ORDER BY service",
        {"known": asked.known, "as_of": asked.as_of},
    )
    wanted = event_query.Wanted(until=asked.as_of, known_until=asked.known_at)
    rows = await event_query.found(table, wanted, limit=6, newest=True)
    printed = observatory.network.printed
    review = [
        row
        for one in observatory.network.reviews
        for row in await observatory.review(Moment(one.as_of, asked.known_at, asked.known), one.name)
    ]
    return render(
        request,
        "start.html",
        observatory,
        asked if as_of or known_at else None,
        counts=counts,
        indicators=len(LISTED),
        title=printed.title if printed else None,
        figures=len(review),
        equal=sum(row.equal is True for row in review),
        doubts=sum(row.equal is False and row.doubt for row in review),
        lines=await journal.lines(table, rows, language(request)),
    )
