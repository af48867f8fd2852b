"""The review of any period: the page, its files, the events behind a figure; and publishing it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Any
from urllib.parse import quote, urlencode

import orjson
from fastapi import APIRouter, Depends, HTTPException, Query, Request
from starlette.responses import HTMLResponse, Response

from services.observatory.charts.drawing import Context, listed
from services.observatory.dashboard import address
from services.observatory.dashboard.address import MOST_THEMES, Day, Word, theme_options
from services.observatory.event_table.moment import day_of, today
from services.observatory.figures.computed import Leaf, values_of
from services.observatory.figures.observatory import Observatory, current
from services.observatory.figures.period import Period
from services.observatory.indicators import INDICATORS, LISTED
from services.observatory.journal import lines as journal
from services.observatory.network import whose
from services.observatory.pages.streamed_page import unfolding
from services.observatory.review.documents.chapters import Head, Reader, chapters, dates
from services.observatory.review.documents.pdf import Sheets, keys, order
from services.observatory.review.documents.workbook import document, workbook
from services.observatory.review.publication.published_files import TYPES
from services.observatory.review.publication.publishing import publishing_of
from services.observatory.search import event_query
from shared.base.translations import L, translated
from shared.geo import DEPARTMENTS, MAP_CREDIT
from shared.kernel.decider import Refused
from shared.notions.vocabularies.view import answered_as_of
from shared.runtime.faces import Chronicle, Undertakings
from shared.web.here import Here
from shared.web.security.authorization import who_of
from shared.web.security.rate_limits import limited
from shared.web.templating import Pages, language

PAGE = 50  # events of a page
MOST_YEARS = 30  # that a review may span
SAID = ("since", "until", "as_of", "known_at", "department", "college", "theme", "kind")
Words = Annotated[str, Query(max_length=200)]


@dataclass(frozen=True, slots=True)
class Wanted:
    """The query of a review as it came."""

    since: str | None
    until: str | None
    as_of: str | None
    known_at: str | None
    department: str | None
    college: str | None
    theme: str | None
    kind: str | None

    def address(self, **changes: str | None) -> str:
        """The query of this review, changed."""
        kept = {name: getattr(self, name) for name in SAID} | changes
        return urlencode({name: value for name, value in kept.items() if value})


def wanted(
    since: Day = None,
    until: Day = None,
    as_of: Day = None,
    known_at: Day = None,
    department: Word = None,
    college: Word = None,
    theme: Word = None,
    kind: Word = None,
) -> Wanted:
    return Wanted(since, until, as_of, known_at, department, college, theme, kind)


Query_ = Annotated[Wanted, Depends(wanted)]


async def asked(observatory: Observatory, want: Wanted, title: str | None = None, lang: str = "fr") -> Head:
    """What an address asks for; without a period, the last year that is over. From then on names are those of its last
    day. Raises Refused."""
    filters = address.narrowing(
        address.Wanted(None, None, None, None, want.department, want.college, want.theme, want.kind)
    )
    now = today()
    since = day_of(want.since) or date(now.year - 1, 1, 1)
    until = day_of(want.until) or date(since.year, 12, 31)
    if until < since:
        raise Refused("period-backwards")
    if until.year - since.year >= MOST_YEARS:
        raise Refused("period-too-long", most=MOST_YEARS)
    moment = await observatory.moment(want.as_of, want.known_at, now)
    day = min(until, moment.as_of)
    if day < since:
        raise Refused("period-not-begun")
    period = Period(since, until)
    answered_as_of(day if day < now else None)
    return Head(title or titled(period, lang), period, day, moment.known_at, moment.known, filters)


def titled(period: Period, lang: str) -> str:
    """ "Bilan 2017", "Bilan 2013-2017", "Bilan du 01/03/2017 au 31/10/2017"."""
    word = translated(L("Bilan"), lang)
    first, last = period.since, period.until
    if (first.month, first.day, last.month, last.day) == (1, 1, 12, 31):
        return f"{word} {first.year}" if first.year == last.year else f"{word} {first.year}-{last.year}"
    return translated(L("Bilan du {since} au {until}"), lang, since=f"{first:%d/%m/%Y}", until=f"{last:%d/%m/%Y}")


def reader(request: Request) -> Reader:
    pages: Pages = request.app.state.pages
    return Reader(language(request), pages.lexicon, whose(request))


routes = APIRouter(prefix="/reviews", include_in_schema=False)
"""The routes under /reviews of what is not published yet."""


@routes.get("/period")
async def page(service: Here[Chronicle], request: Request, want: Query_) -> Response:
    observatory, who = await current(service), reader(request)
    head = await asked(observatory, want, lang=who.lang)
    whole = rendered(
        request, "period.html", want, head, choices=await _choices(observatory, head, who), credit=MAP_CREDIT
    )

    async def figures() -> str:
        leaves = await observatory.period(head.period, head.day, head.upto, head.filters)
        made = chapters(leaves, head, who)
        part = rendered(
            request,
            "period_figures.html",
            want,
            head,
            chapters=made,
            keys=keys(made, head),
            left_out=_left_out(head),
            behind=lambda line: _behind(want, line.leaf),
        )
        return bytes(part.body).decode()

    return await unfolding(whole, figures(), *in_the_meantime(who))


@routes.get("/period.{ending}")
async def file(service: Here[Undertakings], request: Request, ending: str, want: Query_) -> Response:
    """The review as PDF, XLSX or JSON; a PDF takes some seconds, in a process of its own."""
    if ending not in TYPES:
        raise HTTPException(404)
    observatory, who = await current(service), reader(request)
    head = await asked(observatory, want, lang=who.lang)
    leaves = await observatory.period(head.period, head.day, head.upto, head.filters)
    sheets = Sheets(service.ourselves.title, head, chapters(leaves, head, who), today())
    if ending == "pdf":
        limited(request, "document", who_of(request).actor)
        body = await publishing_of(service).press.pdf(order(sheets, who))
    elif ending == "xlsx":
        body = workbook(sheets, who)
    else:
        readers = (replace(who, lang="fr"), replace(who, lang="en"))
        body = orjson.dumps(document(sheets, list(leaves), *readers), option=orjson.OPT_INDENT_2)
    return attached(body, ending, f"{head.title} {head.day}.{ending}")


@routes.get("/period/events")
async def events(
    service: Here[Chronicle],
    request: Request,
    want: Query_,
    path: Words,
    indicator: Annotated[str, Query(max_length=80)],
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Response:
    """The events behind one figure of a period."""
    observatory, who = await current(service), reader(request)
    head = await asked(observatory, want, lang=who.lang)
    leaves = await observatory.period(head.period, head.day, head.upto, head.filters)
    leaf = next((one for one in leaves if (one.spec.indicator, one.spec.path) == (indicator, path)), None)
    if leaf is None:
        raise HTTPException(404)
    found = await observatory.table.work(values_of, observatory.table, [leaf.spec], head.upto, head.filters)
    (_, rests), made = found[0], chapters([leaf], head, who)
    one = [*made[0].lines, *made[0].recalled][0]
    shown = await event_query.with_sequences(observatory.table, rests[(page - 1) * PAGE : page * PAGE])
    return rendered(
        request,
        "review_events.html",
        want,
        head,
        line=one,
        indicator=INDICATORS[indicator],
        total=len(rests),
        page=page,
        pages_total=max(1, -(-len(rests) // PAGE)),
        back=f"/observatory/reviews/period?{want.address()}",
        causes=False,
        crumb=head.title,
        lines=await journal.lines(observatory.table, shown, who.lang),
    )


def in_the_meantime(who: Reader) -> tuple[str, str]:
    """What a page says while its figures are computed, and where that fails."""
    return (
        who.L(
            "Les chiffres se calculent ; ils paraissent ici dans quelques secondes.",
        ),
        who.L(
            "Les chiffres n’ont pas pu être calculés. Rechargez la page.",
        ),
    )


def attached(body: bytes, ending: str, name: str) -> Response:
    """A file to be saved."""
    return Response(
        body,
        media_type=TYPES[ending],
        headers={
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}",
            "Cache-Control": "private, no-cache",
        },
    )


def rendered(request: Request, template: str, want: Wanted, head: Head, **context: Any) -> HTMLResponse:
    pages: Pages = request.app.state.pages
    who = reader(request)
    made = today()
    return pages.render(
        request,
        template,
        sequence=head.upto,
        want=want,
        head=head,
        dates=dates(head, who, made),
        as_of=head.day if want.as_of else None,
        known_at=head.known_at,
        **context,
    )


def _behind(want: Wanted, leaf: Leaf) -> str:
    spec = leaf.spec
    query = want.address(path=spec.path, indicator=spec.indicator)
    return f"/observatory/reviews/period/events?{query}"


def _left_out(head: Head) -> int:
    """How many indicators can't be narrowed as asked."""
    return sum(not head.filters.fit(one) for one in LISTED)


async def _choices(observatory: Observatory, head: Head, who: Reader) -> dict[str, list[tuple[str, str]]]:
    """What the filters offer."""
    values = {"as_of": head.day, "known": head.upto}
    themes = await observatory.table.ask(
        "SELECT theme, count(*) AS n FROM (SELECT unnest(themes) AS theme FROM profile_at($as_of, $known)) "
        f"GROUP BY theme ORDER BY n DESC, theme LIMIT {MOST_THEMES}",
        values,
    )
    departments = await observatory.table.ask(
        "SELECT DISTINCT department FROM profile_at($as_of, $known) WHERE department IS NOT NULL", values
    )
    where = Context(head.day, range(0), who.lang, who.lexicon)
    chosen = head.filters
    codes = {row["department"] for row in departments} | ({chosen.department} if chosen.department else set())
    return {
        "department": sorted(
            ((code, DEPARTMENTS[code].name) for code in codes if code in DEPARTMENTS), key=lambda pair: pair[1]
        ),
        "college": listed(where, "college", chosen.college),
        "kind": listed(where, "kind", chosen.kind),
        "theme": theme_options([row["theme"] for row in themes], chosen.theme, who.lang),
    }
