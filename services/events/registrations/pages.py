"""The pages of one gathering's door: who is registered, and checking in whoever comes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse
from starlette.responses import Response

from services.events.base.days import today
from services.events.gatherings.domain.registrations import CheckIn
from services.events.gatherings.queries import gathering_or_404
from services.events.registrations.door import LEAST
from services.events.registrations.views import REGISTRATIONS
from services.events.structures.views import STRUCTURES
from shared.base.paris_days import noon_of
from shared.kernel.command_handler import new_command_id
from shared.kernel.decider import Refused
from shared.kernel.views.projection import Document, folded
from shared.runtime.faces import Office, OpenViews, Views
from shared.web.here import Here
from shared.web.lists import PAGE, Chosen, PageNumber, Words, pages_total, render
from shared.web.security.authorization import access, who_of
from shared.web.security.permits import permitted
from shared.web.security.redaction import revealed
from shared.web.templating import Pages, language

MOST = 3000  # registrations that a search at the door looks through; their names are sealed, so each is opened
FOUND = 20  # of these, shown
LATEST = 6  # check-ins shown at the door


routes = APIRouter(include_in_schema=False)
"""The routes of the pages of one gathering's door."""


@routes.get("/gatherings/{key}/registrations")
async def registrations(
    service: Here[Views], request: Request, key: str, standing: Chosen = None, page: PageNumber = 1
) -> Response:
    gathering = await gathering_or_404(service, key)
    where = {"gathering": key, **({"standing": standing} if standing else {})}
    found = await service.store.find(REGISTRATIONS, where, sort=["ticket"], limit=PAGE, offset=(page - 1) * PAGE)
    return render(
        service,
        request,
        "registrations.html",
        gathering=gathering,
        found=await _with_structures(service, found.documents),
        total=found.total,
        page=page,
        pages_total=pages_total(page, found.total),
        chosen=standing or [],
        counts=await service.store.count_by(REGISTRATIONS, "standing", {"gathering": key}),
        command_id=new_command_id,
    )


@routes.get("/gatherings/{key}/check-in")
@access("editor", by="door", at="key")
async def check_in(service: Here[OpenViews], request: Request, key: str, q: Words = "") -> Response:
    return await _door(service, request, key, q)


@routes.post("/gatherings/{key}/check-in")
@access("editor", by="door", at="key")
async def checked_in(
    service: Here[Office],
    request: Request,
    key: str,
    command_id: Annotated[UUID, Form()],
    registration: Annotated[UUID, Form()],
) -> Response:
    """Notes who came, of whoever has the door alone: the form of the command itself would list the other gatherings."""
    gathering = await gathering_or_404(service, key)
    command = CheckIn(gathering=UUID(gathering["key"]), registration=registration)
    at = noon_of(date.fromisoformat(gathering["last_day"])) if today() > gathering["last_day"] else None
    try:
        await permitted(request, command)
        outcome = await service.execute(command, id=command_id, actor=who_of(request).actor, at=at)
    except Refused as no:
        pages: Pages = request.app.state.pages
        said = pages.lexicon.say(f"refused.{no.code}", language(request), **no.values)
        return await _door(service, request, key, "", 422, said)
    await service.runner.wait_for(outcome.seq)
    return RedirectResponse(f"/events/gatherings/{key}/check-in", 303)


async def _door(
    service: OpenViews, request: Request, key: str, q: str, status: int = 200, problem: str | None = None
) -> Response:
    gathering = await gathering_or_404(service, key)
    found = await _searched(request, service, key, q.strip())
    present = {"gathering": key, "standing": "present"}
    there = await service.store.find(REGISTRATIONS, present, sort=["-present_at"], limit=LATEST)
    expected = {"gathering": key, "standing": ["registered", "present"]}
    by_audience = await service.store.count_by(REGISTRATIONS, "audience", expected)
    yearly = gathering["kind"] in (await service.lists.now()).marked("gathering", "yearly")
    pages: Pages = request.app.state.pages
    now = today()
    return render(
        service,
        request,
        "check_in.html",
        status=status,
        problem=problem,
        only_door=_only_door(request),
        gathering=gathering,
        q=q,
        found=await _opened(request, service, found[:FOUND]),
        more=len(found) > FOUND,
        latest=await _with_structures(service, there.documents),
        total=there.total,
        audiences=(await service.lists.now()).listed("audience", by_audience),
        expected=by_audience,
        present=await service.store.count_by(REGISTRATIONS, "audience", present),
        early=now < gathering["day"],
        late=now > gathering["last_day"],
        command_id=new_command_id,
        title=pages.lexicon.say("door.yearly" if yearly else "door", language(request)),
    )


def _only_door(request: Request) -> bool:
    return not who_of(request).may("events", "editor")


async def _searched(request: Request, service: OpenViews, gathering: str, q: str) -> list[Document]:
    """Registrations of a gathering by ticket number, structure or person's name, which only the program reads."""
    if not q:
        return []
    bare = q.removeprefix("n°").strip().lstrip("0")
    if bare.isascii() and bare.isdigit() and len(bare) < 9:
        where = {"gathering": gathering, "ticket": int(bare)}
        ticket = await service.store.find(REGISTRATIONS, where, limit=1)
        if ticket.documents:
            return list(ticket.documents)
    some = await service.store.find(REGISTRATIONS, {"gathering": gathering}, sort=["ticket"], limit=MOST)
    words, sees = folded(q).split(), who_of(request).sees_persons(service.name)
    if _only_door(request):
        if max(map(len, words), default=0) < LEAST:
            return []
        sees = True  # whoever comes says a name, which is looked for here and nowhere else
    named = [
        (one, folded(f"{one['from'] or ''} {(service.keyring.inside(one['name']) if sees else None) or ''}"))
        for one in await _with_structures(service, some.documents)
    ]
    return [one for one, text in named if all(w in text for w in words)]


async def _opened(request: Request, service: OpenViews, registrations: Sequence[Document]) -> list[Document]:
    """The same with the names of person and structure."""
    named = await _with_structures(service, registrations)
    if _only_door(request):
        request.state.personal = True
        return [{**one, "who": service.keyring.reveal(one["name"])} for one in named]
    return [{**one, "who": revealed(request, service, one["name"])} for one in named]


async def _with_structures(service: Views, registrations: Sequence[Document]) -> list[Document]:
    """The same with the name of the structure, as it is called today where the directory knows it."""
    wanted = sorted({d["structure"] for d in registrations if d["structure"]})
    known = await service.store.get_many(STRUCTURES, wanted)
    return [
        {**d, "from": known[d["structure"]]["name"] if d["structure"] in known else d["structure_name"]}
        for d in registrations
    ]
