"""The observatory's pages: what there is, the review with its charts, its figures one by one, the events behind each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from starlette.responses import Response

from services.observatory.api import AsOf, KnownAt, Year, api, today
from services.observatory.dashboard import pages as dashboard_pages
from services.observatory.event_table.filtering import Filters
from services.observatory.event_table.queries import Moment, Observatory, current, year_of
from services.observatory.identification import pages as identification_pages
from services.observatory.indicators import INDICATORS
from services.observatory.journal import audit_pages
from services.observatory.journal import pages as journal
from services.observatory.ledger import pages as ledger
from services.observatory.open_data import pages as open_data
from services.observatory.review import Row, archive_pages, period_pages, publish_pages
from services.observatory.surveys import answer_pages as survey_answering
from services.observatory.surveys import pages as survey_pages
from services.observatory.surveys import recipient_pages as survey_recipient_pages
from services.observatory.surveys import result_pages as survey_result_pages
from services.observatory.words import WORDS
from shared.geo import DEPARTMENTS, MAP_CREDIT
from shared.kernel.decider import Refused
from shared.runtime.service import Service
from shared.web.charts.charts import bars, department_map, line, shares, stacked_bars
from shared.web.formatting import number
from shared.web.templating import Pages, language

PAGE = 50  # events of a page
KEY_FIGURES = (
    "directory.structures_total.value", "directory.structures_in_region.value", "directory.contacts_total.value",
    "directory.structures_listed_in_public_directory.value", "membership.colleges_by_year.total.values.2017",
    "directory.individual_support_by_year.total.value", "events.agora.mean_attendance_2012_2016",
    "membership.civic_service.hosted_in_team_since_2013", "membership.volunteers_by_year.values.2017",
)  # fmt: skip
"""What stands beside the published figure on the review's first page; all of them are on the next."""
COLLEGES = ("associative", "public", "economic", "qualified_persons")
SHARES = "events.agora.attendance_shares_2012_2016_percent"
PUBLICS = {
    "associations": "associations", "collectivites_etablissements_publics": "public_bodies", "entreprises": "companies",
    "etudiants": "students", "autres": "others", "enseignement_superieur_recherche": "higher_education",
}  # fmt: skip


def routes(service: Service) -> APIRouter:
    """The routes of the observatory's own pages, and of its API."""
    router = APIRouter()
    router.include_router(api(service))
    router.include_router(journal.routes(service))
    router.include_router(audit_pages.routes(service))
    router.include_router(ledger.routes(service))
    router.include_router(dashboard_pages.routes(service))
    router.include_router(identification_pages.routes(service))
    router.include_router(survey_result_pages.routes(service))
    router.include_router(survey_pages.routes(service))
    router.include_router(survey_recipient_pages.routes(service))
    router.include_router(survey_answering.routes(service))
    router.include_router(open_data.routes(service))
    router.include_router(period_pages.routes(service))
    router.include_router(publish_pages.routes(service))
    router.include_router(archive_pages.routes(service))
    _start(router, service)
    _review(router, service)
    _indicators(router, service)
    return router


def _render(
    request: Request, template: str, observatory: Observatory, moment: Moment | None = None, **context: Any
) -> Response:
    pages: Pages = request.app.state.pages
    if moment is not None:
        context |= {"as_of": moment.as_of, "known_at": moment.known_at, "moment_query": _query(moment)}
    sequence = observatory.table.position if moment is None else moment.known
    return pages.render(request, template, sequence=sequence, **context)


def _query(moment: Moment) -> str:
    """What an address carries so that the next page stands at the same moment."""
    known = f"&known_at={moment.known_at}" if moment.known_at else ""
    return f"as_of={moment.as_of}{known}"


def _start(router: APIRouter, service: Service) -> None:
    @router.get("/", include_in_schema=False)
    async def start(request: Request, as_of: AsOf = None, known_at: KnownAt = None) -> Response:
        observatory = await current(service)
        table = observatory.table
        asked = await observatory.moment(as_of, known_at, today())
        counts = await table.ask(
            "SELECT service, count(*) AS n, max(seq) AS last FROM events WHERE seq <= $known AND day <= $as_of "
            "GROUP BY service ORDER BY service",
            {"known": asked.known, "as_of": asked.as_of},
        )
        rows = await journal.found(
            table, journal.Wanted(until=asked.as_of, known_until=asked.known_at), limit=6, newest=True
        )
        printed = observatory.network.printed
        review = await observatory.review(Moment(printed.as_of if printed else today(), asked.known_at, asked.known))
        return _render(
            request, "start.html", observatory, asked if as_of or known_at else None, counts=counts, indicators=len(INDICATORS),
            title=printed.title if printed else None, figures=len(review), equal=sum(row.equal is True for row in review),
            doubts=sum(row.equal is False and row.doubt for row in review),
            lines=await journal.lines(table, rows, language(request)),
        )  # fmt: skip


def _review(router: APIRouter, service: Service) -> None:
    @router.get("/review", include_in_schema=False)
    async def review(request: Request, as_of: AsOf = None, known_at: KnownAt = None) -> Response:
        observatory, lang = await current(service), language(request)
        printed = observatory.network.printed
        moment = await observatory.moment(as_of, known_at, printed.as_of if printed else today())
        if printed is None:
            return _render(request, "no_review.html", observatory)
        rows = {row.path: row for row in await observatory.review(moment)}
        return _render(
            request, "review.html", observatory, moment, rows=rows, title=printed.title, indicators=len(INDICATORS),
            table_rows=[rows[path] for path in KEY_FIGURES], closing=printed.as_of, credit=MAP_CREDIT,
            members=_members(rows, moment), charts=_charts(rows, moment, lang), publics=PUBLICS, shares_path=SHARES,
            departments=[(code, DEPARTMENTS[code].name, rows[_in(code)]) for code in _region(rows)],
            same=moment.as_of == printed.as_of, today=today(), years=range(2012, 2018), colleges=COLLEGES,
        )  # fmt: skip

    @router.get("/review/figures", include_in_schema=False)
    async def figures(request: Request, as_of: AsOf = None, known_at: KnownAt = None) -> Response:
        observatory = await current(service)
        printed = observatory.network.printed
        moment = await observatory.moment(as_of, known_at, printed.as_of if printed else today())
        if printed is None:
            return _render(request, "no_review.html", observatory)
        by_service: dict[str, list[Row]] = {}
        for row in await observatory.review(moment):
            by_service.setdefault(row.service, []).append(row)
        return _render(
            request, "figures.html", observatory, moment, by_service=by_service, title=printed.title, closing=printed.as_of,
            others=printed.others, total=sum(map(len, by_service.values())),
            equal=sum(row.equal is True for rows in by_service.values() for row in rows),
        )  # fmt: skip

    @router.get("/review/events", include_in_schema=False)
    async def events(
        request: Request,
        path: Annotated[str, Query(max_length=200)],
        want: Annotated[dashboard_pages.Wanted, Depends(dashboard_pages.wanted)],
        indicator: Annotated[str, Query(max_length=80)] = "",
        first: Year = None,
        last: Year = None,
        page: Annotated[int, Query(ge=1, le=100_000)] = 1,
    ) -> Response:
        observatory, lang = await current(service), language(request)
        filters = dashboard_pages.narrowing(want)
        printed = observatory.network.printed
        moment = await observatory.moment(want.as_of, want.known_at, printed.as_of if printed else today())
        row = None if indicator else next((row for row in await observatory.review(moment) if row.path == path), None)
        if row is not None:
            value, sequences = row.value, row.sequences
            indicator = row.indicator
        elif indicator in INDICATORS:
            value, sequences = await _behind(observatory, indicator, path, moment, filters, (first, last))
            row = next(
                (row for row in await observatory.review(moment) if row.path == path and row.sequences == sequences),
                None,
            )
        else:
            raise HTTPException(404)
        shown = sequences[(page - 1) * PAGE : page * PAGE]
        found = await journal.with_sequences(observatory.table, shown)
        return _render(
            request, "behind.html", observatory, moment, printed=printed, row=row, path=path, value=value, total=len(sequences), page=page,
            pages_total=max(1, -(-len(sequences) // PAGE)), indicator=INDICATORS[indicator], tags=dashboard_pages.tags(request, filters),
            lines=await journal.lines(observatory.table, found, lang),
        )  # fmt: skip


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


def _indicators(router: APIRouter, service: Service) -> None:
    @router.get("/indicators", include_in_schema=False)
    async def indicators(request: Request, as_of: AsOf = None, known_at: KnownAt = None) -> Response:
        observatory = await current(service)
        moment = await observatory.moment(as_of, known_at, today()) if as_of or known_at else None
        return _render(
            request, "indicators.html", observatory, moment, indicators=INDICATORS.values(),
            carried=_query(moment) if moment else "",
        )  # fmt: skip

    @router.get("/indicators/{name}", include_in_schema=False)
    async def indicator(
        request: Request, name: str, as_of: AsOf = None, known_at: KnownAt = None, first: Year = None, last: Year = None
    ) -> Response:
        if name not in INDICATORS:
            raise HTTPException(404)
        observatory = await current(service)
        moment = await observatory.moment(as_of, known_at, today())
        answer = await observatory.ask(name, moment, year_of(first), year_of(last))
        travelling = moment if as_of or known_at else None
        return _render(
            request, "indicator.html", observatory, travelling, indicator=INDICATORS[name], day_asked=moment.as_of,
            query=_query(moment), values=sorted(answer.items()), known=moment.known,
            linked=not (first or last or INDICATORS[name].parameters),
        )  # fmt: skip


def _region(rows: Mapping[str, Row]) -> list[str]:
    """The departments of which the printed review has a figure."""
    start = _in("")
    return sorted(path.removeprefix(start) for path in rows if path.startswith(start))


def _in(code: str) -> str:
    return f"directory.structures_by_department.values.{code}"


def _members(rows: Mapping[str, Row], moment: Moment) -> Row:
    """The row of all members in the year asked for, within the years of the review."""
    year = min(max(moment.as_of.year, 2012), 2017)
    return rows[f"membership.colleges_by_year.total.values.{year}"]


def _partial(moment: Moment, years: Sequence[int], lang: str) -> dict[str, str]:
    """The year that is not over on the day asked for, with the note that says until when it goes."""
    day = moment.as_of
    if day.year not in years or (day.month, day.day) == (12, 31):
        return {}
    return {str(day.year): f"{'to' if lang == 'en' else 'au'} {day:%d/%m}"}


def _charts(rows: Mapping[str, Row], moment: Moment, lang: str) -> dict[str, Any]:
    """The review's pictures, each from the rows beside it."""
    english = lang == "en"
    college_words = (
        ("associative", "public", "economic", "qualified")
        if english
        else ("associatif", "public", "économique", "qualifié")
    )
    years = range(2012, 2018)
    colleges = {
        year: [rows[f"membership.colleges_by_year.{college}.{year}"].value for college in COLLEGES] for year in years
    }
    # The fourth college is drawn once it has members; until then three parts are told apart better.
    fourth = any(values[3] for values in colleges.values())
    columns = [(str(y), [*v[:3], *([v[3] or 0] if fourth and v[0] is not None else [])]) for y, v in colleges.items()]
    support = [(str(y), rows[f"directory.individual_support_by_year.values.{y}"].value) for y in range(2013, 2018)]
    volunteers = [(str(y), rows[f"membership.volunteers_by_year.values.{y}"].value) for y in years]
    publics = sorted(
        ((code, rows[f"{SHARES}.{code}"].value) for code in PUBLICS),
        key=lambda pair: -(pair[1] if pair[1] is not None else 0),
    )
    counts = {code: rows[_in(code)].value for code in _region(rows)}
    return {
        "map": department_map(
            {code: None if n is None else int(n) for code, n in counts.items()},
            lambda code: f"/observatory/review/events?path={_in(code)}&{_query(moment)}",
            "Map of structures by department" if english else "Carte des structures par département",
            list(counts), lang=lang,
        ),
        "colleges": stacked_bars(
            columns, college_words[: 4 if fourth else 3], title="Members by college" if english else "Adhérents par collège",
            partial=_partial(moment, years, lang), lang=lang,
        ),
        "support": bars(
            support, title="Individual support" if english else "Appuis individuels",
            partial=_partial(moment, range(2013, 2018), lang), lang=lang,
        ),
        "volunteers": line(
            volunteers, title="Volunteers" if english else "Bénévoles", partial=_partial(moment, years, lang), lang=lang
        ),
        "shares": shares(
            [(_public(code, english), value) for code, value in publics],
            title="Publics of the Agora" if english else "Publics de l’Agora",
            written=lambda value: number(value, lang) + ("%" if english else "\u202f%"), lang=lang,
        ),
    }  # fmt: skip


def _public(code: str, english: bool) -> str:
    return WORDS[f"audience.{PUBLICS[code]}"][1 if english else 0]
