"""The pages of the board and of the working groups."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import Response

from services.membership.base.queries import everything
from services.membership.base.rendering import render, told
from services.membership.base.status_history import LAST
from services.membership.governance.views import GROUPS, SEATS
from services.membership.members.queries import members_named
from shared.runtime.faces import OpenViews
from shared.web.here import Here

routes = APIRouter(include_in_schema=False)
"""The routes of the pages of the board and of the working groups."""


@routes.get("/board")
async def board(service: Here[OpenViews], request: Request) -> Response:
    seats = await everything(service, SEATS, sort="-since")
    present = [one for one in seats if one["status"] == "current"]
    roles = (await service.lists.now()).listed("office", {one["role"] for one in present})
    return render(
        service,
        request,
        "board.html",
        roles=[(role, [one for one in present if one["role"] == role]) for role in roles],
        total=len(present),
        past=[one for one in seats if one["status"] != "current"],
        members=await members_named(service, (one.get("member") for one in seats)),
    )


@routes.get("/groups")
async def groups(service: Here[OpenViews], request: Request) -> Response:
    return render(service, request, "groups.html", groups=await everything(service, GROUPS, sort="sort"))


@routes.get("/groups/{key}")
async def group(service: Here[OpenViews], request: Request, key: str) -> Response:
    found = await service.store.get(GROUPS, key)
    if found is None:
        raise HTTPException(404)
    members = await members_named(service, (one.get("member") for one in found["history"]))
    taking_part = [{**one, "named": members.get(one["member"])} for one in found["taking_part"]]
    taking_part.sort(key=lambda one: (one["named"] or {}).get("sort", LAST))
    return render(
        service,
        request,
        "group.html",
        group=found,
        taking_part=taking_part,
        members=members,
        history=told(found["history"]),
    )
