"""The member's own space: a structure's contacts look after its record, ask for its public listing, choose its picture.

Anybody whom a structure named as contact edits its record; what members publish stands in `publication_pages`.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse
from starlette.responses import Response

from services.directory.projects.views import PROJECTS
from services.directory.publications.picture_uploads import picture_answer, picture_of
from services.directory.publications.views import SPACE
from services.directory.search.finder import finder_of
from services.directory.space.ownership import (
    SPACE_PAGE,
    mine,
    own_structures,
    why_not_publish,
)
from services.directory.structures.contact_views import CONTACTS
from services.directory.structures.domain.listing import (
    PictureStructure,
    UnlistStructure,
    UnpictureStructure,
    WishListing,
)
from services.directory.structures.domain.structure import ReviseStructure
from services.directory.structures.kept_records import known_as
from shared.contract.directory.structures import StructureListingDeclined, StructureUnlisted
from shared.contract.fields import stored
from shared.kernel.command_handler import Outcome, new_command_id
from shared.kernel.decider import Command, Refused
from shared.kernel.views.projection import Document
from shared.runtime.faces import Commands, Desk, Forms, Office, OpenViews, Reception, Views
from shared.web.facts.outcomes import in_address
from shared.web.forms.forms import Form, parse
from shared.web.forms.guarded_form import Wrong, carried_out, command_id, version_of
from shared.web.here import Here
from shared.web.lists import render
from shared.web.security.authorization import access, who_of
from shared.web.templating import Pages, language

SOURCE = "La structure elle-même"


record_routes = APIRouter(prefix="/space", include_in_schema=False)
"""The home of the space, a structure in it, its record and its wish to be listed."""


@record_routes.get("")
@access("space")
async def space(service: Here[OpenViews], request: Request) -> Response:
    who, finder = who_of(request), finder_of(service)
    structures = await own_structures(service, who.account) if who.account is not None else []
    await finder.current()
    request.state.personal = True
    waiting = {}
    for one in structures:
        waiting[one["key"]] = await service.store.count_by(SPACE, "state", {"structure": list(known_as(one))})
    return render(
        service,
        request,
        "space.html",
        structures=structures,
        waiting=waiting,
        college={one["key"]: finder.college(one["key"]) for one in structures},
    )


@record_routes.get("/{structure}")
@access("space")
async def one_structure(service: Here[Office], request: Request, structure: UUID) -> Response:
    return await _structure_page(service, request, await mine(service, request, str(structure)))


@record_routes.get("/{structure}/record")
@access("space")
async def record(service: Here[Reception], request: Request, structure: UUID) -> Response:
    return await _record_form(service, request, await mine(service, request, str(structure)))


@record_routes.post("/{structure}/record")
@access("space")
async def revise(service: Here[Reception], request: Request, structure: UUID) -> Response:
    own = await mine(service, request, str(structure))
    data = await request.form(max_fields=500, max_files=0)

    async def make() -> Command:
        given = {"structure": own["key"], "source": SOURCE}
        return ReviseStructure.model_validate({**parse(ReviseStructure, data), **given}, context=stored(own))

    done = await carried_out(service, request, data, ReviseStructure, make)
    if isinstance(done, Wrong):
        return await _record_form(service, request, own, done.status, data, done.errors, done.version)
    return _back(own, done)


@record_routes.post("/{structure}/listing")
@access("space")
async def wish(service: Here[Office], request: Request, structure: UUID) -> Response:
    return await _simply(service, request, structure, lambda key: WishListing(structure=key))


@record_routes.post("/{structure}/listing/leave")
@access("space")
async def leave(service: Here[Office], request: Request, structure: UUID) -> Response:
    reason = "À la demande de la structure"
    return await _simply(service, request, structure, lambda key: UnlistStructure(structure=key, reason=reason))


picture_routes = APIRouter(prefix="/space", include_in_schema=False)
"""The picture of a record."""


@picture_routes.get("/{structure}/picture")
@access("space")
async def picture(service: Here[OpenViews], request: Request, structure: UUID) -> Response:
    return await _picture_form(service, request, await mine(service, request, str(structure)))


@picture_routes.post("/{structure}/picture")
@access("space")
async def choose_picture(service: Here[Office], request: Request, structure: UUID) -> Response:
    own = await mine(service, request, str(structure))
    kept: dict[str, str | None] = {"picture": own["picture"]}

    async def worth() -> None:
        id, version = command_id(data), version_of(data)
        await service.execute.seen(PictureStructure, UUID(own["key"]), id=id, version=version)

    async def make() -> Command:
        kept["picture"] = await picture_of(service, request, data, worth)
        if kept["picture"] is None:
            return UnpictureStructure(structure=UUID(own["key"]))
        text = str(data.get("picture_text") or "").strip()
        if not text:
            raise Refused("picture-without-text", field="picture_text")
        given = {"structure": own["key"], "picture": kept["picture"], "picture_text": text}
        return PictureStructure.model_validate(given, context=stored(own))

    async with request.form(max_fields=20, max_files=1) as data:
        done = await carried_out(service, request, data, PictureStructure, make)
    if isinstance(done, Wrong):
        text = str(data.get("picture_text") or "")[:1000]
        return await _picture_form(
            service, request, own, done.status, errors=done.errors, text=text, version=done.version, **kept
        )
    return _back(own, done)


@picture_routes.get("/{structure}/picture/{name}")
@access("space")
async def own_picture(service: Here[OpenViews], request: Request, structure: UUID, name: str) -> Response:
    """A picture of the space as it is, or as a form has it that is not saved yet: who knows its hash has it."""
    await mine(service, request, str(structure))
    return await picture_answer(service, name)


async def _structure_page(
    service: Desk, request: Request, structure: Document, status: int = 200, **context: Any
) -> Response:
    keys, finder = list(known_as(structure)), finder_of(service)
    await finder.current()
    contacts = await service.store.find(CONTACTS, {"structure": keys}, limit=200)
    said = await service.store.find(SPACE, {"structure": keys}, sort=["-seen"], limit=200)
    projects = await service.store.find(PROJECTS, {"structures": keys, "withdrawn": False}, sort=["-seq"], limit=100)
    given = {"failed": None, **context}
    return render(
        service,
        request,
        "space_structure.html",
        status=status,
        structure=structure,
        said=said.documents,
        projects=projects.documents,
        contacts=contacts.total,
        college=finder.college(structure["key"]),
        why_not=await why_not_publish(service, structure["key"]),
        answer=await _last_answer(service, structure),
        new_id=new_command_id,
        **given,
    )


async def _record_form(
    service: Forms,
    request: Request,
    structure: Document,
    status: int = 200,
    values: Any = None,
    errors: dict[str, str] | None = None,
    version: object = None,
) -> Response:
    pages: Pages = request.app.state.pages
    lang = language(request)
    hidden = {"command_id": new_command_id(), "version": structure["version"] if version is None else version}
    form = Form.of(
        ReviseStructure,
        pages.lexicon,
        lang,
        values=structure if values is None else values,
        errors=errors,
        choices=await service.choices(ReviseStructure, lang),
        hidden=hidden,
        skip=("structure", "source"),
    )
    return render(service, request, "space_record.html", status=status, structure=structure, form=form)


async def _simply(service: Office, request: Request, structure: UUID, make: Any) -> Response:
    """A command of one button."""
    own = await mine(service, request, str(structure))
    data = await request.form(max_fields=10, max_files=0)

    async def made() -> Command:
        command: Command = make(UUID(own["key"]))
        return command

    done = await carried_out(service, request, data, WishListing, made)
    if isinstance(done, Wrong):
        return await _structure_page(service, request, own, done.status, failed=done.sentence)
    return _back(own, done)


async def _picture_form(
    service: Views, request: Request, structure: Document, status: int = 200, **context: Any
) -> Response:
    given = {
        "errors": {},
        "picture": structure["picture"],
        "text": structure["picture_text"] or "",
        "version": structure["version"],
    }
    return render(
        service,
        request,
        "space_picture.html",
        status=status,
        structure=structure,
        command_id=new_command_id(),
        **{**given, **context},
    )


def _back(structure: Document, done: Outcome) -> Response:
    return RedirectResponse(f"{SPACE_PAGE}/{structure['key']}?{in_address(done)}", 303)


async def _last_answer(service: Commands, structure: Document) -> Document | None:
    """What the network last said to a wish that was not met, with its reason; None where it stands otherwise now."""
    if structure["listed"] or structure["wished"]:
        return None
    history = await service.execute.history("structure", UUID(structure["key"]))
    for event in reversed(history.events):
        said = event.data
        if isinstance(said, StructureListingDeclined | StructureUnlisted):
            declined = isinstance(said, StructureListingDeclined)
            return {"declined": declined, "reason": said.reason, "at": event.cloud.time}
    return None
