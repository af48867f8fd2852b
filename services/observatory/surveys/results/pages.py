"""The results of a survey: for the team as of any day, by department and kind, with their texts, as files; for
everybody once they are published, masked; and as JSON."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, HTTPException, Query, Request
from markupsafe import Markup
from starlette.responses import Response

from services.observatory.event_table.moment import AsOf, KnownAt
from services.observatory.open_data.small_cells import small
from services.observatory.pages.time_travel import asked, document_then, in_the_head, not_yet
from services.observatory.surveys.results.answers import NOBODY, Given, answers_of, given_of, texts_of
from services.observatory.surveys.results.exports import TYPES, Line, Sheet, as_json, written
from services.observatory.surveys.results.results import Result, as_of, results
from services.observatory.surveys.stage import questions_of, stage_of, survey_of
from services.observatory.surveys.views import SURVEY_ANSWERS, SURVEYS
from shared.base.translations import L, Lang, Lexicon, translated
from shared.geo import DEPARTMENTS
from shared.kernel.views.projection import Document
from shared.notions.vocabularies.view import known_lists
from shared.runtime.faces import Desk, Keys, Office
from shared.web.charts.charts import bars, shares
from shared.web.formatting import as_moment, number
from shared.web.formatting import department as department_name
from shared.web.here import Here
from shared.web.lists import render
from shared.web.markdown import as_html
from shared.web.security.authorization import access, who_of
from shared.web.templating import Pages, language

Some = Annotated[list[str] | None, Query(max_length=120)]


routes = APIRouter()
"""The routes of results."""


def _yes_and_no(lexicon: Lexicon, lang: Lang) -> tuple[str, str]:
    return lexicon.say("survey.yes", lang), lexicon.say("survey.no", lang)


def drawn(one: Result, lang: Lang) -> Markup | None:
    """The picture of a result: shares for what was chosen, upright bars for a scale."""
    if not one.parts or not one.answered or all(part.n is None for part in one.parts):
        return None
    items = [(part.label, None if part.n is None else float(part.n)) for part in one.parts]
    if one.question.kind == "scale":
        return bars(items, title=one.question.text, lang=lang)
    return shares(items, title=one.question.text, written=lambda n: number(n, lang), lang=lang)


async def _published(service: Desk, key: UUID) -> tuple[Document, int, list[Result]]:
    """A survey whose figures are for everybody, how many answered, and what may be known of each question. Raises
    404."""
    survey = await survey_of(service, key)
    if not survey["published"]:
        raise HTTPException(404)
    versions = [version for _, version in as_of(await answers_of(service, str(key)), None)]
    return survey, len(versions), [one.public(len(versions)) for one in results(questions_of(survey), versions)]


@routes.get("/surveys/public/{key}.json", include_in_schema=False)
@access("public")
async def data(service: Here[Desk], key: UUID) -> dict[str, Any]:
    survey, answers, found = await _published(service, key)
    return {
        "survey": str(key),
        "title": survey["title"],
        "begins": survey["begins"],
        "until": survey["until"],
        "answers": None if small(answers) else answers,
        "questions": [as_json(one) for one in found if one.question.kind not in ("short", "long", "date")],
    }


@routes.get("/surveys/public/{key}", include_in_schema=False)
@access("public")
async def page(service: Here[Desk], request: Request, key: UUID) -> Response:
    survey, answers, found = await _published(service, key)
    lang = language(request)
    shown = [(one, drawn(one, lang)) for one in found if one.question.kind not in ("short", "long", "date")]
    return render(
        service,
        request,
        "survey_public.html",
        survey=survey,
        answered=answers,
        found=shown,
        intro=as_html(survey["intro"] or "", first_heading=2),
        last=_last(survey),
    )


@routes.get("/surveys/{key}/results", include_in_schema=False)
async def shown(
    service: Here[Office],
    request: Request,
    key: UUID,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    department: Some = None,
    kind: Some = None,
) -> Response:
    moment = await asked(service, as_of, known_at)
    if moment and await document_then(service, SURVEYS, "survey", str(key), moment) is None:
        await survey_of(service, key)
        return not_yet(request, moment)
    survey, pages = await survey_of(service, key, moment), request.app.state.pages
    lang = language(request)
    given, every = await given_of(service, str(key), moment, department or (), kind or ())
    found = results(questions_of(survey), [one.version for one in given], _yes_and_no(pages.lexicon, lang))
    sees = who_of(request).sees_persons(service.name)
    request.state.personal = sees
    texts = _texts(service, given, pages.lexicon, lang) if sees else None
    return render(
        service,
        request,
        "survey_results.html",
        survey=survey,
        stage=stage_of(service, survey, moment),
        **in_the_head(moment),
        found=[(one, drawn(one, lang), (texts or {}).get(one.question.id, [])) for one in found],
        sees=sees,
        answered=len(given),
        total=len(every),
        chosen={"department": department or [], "kind": kind or []},
        facets=_facets(every, pages.lexicon, lang),
        files=[
            (ending.upper(), f"/observatory/surveys/{key}/results.{ending}?{request.url.query}") for ending in TYPES
        ],
    )


@routes.get("/surveys/{key}/results.{ending}", include_in_schema=False)
async def file(
    service: Here[Office],
    request: Request,
    key: UUID,
    ending: str,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    department: Some = None,
    kind: Some = None,
) -> Response:
    if ending not in TYPES:
        raise HTTPException(404)
    moment = await asked(service, as_of, known_at)
    survey = await survey_of(service, key, moment)
    given, _ = await given_of(service, str(key), moment, department or (), kind or ())
    about = {
        "as_of": as_of or None,
        "known_at": known_at or None,
        "departments": department or [],
        "kinds": kind or [],
    }
    sheet = _sheet(request, service, survey, given, about)
    headers = {
        "Content-Disposition": f'attachment; filename="enquete_{str(key)[:8]}.{ending}"',
        "Cache-Control": "no-store",
    }
    return Response(await asyncio.to_thread(written, ending, sheet), media_type=TYPES[ending], headers=headers)


@routes.get("/surveys/{key}/answers/{answer}", include_in_schema=False)
@access("editor")
async def one(service: Here[Office], request: Request, key: UUID, answer: UUID) -> Response:
    """One answer with all its versions, for who has to tell a person what is kept of them."""
    survey, document = await survey_of(service, key), await service.store.get(SURVEY_ANSWERS, str(answer))
    if document is None or document["survey"] != str(key):
        raise HTTPException(404)
    pages: Pages = request.app.state.pages
    request.state.personal = True
    given = [
        Given(str(answer), document["structure"], None, version, n) for n, version in enumerate(document["versions"], 1)
    ]
    sheet = _sheet(request, service, survey, given, {})
    versions = [(one.answered, list(zip(sheet.headings()[4:], sheet.row(one)[4:], strict=True))) for one in sheet.lines]
    title = pages.lexicon.say("event.SurveyAnswered", language(request))
    return render(
        service, request, "survey_given.html", survey=survey, versions=versions[::-1], title=title, key=str(answer)
    )


@routes.get("/api/surveys/{key}/results", tags=["surveys"], operation_id="survey_results")
@access("reader")
async def as_data(
    service: Here[Desk],
    key: UUID,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    department: Some = None,
    kind: Some = None,
) -> dict[str, Any]:
    """The results of a survey, question by question."""
    moment = await asked(service, as_of, known_at)
    survey = await survey_of(service, key, moment)
    given, every = await given_of(service, str(key), moment, department or (), kind or ())
    found = results(questions_of(survey), [one.version for one in given])
    return {
        "survey": str(key),
        "title": survey["title"],
        "as_of": as_of,
        "known_at": known_at,
        "answers": len(given),
        "of": len(every),
        "questions": [as_json(one) for one in found],
    }


def _facets(every: Sequence[Given], lexicon: Lexicon, lang: Lang) -> dict[str, list[tuple[str, str, int]]]:
    """The departments and kinds of those who answered, with their numbers."""
    departments = [(one.place.department if one.place else None) or NOBODY for one in every]
    kinds = [(one.place.kind if one.place else None) or NOBODY for one in every]
    none = lexicon.say("part.elsewhere", lang)
    return {
        "department": [
            (code, department_name(code) if code in DEPARTMENTS else none, departments.count(code))
            for code in sorted(set(departments))
        ],
        "kind": [
            (code, lexicon.say(f"term.structure.{code}", lang), kinds.count(code))
            for code in known_lists().listed("structure", {*kinds} - {NOBODY})
            if code in kinds
        ]
        + ([(NOBODY, none, kinds.count(NOBODY))] if NOBODY in kinds else []),
    }


def _name(one: Given, lang: Lang) -> str:
    if one.place is not None:
        return one.place.name
    return "" if one.structure else translated(L("Par le lien ouvert"), lang)


def _texts(service: Keys, given: Sequence[Given], lexicon: Lexicon, lang: Lang) -> dict[str, list[tuple[str, str]]]:
    """Question → (who, text)."""
    found: dict[str, list[tuple[str, str]]] = {}
    for one in given:
        texts = texts_of(service, one.version)
        gone = dict.fromkeys(one.version["written"], lexicon.say("column.forgotten", lang))
        for id, text in (gone if texts is None else texts).items():
            found.setdefault(id, []).append((_name(one, lang), text))
    return found


def _sheet(request: Request, service: Keys, survey: Document, given: Sequence[Given], about: dict[str, Any]) -> Sheet:
    pages: Pages = request.app.state.pages
    lang, sees = language(request), who_of(request).sees_persons(service.name)
    questions = questions_of(survey)
    lines = []
    for one in given:
        place, version = one.place, one.version
        lines.append(
            Line(
                one.structure,
                _name(one, lang),
                place.department if place else None,
                place.kind if place else None,
                version["time"],
                version,
                texts_of(service, version) if sees else {},
                {name: service.keyring.reveal(version[name]) if sees else None for name in ("name", "email")},
                sees,
            )
        )
    found = results(questions, [one.version for one in given], _yes_and_no(pages.lexicon, lang))
    return Sheet(survey, questions, lines, found, about, pages.lexicon, lang)


def _last(survey: Document) -> date:
    """The day until which it was answered."""
    until = date.fromisoformat(survey["until"])
    return min(until, as_moment(survey["closed"]).date()) if survey["closed"] else until
