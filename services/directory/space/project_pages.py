"""The cooperation projects that a member leads, entered, changed, shown and withdrawn in its space.

A plain form of the command: the staff's form (project_form) searches the whole directory, which is not for everybody. A
member names others who take part from the public directory; those that the team named beside these are kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData
from starlette.responses import Response

from services.directory.projects.domain import (
    PARTNER_KINDS,
    DraftProject,
    ProjectCommand,
    PublishProject,
    ReviseProject,
    WithdrawProject,
)
from services.directory.projects.form_answers import Answers
from services.directory.projects.views import PROJECTS
from services.directory.public.visibility import LISTED, is_public
from services.directory.search.finder import finder_of
from services.directory.space.ownership import SPACE_PAGE, may_publish, mine, why_not_publish
from services.directory.structures.kept_records import known_as
from services.directory.structures.record_fields import place_of
from shared.contract.fields import stored
from shared.kernel.command_handler import Outcome, new_command_id
from shared.kernel.decider import Command, Refused
from shared.kernel.views.projection import Document
from shared.runtime.faces import Forms, Reception, Views
from shared.web.facts.outcomes import in_address
from shared.web.forms.forms import Form, parse
from shared.web.forms.guarded_form import Wrong, carried_out
from shared.web.here import Here
from shared.web.lists import render
from shared.web.security.authorization import access
from shared.web.templating import Pages, language

LOOKING = {"do": "participants"}  # what gives the form back without saving
ASKED = (
    "title", "summary", "country", "place", "stage", "themes", "sdgs", *(f"partner_{kind}" for kind in PARTNER_KINDS),
    "begins", "ends", "budget", "funders", "evaluation", "lessons", "website",
)  # fmt: skip


routes = APIRouter(prefix="/space/{structure}/projects", include_in_schema=False)
"""The routes of the projects of a space."""


@routes.get("/new")
@access("space")
async def new(service: Here[Reception], request: Request, structure: UUID) -> Response:
    return await _page(service, request, await mine(service, request, str(structure)), None)


@routes.post("/new")
@access("space", again=LOOKING)
async def enter(service: Here[Reception], request: Request, structure: UUID) -> Response:
    own = await mine(service, request, str(structure))
    done = await _written(service, request, own, DraftProject, {"leader": own["key"]}, None)
    return done if isinstance(done, Response) else _shown(own, done.entity_id, done)


@routes.get("/{key}")
@access("space")
async def project(service: Here[Reception], request: Request, structure: UUID, key: UUID) -> Response:
    own = await mine(service, request, str(structure))
    return await _page(service, request, own, await _led(service, own, key))


@routes.post("/{key}")
@access("space", again=LOOKING)
async def change(service: Here[Reception], request: Request, structure: UUID, key: UUID) -> Response:
    own = await mine(service, request, str(structure))
    document = await _led(service, own, key)
    given = {"project": str(key), "leader": document["leader"]}
    done = await _written(service, request, own, ReviseProject, given, document)
    return done if isinstance(done, Response) else _shown(own, key, done)


@routes.post("/{key}/publish")
@access("space")
async def publish(service: Here[Reception], request: Request, structure: UUID, key: UUID) -> Response:
    return await _simply(service, request, structure, key, PublishProject(project=key), members=True)


@routes.post("/{key}/withdraw")
@access("space")
async def withdraw(service: Here[Reception], request: Request, structure: UUID, key: UUID) -> Response:
    """Open to whoever is a member no more, too: what they show is theirs to take back."""
    return await _simply(service, request, structure, key, WithdrawProject(project=key), members=False)


async def _led(service: Views, structure: Document, key: UUID) -> Document:
    """A project that a structure leads. Raises 404."""
    project = await service.store.get(PROJECTS, str(key))
    if project is None or project["leader"] not in known_as(structure):
        raise HTTPException(404)
    return project


async def _page(
    service: Forms,
    request: Request,
    structure: Document,
    project: Document | None,
    status: int = 200,
    *,
    values: FormData | None = None,
    errors: dict[str, str] | None = None,
    failed: str | None = None,
    answers: Answers | None = None,
    found: Mapping[str, list[Document]] | None = None,
    version: object = None,
) -> Response:
    pages: Pages = request.app.state.pages
    lang, model = language(request), ReviseProject if project else DraftProject
    if version is None and project is not None:
        version = (values or project).get("version")
    made = Form.of(
        model,
        pages.lexicon,
        lang,
        values=values if values is not None else project,
        errors=errors,
        only=ASKED,
        choices=await service.choices(model, lang),
        hidden={"command_id": new_command_id(), "version": version},
    )
    by_name = {one.name: one for one in made.fields}
    await finder_of(service).current()
    here = answers or (Answers.of_project(project, finder_of(service)) if project else Answers({}, "", (), (), (), {}))
    chosen = await here.chosen(service)
    return render(
        service,
        request,
        "space_project.html",
        status=status,
        structure=structure,
        project=project,
        failed=failed,
        form=replace(made, fields=tuple(by_name[name] for name in ASKED)),
        new_id=new_command_id,
        why_not=await why_not_publish(service, structure["key"]),
        answers=here,
        found=found or {},
        errors=errors or {},
        participants=[chosen[id] for id in here.participants if id in chosen],
        place=place_of,
    )


async def _written(
    service: Reception,
    request: Request,
    structure: Document,
    model: type[ProjectCommand],
    given: Document,
    project: Document | None,
) -> Outcome | Response:
    """Looks for structures, or saves: a name in the search box is never passed over."""
    data = await request.form(max_fields=500, max_files=0)
    sent = Answers.of_form(data)
    answers = replace(sent, participants=await _nameable(service, sent, project))
    looked_for = await answers.looked_for(finder_of(service), LISTED)
    found = {name: [one for one in some if one["key"] != structure["key"]] for name, some in looked_for.items()}
    if data.get("do") != "participants":
        answers = answers.chosen_if_one(found)
    open_boxes = {name: some for name, some in found.items() if answers.boxes[name]}
    if open_boxes or data.get("do") == "participants":
        return await _page(service, request, structure, project, values=data, answers=answers, found=open_boxes)

    async def make() -> Command:
        await may_publish(service, structure["key"])
        if not set(sent.participants) <= set(answers.participants):
            raise Refused("unknown-structure", field="participants")  # nobody learns by asking which others there are
        said = {name: value for name, value in parse(model, data).items() if name in ASKED}
        return model.model_validate({**said, **given, "participants": answers.participants}, context=stored(project))

    done = await carried_out(service, request, data, model, make)
    if isinstance(done, Wrong):
        return await _page(
            service,
            request,
            structure,
            project,
            done.status,
            values=data,
            errors=done.errors,
            answers=answers,
            version=done.version,
        )
    return done


async def _nameable(service: Views, answers: Answers, project: Document | None) -> list[str]:
    """The others who take part that a member may name: public ones, and those that are in the project."""
    before = {finder_of(service).kept(id) for id in project["participants"]} if project else set()
    chosen = await answers.chosen(service)
    return [id for id in answers.participants if id in before or (id in chosen and is_public(chosen[id]))]


async def _simply(
    service: Reception, request: Request, structure: UUID, key: UUID, command: Command, *, members: bool
) -> Response:
    own = await mine(service, request, str(structure))
    document = await _led(service, own, key)
    data = await request.form(max_fields=10, max_files=0)

    async def make() -> Command:
        if members:
            await may_publish(service, own["key"])
        return command

    done = await carried_out(service, request, data, type(command), make)
    if isinstance(done, Wrong):
        return await _page(service, request, own, document, done.status, failed=done.sentence)
    return _shown(own, key, done)


def _shown(structure: Document, key: UUID, done: Outcome) -> Response:
    return RedirectResponse(f"{SPACE_PAGE}/{structure['key']}/projects/{key}?{in_address(done)}", 303)
