"""The observatory's JSON: the review, the indicators, the log. Days are ISO 8601; a day that is none is a 422."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query, Request
from pydantic import BaseModel, Field

from services.observatory.event_table.moment import AsOf, KnownAt, Moment, Year, today, year_of
from services.observatory.figures.observatory import current
from services.observatory.figures.recomputed import moves
from services.observatory.figures.recount import Row
from services.observatory.indicators import INDICATORS, LISTED, Counts, Indicator
from shared.base.translations import L, translated
from shared.contract.fields import Day
from shared.runtime.faces import Chronicle
from shared.web.api import PROBLEMS
from shared.web.here import Here
from shared.web.security.authorization import access
from shared.web.templating import language


class FigureOut(BaseModel):
    """One figure of the review. `value` null: not measured. `equal` null: published for another day than asked for."""

    path: str
    label: str
    service: str
    indicator: str
    value: int | float | None = Field(description="At the precision of the print.")
    published: int | float | None
    equal: bool | None
    events: int = Field(description="How many events it rests on.")
    rests_on: Counts
    as_of: date
    note: str | None
    sequences: list[int] | None = Field(None, description="Those events, where they were asked for.")


class ReviewOut(BaseModel):
    """The review at a moment. `known`: the last event that was known then; `sequence`: how far the log is read;
    `review` and `title`: which it is of those that the network printed (`reviews`), null where it printed none."""

    as_of: date
    known_at: date
    known: int
    sequence: int
    review: str | None = None
    title: str | None = None
    reviews: list[str] = []
    figures: list[FigureOut]


class Redating(BaseModel):
    """An event of the log, and the day that it would be on."""

    sequence: int = Field(ge=1)
    day: Day


class MoveOut(BaseModel):
    """A figure as it is, and as it would be; null: not measured."""

    indicator: str
    title: str
    path: str
    as_of: date
    before: int | float | None
    after: int | float | None


class IndicatorOut(BaseModel):
    """What an indicator is."""

    name: str
    title: str
    definition: str
    unit: str
    rests_on: Counts
    parameters: list[str]


class ValueOut(BaseModel):
    """One figure of an indicator, and the events it rests on."""

    path: str
    value: float | None
    events: int
    sequences: list[int]


class IndicatorValues(IndicatorOut):
    """An indicator at a moment."""

    as_of: date
    known_at: date
    known: int
    sequence: int
    query: str
    values: list[ValueOut]


api = APIRouter(prefix="/api", responses=PROBLEMS)
"""Routes under `/observatory/api`."""


@api.get("/review", tags=["review"], operation_id="observatory_review")
async def printed_review(
    service: Here[Chronicle],
    request: Request,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    sequences: bool = False,
    review: Annotated[str | None, Query(max_length=80, description="Its name, of those in `reviews`.")] = None,
) -> ReviewOut:
    """Every figure of a review that the network printed, recomputed: of the one that is named, else of the first; none
    where it printed none. Without a day: the review's own closing date."""
    observatory = await current(service)
    printed = observatory.network.review(review)
    if printed is None and review is not None:
        raise HTTPException(404, "not-found")
    upto = observatory.table.position
    moment = await observatory.moment(as_of, known_at, printed.as_of if printed else today())
    rows = await observatory.review(moment, review)
    lang = language(request)
    return ReviewOut(
        **_when(moment, upto),
        review=printed.name if printed else None,
        title=translated(printed.title, lang) if printed else None,
        reviews=[one.name for one in observatory.network.reviews],
        figures=[_figure(row, lang, sequences) for row in rows],
    )


@api.post("/times/moves", tags=["indicators"], operation_id="observatory_moves", responses=PROBLEMS)
@access("administrator")
async def figures_that_move(service: Here[Chronicle], request: Request, asked: list[Redating]) -> list[MoveOut]:
    """Which figures would move if events had been on other days: at the end of each year that is touched, and today."""
    observatory = await current(service)
    redated = [(one.sequence, one.day) for one in asked]
    found = await observatory.table.work(moves, observatory.table, redated, today())
    lang = language(request)
    return [
        MoveOut(
            indicator=one.indicator,
            title=translated(INDICATORS[one.indicator].title, lang),
            path=one.path,
            as_of=one.as_of,
            before=one.before,
            after=one.after,
        )
        for one in found
    ]


@api.get("/indicators", tags=["indicators"], operation_id="observatory_indicators")
async def indicators(
    request: Request,
    earlier: Annotated[
        bool, Query(description="Also what an earlier release called figures, which is answered by its name still.")
    ] = False,
) -> list[IndicatorOut]:
    found = INDICATORS.values() if earlier else LISTED
    return [IndicatorOut(**_indicator(one, language(request))) for one in found]


@api.get("/indicators/{name}", tags=["indicators"], operation_id="observatory_indicator")
async def indicator(
    service: Here[Chronicle],
    request: Request,
    name: str,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    first: Year = None,
    last: Year = None,
) -> IndicatorValues:
    """One indicator at a moment; `first` and `last` are years. Without a day: today."""
    if name not in INDICATORS:
        raise HTTPException(404, "not-found")
    observatory = await current(service)
    upto = observatory.table.position
    moment = await observatory.moment(as_of, known_at, today())
    answer = await observatory.ask(name, moment, year_of(first), year_of(last))
    values = [
        ValueOut(path=path, value=value, events=len(rests), sequences=list(rests))
        for path, (value, rests) in sorted(answer.items())
    ]
    found = INDICATORS[name]
    return IndicatorValues(
        **_indicator(found, language(request)), **_when(moment, upto), query=found.query, values=values
    )


def _when(moment: Moment, upto: int) -> dict[str, Any]:
    """`upto`: how far was read before the answer was worked out; what came meanwhile is not in it."""
    return {
        "as_of": moment.as_of,
        "known_at": moment.known_at or today(),
        "known": moment.known,
        "sequence": upto,
    }


def _figure(row: Row, lang: str, sequences: bool) -> FigureOut:
    note = translated(row.note, lang) if row.note else None
    if row.equal is None and note is None:
        note = translated(L("Publié pour une autre date."), lang)
    return FigureOut(
        path=row.path,
        label=translated(row.label, lang),
        service=row.service,
        indicator=row.indicator,
        value=_printed(row.value, row.precision),
        published=_printed(row.published, row.precision),
        equal=row.equal,
        events=row.events,
        rests_on=row.rests_on,
        as_of=row.as_of,
        note=note,
        sequences=list(row.sequences) if sequences else None,
    )


def _printed(value: float | None, precision: int) -> int | float | None:
    """A figure that is printed without decimals is a whole number in JSON, too."""
    return int(value) if value is not None and precision == 0 else value


def _indicator(one: Indicator, lang: str) -> dict[str, Any]:
    return {
        "name": one.name,
        "title": translated(one.title, lang),
        "definition": translated(one.definition, lang),
        "unit": one.unit,
        "rests_on": one.counts,
        "parameters": list(one.parameters),
    }
