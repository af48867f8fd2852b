"""The form of a cooperation project: to enter one, and to change it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter, HTTPException, Request
from pydantic import ValidationError
from starlette.datastructures import FormData
from starlette.responses import Response

from services.directory.projects.domain import (
    PARTNER_KINDS,
    PROJECT_FACTS,
    PROJECT_LISTS,
    DraftProject,
    ProjectAnswers,
    ReviseProject,
)
from services.directory.projects.form_answers import Answers, wrong
from services.directory.projects.pages import most
from services.directory.projects.views import PROJECTS
from services.directory.search.finder import finder_of
from services.directory.structures.record_fields import goal, place_of
from shared.base.paris_days import PARIS
from shared.base.translations import Lang
from shared.contract.fields import stored
from shared.kernel.command_handler import Stale, new_command_id
from shared.kernel.decider import Refused
from shared.kernel.eventlog.event_log import Conflict
from shared.kernel.views.projection import Document
from shared.notions.vocabularies.view import known_lists
from shared.runtime.faces import Reception, Views
from shared.web.facts.of_days import BadDay, happened_on
from shared.web.facts.outcomes import after
from shared.web.facts.records import SEEN, SHOW, on_its_day, record_on
from shared.web.formatting import countries
from shared.web.forms.forms import Form, Problem, id_after, refusal, version_after
from shared.web.forms.guarded_form import command_id, version_of
from shared.web.here import Here
from shared.web.lists import render
from shared.web.security.authorization import access, who_of
from shared.web.templating import Pages, language

THEMES = 24  # themes of the directory that the form offers, those most used
PLAIN = (
    "title", "summary", "stage", "country", "place", "sdgs", "begins", "ends", "budget", "funders", "evaluation",
    "lessons", "website",
)  # fmt: skip
ANCHORS = {"leader": "leader-q", "participants": "participants-q", "partners": "partner-1", "themes": "f-themes"}
LOOKING = {"do": "leader"}  # what gives the form back without saving
FIELDS = 1500  # of a form: more than 50 structures and 300 partners need


routes = APIRouter(prefix="/projects", include_in_schema=False)
"""The routes of the form."""


@dataclass(frozen=True)
class Carried:
    """What the form carries beside its answers: of which project it is, the command's id, the version that was seen;
    for which day it is sent, and of which day it shows the project, as they were typed."""

    key: UUID | None
    id: UUID
    version: int | None = None
    happened: str = ""
    seen: str = ""

    @classmethod
    def of(cls, form: FormData, key: UUID | None) -> Carried:
        """Raises 400 for a form that is not ours."""
        happened, seen = (str(form.get(name) or "")[:40] for name in ("happened_on", SEEN))
        return cls(key, command_id(form), version_of(form), happened, seen)


@routes.get("/new")
@access("editor")
async def new(service: Here[Views], request: Request, leader: str = "", country: str = "") -> Response:
    await finder_of(service).current()
    answers = Answers({"country": country}, finder_of(service).kept(leader), (), (), (), {})
    return await _page(service, request, answers, Carried(None, new_command_id()))


@routes.post("/new")
@access("editor", again=LOOKING)
async def draft(service: Here[Reception], request: Request) -> Response:
    return await _sent(service, request, None)


@routes.get("/{key}/revise")
@access("editor")
async def revise(service: Here[Views], request: Request, key: UUID) -> Response:
    await finder_of(service).current()
    document = await _project_of(service, key)
    answers = Answers.of_project(document, finder_of(service))
    return await _page(service, request, answers, Carried(key, new_command_id(), document["version"]))


@routes.post("/{key}/revise")
@access("editor", again=LOOKING)
async def revised(service: Here[Reception], request: Request, key: UUID) -> Response:
    await _project_of(service, key)
    return await _sent(service, request, key)


async def _project_of(service: Views, key: UUID) -> Document:
    document = await service.store.get(PROJECTS, str(key))
    if document is None:
        raise HTTPException(404)
    return document


async def _page(
    service: Views,
    request: Request,
    answers: Answers,
    carried: Carried,
    *,
    errors: Mapping[str, str] | None = None,
    found: Mapping[str, list[Document]] | None = None,
    status: int = 200,
) -> Response:
    pages: Pages = request.app.state.pages
    lang, lexicon = language(request), pages.lexicon
    errors = dict(errors or {})
    key = carried.key
    model = ReviseProject if key else DraftProject
    goals = [(str(n), goal(n, lexicon, lang)) for n in range(1, 18)]
    form = Form.of(
        model,
        lexicon,
        lang,
        values=answers.values,
        errors={n: s for n, s in errors.items() if n not in ANCHORS},
        only=PLAIN,
        choices={"country": countries(lang), "sdgs": goals},
        hidden={"command_id": carried.id, "version": carried.version, **({SEEN: carried.seen} if key else {})},
    )
    apart = [Problem(lexicon.say(f"field.{n}", lang), errors[n], ANCHORS[n]) for n in ANCHORS if n in errors]
    themes = (await finder_of(service).find(limit=0, count=("themes",))).facets["themes"]
    chosen = await answers.chosen(service)
    return render(
        service,
        request,
        "project_form.html",
        status=status,
        key=str(key) if key else None,
        form=replace(form, fields=(), problems=(*form.problems, *apart)),
        asked={one.name: one for one in form.fields},
        answers=answers,
        errors=errors,
        leader=chosen.get(answers.leader),
        found=found or {},
        happened=carried.happened,
        seen=carried.seen,
        participants=[chosen[id] for id in answers.participants if id in chosen],
        partner_kinds=PARTNER_KINDS,
        themes=await _themes(service, [name for name, _ in most(themes)[:THEMES]], answers.themes, lang),
        said_themes=known_lists().themes().read_all(answers.themes),
        today=datetime.now(PARIS).date().isoformat(),
        place=place_of,
    )


async def _themes(service: Views, used: Sequence[str], said: Sequence[str], lang: Lang) -> list[tuple[str, str]]:
    """What the form offers, (value, title): the network's own themes in their order, then those that are used
    besides, of closed ones what was `said` already."""
    known = await service.lists.now()
    own, kept = dict(known.choices("theme", lang)), known.themes().read_all(said)
    free = [one for one in used if one not in own and (one in kept or not known.closed("theme", one))]
    return [*own.items(), *((one, known.theme(one, lang)) for one in free)]


async def _sent(service: Reception, request: Request, key: UUID | None) -> Response:
    """Looks for structures, gives more lines, or saves."""
    form = await request.form(max_fields=FIELDS, max_files=0)
    carried, answers = Carried.of(form, key), Answers.of_form(form)
    pages: Pages = request.app.state.pages
    if key and SHOW in form:
        return await _shown_again(service, request, key, form, answers, carried)
    found = await answers.looked_for(finder_of(service))
    saving = form.get("do") not in ("leader", "participants", "partners")
    if saving:
        answers = answers.chosen_if_one(found)
    open_boxes = {name: some for name, some in found.items() if answers.boxes[name]}
    errors: Mapping[str, str] = {}
    status = 200
    if saving and not open_boxes:
        try:
            outcome = await _save(service, request, form, answers, carried)
        except Refused as no:
            outcome = refusal(no, pages.lexicon, language(request)), 422
            carried = replace(carried, id=id_after(no, carried.id), version=version_after(no, carried.version))
        if isinstance(outcome, Response):
            return outcome
        errors, status = outcome
    return await _page(service, request, answers, carried, errors=errors, found=open_boxes, status=status)


async def _shown(service: Reception, key: UUID, day: date | None) -> Document:
    """The answers that the form of a project showed, as of a day: its structures by the records that stand for them."""
    document = await record_on(service, "project", str(key), day) or {}
    if not document:
        return {}
    answers = Answers.of_project(document, finder_of(service))
    return {**document, "leader": answers.leader, "participants": list(answers.participants)}


async def _shown_again(
    service: Reception, request: Request, key: UUID, form: FormData, answers: Answers, carried: Carried
) -> Response:
    """The form with the project of another day, and with what was changed in it so far."""
    pages: Pages = request.app.state.pages
    happened = carried.happened
    errors: dict[str, str] = {}
    try:
        then = await record_on(service, "project", str(key), happened_on(happened))
        shown = await _shown(service, key, happened_on(carried.seen))
    except BadDay:
        errors = {"happened_on": pages.lexicon.say("invalid.date", language(request), value=happened)}
    else:
        if then is None:
            errors = {"happened_on": pages.lexicon.say("record.not-yet", language(request))}
        else:
            given = on_its_day(answers.given(ReviseProject, form), shown, then, PROJECT_FACTS)
            empty: dict[str, Any] = {name: [] if name in PROJECT_LISTS else None for name in PROJECT_FACTS}
            answers = Answers.of_project({**empty, **given}, finder_of(service))
            carried = replace(carried, seen=happened)
    return await _page(service, request, answers, carried, errors=errors, status=422 if errors else 200)


async def _save(
    service: Reception, request: Request, form: FormData, answers: Answers, carried: Carried
) -> Response | tuple[Mapping[str, str], int]:
    """Executes the command and goes to the project; or what is wrong, and the answer's status. Raises Refused."""
    pages: Pages = request.app.state.pages
    lang, say, key, id = language(request), pages.lexicon.say, carried.key, carried.id
    model: type[ProjectAnswers] = ReviseProject if key else DraftProject
    given: dict[str, Any] = {**answers.given(model, form), **({"project": key} if key else {})}
    try:
        at = happened_on(carried.happened)
        before = await service.store.get(PROJECTS, str(key)) if key else None
        then: Document | None = None
        if key and at != (seen := happened_on(carried.seen)):
            then = await record_on(service, "project", str(key), at, begun=True)
            given = on_its_day(given, await _shown(service, key, seen), then or {}, PROJECT_FACTS)
        command = model.model_validate(given, context=stored(before, then))
        outcome = await service.execute(command, id=id, actor=who_of(request).actor, at=at, version=carried.version)
    except ValidationError as error:
        return wrong(error, answers, model, pages.lexicon, lang), 422
    except BadDay:
        return {"happened_on": say("invalid.date", lang, value=carried.happened)}, 422
    except (Stale, Conflict):
        return {"": f"{say('problem.409', lang)}. {say('problem.409.hint', lang)}"}, 409
    return await after(service, f"/directory/projects/{outcome.entity_id}", command, outcome, at)
