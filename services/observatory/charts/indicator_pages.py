"""The pages of indicators: all of them, and the figures of one."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import Response

from services.observatory.charts.drawing import Context
from services.observatory.charts.drawing import name as called
from services.observatory.event_table.moment import AsOf, KnownAt, Year, today, year_of
from services.observatory.figures.moment_page import carried, render
from services.observatory.figures.observatory import current
from services.observatory.indicators import INDICATORS
from services.observatory.network import whose
from shared.runtime.faces import Chronicle
from shared.web.here import Here
from shared.web.templating import language

routes = APIRouter(prefix="/indicators", include_in_schema=False)
"""The routes under /indicators."""


@routes.get("")
async def indicators(
    service: Here[Chronicle], request: Request, as_of: AsOf = None, known_at: KnownAt = None
) -> Response:
    observatory = await current(service)
    moment = await observatory.moment(as_of, known_at, today()) if as_of or known_at else None
    return render(
        request,
        "indicators.html",
        observatory,
        moment,
        indicators=[INDICATORS[name] for name in sorted(await observatory.listed())],
        carried=carried(moment) if moment else "",
    )


@routes.get("/{name}")
async def indicator(
    service: Here[Chronicle],
    request: Request,
    name: str,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    first: Year = None,
    last: Year = None,
) -> Response:
    if name not in INDICATORS:
        raise HTTPException(404)
    observatory = await current(service)
    moment = await observatory.moment(as_of, known_at, today())
    answer = await observatory.ask(name, moment, year_of(first), year_of(last))
    where = Context(moment.as_of, range(0), language(request), request.app.state.pages.lexicon, network=whose(request))
    travelling = moment if as_of or known_at else None
    return render(
        request,
        "indicator.html",
        observatory,
        travelling,
        indicator=INDICATORS[name],
        day_asked=moment.as_of,
        query=carried(moment),
        values=[(path, called(INDICATORS[name], path, where), one) for path, one in sorted(answer.items())],
        known=moment.known,
        linked=not (first or last or INDICATORS[name].parameters),
    )
