"""What members publish in their space: drafted, looked at as everybody will see it, published, withdrawn."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, get_args
from uuid import UUID

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData
from starlette.responses import Response

from services.directory.projects.views import PROJECTS
from services.directory.publications.domain import (
    DraftPublication,
    PublicationCommand,
    PublishDraft,
    RedraftPublication,
    WithdrawPublication,
)
from services.directory.publications.picture_uploads import picture_of
from services.directory.publications.pictures import FILE
from services.directory.publications.views import SPACE
from services.directory.space.ownership import SPACE_PAGE, may_publish, mine, why_not_publish
from services.directory.structures.kept_records import known_as
from shared.contract.directory.publications import PublicationSort
from shared.contract.fields import AS_STORED, stored
from shared.kernel.command_handler import Outcome, new_command_id
from shared.kernel.decider import Command, Refused
from shared.kernel.views.projection import Document
from shared.notions.vocabularies.view import known_lists
from shared.runtime.faces import Desk, Office, OpenViews, Premises, Views
from shared.web.facts.outcomes import in_address
from shared.web.forms.forms import Form, FormField, parse
from shared.web.forms.guarded_form import Wrong, carried_out, command_id, version_of
from shared.web.here import Here
from shared.web.lists import render
from shared.web.markdown import as_html, as_plain
from shared.web.security.authorization import access
from shared.web.templating import Pages, language

ASKED = {
    "news": ("title", "text", "url"),
    "project": ("title", "text", "project", "url"),
    "offer": ("kind", "title", "text", "deadline", "url"),
    "event": ("title", "starts", "ends", "place", "text", "url"),
}
"""sort → what its form asks, in this order; a picture comes with each."""
MUST = {"kind": "offer-without-kind", "starts": "event-without-beginning"}
"""What a draft may lack as far as its command goes, but its form does not: nobody would find out before publishing."""
MOST_DRAFTS = 100  # that a structure has open
NOT_YET = "draft"


routes = APIRouter(prefix="/space", include_in_schema=False)
"""The routes of what members publish."""


@routes.get("/{structure}/new/{sort}")
@access("space")
async def new(service: Here[OpenViews], request: Request, structure: UUID, sort: str) -> Response:
    return await _draft_form(
        service, request, await mine(service, request, str(structure)), _sort_of(service, sort), None
    )


@routes.post("/{structure}/new/{sort}")
@access("space")
async def begin(service: Here[Office], request: Request, structure: UUID, sort: str) -> Response:
    record, wanted = await mine(service, request, str(structure)), _sort_of(service, sort)
    done = await _written(
        service, request, record, DraftPublication, {"structure": record["key"], "sort": wanted}, wanted, None
    )
    return done if isinstance(done, Response) else _shown(done.entity_id, done)


@routes.get("/publications/{key}/edit")
@access("space")
async def edit(service: Here[OpenViews], request: Request, key: UUID) -> Response:
    draft, structure = await _own(service, request, key)
    if draft["state"] != NOT_YET:
        return RedirectResponse(f"{SPACE_PAGE}/publications/{key}", 303)
    return await _draft_form(service, request, structure, draft["sort"], draft, picture=draft["picture"])


@routes.post("/publications/{key}/edit")
@access("space")
async def change(service: Here[Office], request: Request, key: UUID) -> Response:
    draft, structure = await _own(service, request, key)
    given = {"publication": str(key)}
    done = await _written(service, request, structure, RedraftPublication, given, draft["sort"], draft)
    return done if isinstance(done, Response) else _shown(key, done)


@routes.get("/publications/{key}")
@access("space")
async def publication(service: Here[OpenViews], request: Request, key: UUID) -> Response:
    return await _publication_page(service, request, key)


@routes.post("/publications/{key}/publish")
@access("space")
async def publish(service: Here[Office], request: Request, key: UUID) -> Response:
    _, structure = await _own(service, request, key)
    data = await request.form(max_fields=10, max_files=0)

    async def make() -> Command:
        await may_publish(service, structure["key"])
        return PublishDraft.model_validate({"publication": key, "structure_name": structure["name"]}, context=AS_STORED)

    # The structure's name is what it is called then, nothing that was sent.
    done = await carried_out(service, request, data, PublishDraft, make, {}, key)
    if isinstance(done, Wrong):
        return await _publication_page(service, request, key, done.status, failed=done.sentence)
    return _shown(key, done)


@routes.post("/publications/{key}/withdraw")
@access("space")
async def withdraw(service: Here[Office], request: Request, key: UUID) -> Response:
    await _own(service, request, key)
    data = await request.form(max_fields=10, max_files=0)

    async def make() -> Command:
        return WithdrawPublication.model_validate({**parse(WithdrawPublication, data), "publication": str(key)})

    done = await carried_out(service, request, data, WithdrawPublication, make)
    if isinstance(done, Wrong):
        return await _publication_page(service, request, key, done.status, failed=done.sentence)
    return _shown(key, done)


async def _own(service: OpenViews, request: Request, key: UUID) -> tuple[Document, Document]:
    """A publication of a structure that who asks speaks for, and that structure. Raises 404."""
    document = await service.store.get(SPACE, str(key))
    if document is None:
        raise HTTPException(404)
    return document, await mine(service, request, document["structure"])


async def _draft_form(
    service: Views,
    request: Request,
    structure: Document,
    sort: str,
    draft: Document | None,
    status: int = 200,
    *,
    values: Any = None,
    errors: dict[str, str] | None = None,
    picture: str | None = None,
    version: object = None,
) -> Response:
    pages: Pages = request.app.state.pages
    lang, model = language(request), RedraftPublication if draft else DraftPublication
    entered = await _projects(service, structure) if sort == "project" else []
    asked = [name for name in ASKED[sort] if name != "project" or entered]
    version = version if isinstance(values, FormData) else draft["version"] if draft else None
    shown = values if values is not None else draft
    made = Form.of(
        model,
        pages.lexicon,
        lang,
        values=shown,
        errors=errors,
        only=[*asked, "picture_text"],
        choices={"project": entered, "kind": known_lists().choices("offer", lang, kept=(draft or {}).get("kind"))},
        hidden={"command_id": new_command_id(), "version": version},
    )
    by_name = {one.name: one for one in made.fields}
    wrong = (errors or {}).get(FILE)  # the file is no field of the command; the summary leads to it all the same
    problems = tuple(replace(one, anchor=f"f-{FILE}") if one.sentence == wrong else one for one in made.problems)
    return render(
        service,
        request,
        "publication_form.html",
        status=status,
        structure=structure,
        sort=sort,
        draft=draft,
        form=replace(made, fields=tuple(_must(by_name[name]) for name in asked), problems=problems),
        picture_text=by_name["picture_text"],
        picture=picture,
        errors=errors or {},
        why_not=await why_not_publish(service, structure["key"]),
    )


def _sort_of(service: Premises, text: str) -> PublicationSort:
    found = next((one for one in get_args(PublicationSort) if one == text), None)
    if found is None:
        raise HTTPException(404)
    sort: PublicationSort = found
    return sort


async def _written(
    service: Desk,
    request: Request,
    structure: Document,
    model: type[PublicationCommand],
    given: Document,
    sort: str,
    draft: Document | None,
) -> Outcome | Response:
    """What a form of a draft comes to; the form again, with its picture, where something is wrong."""
    kept: dict[str, str | None] = {}

    async def worth() -> None:
        if draft is None:
            return await _room(service, structure)
        id, version = command_id(data), version_of(data)
        await service.execute.seen(model, UUID(draft["key"]), id=id, version=version)

    async def make() -> Command:
        kept["picture"] = str(data.get("picture") or "") or None
        await may_publish(service, structure["key"])
        kept["picture"] = await picture_of(service, request, data, worth)
        answers = {name: value for name, value in parse(model, data).items() if name in (*ASKED[sort], "picture_text")}
        answers["picture"] = kept["picture"]
        if kept["picture"] is None:
            answers["picture_text"] = None
        command = model.model_validate({**answers, **given}, context=stored(draft))
        if kept["picture"] and not answers.get("picture_text"):
            raise Refused("picture-without-text", field="picture_text")
        for name, without in MUST.items():
            if name in ASKED[sort] and not answers.get(name):
                raise Refused(without, field=name)
        if draft is None:
            await _room(service, structure)
        await _own_project(service, structure, answers.get("project"))
        return command

    async with request.form(max_fields=60, max_files=1) as data:
        done = await carried_out(service, request, data, model, make)
    if isinstance(done, Wrong):
        return await _draft_form(
            service,
            request,
            structure,
            sort,
            draft,
            done.status,
            values=data,
            errors=done.errors,
            picture=kept.get("picture"),
            version=done.version,
        )
    return done


async def _publication_page(
    service: OpenViews, request: Request, key: UUID, status: int = 200, **context: Any
) -> Response:
    one, structure = await _own(service, request, key)
    given = {"failed": None, **context}
    shown = {**one, "structure_name": one.get("structure_name") or structure["name"], "at": one.get("published")}
    pictured = one["picture"] if one["state"] != "withdrawn" else None  # nobody is shown it any more
    place = f"{SPACE_PAGE}/{structure['key']}/picture/{pictured}" if pictured else None
    return render(
        service,
        request,
        "publication.html",
        status=status,
        one=shown,
        structure=structure,
        html=as_html,
        words=as_plain,
        picture=place,
        why_not=await why_not_publish(service, structure["key"]),
        new_id=new_command_id,
        **given,
    )


def _shown(key: UUID, done: Outcome) -> Response:
    return RedirectResponse(f"{SPACE_PAGE}/publications/{key}?{in_address(done)}", 303)


def _must(field: FormField) -> FormField:
    return replace(field, required=True, optional=False) if field.name in MUST else field


async def _room(service: Views, structure: Document) -> None:
    """Raises Refused where a structure has very many drafts open."""
    where = {"structure": list(known_as(structure)), "state": NOT_YET}
    if (await service.store.find(SPACE, where, limit=1)).total >= MOST_DRAFTS:
        raise Refused("too-many-drafts", most=MOST_DRAFTS)


async def _projects(service: Views, structure: Document) -> list[tuple[str, str]]:
    """The cooperation projects of a structure that are published: what a project that is presented may lead to."""
    where = {"structures": list(known_as(structure)), "published": True}
    found = await service.store.find(PROJECTS, where, sort=["sort"], limit=100)
    return [(one["key"], one["title"]) for one in found.documents]


async def _own_project(service: Views, structure: Document, project: Any) -> None:
    if project and str(project) not in {key for key, _ in await _projects(service, structure)}:
        raise Refused("unknown-project", field="project")
