"""The reviews that the network printed: their pictures, their figures one by one, the events behind each. One is shown
straight at /review; of several there is a list, and each has its own address, /review/<name>. The addresses of the time
when there was one lead to the first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from starlette.responses import Response

from services.observatory.dashboard import address
from services.observatory.event_table.filtering import Filters
from services.observatory.event_table.moment import AsOf, KnownAt, Moment, Year, today, year_of
from services.observatory.figures.moment_page import render
from services.observatory.figures.observatory import Observatory, current
from services.observatory.figures.recount import Row
from services.observatory.indicators import INDICATORS, LISTED
from services.observatory.journal import lines as journal
from services.observatory.network.printed_review import Published
from services.observatory.printed.pictures import Reading
from services.observatory.search.event_query import with_sequences
from shared.geo import MAP_CREDIT
from shared.kernel.decider import Refused
from shared.runtime.faces import Chronicle
from shared.web.here import Here
from shared.web.templating import language

PAGE = 50  # events of a page
routes = APIRouter(prefix="/review", include_in_schema=False)
"""The routes under /review."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A review in the list of several. `compared`: whether it is shown on its closing day."""

    review: Published
    base: str
    total: int
    equal: int
    compared: bool


def _named(observatory: Observatory, name: str | None) -> Published | None:
    """The review of this name, without one the first. Raises 404 for one that this network did not print."""
    found = observatory.network.review(name)
    if name is not None and found is None:
        raise HTTPException(404)
    return found


@routes.get("")
async def review(service: Here[Chronicle], request: Request, as_of: AsOf = None, known_at: KnownAt = None) -> Response:
    observatory = await current(service)
    if len(observatory.network.reviews) > 1:
        return await _list(request, observatory, as_of, known_at)
    return await _review(request, observatory, None, as_of, known_at)


@routes.get("/figures")
async def figures(service: Here[Chronicle], request: Request, as_of: AsOf = None, known_at: KnownAt = None) -> Response:
    return await _figures(request, await current(service), None, as_of, known_at)


@dataclass(frozen=True, slots=True)
class Behind:
    """Which figure's events are asked for: of a review its path alone, else the `indicator` that it is of."""

    path: Annotated[str, Query(max_length=200)]
    indicator: Annotated[str, Query(max_length=80)] = ""
    first: Year = None
    last: Year = None
    page: Annotated[int, Query(ge=1, le=100_000)] = 1


@routes.get("/events")
async def events(
    service: Here[Chronicle],
    request: Request,
    asked: Annotated[Behind, Depends()],
    want: Annotated[address.Wanted, Depends(address.wanted)],
) -> Response:
    return await _events(request, await current(service), None, asked, want)


@routes.get("/{name}")
async def one_review(
    service: Here[Chronicle], request: Request, name: str, as_of: AsOf = None, known_at: KnownAt = None
) -> Response:
    return await _review(request, await current(service), name, as_of, known_at)


@routes.get("/{name}/figures")
async def one_figures(
    service: Here[Chronicle], request: Request, name: str, as_of: AsOf = None, known_at: KnownAt = None
) -> Response:
    return await _figures(request, await current(service), name, as_of, known_at)


@routes.get("/{name}/events")
async def one_events(
    service: Here[Chronicle],
    request: Request,
    name: str,
    asked: Annotated[Behind, Depends()],
    want: Annotated[address.Wanted, Depends(address.wanted)],
) -> Response:
    return await _events(request, await current(service), name, asked, want)


async def _list(request: Request, observatory: Observatory, as_of: str | None, known_at: str | None) -> Response:
    found, asked = [], None
    for one in observatory.network.reviews:
        moment = await observatory.moment(as_of, known_at, one.as_of)
        rows = await observatory.review(moment, one.name)
        equal = sum(row.equal is True for row in rows)
        found.append(Listed(one, observatory.network.page_of(one), len(rows), equal, moment.as_of == one.as_of))
        asked = moment if as_of or known_at else None
    query = "&".join(f"{name}={said}" for name, said in (("as_of", as_of), ("known_at", known_at)) if said)
    said = {} if asked else {"as_of": None}
    return render(request, "printed_reviews.html", observatory, asked, found=found, asked=query, **said)


async def _review(
    request: Request, observatory: Observatory, name: str | None, as_of: str | None, known_at: str | None
) -> Response:
    printed = _named(observatory, name)
    moment = await observatory.moment(as_of, known_at, printed.as_of if printed else today())
    if printed is None:
        return render(request, "no_review.html", observatory)
    base, layout = observatory.network.page_of(printed), printed.page
    rows = {row.path: row for row in await observatory.review(moment, printed.name)}
    reading = Reading(rows, moment, language(request), base)
    return render(
        request,
        "review.html",
        observatory,
        moment,
        base=base,
        name=printed.name,
        several=len(observatory.network.reviews) > 1,
        layout=layout,
        title=printed.title,
        indicators=len(LISTED),
        figures=len(rows),
        first=[reading.first(one) for one in layout.first],
        table_rows=[rows[path] for path in layout.table.paths],
        pictures=[reading.picture(one) for one in layout.pictures],
        closing=printed.as_of,
        credit=MAP_CREDIT if any(one.kind == "map" for one in layout.pictures) else None,
        same=moment.as_of == printed.as_of,
    )


async def _figures(
    request: Request, observatory: Observatory, name: str | None, as_of: str | None, known_at: str | None
) -> Response:
    printed = _named(observatory, name)
    moment = await observatory.moment(as_of, known_at, printed.as_of if printed else today())
    if printed is None:
        return render(request, "no_review.html", observatory)
    by_service: dict[str, list[Row]] = {}
    for row in await observatory.review(moment, printed.name):
        by_service.setdefault(row.service, []).append(row)
    return render(
        request,
        "figures.html",
        observatory,
        moment,
        base=observatory.network.page_of(printed),
        by_service=by_service,
        title=printed.title,
        closing=printed.as_of,
        others=printed.others,
        total=sum(map(len, by_service.values())),
        equal=sum(row.equal is True for rows in by_service.values() for row in rows),
    )


async def _events(
    request: Request, observatory: Observatory, name: str | None, asked: Behind, want: address.Wanted
) -> Response:
    filters, indicator = address.narrowing(want), asked.indicator
    printed = _named(observatory, name)
    moment = await observatory.moment(want.as_of, want.known_at, printed.as_of if printed else today())
    rows = await observatory.review(moment, name)
    row = None if indicator else next((row for row in rows if row.path == asked.path), None)
    if row is not None:
        value, sequences = row.value, row.sequences
        indicator = row.indicator
    elif indicator in INDICATORS:
        value, sequences = await _behind(observatory, indicator, asked.path, moment, filters, (asked.first, asked.last))
        row = next((row for row in rows if row.counted == asked.path and row.sequences == sequences), None)
    else:
        raise HTTPException(404)
    shown = sequences[(asked.page - 1) * PAGE : asked.page * PAGE]
    found = await with_sequences(observatory.table, shown)
    return render(
        request,
        "behind.html",
        observatory,
        moment,
        base=observatory.network.page_of(printed),
        printed=printed,
        row=row,
        path=asked.path,
        value=value,
        total=len(sequences),
        page=asked.page,
        pages_total=max(1, -(-len(sequences) // PAGE)),
        indicator=INDICATORS[indicator],
        tags=address.tags(request, filters),
        lines=await journal.lines(observatory.table, found, language(request)),
    )


async def _behind(
    observatory: Observatory,
    indicator: str,
    path: str,
    moment: Moment,
    filters: Filters,
    years: tuple[str | None, str | None],
) -> tuple[float | None, tuple[int, ...]]:
    """A figure of an indicator, narrowed, with the sequences that it rests on. Raises 404, Refused."""
    if not filters.fit(INDICATORS[indicator]):
        raise Refused("cannot-narrow")
    first, last = (year_of(year) for year in years)
    answers = await observatory.ask_all([indicator], moment, filters, first, last)
    if path not in answers[indicator]:
        raise HTTPException(404)
    return answers[indicator][path]
