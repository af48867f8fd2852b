"""What a form of events offers to choose from: short lists inside the form, structures on a page of their own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import Response

from services.events.gatherings.views import GATHERINGS
from services.events.projects.domain import PresentProject
from services.events.structures_copy import STRUCTURES
from services.events.tandems.views import TANDEMS
from shared.geo import DEPARTMENTS
from shared.kernel.decider import Command
from shared.runtime.service import Choices, Service
from shared.web.formatting import countries, day
from shared.web.lists import PAGE, Words, render
from shared.web.security.authorization import access

PICKED = {
    "RegisterParticipant": "structure", "PresentProject": "structure", "FormTandem": "association",
    "AddTandemSchool": "school",
}  # fmt: skip
"""Commands about a structure of the directory, and the field that names it."""
KEPT = ("version", "back", "happened_on")
"""What an address carries for the form besides the fields of its command."""


async def choices(service: Service, command: type[Command], lang: str) -> Choices:
    """What the forms offer: places and countries by name, gatherings, tandems, members, schools."""
    fields, store = command.model_fields, service.store
    found: dict[str, Sequence[tuple[str, str]]] = {}
    if "department" in fields:
        found["department"] = [(code, f"{one.name} ({code})") for code, one in DEPARTMENTS.items()]
    if "country" in fields:
        found["country"] = countries(lang)
    if "gathering" in fields:
        agoras = {"kind": "agora"} if command is PresentProject else {}
        some = await store.find(GATHERINGS, agoras, sort=["-day"], limit=1000)
        found["gathering"] = [(d["key"], f"{d['title']}, {day(d['day'])}") for d in some.documents]
    if "tandem" in fields:
        some = await store.find(TANDEMS, sort=["-school_year"], limit=1000)
        found["tandem"] = [(d["key"], f"{d['association_name']}, {d['school_year']}") for d in some.documents]
    for name in ("structure", "association", "school"):
        if name in fields:
            some = await store.find(STRUCTURES, _likely(name), sort=["name"], limit=1000)
            found[name] = [(d["key"], d["name"]) for d in some.documents]
    return found


def routes(service: Service) -> APIRouter:
    """The page on which a structure is looked for before a form that is about one."""
    router = APIRouter()

    @router.get("/choose/{command}")
    @access("editor")
    async def choose(request: Request, command: str, q: Words = "") -> Response:
        field = PICKED.get(command)
        if field is None:
            raise HTTPException(404)
        known = {*service.execute.commands[command].model_fields, *KEPT} - {field, f"{field}_name"}
        kept = {name: value for name, value in request.query_params.items() if name in known}
        where = {"closed": False} if q and field != "school" else _likely(field)
        found = await service.store.find(STRUCTURES, where, text=q, sort=["name"], limit=PAGE)
        return render(service, request, "choose.html", command=command, field=field, q=q, found=found, kept=kept)

    return router


def _likely(field: str) -> dict[str, Any]:
    """Which structures a field is offered: schools for a school, else members; none that is closed."""
    return {**({"kind": "school"} if field == "school" else {"member": True}), "closed": False}
