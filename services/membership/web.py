"""Membership's pages: members and how they join, the charter, the board, working groups, the team, peer networks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, get_args
from uuid import UUID

from fastapi import APIRouter, HTTPException, Query, Request
from starlette.responses import Response

from services.membership.domain.charter import CHARTER_ID, AdoptCharter
from services.membership.domain.group import GroupCommand, JoinWorkingGroup
from services.membership.domain.member import ChangeCollege, JoinNetwork, MemberCommand, StructureCollege, member_of
from services.membership.domain.network import NETWORK_ID, NameNetwork
from services.membership.domain.peer_network import PeerNetworkCommand
from services.membership.domain.seat import TakeBoardSeat
from services.membership.views import (
    CHARTER,
    CIVIC_PLACES,
    CIVIC_SERVICES,
    COLLEGES,
    GROUPS,
    MEMBERS,
    NETWORK,
    PEER_NETWORKS,
    POSTS,
    SEATS,
    STRUCTURES,
    VOLUNTEERS,
)
from shared.contract.membership import CollegeCode, SeatRole
from shared.decider import Command
from shared.execute import Outcome
from shared.service import Choices, Service
from shared.views import Document, View, Where
from shared.web.charts import bars
from shared.web.formats import PARIS
from shared.web.pages import Pages, language

PAGE = 25  # lines of a list
PageNumber = Annotated[int, Query(ge=1, le=10_000)]
ALL = 2000  # of what a network has few of: seats, groups, posts, members to choose from
COLLEGE_CODES: Sequence[CollegeCode] = get_args(CollegeCode)
LIKELY: Mapping[str, StructureCollege] = {
    "public_body": "public",
    "higher_education": "public",
    "school": "public",
    "company": "economic",
}
"""Kind of structure → the college that the form of its welcome proposes; else the associative one."""
LISTS: Mapping[str, str] = {
    "seat": "board",
    "volunteer": "volunteers",
    "civic-service": "civic-service",
    "civic-place": "civic-service",
    "post": "team",
    "college": "colleges",
}
"""Entity → the list on which it stands, for those without a page of their own."""


def page_of(command: Command, outcome: Outcome) -> str:
    """The record of what was changed, or the list it stands in."""
    match command:
        case MemberCommand():
            return f"/membership/members/{outcome.entity_id}"
        case GroupCommand():
            return f"/membership/groups/{outcome.entity_id}"
        case AdoptCharter():
            return "/membership/charter"
        case NameNetwork() | PeerNetworkCommand():
            return "/membership/peers"
    return f"/membership/{LISTS[command.entity]}"


def _label(service: Service, member: Document) -> str:
    """A member's name. A person's is opened here, for staff who must tell one from another."""
    return str(member.get("name") or service.keyring.reveal(member.get("person")) or "—")


async def _everything(service: Service, view: View, where: Where | None = None, *, sort: str = "") -> list[Document]:
    return (await service.store.find(view, where, sort=[sort] if sort else [], limit=ALL)).documents


async def _charter_versions(service: Service) -> list[Document]:
    """All versions of the charter, the one in force first."""
    charter = await service.store.get(CHARTER, str(CHARTER_ID))
    return list(reversed(charter["versions"])) if charter else []


async def choices(service: Service, command: type[Command], lang: str) -> Choices:
    """Members, groups, charters by their names. Whoever left may be chosen only where that makes sense."""
    asked = command.model_fields
    found: dict[str, Sequence[tuple[str, str]]] = {}
    if "member" in asked or "host" in asked:
        present = command in (JoinWorkingGroup, TakeBoardSeat) or "host" in asked
        members = await _everything(service, MEMBERS, {"status": "current"} if present else None, sort="sort")
        found["member"] = [(one["key"], _label(service, one)) for one in members]
        found["host"] = [(one["structure"], _label(service, one)) for one in members if one.get("structure")]
    if "group" in asked:
        found["group"] = [(one["key"], one["name"]) for one in await _everything(service, GROUPS, sort="sort")]
    if "post" in asked:
        found["post"] = [(one["key"], one["title"]) for one in await _everything(service, POSTS)]
    if "peer_network" in asked:
        peers = await _everything(service, PEER_NETWORKS, sort="sort")
        found["peer_network"] = [(one["key"], one["name"]) for one in peers]
    if "charter_version" in asked:
        versions = await _charter_versions(service)
        found["charter_version"] = [(str(one["version"]), f"{one['version']}. {one['title']}") for one in versions]
    if command in (JoinNetwork, ChangeCollege):
        opened = {one["college"]: one["title"] for one in await _everything(service, COLLEGES, {"open": True})}
        found["college"] = [(code, opened[code]) for code in get_args(StructureCollege) if code in opened]
    return {name: pairs for name, pairs in found.items() if name in asked}


def _paged(page: int, total: int) -> int:
    """How many pages there are, at least the one that is shown."""
    return max(page, -(-total // PAGE), 1)


def _told(history: Iterable[Document]) -> list[Document]:
    """A history, newest first; a departure that was undone says so."""
    found: list[Document] = []
    for one in history:
        if one["event"] == "MemberRestored":
            for before in reversed(found):
                if before["event"] == "MemberLeft":
                    before["undone"] = True
                    break
        found.append({**one, "undone": False})
    return list(reversed(found))


def routes(service: Service) -> APIRouter:
    """The routes of membership's own pages."""
    router = APIRouter(include_in_schema=False)
    store = service.store

    def render(request: Request, template: str, **context: Any) -> Response:
        pages: Pages = request.app.state.pages
        return pages.render(
            request,
            template,
            sequence=service.runner.position,
            this_year=datetime.now(PARIS).year,
            label=lambda member: _label(service, member),
            reveal=service.keyring.reveal,
            **context,
        )

    async def named(keys: Iterable[str | None]) -> dict[str, Document]:
        """The members with these keys."""
        return await store.get_many(MEMBERS, sorted({key for key in keys if key}))

    async def count(view: View, where: Where) -> int:
        return (await store.find(view, where, limit=1)).total

    async def open_colleges() -> dict[str, Document]:
        return {one["college"]: one for one in await _everything(service, COLLEGES)}

    @router.get("/")
    async def start(request: Request) -> Response:
        versions = await _charter_versions(service)
        posts = await _everything(service, POSTS, {"status": "current"})
        return render(
            request,
            "start.html",
            colleges=await open_colleges(),
            codes=COLLEGE_CODES,
            counts=await store.count_by(MEMBERS, "college", {"status": "current"}),
            former=await count(MEMBERS, {"status": "former"}),
            moved=(await store.find(MEMBERS, sort=["-moved_on"], limit=8)).documents,
            charter=versions[0] if versions else None,
            seats=await count(SEATS, {"status": "current"}),
            groups=await count(GROUPS, {"status": "current"}),
            posts=len(posts),
            fte=round(sum(one["fte"] for one in posts), 2),
            peers=await count(PEER_NETWORKS, {"status": "current"}),
        )

    @router.get("/members")
    async def members(
        request: Request,
        q: Annotated[str, Query(max_length=200)] = "",
        status: Annotated[list[str] | None, Query()] = None,
        college: Annotated[list[str] | None, Query()] = None,
        since: Annotated[list[int] | None, Query()] = None,
        charter: Annotated[list[int] | None, Query()] = None,
        page: PageNumber = 1,
    ) -> Response:
        chosen: dict[str, list[Any]] = {"status": status or [], "college": college or [], "since": since or []}
        chosen["charter_version"] = charter or []
        where = {name: values for name, values in chosen.items() if values}
        found = await store.find(MEMBERS, where, text=q, sort=["sort"], limit=PAGE, offset=(page - 1) * PAGE)
        # A facet counts what its own choice would give, so each leaves itself out.
        counts = {
            name: await store.count_by(MEMBERS, name, {k: v for k, v in where.items() if k != name}, text=q)
            for name in chosen
        }
        return render(
            request,
            "members.html",
            q=q,
            found=found,
            page=page,
            pages_total=_paged(page, found.total),
            chosen=chosen,
            counts=counts,
            codes=COLLEGE_CODES,
            # A search keeps the filters; those of the charter are called so in the address.
            kept=[({"charter_version": "charter"}.get(n, n), one) for n, values in chosen.items() for one in values],
        )

    @router.get("/members/{key}")
    async def record(request: Request, key: str) -> Response:
        member = await store.get(MEMBERS, key)
        if member is None:
            raise HTTPException(404)
        versions = await _charter_versions(service)
        return render(
            request,
            "member.html",
            member=member,
            history=_told(member["history"]),
            charter=next((one for one in versions if one["version"] == member.get("charter_version")), None),
            in_force=versions[0]["version"] if versions else None,
            groups=await _everything(service, GROUPS, {"members": key}, sort="sort"),
            seats=await _everything(service, SEATS, {"member": key}, sort="-since"),
        )

    @router.get("/join")
    async def join(request: Request, q: Annotated[str, Query(max_length=200)] = "", page: PageNumber = 1) -> Response:
        found = await store.find(
            STRUCTURES, {"closed": False}, text=q, sort=["sort"], limit=PAGE, offset=(page - 1) * PAGE
        )
        ids = {one["key"]: str(member_of(UUID(one["key"]))) for one in found.documents}
        versions = await _charter_versions(service)
        return render(
            request,
            "join.html",
            q=q,
            found=found,
            page=page,
            pages_total=_paged(page, found.total),
            ids=ids,
            members=await named(ids.values()),
            likely=LIKELY,
            charter=versions[0]["version"] if versions else None,
            persons=(await open_colleges()).get("qualified_persons", {}).get("open", False),
        )

    @router.get("/charter")
    async def charter(request: Request) -> Response:
        return render(
            request,
            "charter.html",
            versions=await _charter_versions(service),
            signed=await store.count_by(MEMBERS, "charter_version"),
            current=await store.count_by(MEMBERS, "charter_version", {"status": "current"}),
        )

    @router.get("/colleges")
    async def colleges(request: Request) -> Response:
        counts = await store.count_by(MEMBERS, "college", {"status": "current"})
        return render(request, "colleges.html", colleges=await open_colleges(), codes=COLLEGE_CODES, counts=counts)

    @router.get("/board")
    async def board(request: Request) -> Response:
        seats = await _everything(service, SEATS, sort="-since")
        roles: Sequence[SeatRole] = get_args(SeatRole)
        present = [one for one in seats if one["status"] == "current"]
        return render(
            request,
            "board.html",
            roles=[(role, [one for one in present if one["role"] == role]) for role in roles],
            total=len(present),
            past=[one for one in seats if one["status"] != "current"],
            members=await named(one.get("member") for one in seats),
        )

    @router.get("/groups")
    async def groups(request: Request) -> Response:
        found = await _everything(service, GROUPS, sort="sort")
        return render(request, "groups.html", groups=found)

    @router.get("/groups/{key}")
    async def group(request: Request, key: str) -> Response:
        found = await store.get(GROUPS, key)
        if found is None:
            raise HTTPException(404)
        members = await named(one.get("member") for one in found["history"])
        taking_part = [{**one, "named": members.get(one["member"])} for one in found["taking_part"]]
        taking_part.sort(key=lambda one: (one["named"] or {}).get("sort", "~"))
        history = _told(found["history"])
        return render(
            request, "group.html", group=found, taking_part=taking_part, members=members, history=history
        )

    @router.get("/team")
    async def team(request: Request) -> Response:
        posts = await _everything(service, POSTS, sort="since")
        present = [one for one in posts if one["status"] == "current"]
        volunteers = await store.count_by(VOLUNTEERS, "year", {"status": "current"})
        services = {"status": ["current", "former"]}
        recruited = await store.count_by(CIVIC_SERVICES, "year", {**services, "kind": "CivicServiceRecruited"})
        seconded = await store.count_by(CIVIC_SERVICES, "year", {**services, "kind": "CivicServiceSeconded"})
        noted = [int(year) for one in (volunteers, recruited, seconded) for year in one]
        years = [str(year) for year in range(min(noted), max(noted) + 1)] if noted else []
        lang = language(request)
        now = str(datetime.now(PARIS).year)
        pages: Pages = request.app.state.pages
        chart = bars(
            [(year, volunteers.get(year)) for year in years],
            title=pages.lexicon.say("chart.volunteers", lang),
            partial={now: pages.lexicon.say("chart.under-way", lang)} if now in years else {},
            lang=lang,
        )
        return render(
            request,
            "team.html",
            posts=posts,
            fte=round(sum(one["fte"] for one in present), 2),
            present=len(present),
            chart=chart,
            years=years,
            volunteers=volunteers,
            recruited=recruited,
            seconded=seconded,
            places=await count(CIVIC_PLACES, {"status": "current"}),
        )

    @router.get("/volunteers")
    async def volunteers(
        request: Request, year: Annotated[list[int] | None, Query()] = None, page: PageNumber = 1
    ) -> Response:
        where = {"year": year} if year else {}
        found = await store.find(VOLUNTEERS, where, sort=["-since"], limit=PAGE, offset=(page - 1) * PAGE)
        return render(
            request,
            "volunteers.html",
            found=found,
            page=page,
            pages_total=_paged(page, found.total),
            chosen=year or [],
            counts=await store.count_by(VOLUNTEERS, "year"),
        )

    @router.get("/civic-service")
    async def civic_service(request: Request) -> Response:
        found = await _everything(service, CIVIC_SERVICES, sort="-since")
        hosts = await named(str(member_of(UUID(one["host"]))) for one in found if one.get("host"))
        return render(
            request,
            "civic_service.html",
            civic_services=found,
            places=await _everything(service, CIVIC_PLACES, sort="-since"),
            hosts={one["structure"]: one for one in hosts.values()},
        )

    @router.get("/peers")
    async def peers(request: Request) -> Response:
        return render(
            request,
            "peers.html",
            peers=await _everything(service, PEER_NETWORKS, sort="sort"),
            names=await store.get(NETWORK, str(NETWORK_ID)),
        )

    return router
