"""The pages of the Tandems solidaires."""

from __future__ import annotations

from collections import Counter
from uuid import UUID

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import Response

from services.events.tandems.views import TANDEMS
from shared.kernel.command_handler import new_command_id
from shared.kernel.views.projection import folded
from shared.runtime.faces import Desk, Views
from shared.web.here import Here
from shared.web.lists import Chosen, amended, newest_first, render

routes = APIRouter(include_in_schema=False)
"""The routes of the pages of tandems."""


@routes.get("/tandems")
async def tandems(service: Here[Views], request: Request, year: Chosen = None) -> Response:
    found = (await service.store.find(TANDEMS, sort=["-school_year", "association_name"], limit=1000)).documents
    shown = [d for d in found if not year or d["school_year"] in year]
    on = [d for d in shown if d["state"] == "on"]
    return render(
        service,
        request,
        "tandems.html",
        tandems=shown,
        chosen=year or [],
        on=on,
        years=Counter(d["school_year"] for d in found),
        schools=len({s["school"] for d in on for s in d["schools"]}),
        associations=len({d["association"] or folded(d["association_name"]) for d in on}),
        pupils=sum(d["pupils"] or 0 for d in on),
    )


@routes.get("/tandems/{key}")
async def tandem(service: Here[Desk], request: Request, key: str) -> Response:
    found = await service.store.get(TANDEMS, key)
    if found is None:
        raise HTTPException(404)
    history = await service.execute.history("tandem", UUID(key))
    return render(
        service,
        request,
        "tandem.html",
        tandem=found,
        history=newest_first(history),
        amended=amended(history),
        version=history.version,
        command_id=new_command_id,
    )
