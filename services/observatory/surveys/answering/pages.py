"""The pages behind a link: a survey is answered, the answer changed, or declined. Open to whoever has the link.

A GET changes nothing, since mail programs follow links by themselves. Sending twice is one answer: of a structure there
is one only, whose version the form carries; by the open link, one for each command. Nothing of what is answered ever
stands in an address, and the token leads nobody anywhere but here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import RedirectResponse
from pydantic_core import PydanticCustomError
from starlette.datastructures import FormData
from starlette.responses import Response

from services.observatory.surveys.answering.fields import as_sent, fields, problems, who_fields
from services.observatory.surveys.answering.links import BadLink, Link, links_of
from services.observatory.surveys.domain.answer import AnswerSurvey, DeclineSurvey
from services.observatory.surveys.domain.questions import Answers, Wrong, read
from services.observatory.surveys.results.answers import places_of, texts_of
from services.observatory.surveys.stage import questions_of, stage_of
from services.observatory.surveys.views import SURVEY_ANSWERS, SURVEY_RECIPIENTS, SURVEYS, recipient_key
from shared.contract.cleaning import line
from shared.contract.fields import mail_address
from shared.contract.personal import Personal
from shared.kernel.command_digest import fields_sent
from shared.kernel.command_handler import Stale, new_command_id
from shared.kernel.decider import Refused, derived_id
from shared.kernel.eventlog.event_log import Conflict
from shared.kernel.views.projection import Document
from shared.runtime.faces import Commands, Desk, Keys, Office, Views
from shared.web.forms import guarded_form
from shared.web.forms.forms import Form, Problem, id_after, version_after
from shared.web.here import Here
from shared.web.lists import render
from shared.web.markdown import as_html
from shared.web.security.authorization import access
from shared.web.security.rate_limits import limited
from shared.web.templating import Pages, language

FIELDS = 600  # of a form: 60 questions, of which some have several answers
ANSWER = "/observatory/answer/{}"
NOT_SAID = {"waiting": 200, "closed": 410, "withdrawn": 410, "draft": 404}
"""Stage → the status of the page that says so"""


@dataclass(frozen=True, slots=True)
class Behind:
    """What a link leads to: the survey as it stands, the answer that was given (None before), who is asked."""

    link: Link
    survey: Document
    answer: Document | None
    structure: str | None

    @property
    def version(self) -> int:
        """Of the answer's entity: a refusal to answer counts, too."""
        return self.answer["version"] if self.answer else 0


routes = APIRouter(prefix="/answer", include_in_schema=False)
"""The routes under /answer."""


async def behind(service: Office, request: Request, token: str) -> Behind | Response:
    """What the link leads to, or the page that says why it leads nowhere."""
    try:
        link = links_of(service).read(token)
    except BadLink:
        limited(request, "token")
        return said(service, request, "bad", 404)
    survey = await service.store.get(SURVEYS, str(link.survey))
    stage = stage_of(service, survey) if survey is not None else "draft"
    if survey is None or stage == "draft":
        return said(service, request, "bad", 404)
    if stage != "open":
        return said(service, request, "waiting" if stage == "waiting" else "closed", NOT_SAID[stage], survey)
    answer = await service.store.get(SURVEY_ANSWERS, str(link.answer)) if link.answer else None
    if link.structure is None and answer is None and (link.answer or not survey["open_link"]):
        return said(service, request, "bad" if link.answer else "not-public", 404)
    places = await places_of(service, [str(link.structure)]) if link.structure else {}
    return Behind(link, survey, answer, places[str(link.structure)].name if places else None)


def said(service: Views, request: Request, what: str, status: int = 200, survey: Document | None = None) -> Response:
    results = survey["key"] if survey is not None and survey["published"] else None
    return render(
        service,
        request,
        "survey_said.html",
        status=status,
        what=what,
        results=results,
        begins=survey["begins"] if survey else None,
    )


async def page(
    service: Desk,
    request: Request,
    token: str,
    at: Behind,
    sent: Mapping[str, Sequence[str]],
    *,
    who: Mapping[str, str],
    wrong: Mapping[str, Wrong] | None = None,
    who_wrong: Mapping[str, str] | None = None,
    id: UUID | None = None,
    error: str | None = None,
    version: int | None = None,
    status: int = 200,
) -> Response:
    pages: Pages = request.app.state.pages
    lang = language(request)
    asked = fields(questions_of(at.survey), sent, wrong or {}, pages.lexicon, lang)
    about = who_fields(at.survey, who, who_wrong or {}, pages, lang)
    found = (*problems([*asked, *about]), *((Problem(None, error, None),) if error else ()))
    version = await version_of(service, at) if version is None else version
    form = Form((), (("command_id", str(id or new_command_id())), ("version", str(version))), found)
    state = await recipient(service, at)
    request.state.personal = True
    return render(
        service,
        request,
        "survey_answer.html",
        status=status,
        survey=at.survey,
        preview=False,
        structure=at.structure,
        saved="done" in request.query_params and at.answer is not None and not found,
        keep=at.link.structure is None,
        declined=state == "declined",
        before=at.answer["versions"][-1]["time"] if at.answer else None,
        intro=as_html(at.survey["intro"] or "", first_heading=2),
        form=form,
        fields=asked,
        about_who=about,
        action=ANSWER.format(token),
        may_decline=at.link.structure is not None and at.answer is None and state != "declined",
        decline_id=new_command_id(),
    )


async def recipient(service: Views, at: Behind) -> str | None:
    if at.link.structure is None:
        return None
    found = await service.store.get(SURVEY_RECIPIENTS, recipient_key(at.link.survey, at.link.structure))
    return found["state"] if found else None


async def version_of(service: Commands, at: Behind) -> int:
    """The version of the answer's entity as this page shows it; that it was declined is an event of it."""
    if at.answer is not None or at.link.answer is None:
        return at.version
    return (await service.execute.history("survey", at.link.answer)).version


@routes.get("/{token}")
@access("public")
async def show(service: Here[Office], request: Request, token: str) -> Response:
    at = await behind(service, request, token)
    if isinstance(at, Response):
        return at
    last = _answered(service, at)
    sent = as_sent(at.answer["versions"][-1], last["texts"]) if at.answer is not None else {}
    return await page(service, request, token, at, sent, who=last["who"])


def _answered(service: Keys, at: Behind) -> dict[str, dict[str, str]]:
    """What was written last, `texts` by question and `who` by field, as far as it can be read; a form shows it
    again."""
    if at.answer is None:
        return {"texts": {}, "who": dict.fromkeys(("name", "email"), "")}
    last = at.answer["versions"][-1]
    who = {name: service.keyring.reveal(last[name]) or "" for name in ("name", "email")}
    return {"texts": dict(texts_of(service, last) or {}), "who": who}


@routes.post("/{token}")
@access("public")
async def answer(service: Here[Office], request: Request, token: str) -> Response:
    limited(request, "form")
    at = await behind(service, request, token)
    if isinstance(at, Response):
        return at
    form = await request.form(max_fields=FIELDS, max_files=0)
    id, version = _marks(form)
    questions = questions_of(at.survey)
    sent = {one.id: [text for text in form.getlist(one.id) if isinstance(text, str)] for one in questions}
    last, who_wrong = _answered(service, at), {}
    answers, wrong = read(questions, sent, last["texts"])
    who = {name: str(form.get(name) or "")[:500].strip() for name in ("name", "email")} if at.survey["asks_who"] else {}
    for name, text in who.items():
        if text and text != last["who"][name]:
            try:
                who[name] = mail_address(text) if name == "email" else line(text)
            except PydanticCustomError as no:
                who_wrong[name] = _sentence(request, f"refused.{no.type}", **(no.context or {}))
    if len(who.get("name", "")) > 200:
        who_wrong["name"] = _sentence(request, "answer.too-long", most=200)
    again: dict[str, Any] = {"who": who, "id": id, "version": version}
    if wrong or who_wrong:
        return await page(service, request, token, at, sent, wrong=wrong, who_wrong=who_wrong, status=422, **again)
    pages: Pages = request.app.state.pages
    say, lang = pages.lexicon.say, language(request)
    target = at.link.answer or derived_id(id, "answer")
    command = _command(service, at, answers, who, id, target)
    given = {**fields_sent(command), "person": None}  # whose it is changes where the contact is forgotten meanwhile
    seen = version if at.link.answer else None
    try:
        outcome = await service.execute(command, id=id, actor="public", version=seen, sent=given)
    except Refused as no:
        error = say(f"refused.{no.code}", lang, **no.values)
        again |= {"id": id_after(no, id), "version": version_after(no, version)}
        return await page(service, request, token, at, sent, error=error, status=422, **again)
    except (Stale, Conflict):
        error = f"{say('problem.409', lang)}. {say('problem.409.hint', lang)}"
        return await page(service, request, token, at, sent, error=error, status=409, **again)
    await service.runner.wait_for(outcome.seq)
    back = token if at.link.answer else links_of(service).changing(at.link.survey, target)
    return RedirectResponse(f"{ANSWER.format(back)}?done", 303)


@routes.post("/{token}/decline")
@access("public")
async def decline(service: Here[Office], request: Request, token: str) -> Response:
    limited(request, "form")
    at = await behind(service, request, token)
    if isinstance(at, Response):
        return at
    id, _ = _marks(await request.form(max_fields=10, max_files=0))
    if at.link.structure is None or at.link.answer is None:
        raise HTTPException(404)
    command = DeclineSurvey(survey=at.link.survey, answer=at.link.answer, structure=at.link.structure)
    outcome = await service.execute(command, id=id, actor="public")
    await service.runner.wait_for(outcome.seq)
    return said(service, request, "declined", survey=at.survey)


def _marks(form: FormData) -> tuple[UUID, int]:
    """The command's id and the version that the form showed. Raises 400 for a form that is not ours."""
    return guarded_form.command_id(form), guarded_form.version_of(form) or 0


def _sentence(request: Request, code: str, **values: Any) -> str:
    pages: Pages = request.app.state.pages
    return pages.lexicon.say(code, language(request), **values)


def _command(
    service: Keys, at: Behind, answers: Answers, who: Mapping[str, str], id: UUID, target: UUID
) -> AnswerSurvey:
    """The answer as a command. Its texts are of the contact to whom the link was sent, so that they are forgotten with
    the contact; else of a person of their own."""
    person = at.link.person
    if person is None or service.keyring.was_forgotten(person):
        person = derived_id(id, "person")
    sealed: dict[str, Any] = {name: Personal(value) for name, value in who.items() if value}
    if answers.texts:
        sealed["texts"] = Personal(orjson.dumps(dict(answers.texts)).decode())
    return AnswerSurvey(
        survey=at.link.survey,
        answer=target,
        structure=at.link.structure,
        person=person,
        choices=dict(answers.choices),
        numbers=dict(answers.numbers),
        flags=dict(answers.flags),
        dates=dict(answers.dates),
        **sealed,
    )
