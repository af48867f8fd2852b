"""The page on which a structure is looked for before a form that is about one."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import Response

from services.events.structures.queries import likely_structures
from services.events.structures.views import STRUCTURES
from shared.kernel.decider import Command
from shared.runtime.faces import Desk
from shared.web.here import Here
from shared.web.lists import PAGE, Words, render
from shared.web.security.authorization import access

KEPT = ("version", "back", "happened_on")
"""What an address carries for the form besides the fields of its command."""


routes = APIRouter(include_in_schema=False)
"""The page on which a structure is looked for before a form that is about one."""


@routes.get("/choose/{command}")
@access("editor")
async def choose(service: Here[Desk], request: Request, command: str, q: Words = "") -> Response:
    field = _asked_for(service.execute.commands.get(command))
    if field is None:
        raise HTTPException(404)
    known = {*service.execute.commands[command].model_fields, *KEPT} - {field, f"{field}_name"}
    kept = {name: value for name, value in request.query_params.items() if name in known}
    if q and field != "school":
        found = await service.store.find(STRUCTURES, {"closed": False}, text=q, sort=["name"], limit=PAGE)
    else:
        found = await likely_structures(service, field, text=q, limit=PAGE)
    return render(service, request, "choose.html", command=command, field=field, q=q, found=found, kept=kept)


def _asked_for(command: type[Command] | None) -> str | None:
    """The field of a command that names a structure of the directory; None where it has none."""
    refers = command.refers if command is not None else {}
    return next((field for field, refer in refers.items() if refer.to == "directory.structure"), None)
