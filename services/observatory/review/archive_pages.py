"""The archive of published reviews: for everybody what was said, for readers also what each figure comes to now."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, HTTPException, Query, Request
from starlette.responses import HTMLResponse, Response

from services.observatory.event_table.filtering import ALL
from services.observatory.event_table.moment import AsOf, KnownAt, Moment, day_of, today
from services.observatory.figures.computed import Leaf, printed_specs
from services.observatory.figures.observatory import Observatory, current, of
from services.observatory.figures.period import Period
from services.observatory.figures.recomputed import Printed, Recomputed
from services.observatory.indicators import INDICATORS
from services.observatory.journal import lines as journal
from services.observatory.network.printed_review import Published
from services.observatory.open_data.releases import LICENCE, end_of_month
from services.observatory.pages.streamed_page import unfolding
from services.observatory.pages.time_travel import asked as moment_of
from services.observatory.pages.time_travel import documents_then, in_the_head
from services.observatory.review.documents.chapters import Chapter, Head, Reader, chapters, dates
from services.observatory.review.documents.pdf import keys
from services.observatory.review.period_pages import PAGE, attached, in_the_meantime, reader
from services.observatory.review.publication.published_files import TYPES, files_of
from services.observatory.review.views import REVIEWS, head_of, leaves_of
from services.observatory.search import event_query
from shared.geo import MAP_CREDIT
from shared.kernel.command_handler import new_command_id
from shared.kernel.views.projection import Document, Page
from shared.notions.vocabularies.view import answered_as_of
from shared.runtime.faces import Chronicle, Desk, Library, Views
from shared.web.formatting import as_date
from shared.web.here import Here, position
from shared.web.lists import PageNumber, pages_total
from shared.web.security.authorization import access
from shared.web.security.rate_limits import limited
from shared.web.templating import Pages

SAMPLE = "sample"  # who wrote the history that an installation may begin with (deploy/sample/load.py)
LISTED = 25
CAUSES = 3  # that are named beside a figure; all of them on a page of their own
Path_ = Annotated[str, Query(max_length=200)]


routes = APIRouter(include_in_schema=False)
"""The routes of what is published, under /reviews and /public/reviews."""


@routes.get("/reviews")
async def index(
    service: Here[Desk], request: Request, as_of: AsOf = None, known_at: KnownAt = None, page: PageNumber = 1
) -> Response:
    moment = await moment_of(service, as_of, known_at)
    if moment is None:
        found = await service.store.find(REVIEWS, sort=["-at"], limit=LISTED, offset=(page - 1) * LISTED)
    else:
        then = await documents_then(service, REVIEWS, "review", moment, ["-at"])
        found = Page(then[(page - 1) * LISTED : page * LISTED], len(then))
    table = (await current(service)).table
    begun = (await table.ask(f"SELECT min(year(day)) AS year FROM {table.known_now}"))[0]
    first, last = begun["year"] or today().year, today().year
    return _render(
        service,
        request,
        "reviews.html",
        found=found.documents,
        total=found.total,
        page=page,
        pages_total=pages_total(page, found.total),
        years=range(last, max(first, last - 40) - 1, -1),
        printed=of(service).network.reviews,
        today=today(),
        **in_the_head(moment),
    )


@routes.get("/reviews/printed/difference")
@routes.get("/reviews/printed/{name}/difference")
async def printed_difference(
    service: Here[Chronicle],
    request: Request,
    path: Path_,
    name: str | None = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    page: PageNumber = 1,
) -> Response:
    observatory, who = await current(service), reader(request)
    review = _review(observatory, name)
    head, figures = await _printed(observatory, who, review)
    position = _position(observatory, head, await moment_of(service, as_of, known_at))
    rows = await observatory.recomputed(figures, head.upto, position)
    return await _difference(request, observatory, head, rows, path, page, _home(observatory, review))


@routes.get("/reviews/printed")
@routes.get("/reviews/printed/{name}")
async def printed(
    service: Here[Library],
    request: Request,
    name: str | None = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
) -> Response:
    """A review that was printed before there was a log; without a name the first."""
    observatory, who = await current(service), reader(request)
    review = _review(observatory, name)
    head, figures = await _printed(observatory, who, review)
    return await _compared(
        service, request, observatory, head, figures, review, await moment_of(service, as_of, known_at)
    )


@routes.get("/reviews/{key}")
async def one(
    service: Here[Library], request: Request, key: UUID, as_of: AsOf = None, known_at: KnownAt = None
) -> Response:
    document, observatory = await _found(service, key), await current(service)
    moment = await moment_of(service, as_of, known_at)
    return await _compared(service, request, observatory, _head(document), _figures(document), document, moment)


@routes.get("/reviews/{key}/difference")
async def difference(
    service: Here[Library],
    request: Request,
    key: UUID,
    path: Path_,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    page: PageNumber = 1,
) -> Response:
    """All events that made one figure another."""
    document, observatory = await _found(service, key), await current(service)
    head = _head(document)
    position = _position(observatory, head, await moment_of(service, as_of, known_at))
    rows = await observatory.recomputed(_figures(document), head.upto, position, head.filters)
    return await _difference(request, observatory, head, rows, path, page, f"/observatory/reviews/{key}")


@routes.get("/public/reviews")
@access("public")
async def archive(service: Here[Views], request: Request, page: PageNumber = 1) -> Response:
    limited(request, "api")
    found = await service.store.find(REVIEWS, sort=["-at"], limit=LISTED, offset=(page - 1) * LISTED)
    return _render(
        service,
        request,
        "public_reviews.html",
        found=found.documents,
        total=found.total,
        page=page,
        pages_total=pages_total(page, found.total),
        licence=LICENCE,
    )


@routes.get("/public/reviews/{key}")
@access("public")
async def published(service: Here[Views], request: Request, key: UUID) -> Response:
    """What was published, and nothing else: it is read from the events, not computed."""
    limited(request, "api")
    document, who = await _found(service, key), reader(request)
    head = _head(document)
    made = chapters(leaves_of(document), head, who)
    return _render(
        service,
        request,
        "public_review.html",
        document=document,
        head=head,
        chapters=made,
        keys=keys(made, head),
        dates=dates(head, who, as_date(document["at"])),
        licence=LICENCE,
        credit=MAP_CREDIT,
        numbers={(one["indicator"], one["path"]): one["seq"] for one in document["figures"]},
    )


@routes.get("/public/reviews/{key}/{name}")
@access("public")
async def file(service: Here[Views], request: Request, key: UUID, name: str) -> Response:
    """A file of a published review, byte for byte what its event names."""
    limited(request, "api")
    document = await _found(service, key)
    ending = name.rpartition(".")[2]
    digest = document["files"].get(name)
    if digest is None or ending not in TYPES:
        raise HTTPException(404)
    data = files_of(service).read(digest, ending)
    if data is None:
        raise HTTPException(404, "file-missing")
    response = attached(data, ending, f"{document['title']} {name}")
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    response.headers["ETag"] = f'"{digest}"'
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def _render(service: Views, request: Request, template: str, **context: Any) -> HTMLResponse:
    pages: Pages = request.app.state.pages
    return pages.render(request, template, sequence=position(request), **context)


async def _found(service: Views, key: UUID) -> Document:
    """Raises 404."""
    document = await service.store.get(REVIEWS, str(key))
    if document is None:
        raise HTTPException(404)
    return document


def _head(document: Document) -> Head:
    """The head of a published review. From then on names are those of its day, as they were known when it was
    published: what was said later of that day changes nothing of it."""
    head = head_of(document)
    answered_as_of(head.day, max((one["seq"] for one in document["figures"]), default=head.upto))
    return head


def _figures(document: Document) -> tuple[Printed, ...]:
    return tuple(
        Printed(leaf.spec, leaf.value, leaf.precision, one["definition"], one["seq"])
        for leaf, one in zip(leaves_of(document), document["figures"], strict=True)
    )


def _review(observatory: Observatory, name: str | None) -> Published:
    """A review that the network printed, without a name the first. Raises 404 where it printed none."""
    found = observatory.network.review(name)
    if found is None:
        raise HTTPException(404)
    return found


def _home(observatory: Observatory, review: Published) -> str:
    """The address of a printed review, then and now: its own where there are several."""
    return "/observatory/reviews/printed" + (f"/{review.name}" if len(observatory.network.reviews) > 1 else "")


async def _printed(observatory: Observatory, who: Reader, review: Published) -> tuple[Head, tuple[Printed, ...]]:
    """The printed review. What it knew is not in the log, which began with its history: taken as known is the sample
    that was loaded, or what was written down by the end of the month in which the log began, as for open data (ADR
    18)."""
    closing, table = review.as_of, observatory.table
    found = (
        await table.ask(
            "SELECT min(peak) AS begun, max(seq) FILTER (actor = $sample) AS sample FROM events WHERE readable",
            {"sample": SAMPLE},
        )
    )[0]
    pin = min(end_of_month(as_date(found["begun"])) if found["begun"] else today(), today())
    then = found["sample"] or await table.work(table.known_on, pin)
    title = who.L(review.title)
    figures = zip(printed_specs(review), review.figures, strict=True)
    first = min((one.first for one in review.figures if one.first), default=closing.year)
    head = Head(title, Period(closing.replace(year=first, month=1, day=1), closing), closing, pin, then, ALL)
    return head, tuple(Printed(spec, one.published, one.precision) for spec, one in figures)


def _lines(rows: list[Recomputed], head: Head, who: Reader) -> list[Chapter]:
    return chapters(
        [Leaf(row.printed.spec, row.printed.value, None, 0, row.printed.precision) for row in rows], head, who
    )


async def _compared(
    service: Views,
    request: Request,
    observatory: Observatory,
    head: Head,
    figures: tuple[Printed, ...],
    of: Document | Published,
    moment: Moment | None,
) -> Response:
    """The page of a published review: each figure then and now, with what made the difference. "Now" is what is known
    at a moment, if one is given; the day is that of the publication in any case."""
    who, position = reader(request), _position(observatory, head, moment)
    review = of if isinstance(of, Published) else None
    document = None if isinstance(of, Published) else of
    other = await service.store.get(REVIEWS, document["by"]) if document and document["by"] else None
    whole = _render(
        service,
        request,
        "review_then_now.html",
        head=head,
        document=document,
        other=other,
        new_id=new_command_id,
        position=position,
        dates=dates(head, who, as_date(document["at"])) if document else dates(head, who, head.day)[:4],
        known_at=moment.known_at if moment else None,
        printed_base=observatory.network.page_of(review),
    )

    async def compared() -> str:
        rows = await observatory.recomputed(figures, head.upto, position, head.filters)
        named = sorted({seq for row in rows for seq in row.causes.events[:CAUSES]})
        found = await event_query.with_sequences(observatory.table, named)
        part = _render(
            service,
            request,
            "review_then_now_figures.html",
            rows={row.printed.spec: row for row in rows},
            named=CAUSES,
            chapters=_lines(list(rows), head, who),
            different=[row for row in rows if row.why != "same"],
            total=len(rows),
            causes={line["seq"]: line for line in await journal.lines(observatory.table, found, who.lang)},
            definitions={one.name: one.version for one in INDICATORS.values()},
            notes={one.counted: one.note for one in review.figures if one.note} if review else {},
            base=_home(observatory, review)
            if review
            else f"/observatory/reviews/{document['key'] if document else ''}",
            carried=f"&known_at={moment.known_at}" if moment and moment.known_at else "",
        )
        return bytes(part.body).decode()

    return await unfolding(whole, compared(), *in_the_meantime(who))


def _position(observatory: Observatory, head: Head, moment: Moment | None) -> int:
    """Up to which event is known what a publication is compared with: not less than it knew itself."""
    return max(head.upto, moment.known) if moment else observatory.read


async def _difference(
    request: Request, observatory: Observatory, head: Head, rows: Any, path: str, page: int, back: str
) -> Response:
    row = next((one for one in rows if one.printed.spec.path == path), None)
    if row is None:
        raise HTTPException(404)
    who, events = reader(request), row.causes.events
    shown = await event_query.with_sequences(observatory.table, events[(page - 1) * PAGE : page * PAGE])
    made = _lines([row], head, who)[0]
    pages: Pages = request.app.state.pages
    return pages.render(
        request,
        "review_events.html",
        sequence=observatory.read,
        head=head,
        line=[*made.lines, *made.recalled][0],
        indicator=INDICATORS.get(row.printed.spec.indicator),
        total=len(events),
        page=page,
        crumb=head.title,
        causes=True,
        pages_total=max(1, -(-len(events) // PAGE)),
        back=back,
        row=row,
        who_reads=who,
        known_at=day_of(request.query_params.get("known_at")),
        lines=await journal.lines(observatory.table, shown, who.lang),
    )
