"""The register of members, with what all capabilities keep of them: the front page with the figures, the list, one
record, whom to welcome."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args
from uuid import UUID

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import Response

from services.membership.base.queries import CURRENT, count, everything
from services.membership.base.rendering import render, told
from services.membership.governance.views import GROUPS, SEATS
from services.membership.members.domain.member import StructureCollege
from services.membership.members.queries import COLLEGE_CODES, charter_versions, colleges_by_code, members_named
from services.membership.members.views import MEMBERS, STRUCTURES
from services.membership.network.views import PEER_NETWORKS
from services.membership.register.members_by_name import counted, found
from services.membership.team.views import POSTS
from shared.notions.structure_on_record import member_of
from shared.runtime.faces import OpenViews
from shared.web.here import Here
from shared.web.lists import PAGE, Chosen, Numbers, PageNumber, Words, pages_total
from shared.web.security.authorization import who_of

LIKELY: Mapping[str, StructureCollege] = {
    "public_body": "public",
    "higher_education": "public",
    "school": "public",
    "company": "economic",
}
"""Kind of structure → the college that the form of its welcome proposes; else the associative one."""


list_routes = APIRouter(include_in_schema=False)
"""The routes of the front page and of the list of members."""


@list_routes.get("/")
async def start(service: Here[OpenViews], request: Request) -> Response:
    versions = await charter_versions(service)
    posts = await everything(service, POSTS, CURRENT)
    return render(
        service,
        request,
        "start.html",
        colleges=await colleges_by_code(service),
        codes=COLLEGE_CODES,
        counts=await service.store.count_by(MEMBERS, "college", CURRENT),
        former=await count(service, MEMBERS, {"status": "former"}),
        moved=(await service.store.find(MEMBERS, sort=["-moved_on"], limit=8)).documents,
        charter=versions[0] if versions else None,
        seats=await count(service, SEATS, CURRENT),
        groups=await count(service, GROUPS, CURRENT),
        posts=len(posts),
        fte=round(sum(one["fte"] for one in posts), 2),
        peers=await count(service, PEER_NETWORKS, CURRENT),
    )


@list_routes.get("/members")
async def members(
    service: Here[OpenViews],
    request: Request,
    q: Words = "",
    status: Chosen = None,
    college: Chosen = None,
    since: Numbers = None,
    charter: Numbers = None,
    page: PageNumber = 1,
) -> Response:
    chosen: dict[str, list[Any]] = {"status": status or [], "college": college or [], "since": since or []}
    chosen["charter_version"] = charter or []
    where = {name: values for name, values in chosen.items() if values}
    names = who_of(request).sees_persons(service.name)
    request.state.personal = getattr(request.state, "personal", False) or names
    listed = await found(service, where, q, page, names=names)
    return render(
        service,
        request,
        "members.html",
        q=q,
        found=listed,
        page=page,
        pages_total=pages_total(page, listed.total),
        chosen=chosen,
        counts=await counted(service, where, q, names=names),
        codes=COLLEGE_CODES,
        # A search keeps the filters; those of the charter are called so in the address.
        kept=[({"charter_version": "charter"}.get(n, n), one) for n, values in chosen.items() for one in values],
    )


record_routes = APIRouter(include_in_schema=False)
"""The routes of one record, and of whom to welcome."""


@record_routes.get("/members/{key}")
async def record(service: Here[OpenViews], request: Request, key: str) -> Response:
    member = await service.store.get(MEMBERS, key)
    if member is None:
        raise HTTPException(404)
    versions = await charter_versions(service)
    return render(
        service,
        request,
        "member.html",
        member=member,
        history=told(member["history"]),
        charter=next((one for one in versions if one["version"] == member.get("charter_version")), None),
        in_force=versions[0]["version"] if versions else None,
        groups=await everything(service, GROUPS, {"members": key}, sort="sort"),
        seats=await everything(service, SEATS, {"member": key}, sort="-since"),
    )


@record_routes.get("/join")
async def join(service: Here[OpenViews], request: Request, q: Words = "", page: PageNumber = 1) -> Response:
    # Who looks for one by name may mean one that is closed by now: it was a member once.
    open_only: dict[str, Any] = {} if q else {"closed": False}
    structures = await service.store.find(
        STRUCTURES, open_only, text=q, sort=["closed", "sort"], limit=PAGE, offset=(page - 1) * PAGE
    )
    ids = {one["key"]: str(member_of(UUID(one["key"]))) for one in structures.documents}
    versions, colleges = await charter_versions(service), await colleges_by_code(service)
    return render(
        service,
        request,
        "join.html",
        q=q,
        found=structures,
        page=page,
        pages_total=pages_total(page, structures.total),
        ids=ids,
        members=await members_named(service, ids.values()),
        likely=LIKELY,
        charter=versions[0]["version"] if versions else None,
        opened=any(colleges.get(code, {}).get("open") for code in get_args(StructureCollege)),
        persons=colleges.get("qualified_persons", {}).get("open", False),
    )
