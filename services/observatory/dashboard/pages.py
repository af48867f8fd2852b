"""The dashboard: one address for every state of it, its pictures as files, and the page that does not end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import date
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from services.observatory.charts.drawing import Context, as_sheet, drawn, listed
from services.observatory.charts.files import NoFont, png, sheet, svg
from services.observatory.dashboard.address import MOST_THEMES, Query_, Wanted, asked, context, tags, theme_options
from services.observatory.dashboard.dashboard import Asked, change_in_words, dashboard
from services.observatory.event_table.moment import today, year_of
from services.observatory.figures.observatory import Observatory, current
from services.observatory.indicators import INDICATORS
from services.observatory.journal import lines as journal
from services.observatory.search import event_query
from shared.base.translations import L, translated
from shared.geo import DEPARTMENTS, MAP_CREDIT
from shared.kernel.decider import Refused
from shared.runtime.faces import Chronicle, Premises
from shared.web.formatting import day as written
from shared.web.here import Here
from shared.web.templating import Pages, language

TYPES = {"svg": "image/svg+xml", "png": "image/png", "csv": "text/csv; charset=utf-8"}
LAST_EVENTS = 6
MINUTES = 30  # that a page which does not end goes on; then it says so
FRAMES = 2000
STILL_HERE = 15.0  # seconds between two signs of life


routes = APIRouter(prefix="/dashboard", include_in_schema=False)
"""The routes under /dashboard."""


@routes.get("")
async def page(service: Here[Chronicle], request: Request, want: Query_) -> Response:
    if clean := _cleaned(request, want):
        return RedirectResponse(f"/observatory/dashboard{clean}", 303)
    observatory = await current(service)
    asking = await asked(observatory, want)
    pages: Pages = request.app.state.pages
    shown = await _shown(request, observatory, asking)
    choices = await _choices(observatory, asking, context(request, asking))
    return pages.render(request, "dashboard.html", sequence=asking.moment.known, **shown, **choices)


@routes.get("/chart/{name}.{ending}")
async def chart(service: Here[Chronicle], request: Request, name: str, ending: str, want: Query_) -> Response:
    if name not in INDICATORS or ending not in TYPES:
        raise HTTPException(404)
    observatory = await current(service)
    asking = await asked(observatory, want)
    one, where = INDICATORS[name], context(request, asking)
    answers = await observatory.ask_all([name], asking.moment, asking.filters, asking.first, asking.last)
    if name not in answers:
        raise Refused("cannot-narrow")
    picture = drawn(one, answers[name], where)
    body: str | bytes
    if ending == "csv":
        body = as_sheet(picture.columns, picture.rows, where.lang)
    elif picture.svg is None:
        raise HTTPException(404)
    else:
        on = sheet(where.words(one.title), _sub(request, asking), _foot(service, request, picture.is_map), picture.svg)
        try:
            body = svg(on) if ending == "svg" else await asyncio.to_thread(png, on)
        except NoFont:
            raise Refused("no-font") from None
    file = f"{name}_{asking.moment.as_of}.{ending}"
    return Response(
        body,
        media_type=TYPES[ending],
        headers={
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file)}",
            "Cache-Control": "private, no-cache",
        },
    )


@routes.get("/live")
async def live(service: Here[Chronicle], request: Request, want: Query_) -> Response:
    """The key figures, and again at each event: the page does not end, each state of it hides the one before, and
    no script is needed. Who doesn't ask for a page, or asks for a day in the past, gets one state."""
    observatory = await current(service)
    asking = await asked(observatory, want)
    pages: Pages = request.app.state.pages
    once = "text/html" not in request.headers.get("accept", "") or asking.moment.known_at is not None

    async def frame(number: int) -> str:
        now = await asked(observatory, want)
        shown = await _shown(request, observatory, now, keys_only=True)
        rows = await event_query.found(observatory.table, event_query.Wanted(), limit=LAST_EVENTS, newest=True)
        lines = await journal.lines(observatory.table, rows, language(request))
        page = pages.render(request, "live_frame.html", sequence=now.moment.known, lines=lines, frame=number, **shown)
        return bytes(page.body).decode()

    whole = pages.render(request, "live.html", sequence=None, once=once, **await _head(request, asking))
    begin, end = bytes(whole.body).decode().split("<!-- frames -->")

    async def stream() -> AsyncIterator[str]:
        yield begin
        until = asyncio.get_running_loop().time() + MINUTES * 60
        for number in range(1 if once else FRAMES):
            seen = observatory.table.position
            yield await frame(number)
            while not once and asyncio.get_running_loop().time() < until:
                if await observatory.table.wait_for(seen + 1, timeout=STILL_HERE):
                    break
                yield "<!-- -->\n"  # who went away is noticed
            else:
                break
        yield end

    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no", "Content-Language": language(request)}
    return StreamingResponse(stream(), media_type="text/html; charset=utf-8", headers=headers)


def _cleaned(request: Request, want: Wanted) -> str | None:
    """The address without what says nothing, and with the slider's year as a day; None where it is so already."""
    query = {key: value for key, value in request.query_params.items() if value}
    year = year_of(query.pop("year", None))
    if year is not None:
        now = today()
        query["as_of"] = str(now if year >= now.year else date(year, 12, 31))
    if len(query) == len(request.query_params) and year is None:
        return None
    return "?" + "&".join(f"{key}={quote(value)}" for key, value in query.items()) if query else "?"


async def _head(request: Request, asking: Asked) -> dict[str, Any]:
    return {
        "asked": asking,
        "as_of": asking.moment.as_of if asking.query.get("as_of") or asking.moment.known_at else None,
        "known_at": asking.moment.known_at,
        "moment_query": asking.address(since=None),
        "tags": tags(request, asking.filters, asking),
    }


async def _shown(
    request: Request, observatory: Observatory, asking: Asked, *, keys_only: bool = False
) -> dict[str, Any]:
    """What both pages show."""
    where, lang = context(request, asking), language(request)
    found = await dashboard(observatory, asking, where, keys_only=keys_only)
    return {
        **await _head(request, asking),
        "board": found,
        "where": where,
        "credit": MAP_CREDIT,
        "change": lambda figure: change_in_words(figure, asking.since, lang),
        "behind": lambda figure: (
            f"{where.behind(figure.path) if where.behind else ''}&indicator={figure.indicator.name}"
            f"&first={asking.first}&last={asking.last}"
        ),
    }


async def _choices(observatory: Observatory, asking: Asked, where: Context) -> Mapping[str, Any]:
    """What the filters offer, and the years of the slider."""
    table, moment = observatory.table, asking.moment
    values = {"as_of": moment.as_of, "known": moment.known}
    themes = await table.ask(
        "SELECT theme, count(*) AS n FROM (SELECT unnest(themes) AS theme FROM profile_at($as_of, $known)) "
        f"GROUP BY theme ORDER BY n DESC, theme LIMIT {MOST_THEMES}",
        values,
    )
    departments = await table.ask(
        "SELECT DISTINCT department FROM profile_at($as_of, $known) WHERE department IS NOT NULL", values
    )
    begun = (await table.ask(f"SELECT min(year(day)) AS year FROM {table.known_now}"))[0]["year"]
    now = today().year
    codes = {row["department"] for row in departments} | (
        {asking.filters.department} if asking.filters.department else set()
    )
    first = min(begun or now, moment.as_of.year)
    years = list(range(first, max(now, moment.as_of.year) + 1))
    step = -(-len(years) // 8)
    return {
        "themes": theme_options([row["theme"] for row in themes], asking.filters.theme, where.lang),
        "years": years,
        "kinds": listed(where, "kind", asking.filters.kind),
        "colleges": listed(where, "college", asking.filters.college),
        "departments": sorted(
            ((code, DEPARTMENTS[code].name) for code in codes if code in DEPARTMENTS), key=lambda pair: pair[1]
        ),
        "ticks": [year for at, year in enumerate(reversed(years)) if at % step == 0][::-1],
        "ends": lambda year: str(today() if year >= now else date(year, 12, 31)),
    }


def _sub(request: Request, asking: Asked) -> str:
    """Which state a picture shows, with what it is narrowed to."""
    day, known = written(asking.moment.as_of), written(asking.moment.known_at or today())
    said = translated(
        L("État au {day}, connu le {known}"),
        language(request),
        day=day,
        known=known,
    )
    return " · ".join([said, *(text for text, _ in tags(request, asking.filters))])


def _foot(service: Premises, request: Request, is_map: bool) -> str:
    lead = translated(L("Source\u00a0: journal des événements"), language(request))
    return f"{lead}, {service.ourselves.title}" + (f" · {MAP_CREDIT}" if is_map else "")
