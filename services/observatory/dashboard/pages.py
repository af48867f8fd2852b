"""The dashboard: one address for every state of it, its pictures as files, and the page that does not end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from services.observatory.api import today
from services.observatory.charts.drawing import Context, as_sheet, drawn, label
from services.observatory.charts.files import NoFont, png, sheet, svg
from services.observatory.dashboard.dashboard import YEARS, Asked, a_year_before, change_in_words, dashboard
from services.observatory.event_table.filtering import COLLEGES, Filters
from services.observatory.event_table.queries import Observatory, current, day_of, year_of
from services.observatory.indicators import INDICATORS
from services.observatory.journal import pages as journal
from services.observatory.network import whose
from shared.geo import DEPARTMENTS, MAP_CREDIT
from shared.kernel.decider import Refused
from shared.runtime.service import Service
from shared.web.formatting import day as written
from shared.web.templating import Pages, language

KINDS = ("association", "public_body", "company", "higher_education", "school", "student_group", "other")
TYPES = {"svg": "image/svg+xml", "png": "image/png", "csv": "text/csv; charset=utf-8"}
MOST_THEMES = 60
LAST_EVENTS = 6
MINUTES = 30  # that a page which does not end goes on; then it says so
FRAMES = 2000
STILL_HERE = 15.0  # seconds between two signs of life
Word = Annotated[str | None, Query(max_length=100)]
Day = Annotated[str | None, Query(max_length=40)]


@dataclass(frozen=True, slots=True)
class Wanted:
    """The query of the dashboard as it came."""

    as_of: str | None
    known_at: str | None
    since: str | None
    year: str | None
    department: str | None
    college: str | None
    theme: str | None
    kind: str | None


def wanted(
    as_of: Day = None, known_at: Day = None, since: Day = None, year: Annotated[str | None, Query(max_length=10)] = None,
    department: Word = None, college: Word = None, theme: Word = None, kind: Word = None,
) -> Wanted:  # fmt: skip
    return Wanted(as_of, known_at, since, year, department, college, theme, kind)


Query_ = Annotated[Wanted, Depends(wanted)]


async def asked(observatory: Observatory, want: Wanted) -> Asked:
    """What an address asks for. Raises Refused for a day, year, department, college or kind that is none."""
    filters = narrowing(want)
    moment = await observatory.moment(want.as_of, want.known_at, today())
    since = day_of(want.since)
    if since is not None and since >= moment.as_of:
        since = None
    last = moment.as_of.year if want.as_of else min(moment.as_of.year, await _last_year(observatory, moment.as_of))
    first = (since + timedelta(days=1)).year if since else last - YEARS + 1
    query = {
        "as_of": want.as_of, "known_at": want.known_at, "since": want.since if since else None, "department": want.department,
        "college": want.college, "theme": want.theme, "kind": want.kind,
    }  # fmt: skip
    said = {name: value for name, value in query.items() if value}
    return Asked(moment, since or a_year_before(moment.as_of), first, max(first, last), filters, said)


def narrowing(want: Wanted) -> Filters:
    """Raises Refused for a department, college or kind that is none; a theme is a free word."""
    for value, known in ((want.department, DEPARTMENTS), (want.college, COLLEGES), (want.kind, KINDS)):
        if value and value not in known:
            raise Refused("unknown-filter", value=value[:40])
    return Filters(want.department or None, want.college or None, want.theme or None, want.kind or None)


async def _last_year(observatory: Observatory, day: date) -> int:
    """The last year in which somebody did something, so that a network at rest is not shown by empty years. What a service
    did by itself, such as a draft that it began, is not meant."""
    sql = (
        "SELECT max(year(day)) AS year FROM events WHERE readable AND service <> 'observatory' AND day <= $day "
        "AND entity NOT IN ('account', 'signing-key', 'import') AND NOT starts_with(actor, 'service:')"
    )
    found = (await observatory.table.ask(sql, {"day": day}))[0]["year"]
    return int(found or day.year)


def context(request: Request, asking: Asked, base: str = "/observatory/review/events") -> Context:
    """What pictures are told."""
    pages: Pages = request.app.state.pages

    def behind(path: str) -> str:
        return f"{base}?{asking.address(as_of=str(asking.moment.as_of), path=path, since=None)}"

    return Context(
        asking.moment.as_of,
        range(asking.first, asking.last + 1),
        language(request),
        pages.lexicon,
        asking.filters,
        behind,
        whose(request),
    )


def routes(service: Service) -> APIRouter:
    """The routes under /dashboard."""
    router = APIRouter(prefix="/dashboard", include_in_schema=False)

    @router.get("")
    async def page(request: Request, want: Query_) -> Response:
        if clean := _cleaned(request, want):
            return RedirectResponse(f"/observatory/dashboard{clean}", 303)
        observatory = await current(service)
        asking = await asked(observatory, want)
        pages: Pages = request.app.state.pages
        shown = await _shown(request, observatory, asking)
        choices = await _choices(observatory, asking, context(request, asking))
        return pages.render(request, "dashboard.html", sequence=asking.moment.known, **shown, **choices)

    @router.get("/chart/{name}.{ending}")
    async def chart(request: Request, name: str, ending: str, want: Query_) -> Response:
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
            on = sheet(
                where.words(one.title), _sub(request, asking), _foot(service, request, picture.is_map), picture.svg
            )
            try:
                body = svg(on) if ending == "svg" else await asyncio.to_thread(png, on)
            except NoFont:
                raise Refused("no-font") from None
        file = f"{name}_{asking.moment.as_of}.{ending}"
        return Response(body, media_type=TYPES[ending], headers={
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file)}", "Cache-Control": "private, no-cache",
        })  # fmt: skip

    _live(router, service)
    return router


def _live(router: APIRouter, service: Service) -> None:
    @router.get("/live")
    async def live(request: Request, want: Query_) -> Response:
        """The key figures, and again at each event: the page does not end, each state of it hides the one before, and
        no script is needed. Who doesn't ask for a page, or asks for a day in the past, gets one state."""
        observatory = await current(service)
        asking = await asked(observatory, want)
        pages: Pages = request.app.state.pages
        once = "text/html" not in request.headers.get("accept", "") or asking.moment.known_at is not None

        async def frame(number: int) -> str:
            now = await asked(observatory, want)
            shown = await _shown(request, observatory, now, keys_only=True)
            rows = await journal.found(observatory.table, journal.Wanted(), limit=LAST_EVENTS, newest=True)
            lines = await journal.lines(observatory.table, rows, language(request))
            page = pages.render(
                request, "live_frame.html", sequence=now.moment.known, lines=lines, frame=number, **shown
            )
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
        "asked": asking, "as_of": asking.moment.as_of if asking.query.get("as_of") or asking.moment.known_at else None,
        "known_at": asking.moment.known_at, "moment_query": asking.address(since=None), "tags": tags(request, asking.filters, asking),
    }  # fmt: skip


async def _shown(
    request: Request, observatory: Observatory, asking: Asked, *, keys_only: bool = False
) -> dict[str, Any]:
    """What both pages show."""
    where, lang = context(request, asking), language(request)
    found = await dashboard(observatory, asking, where, keys_only=keys_only)
    return {
        **await _head(request, asking), "board": found, "where": where, "credit": MAP_CREDIT,
        "change": lambda figure: change_in_words(figure, asking.since, lang),
        "behind": lambda figure: f"{where.behind(figure.path) if where.behind else ''}&indicator={figure.indicator.name}&first={asking.first}&last={asking.last}",
    }  # fmt: skip


def tags(request: Request, filters: Filters, asking: Asked | None = None) -> list[tuple[str, str | None]]:
    """The active filters; on the dashboard each with the address that takes it away."""
    pages: Pages = request.app.state.pages
    where = Context(today(), range(0), language(request), pages.lexicon)
    return [
        (
            value if name == "theme" else label(where, value),
            f"/observatory/dashboard?{asking.address(**{name: None})}" if asking else None,
        )
        for name, value in filters.chosen().items()
    ]


async def _choices(observatory: Observatory, asking: Asked, where: Context) -> Mapping[str, Any]:
    """What the filters offer, and the years of the slider."""
    table, moment = observatory.table, asking.moment
    values = {"as_of": moment.as_of, "known": moment.known}
    themes = await table.ask(
        "SELECT theme, count(*) AS n FROM (SELECT unnest(themes) AS theme FROM profile_at($as_of, $known)) GROUP BY theme "
        f"ORDER BY n DESC, theme LIMIT {MOST_THEMES}",
        values,
    )
    departments = await table.ask(
        "SELECT DISTINCT department FROM profile_at($as_of, $known) WHERE department IS NOT NULL", values
    )
    begun = (await table.ask("SELECT min(year(day)) AS year FROM events WHERE readable"))[0]["year"]
    now = today().year
    offered = {row["theme"] for row in themes} | ({asking.filters.theme} if asking.filters.theme else set())
    codes = {row["department"] for row in departments} | (
        {asking.filters.department} if asking.filters.department else set()
    )
    first = min(begun or now, moment.as_of.year)
    years = list(range(first, max(now, moment.as_of.year) + 1))
    step = -(-len(years) // 8)
    return {
        "themes": [(theme, theme) for theme in sorted(offered, key=str.casefold)], "years": years,
        "kinds": [(code, label(where, code)) for code in KINDS], "colleges": [(code, label(where, code)) for code in COLLEGES],
        "departments": sorted(((code, DEPARTMENTS[code].name) for code in codes if code in DEPARTMENTS), key=lambda pair: pair[1]),
        "ticks": [year for at, year in enumerate(reversed(years)) if at % step == 0][::-1],
        "ends": lambda year: str(today() if year >= now else date(year, 12, 31)),
    }  # fmt: skip


def _sub(request: Request, asking: Asked) -> str:
    """Which state a picture shows, with what it is narrowed to."""
    english = language(request) == "en"
    day, known = written(asking.moment.as_of), written(asking.moment.known_at or today())
    said = f"State on {day}, known on {known}" if english else f"État au {day}, connu le {known}"
    return " · ".join([said, *(text for text, _ in tags(request, asking.filters))])


def _foot(service: Service, request: Request, is_map: bool) -> str:
    lead = "Source: journal of events" if language(request) == "en" else "Source\u00a0: journal des événements"
    return f"{lead}, {service.settings.title}" + (f" · {MAP_CREDIT}" if is_map else "")
