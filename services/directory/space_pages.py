"""The member's own space: where a structure's contact lands. A first page: their structures and what they may do."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.directory.account_views import ACCOUNTS
from services.directory.contacts import contacts_at
from services.directory.views import MEMBERS, STRUCTURES
from shared.service import Service
from shared.views import Document
from shared.web.access import access, who_of
from shared.web.rendering import render


async def structures_of(service: Service, account: UUID) -> list[Document]:
    """The structures that an account speaks for: those where its address is a contact's."""
    document = await service.store.get(ACCOUNTS, str(account))
    address = service.keyring.reveal(document["email"]) if document else None
    if address is None:
        return []
    keys = {one["structure"] for one in await contacts_at(service, address)}
    found = (await service.store.get_many(STRUCTURES, sorted(keys))).values()
    return sorted((one for one in found if not one["closed"]), key=lambda one: str(one["sort"]))


def routes(service: Service) -> APIRouter:
    """The routes of the space."""
    router = APIRouter(include_in_schema=False)

    @router.get("/space")
    @access("space")
    async def space(request: Request) -> Response:
        who = who_of(request)
        structures = await structures_of(service, who.account) if who.account is not None else []
        members = await service.store.find(MEMBERS, {"structure": [s["key"] for s in structures] or [""]}, limit=200)
        request.state.personal = True
        return render(
            service, request, "space.html", structures=structures,
            college={one["structure"]: one["college"] for one in members.documents},
        )  # fmt: skip

    return router
