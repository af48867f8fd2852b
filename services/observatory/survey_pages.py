"""The team's pages of surveys: their list, one survey, its preview."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import RedirectResponse
from starlette.responses import Response

from services.observatory import survey_form
from services.observatory.api import today
from services.observatory.survey_fields import fields
from services.observatory.survey_letters import over
from services.observatory.survey_links import address, links_of
from services.observatory.survey_results import questions_of
from services.observatory.survey_views import SURVEY_ANSWERS, SURVEY_RECIPIENTS, SURVEYS
from shared.service import Service
from shared.views import Document
from shared.web.access import access
from shared.web.forms import Form, FormField
from shared.web.markdown import as_html
from shared.web.pages import Pages, language
from shared.web.questions import Widget
from shared.web.rendering import PAGE, PageNumber, pages_total, render
from shared.words import Lang


def stage_of(service: Service, survey: Document) -> str:
    """Where a survey stands today: draft, waiting, open, closed, withdrawn."""
    if survey["state"] != "open":
        return str(survey["state"])
    if over(service, survey):
        return "closed"
    return "waiting" if survey["begins"] > today().isoformat() else "open"


async def survey_of(service: Service, key: UUID) -> Document:
    """Raises 404."""
    document = await service.store.get(SURVEYS, str(key))
    if document is None:
        raise HTTPException(404)
    return document


def routes(service: Service) -> APIRouter:
    """The routes under /surveys for the team."""
    router = APIRouter(include_in_schema=False)
    router.include_router(survey_form.routes(service))
    _list(router, service)
    _survey(router, service)
    return router


def _list(router: APIRouter, service: Service) -> None:
    @router.get("/surveys")
    async def surveys(request: Request, page: PageNumber = 1) -> Response:
        found = await service.store.find(
            SURVEYS, {"state": ["draft", "open"]}, sort=["-at"], limit=PAGE, offset=(page - 1) * PAGE
        )
        keys = {"survey": [one["key"] for one in found.documents]}
        asked = await service.store.count_by(SURVEY_RECIPIENTS, "survey", keys)
        answered = await service.store.count_by(SURVEY_ANSWERS, "survey", keys)
        shown = [
            {**one, "stage": stage_of(service, one), "asked": asked.get(one["key"], 0), "answered": answered.get(one["key"], 0)}
            for one in found.documents
        ]  # fmt: skip
        return render(
            service, request, "surveys.html", surveys=shown, page=page, pages_total=pages_total(page, found.total)
        )


def _survey(router: APIRouter, service: Service) -> None:
    @router.get("/surveys/{key}")
    async def survey(request: Request, key: UUID) -> Response:
        answer = await service.store.get(SURVEY_ANSWERS, str(key))
        if answer is not None:  # an answer is an entity of the same kind: the journal leads here by its id, too
            return RedirectResponse(f"/observatory/surveys/{answer['survey']}", 303)
        document = await survey_of(service, key)
        states = await service.store.count_by(SURVEY_RECIPIENTS, "state", {"survey": str(key)})
        every = (await service.store.find(SURVEY_ANSWERS, {"survey": str(key)}, limit=1)).total
        shares = document["open_link"] and document["state"] == "open"
        return render(
            service, request, "survey.html", survey=document, stage=stage_of(service, document), asked=sum(states.values()),
            invited_answered=states.get("answered", 0), answered=every, by_open_link=max(0, every - states.get("answered", 0)),
            intro=as_html(document["intro"] or "", first_heading=3),
            open_link=address(service, links_of(service).open(key)) if shares else None,
        )  # fmt: skip

    @router.get("/surveys/{key}/preview")
    async def preview(request: Request, key: UUID) -> Response:
        document, pages = await survey_of(service, key), request.app.state.pages
        lang = language(request)
        form = Form((), (), ())
        return render(
            service, request, "survey_answer.html", survey=document, preview=True, structure=None, saved=False, keep=False,
            declined=False, before=None, intro=as_html(document["intro"] or "", first_heading=2), form=form,
            fields=fields(questions_of(document), {}, {}, pages.lexicon, lang), action=request.url.path,
            about_who=who_fields(document, {}, {}, pages, lang), may_decline=False, decline_id="",
        )  # fmt: skip

    @router.post("/surveys/{key}/preview")
    @access("reader")
    async def tried(request: Request, key: UUID) -> Response:
        """The preview's button saves nothing."""
        await survey_of(service, key)
        return RedirectResponse(f"/observatory/surveys/{key}/preview", 303)


def who_fields(
    survey: Document, values: Mapping[str, str], errors: Mapping[str, str], pages: Pages, lang: Lang
) -> list[FormField]:
    """The fields of who answers, where the survey asks for them."""
    if not survey["asks_who"]:
        return []
    asked: Sequence[tuple[str, Widget]] = (("name", "text"), ("email", "email"))
    return [
        FormField(
            name, pages.lexicon.say(f"answer.{name}", lang), None, widget, (values.get(name, ""),), (), False, True,
            errors.get(name), {"autocomplete": name, "maxlength": "200"}, f"f-{name}",
        )
        for name, widget in asked
    ]  # fmt: skip
