"""The definitions of the network as JSON: what it says of itself, its lists, the terms of its law, as of any day.

Each answer has an ETag of what it says, so that whoever keeps a copy asks again for nothing (docs/subscribe.md)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Annotated, Any, Literal, TypeVar

from fastapi import APIRouter, HTTPException, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse, Response

from shared.base.paris_days import day_of
from shared.base.translations import languages, translated
from shared.contract.fields import Day
from shared.geo import DEPARTMENTS
from shared.notions.legal_terms import LAWS, Holding
from shared.notions.vocabularies import VOCABULARIES, Term, Vocabulary, in_order
from shared.runtime.faces import Views
from shared.web.api import PROBLEMS, PageNumber, PageSize
from shared.web.here import Here

AsOf = Annotated[Day | None, Query(description="The definitions of that day (ISO 8601), in Paris; without it: now.")]
T = TypeVar("T")


class DepartmentOut(BaseModel):
    code: str
    name: str


class DefinitionsOut(BaseModel):
    """What the network is on a day. Where it said nothing, what the settings of the installation say; null: nothing."""

    as_of: date
    name: str
    region: str | None
    departments: list[DepartmentOut] = Field(description="Of the region, in order; none where it has no region.")
    languages: list[str] = Field(description="Of its pages; the first for readers who chose none.")
    dye: str | None
    law: str = Field(description="The law that it is under: that of 1901 where it said no other.")
    law_said: bool = Field(description="Whether it has said which.")
    law_titles: dict[str, str] = Field(description="Language → what the law is called.")
    printed_reviews: list[str]
    lists: list[str] = Field(description="The names of its lists.")
    sequence: int


class ListOut(BaseModel):
    """A list of the network: what it is called, which marks its terms may have, how many terms are in use."""

    name: str
    titles: dict[str, str]
    marks: dict[str, dict[str, str]] = Field(description="Mark → language → what is so of a term that has it.")
    in_use: int


class ListsOut(BaseModel):
    as_of: date
    lists: list[ListOut]
    sequence: int


class TermOut(BaseModel):
    """A term of a list. `since` null: it is of the list that every network begins with; `until`: from this day on it is
    used no more, `into` the terms that took its place. `state` earlier: of an earlier release, read where a log has
    it."""

    code: str
    titles: dict[str, str]
    rank: int
    marks: list[str]
    since: date | None
    until: date | None
    into: list[str]
    official: str = Field(description="Of a college or a bulletin: the title that it was given, in `tongue`.")
    tongue: str
    kinds: list[str] = Field(description="Of a college: the kinds of structures that it is proposed for.")
    state: Literal["open", "closed", "earlier"]


class TermsOut(BaseModel):
    """One page of the terms of a list, closed ones too, in their order. `total`: of all pages; `sequence`: the event
    up to which they show the log."""

    name: str
    as_of: date
    terms: list[TermOut]
    total: int
    sequence: int


class LegalTermOut(BaseModel):
    """What the law says. `amount` is in `unit`s; `review_by`: the day by which somebody looks whether it still holds;
    `own`: said by the network, not by the release."""

    code: str
    law: str
    titles: dict[str, str]
    texts: dict[str, str]
    amount: int | None
    unit: str | None
    sources: dict[str, str]
    since: date
    review_by: date
    overdue: bool = Field(description="Whether that day is past, today.")
    own: bool


class LegalTermsOut(BaseModel):
    as_of: date
    law: str
    terms: list[LegalTermOut]
    sequence: int


routes = APIRouter(prefix="/api/definitions", tags=["definitions"], responses=PROBLEMS)
"""Routes under `/membership/api/definitions`."""


@routes.get("", operation_id="membership_definitions", response_model=DefinitionsOut)
async def definitions(service: Here[Views], request: Request, as_of: AsOf = None) -> Response:
    """What the network says of itself: its name, region, languages, dye, law and printed reviews."""
    await service.ourselves.refresh()
    day = as_of or day_of(service.now())
    ours, title = service.ourselves.on(day), service.ourselves.title
    found = DefinitionsOut(
        as_of=day,
        name=ours.name or (service.settings.title if as_of else title),
        region=ours.region,
        departments=[DepartmentOut(code=code, name=DEPARTMENTS[code].name) for code in service.ourselves.region(day)],
        languages=[*(ours.languages or languages())],
        dye=ours.dye,
        law=(law := service.ourselves.law(day)),
        law_said=ours.law is not None,
        law_titles=_in_all(LAWS[law]),
        printed_reviews=[*(ours.reviews or ())],
        lists=[*VOCABULARIES],
        sequence=service.runner.position,
    )
    return _kept(request, found)


@routes.get("/lists", operation_id="membership_definitions_lists", response_model=ListsOut)
async def lists(service: Here[Views], request: Request, as_of: AsOf = None) -> Response:
    """The lists of the network: colleges, bulletins, kinds, offices, audiences, levels, sections, themes."""
    known = await service.lists.now()
    day = as_of or day_of(service.now())
    found = [
        ListOut(
            name=one.name,
            titles=_in_all(one.title),
            marks={mark: _in_all(text) for mark, text in one.marks.items()},
            in_use=len(known.offered(one.name, day)),
        )
        for one in VOCABULARIES.values()
    ]
    return _kept(request, ListsOut(as_of=day, lists=found, sequence=service.runner.position))


@routes.get("/lists/{name}", operation_id="membership_definitions_list", response_model=TermsOut)
async def terms(
    service: Here[Views], request: Request, name: str, as_of: AsOf = None, page: PageNumber = 1, size: PageSize = 50
) -> Response:
    """The terms of a list: code, titles in each language, rank, marks, days. A code once used is never taken away."""
    known: Vocabulary | None = VOCABULARIES.get(name)
    if known is None:
        raise HTTPException(404, "not-found")
    now = await service.lists.now()
    day = as_of or day_of(service.now())
    there = in_order(now.terms(name, day))
    found = TermsOut(
        name=name,
        as_of=day,
        terms=[_term(one) for one in _page(there, page, size)],
        total=len(there),
        sequence=service.runner.position,
    )
    return _kept(request, found)


@routes.get("/legal-terms", operation_id="membership_definitions_legal_terms", response_model=LegalTermsOut)
async def legal_terms(service: Here[Views], request: Request, as_of: AsOf = None) -> Response:
    """What the law says that the network is under, with sources and the days by which to look at it again."""
    await service.ourselves.refresh()
    today = day_of(service.now())
    day = as_of or today
    found = [_legal(one, today) for one in service.ourselves.legal_terms(day).values()]
    out = LegalTermsOut(as_of=day, law=service.ourselves.law(day), terms=found, sequence=service.runner.position)
    return _kept(request, out)


def _in_all(text: str) -> dict[str, str]:
    return {lang: translated(text, lang) for lang in languages()}


def _page(found: Sequence[T], page: int, size: int) -> Iterable[T]:
    return found[(page - 1) * size : page * size]


def _term(one: Term) -> TermOut:
    return TermOut(
        code=one.code,
        titles=dict(one.titles),
        rank=one.rank,
        marks=sorted(one.marks),
        since=one.since,
        until=None if one.earlier else one.closed,
        into=[*one.into],
        official=one.official,
        tongue=one.tongue,
        kinds=[*one.kinds],
        state="earlier" if one.earlier else "open" if one.closed is None else "closed",
    )


def _legal(one: Holding, today: date) -> LegalTermOut:
    return LegalTermOut(
        code=one.code,
        law=one.law,
        titles=dict(one.title),
        texts=dict(one.text),
        amount=one.amount,
        unit=one.unit,
        sources=dict(one.source),
        since=one.since,
        review_by=one.review_by,
        overdue=one.overdue(today),
        own=one.own,
    )


def _kept(request: Request, found: BaseModel) -> Response:
    """The answer with its tag, or 304 for whoever has one that says the same (RFC 9110 §13.1.2). The tag is weak: how
    far the log was read, and which day it is, say nothing of the definitions."""
    said: dict[str, Any] = found.model_dump(mode="json")
    of_it = type(found).model_validate({**said, "sequence": 0, "as_of": date.min}).model_dump_json()
    tag = f'W/"{hashlib.sha256(of_it.encode()).hexdigest()[:24]}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    asked = {one.strip() for one in request.headers.get("if-none-match", "").split(",")}
    if asked & {"*", tag, tag.removeprefix("W/")}:
        return Response(status_code=304, headers=headers)
    return JSONResponse(said, headers=headers)
