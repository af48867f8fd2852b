"""The directory's pages: search, a structure's record, support, coverage, requests, publications."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, get_args
from uuid import UUID

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import Response

from services.directory import account_api, account_pages, my_pages, sign_in_pages, space_pages
from services.directory.domain.account_state import AccountCommand
from services.directory.domain.request import AnswerIdentification, RequestIdentification
from services.directory.domain.structure import StructureCommand
from services.directory.views import CONTACTS, COVERAGES, MEMBERS, PUBLICATIONS, REQUESTS, STRUCTURES, SUPPORTS
from shared.contract.directory import StructureKind, SupportKind
from shared.decider import Command
from shared.execute import Outcome
from shared.geo import DEPARTMENTS, MAP_CREDIT
from shared.service import Choices, Service
from shared.views import Document, View
from shared.web.maps import department_map
from shared.web.pages import Pages, language
from shared.web.persons import revealed
from shared.web.rendering import PAGE, Chosen, PageNumber, Words, newest_first, pages_total, render

MAPPED_REGION = "76"  # Occitanie, the first user's; a setting once there is a second


def page_of(command: Command, outcome: Outcome) -> str:
    """A record's page for what concerns a structure; the list it stands in for the rest."""
    if isinstance(command, AccountCommand):
        return f"/directory/accounts/{outcome.entity_id}"
    if isinstance(command, StructureCommand):
        return f"/directory/structures/{outcome.entity_id}"
    structure = getattr(command, "structure", None)
    if structure is not None:
        return f"/directory/structures/{structure}"
    if isinstance(command, RequestIdentification | AnswerIdentification):
        return "/directory/requests"
    return ""


async def choices(service: Service, command: type[Command], lang: str) -> Choices:
    """Departments by name, and the structure that a form is about."""
    departments = [(code, f"{one.name} ({code})") for code, one in DEPARTMENTS.items()]
    found: dict[str, Sequence[tuple[str, str]]] = {}
    if "department" in command.model_fields:
        found["department"] = departments
    if "departments" in command.model_fields:
        found["departments"] = [d for d in departments if DEPARTMENTS[d[0]].region == MAPPED_REGION]
    return found


def routes(service: Service) -> APIRouter:
    """The routes of the directory's own pages."""
    router = APIRouter(include_in_schema=False)
    store = service.store

    async def names(documents: Sequence[Document]) -> dict[str, str]:
        """The names of the structures that documents are about."""
        found = await store.get_many(STRUCTURES, sorted({d["structure"] for d in documents if d.get("structure")}))
        return {key: document["name"] for key, document in found.items()}

    @router.get("/")
    async def search(
        request: Request,
        q: Words = "",
        department: Chosen = None,
        kind: Chosen = None,
        listed: Chosen = None,
        page: PageNumber = 1,
    ) -> Response:
        where: dict[str, Any] = {"closed": False}
        chosen = {"department": department or [], "kind": kind or [], "listed": listed or []}
        where |= {name: values for name, values in chosen.items() if values and name != "listed"}
        if chosen["listed"]:
            where["listed"] = [value == "yes" for value in chosen["listed"]]
        found = await store.find(STRUCTURES, where, text=q, sort=["sort"], limit=PAGE, offset=(page - 1) * PAGE)
        # A facet counts what its own choice would give, so each leaves itself out.
        counts = {
            name: await store.count_by(STRUCTURES, name, {k: v for k, v in where.items() if k != name}, text=q)
            for name in ("department", "kind", "listed")
        }
        members = await store.find(MEMBERS, {"structure": [d["key"] for d in found.documents] or [""]}, limit=PAGE * 2)
        region = [code for code, one in DEPARTMENTS.items() if one.region == MAPPED_REGION]
        pages: Pages = request.app.state.pages
        outline = department_map(
            {code: counts["department"].get(code, 0) for code in region},
            lambda code: f"/directory/?department={code}",
            pages.lexicon.say("map.title", language(request)),
            region,
            current=chosen["department"],
            lang=language(request),
        )
        return render(
            service, request, "search.html", q=q, found=found, page=page, pages_total=pages_total(page, found.total), chosen=chosen,
            counts=counts, college={m["structure"]: m["college"] for m in members.documents}, map=outline,
            departments=[(code, DEPARTMENTS[code].name, counts["department"].get(code, 0)) for code in region],
            kinds=get_args(StructureKind), credit=MAP_CREDIT,
        )  # fmt: skip

    @router.get("/structures/{key}")
    async def record(request: Request, key: str) -> Response:
        structure = await store.get(STRUCTURES, key)
        if structure is None:
            raise HTTPException(404)

        async def about(view: View, **more: Any) -> list[Document]:
            return (await store.find(view, {"structure": key}, limit=200, **more)).documents

        contacts = [
            {**c, **{n: revealed(request, service, c[n]) for n in ("name", "email", "phone")}}
            for c in await about(CONTACTS)
        ]
        history = await service.execute.history("structure", UUID(key))
        member = await about(MEMBERS)
        return render(
            service, request, "structure.html", structure=structure, contacts=contacts, member=member[0] if member else None,
            supports=await about(SUPPORTS, sort=["-at"]), coverages=await about(COVERAGES, sort=["-at"]),
            publications=await about(PUBLICATIONS, sort=["-at"]), history=newest_first(history),
            version=history.version,
        )  # fmt: skip

    @router.get("/supports")
    async def supports(request: Request, page: PageNumber = 1) -> Response:
        found = await store.find(SUPPORTS, sort=["-at"], limit=PAGE, offset=(page - 1) * PAGE)
        return render(
            service, request, "supports.html", found=found, page=page, pages_total=pages_total(page, found.total),
            names=await names(found.documents), by_year=await store.count_by(SUPPORTS, "year"),
            by_kind=await store.count_by(SUPPORTS, "kind"), kinds=get_args(SupportKind),
        )  # fmt: skip

    @router.get("/coverages")
    async def coverages(request: Request) -> Response:
        found = await store.find(COVERAGES, sort=["-at"], limit=200)
        return render(service, request, "coverages.html", found=found, names=await names(found.documents))

    @router.get("/requests")
    async def requests(request: Request) -> Response:
        return render(service, request, "requests.html", found=await store.find(REQUESTS, sort=["-at"], limit=200))

    @router.get("/publications")
    async def publications(request: Request, sort: str = "", page: PageNumber = 1) -> Response:
        where = {"sort": sort} if sort in ("news", "offer") else {}
        found = await store.find(PUBLICATIONS, where, sort=["-at"], limit=PAGE, offset=(page - 1) * PAGE)
        return render(
            service,
            request,
            "publications.html",
            found=found,
            page=page,
            pages_total=pages_total(page, found.total),
            chosen=sort,
        )

    for part in (sign_in_pages, my_pages, account_pages, account_api, space_pages):
        router.include_router(part.routes(service))
    return router
