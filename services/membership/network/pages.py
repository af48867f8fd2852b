"""The pages of the network itself: its charter, its colleges, its name and the peer networks."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.membership.members.views import MEMBERS
from services.membership.network.domain.network import NETWORK_ID
from services.membership.network.views import NETWORK, PEER_NETWORKS
from services.membership.queries import COLLEGE_CODES, CURRENT, charter_versions, colleges_by_code, everything
from services.membership.rendering import render
from shared.runtime.service import Service


def routes(service: Service) -> APIRouter:
    """The routes of the pages of the network itself."""
    router = APIRouter()
    store = service.store

    @router.get("/charter")
    async def charter(request: Request) -> Response:
        return render(
            service,
            request,
            "charter.html",
            versions=await charter_versions(service),
            signed=await store.count_by(MEMBERS, "charter_version"),
            current=await store.count_by(MEMBERS, "charter_version", CURRENT),
        )

    @router.get("/colleges")
    async def colleges(request: Request) -> Response:
        return render(
            service,
            request,
            "colleges.html",
            colleges=await colleges_by_code(service),
            codes=COLLEGE_CODES,
            counts=await store.count_by(MEMBERS, "college", CURRENT),
        )

    @router.get("/peers")
    async def peers(request: Request) -> Response:
        return render(
            service,
            request,
            "peers.html",
            peers=await everything(service, PEER_NETWORKS, sort="sort"),
            names=await store.get(NETWORK, str(NETWORK_ID)),
        )

    return router
