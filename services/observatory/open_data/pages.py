"""Open data: every public indicator as a page, CSV and JSON under an address that stays, with its definition and
licence.

Anybody may read it, other sites too (CORS). What may be told of private persons is decided by releases.py.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode

import orjson
from fastapi import APIRouter, HTTPException, Query, Request
from starlette.responses import Response

from services.observatory.charts.drawing import Context, as_csv, label, name
from services.observatory.dashboard.dashboard import ordered, service_of
from services.observatory.event_table.filtering import ELSEWHERE
from services.observatory.event_table.moment import AsOf, KnownAt, Moment
from services.observatory.figures.observatory import Observatory, current
from services.observatory.indicators import FILTERS, INDICATORS, Filter, Indicator
from services.observatory.indicators.paths import TOTAL
from services.observatory.network import whose
from services.observatory.open_data.releases import LICENCE, Row, parts_of, rows, sure_day
from shared.base.translations import languages, translated
from shared.kernel.decider import Refused
from shared.runtime.faces import Chronicle, Premises
from shared.web.here import Here
from shared.web.security.authorization import access
from shared.web.security.rate_limits import limited
from shared.web.templating import Pages, language

BY: tuple[Filter, ...] = ("department", "college", "kind")
COLUMNS = (
    "path",
    "label",
    "part",
    "part_label",
    "value",
    "state",
    "partial",
    "as_of",
    "known_at",
    "unit",
    "unit_label",
)
HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Link": f'<{LICENCE[1]}>; rel="license"',
    "Cache-Control": "public, max-age=300",
}
By = Annotated[str | None, Query(max_length=20)]


routes = APIRouter(prefix="/open-data", include_in_schema=False)
"""The routes under /open-data."""


@routes.get("")
@access("public")
async def index(service: Here[Chronicle], request: Request, as_of: AsOf = None, known_at: KnownAt = None) -> Response:
    limited(request, "api")
    observatory = await current(service)
    moment = await observatory.moment(as_of, known_at, sure_day(service))
    by_service: dict[str, list[Indicator]] = {}
    mine = await observatory.listed()
    for one in ordered():
        if one.public and one.name in mine:
            by_service.setdefault(service_of(one), []).append(one)
    return _page(request, "open_data.html", moment, as_of, known_at, by_service=by_service)


@routes.get("/{name}.{ending}")
@access("public")
async def file(
    service: Here[Chronicle],
    request: Request,
    name: str,
    ending: str,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    by: By = None,
) -> Response:
    limited(request, "api")
    one = _found(name)
    if ending not in ("csv", "json"):
        raise HTTPException(404)
    observatory = await current(service)
    moment = await observatory.moment(as_of, known_at, sure_day(service))
    released = await _rows(observatory, one, moment, sure_day(service), by)
    where = _where(request, moment)
    lines = [_line(one, row, where, by) for row in released]
    if ending == "csv":
        body = as_csv(COLUMNS, [[line[column] for column in COLUMNS] for line in lines]).encode()
        return Response(body, media_type="text/csv; charset=utf-8", headers=HEADERS)
    return Response(
        orjson.dumps(_document(service, one, moment, lines)), media_type="application/json", headers=HEADERS
    )


@routes.get("/{name}")
@access("public")
async def indicator(
    service: Here[Chronicle], request: Request, name: str, as_of: AsOf = None, known_at: KnownAt = None, by: By = None
) -> Response:
    limited(request, "api")
    one = _found(name)
    observatory = await current(service)
    moment = await observatory.moment(as_of, known_at, sure_day(service))
    where = _where(request, moment)
    released = await _rows(observatory, one, moment, sure_day(service), by)
    query = urlencode({key: value for key, value in (("as_of", as_of), ("known_at", known_at), ("by", by)) if value})
    return _page(
        request,
        "open_indicator.html",
        moment,
        as_of,
        known_at,
        indicator=one,
        by=by or "",
        query=query,
        lines=[(row, _line(one, row, where, by)) for row in released],
        parts=[part for part in BY if part in parts_of(one)],
    )


def _found(name: str) -> Indicator:
    """Raises 404 for an indicator that is none, or is not public."""
    one = INDICATORS.get(name)
    if one is None or not one.public:
        raise HTTPException(404)
    return one


async def _rows(observatory: Observatory, one: Indicator, moment: Moment, day: date, by: str | None) -> list[Row]:
    try:
        return await rows(observatory, one, moment, day, FILTERS[by] if by else None)
    except (KeyError, ValueError):
        raise Refused("unknown-part") from None


def _where(request: Request, moment: Moment) -> Context:
    pages: Pages = request.app.state.pages
    return Context(moment.as_of, range(0), language(request), pages.lexicon, network=whose(request))


def _line(one: Indicator, row: Row, where: Context, by: str | None) -> dict[str, Any]:
    part = None if row.part is None else _code(row.part, where)
    return {
        "path": row.path,
        "label": name(one, row.path, where),
        "part": part,
        "part_label": None if row.part is None else "Total" if row.part == TOTAL else label(where, row.part, by),
        "value": None if row.value is None else int(row.value) if row.value == int(row.value) else row.value,
        "state": row.state,
        "partial": "yes" if row.partial else "no",
        "as_of": str(row.as_of),
        "known_at": str(row.known_at),
        "unit": one.unit,
        "unit_label": where.lexicon.say(f"unit.{one.unit}", where.lang),
    }


def _code(part: str, where: Context) -> str:
    """A part as a column has it; `total`, all of them, has been so in every release."""
    return {ELSEWHERE: label(where, ELSEWHERE), TOTAL: "total"}.get(part, part)


def _document(service: Premises, one: Indicator, moment: Moment, lines: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "name": one.name,
        "title": {lang: translated(one.title, lang) for lang in languages()},
        "version": one.version,
        "unit": one.unit,
        "definition": {lang: translated(one.definition, lang) for lang in languages()},
        "publisher": service.ourselves.title,
        "licence": {"name": LICENCE[0], "url": LICENCE[1]},
        "as_of": str(moment.as_of),
        "known_at": str(moment.known_at or sure_day(service)),
        "figures": [{**line, "partial": line["partial"] == "yes"} for line in lines],
    }


def _page(
    request: Request, template: str, moment: Moment, as_of: str | None, known_at: str | None, **more: Any
) -> Response:
    pages: Pages = request.app.state.pages
    return pages.render(
        request,
        template,
        licence=LICENCE,
        moment_asked=moment,
        as_of=moment.as_of if as_of or known_at else None,
        known_at=moment.known_at,
        moment_query=urlencode({"as_of": str(moment.as_of)} if as_of else {}),
        **more,
    )
