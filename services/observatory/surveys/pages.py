"""The team's pages of surveys: their list, one survey, its preview."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse
from starlette.responses import Response

from services.observatory.event_table.moment import AsOf, KnownAt, Moment, today
from services.observatory.figures.observatory import current
from services.observatory.pages.time_travel import asked, document_then, documents_then, in_the_head, not_yet
from services.observatory.surveys import form_pages as survey_form
from services.observatory.surveys.answering.fields import fields, who_fields
from services.observatory.surveys.answering.links import address, links_of
from services.observatory.surveys.stage import questions_of, stage_of, survey_of
from services.observatory.surveys.views import SURVEY_ANSWERS, SURVEYS
from shared.runtime.faces import Chronicle, Desk, Office
from shared.web.forms.forms import Form
from shared.web.here import Here
from shared.web.lists import PAGE, PageNumber, pages_total, render
from shared.web.markdown import as_html
from shared.web.security.authorization import access
from shared.web.templating import language

LISTED = {"kept": ["draft", "open"], "withdrawn": ["withdrawn"]}
"""What the list shows: those in use, those that were put away"""
COUNTED = """
WITH said AS (SELECT * FROM events WHERE entity = 'survey' AND readable AND seq <= $known AND day <= $as_of),
sent AS (
    SELECT DISTINCT entity_id AS survey,
           unnest(from_json(json_extract(data, '$.structures'), '["VARCHAR"]')) AS structure
    FROM said WHERE type = 'SurveySent'),
given AS (
    SELECT DISTINCT json_extract_string(data, '$.survey') AS survey, entity_id AS answer,
           json_extract_string(data, '$.structure') AS structure
    FROM said WHERE type = 'SurveyAnswered')
SELECT survey, count(DISTINCT sent.structure) AS asked, count(DISTINCT answer) AS answered,
       count(DISTINCT CASE WHEN sent.structure = given.structure THEN answer END) AS invited
FROM sent FULL JOIN given USING (survey) GROUP BY survey
"""


@dataclass(frozen=True, slots=True)
class HowFar:
    """How many structures were asked, how many answers there are, how many of those are of structures that were
    asked."""

    asked: int = 0
    answered: int = 0
    invited: int = 0


routes = APIRouter(include_in_schema=False)
"""The routes under /surveys for the team."""

routes.include_router(survey_form.routes)


@routes.get("/surveys")
async def surveys(
    service: Here[Desk],
    request: Request,
    state: str = "",
    as_of: AsOf = None,
    known_at: KnownAt = None,
    page: PageNumber = 1,
) -> Response:
    moment = await asked(service, as_of, known_at)
    wanted = state if state in LISTED else "kept"
    if moment is None:
        found = await service.store.find(
            SURVEYS, {"state": LISTED[wanted]}, sort=["-at"], limit=PAGE, offset=(page - 1) * PAGE
        )
        states = await service.store.count_by(SURVEYS, "state")
        documents, total = found.documents, found.total
    else:
        then = await documents_then(service, SURVEYS, "survey", moment, ["-at"])
        states = Counter(one["state"] for one in then)
        fitting = [one for one in then if one["state"] in LISTED[wanted]]
        documents, total = fitting[(page - 1) * PAGE : page * PAGE], len(fitting)
    far = await how_far(service, moment)
    shown = [
        {**one, "stage": stage_of(service, one, moment), "far": far.get(one["key"], HowFar())} for one in documents
    ]
    counts = {name: sum(states.get(one, 0) for one in some) for name, some in LISTED.items()}
    return render(
        service,
        request,
        "surveys.html",
        surveys=shown,
        page=page,
        pages_total=pages_total(page, total),
        state=wanted,
        counts=counts,
        **in_the_head(moment),
    )


async def how_far(service: Chronicle, moment: Moment | None) -> dict[str, HowFar]:
    """Survey → how far it is at a moment, without one now; those that nobody was asked for or has answered are not
    there."""
    observatory = await current(service)
    at = moment or Moment(today(), None, observatory.table.position)
    rows = await observatory.table.ask(COUNTED, {"as_of": at.as_of, "known": at.known})
    return {row["survey"]: HowFar(row["asked"], row["answered"], row["invited"]) for row in rows}


@routes.get("/surveys/{key}")
async def survey(
    service: Here[Office], request: Request, key: UUID, as_of: AsOf = None, known_at: KnownAt = None
) -> Response:
    answer = await service.store.get(SURVEY_ANSWERS, str(key))
    if answer is not None:  # an answer is an entity of the same kind: the journal leads here by its id, too
        return RedirectResponse(f"/observatory/surveys/{answer['survey']}", 303)
    moment = await asked(service, as_of, known_at)
    if moment and await document_then(service, SURVEYS, "survey", str(key), moment) is None:
        await survey_of(service, key)
        return not_yet(request, moment)
    document = await survey_of(service, key, moment)
    far = (await how_far(service, moment)).get(str(key), HowFar())
    shares = moment is None and document["open_link"] and document["state"] == "open"
    return render(
        service,
        request,
        "survey.html",
        survey=document,
        stage=stage_of(service, document, moment),
        asked=far.asked,
        invited_answered=far.invited,
        answered=far.answered,
        by_open_link=max(0, far.answered - far.invited),
        intro=as_html(document["intro"] or "", first_heading=3),
        open_link=address(service, links_of(service).open(key)) if shares else None,
        **in_the_head(moment),
    )


@routes.get("/surveys/{key}/preview")
async def preview(service: Here[Desk], request: Request, key: UUID) -> Response:
    document, pages = await survey_of(service, key), request.app.state.pages
    lang = language(request)
    form = Form((), (), ())
    return render(
        service,
        request,
        "survey_answer.html",
        survey=document,
        preview=True,
        structure=None,
        saved=False,
        keep=False,
        declined=False,
        before=None,
        intro=as_html(document["intro"] or "", first_heading=2),
        form=form,
        fields=fields(questions_of(document), {}, {}, pages.lexicon, lang),
        action=request.url.path,
        about_who=who_fields(document, {}, {}, pages, lang),
        may_decline=False,
        decline_id="",
    )


@routes.post("/surveys/{key}/preview")
@access("reader")
async def tried(service: Here[Desk], request: Request, key: UUID) -> Response:
    """The preview's button saves nothing."""
    await survey_of(service, key)
    return RedirectResponse(f"/observatory/surveys/{key}/preview", 303)
