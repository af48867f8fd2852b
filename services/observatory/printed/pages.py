"""The review that the network printed: its pictures, its figures one by one, the events behind each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from starlette.responses import Response

from services.observatory.dashboard import address
from services.observatory.event_table.filtering import Filters
from services.observatory.event_table.moment import AsOf, KnownAt, Moment, Year, today, year_of
from services.observatory.figures.moment_page import carried, render
from services.observatory.figures.observatory import Observatory, current
from services.observatory.figures.recount import Row
from services.observatory.indicators import INDICATORS
from services.observatory.journal import lines as journal
from services.observatory.printed.words import PRINTED_WORDS
from services.observatory.search.event_query import with_sequences
from shared.base.translations import L, translated
from shared.geo import DEPARTMENTS, MAP_CREDIT
from shared.kernel.decider import Refused
from shared.runtime.faces import Chronicle
from shared.web.charts.charts import bars, department_map, line, shares, stacked_bars
from shared.web.formatting import number, percent_sign
from shared.web.here import Here
from shared.web.templating import language

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


routes = APIRouter(prefix="/review", include_in_schema=False)
"""The routes under /review."""


@routes.get("")
async def review(service: Here[Chronicle], request: Request, as_of: AsOf = None, known_at: KnownAt = None) -> Response:
    observatory, lang = await current(service), language(request)
    printed = observatory.network.printed
    moment = await observatory.moment(as_of, known_at, printed.as_of if printed else today())
    if printed is None:
        return render(request, "no_review.html", observatory)
    rows = {row.path: row for row in await observatory.review(moment)}
    return render(
        request,
        "review.html",
        observatory,
        moment,
        rows=rows,
        title=printed.title,
        indicators=len(INDICATORS),
        table_rows=[rows[path] for path in KEY_FIGURES],
        closing=printed.as_of,
        credit=MAP_CREDIT,
        members=_members(rows, moment),
        charts=_charts(rows, moment, lang),
        publics=PUBLICS,
        shares_path=SHARES,
        departments=[(code, DEPARTMENTS[code].name, rows[_in(code)]) for code in _region(rows)],
        same=moment.as_of == printed.as_of,
        today=today(),
        years=range(2012, 2018),
        colleges=COLLEGES,
    )


@routes.get("/figures")
async def figures(service: Here[Chronicle], request: Request, as_of: AsOf = None, known_at: KnownAt = None) -> Response:
    observatory = await current(service)
    printed = observatory.network.printed
    moment = await observatory.moment(as_of, known_at, printed.as_of if printed else today())
    if printed is None:
        return render(request, "no_review.html", observatory)
    by_service: dict[str, list[Row]] = {}
    for row in await observatory.review(moment):
        by_service.setdefault(row.service, []).append(row)
    return render(
        request,
        "figures.html",
        observatory,
        moment,
        by_service=by_service,
        title=printed.title,
        closing=printed.as_of,
        others=printed.others,
        total=sum(map(len, by_service.values())),
        equal=sum(row.equal is True for rows in by_service.values() for row in rows),
    )


@routes.get("/events")
async def events(
    service: Here[Chronicle],
    request: Request,
    path: Annotated[str, Query(max_length=200)],
    want: Annotated[address.Wanted, Depends(address.wanted)],
    indicator: Annotated[str, Query(max_length=80)] = "",
    first: Year = None,
    last: Year = None,
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Response:
    observatory, lang = await current(service), language(request)
    filters = address.narrowing(want)
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
    found = await with_sequences(observatory.table, shown)
    return render(
        request,
        "behind.html",
        observatory,
        moment,
        printed=printed,
        row=row,
        path=path,
        value=value,
        total=len(sequences),
        page=page,
        pages_total=max(1, -(-len(sequences) // PAGE)),
        indicator=INDICATORS[indicator],
        tags=address.tags(request, filters),
        lines=await journal.lines(observatory.table, found, lang),
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
    return {str(day.year): translated(L("au {day}"), lang, day=f"{day:%d/%m}")}


def _charts(rows: Mapping[str, Row], moment: Moment, lang: str) -> dict[str, Any]:
    """The review's pictures, each from the rows beside it."""
    college_words = [
        translated(L("associatif"), lang),
        translated(L("public"), lang),
        translated(L("économique"), lang),
        translated(L("qualifié"), lang),
    ]
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
            lambda code: f"/observatory/review/events?path={_in(code)}&{carried(moment)}",
            translated(L("Carte des structures par département"), lang),
            list(counts), lang=lang,
        ),
        "colleges": stacked_bars(
            columns, college_words[: 4 if fourth else 3],
            title=translated(L("Adhérents par collège"), lang),
            partial=_partial(moment, years, lang), lang=lang,
        ),
        "support": bars(
            support, title=translated(L("Appuis individuels"), lang),
            partial=_partial(moment, range(2013, 2018), lang), lang=lang,
        ),
        "volunteers": line(
            volunteers, title=translated(L("Bénévoles"), lang), partial=_partial(moment, years, lang), lang=lang
        ),
        "shares": shares(
            [(_public(code, lang), value) for code, value in publics],
            title=translated(L("Publics de l’Agora"), lang),
            written=lambda value: number(value, lang) + percent_sign(lang), lang=lang,
        ),
    }  # fmt: skip


def _public(code: str, lang: str) -> str:
    return translated(PRINTED_WORDS[f"audience.{PUBLICS[code]}"], lang)
