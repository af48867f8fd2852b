"""The register of members, with what all capabilities keep of them: the front page with the figures, the list, one
record, whom to welcome."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import Response

from services.membership.base.queries import CURRENT, count, everything
from services.membership.base.rendering import render, told
from services.membership.governance.views import GROUPS, SEATS
from services.membership.members.queries import (
    charter_versions,
    colleges_by_code,
    current_by,
    doubled,
    kept_instead,
    members_named,
)
from services.membership.members.views import MEMBERS, STRUCTURES
from services.membership.network.views import PEER_NETWORKS
from services.membership.register.member_search import counted, found
from services.membership.team.views import POSTS
from shared.notions.structure_on_record import member_of
from shared.notions.vocabularies import PERSONS, Term
from shared.notions.vocabularies.view import known_lists
from shared.runtime.faces import OpenViews
from shared.web.here import Here
from shared.web.lists import PAGE, Chosen, Numbers, PageNumber, Words, pages_total
from shared.web.security.authorization import who_of

list_routes = APIRouter(include_in_schema=False)
"""The routes of the front page and of the list of members."""


@list_routes.get("/")
async def start(service: Here[OpenViews], request: Request) -> Response:
    versions = await charter_versions(service)
    by_college = await current_by(service, "college")
    posts = await everything(service, POSTS, CURRENT)
    return render(
        service,
        request,
        "start.html",
        colleges=await colleges_by_code(service),
        codes=known_lists().listed("college", by_college),
        counts=by_college,
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
    counts = await counted(service, where, q, names=names)
    return render(
        service,
        request,
        "members.html",
        q=q,
        found=listed,
        page=page,
        pages_total=pages_total(page, listed.total),
        chosen=chosen,
        counts=counts,
        codes=known_lists().listed("college", [*counts["college"], *chosen["college"]]),
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
    kept = await kept_instead(service, member["structure"]) if member.get("merged") else None
    return render(
        service,
        request,
        "member.html",
        kept=await service.store.get(STRUCTURES, kept) if kept else None,
        counted_through=kept is not None and key in {one["key"] for one in await doubled(service)},
        member=member,
        history=told(member["history"]),
        charter=next((one for one in versions if one["version"] == member.get("charter_version")), None),
        in_force=versions[0]["version"] if versions else None,
        groups=await everything(service, GROUPS, {"members": key}, sort="sort"),
        seats=await everything(service, SEATS, {"member": key}, sort="-since"),
    )


def likely(colleges: Iterable[Term]) -> Mapping[str, str]:
    """Kind of structure → the college that the form of its welcome proposes: the first, in their order, that says so.
    For other kinds it proposes the first of all."""
    found: dict[str, str] = {}
    for one in colleges:
        for kind in one.kinds if PERSONS not in one.marks else ():
            found.setdefault(kind, one.code)
    return found


@record_routes.get("/join")
async def join(service: Here[OpenViews], request: Request, q: Words = "", page: PageNumber = 1) -> Response:
    # Who looks for one by name may mean one that is closed by now: it was a member once.
    open_only: dict[str, Any] = {} if q else {"closed": False}
    structures = await service.store.find(
        STRUCTURES, open_only, text=q, sort=["closed", "sort"], limit=PAGE, offset=(page - 1) * PAGE
    )
    ids = {one["key"]: str(member_of(UUID(one["key"]))) for one in structures.documents}
    versions, offered = await charter_versions(service), known_lists().offered("college")
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
        likely=likely(offered),
        charter=versions[0]["version"] if versions else None,
        opened=any(PERSONS not in one.marks for one in offered),
        persons=next((one.code for one in offered if PERSONS in one.marks), None),
        first=next((one.code for one in offered if PERSONS not in one.marks), ""),
    )
