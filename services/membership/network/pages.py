"""The pages of the network itself: what it says of itself, its names and the peer networks."""

from __future__ import annotations

from datetime import date

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.membership.base.queries import everything
from services.membership.base.rendering import render
from services.membership.network.views import NETWORK, PEER_NETWORKS
from shared.base.paris_days import day_of
from shared.base.translations import L, Lang, colon, translated
from shared.contract import Event
from shared.notions.network import DYES, LAWS, NETWORK_ID
from shared.notions.network.view import OURSELVES, said_in
from shared.notions.vocabularies.view import THEN
from shared.runtime.faces import OpenViews
from shared.web.formatting import day, department, language_name
from shared.web.here import Here
from shared.web.lists import Words
from shared.web.templating import language

routes = APIRouter(include_in_schema=False)
"""The routes of the page of the network itself."""


@routes.get("/network")
async def network(service: Here[OpenViews], request: Request, as_of: Words = "") -> Response:
    await service.ourselves.refresh()
    ours, region, lang = service.ourselves.on(), service.ourselves.region(), language(request)
    then = THEN.get()
    said = said_in(await service.store.get(OURSELVES, str(NETWORK_ID)))
    names = ", ".join(f"{department(code)} ({code})" for code in region) or translated(L("aucune"), lang)
    return render(
        service,
        request,
        "network.html",
        ours=ours,
        as_of=then.day if then else None,
        today=day_of(service.now()).isoformat(),
        region=region,
        region_said=f"{ours.region}{colon(lang)}{names}" if ours.region and region else names,
        departments=[("departments", code) for code in region],
        chosen=[("languages", one) for one in service.ourselves.languages],
        spoken=[language_name(one, lang) for one in service.ourselves.languages],
        printed=[("reviews", one) for one in ours.reviews or ()],
        dye_said=translated(DYES.get(ours.dye or "", ""), lang),
        law_said=translated(LAWS.get(ours.law or "", ""), lang),
        history=[_told(event, on, lang) for event, on in reversed(said)],
    )


def _told(event: Event, on: date, lang: Lang) -> dict[str, str]:
    """One thing that was said, as a line of the history."""
    values = event.model_dump(mode="json", exclude_none=True).values()
    content = "; ".join(", ".join(value) if isinstance(value, list) else str(value) for value in values)
    return {"text": f"{translated(event.says.words, lang)}{colon(lang)}{content}", "when": f"{day(on)}"}


@routes.get("/peers")
async def peers(service: Here[OpenViews], request: Request) -> Response:
    return render(
        service,
        request,
        "peers.html",
        peers=await everything(service, PEER_NETWORKS, sort="sort"),
        names=await service.store.get(NETWORK, str(NETWORK_ID)),
    )
