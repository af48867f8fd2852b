"""The page of the network itself: its name and the peer networks."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.membership.base.queries import everything
from services.membership.base.rendering import render
from services.membership.network.domain.network import NETWORK_ID
from services.membership.network.views import NETWORK, PEER_NETWORKS
from shared.runtime.faces import OpenViews
from shared.web.here import Here

routes = APIRouter(include_in_schema=False)
"""The routes of the page of the network itself."""


@routes.get("/peers")
async def peers(service: Here[OpenViews], request: Request) -> Response:
    return render(
        service,
        request,
        "peers.html",
        peers=await everything(service, PEER_NETWORKS, sort="sort"),
        names=await service.store.get(NETWORK, str(NETWORK_ID)),
    )
