"""The pages of the network itself: what it says of itself, its names and the peer networks."""

from __future__ import annotations

from datetime import date
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import Response

from services.membership.base.queries import everything
from services.membership.base.rendering import render
from services.membership.network.views import NETWORK, PEER_NETWORKS
from shared.base.paris_days import day_of
from shared.base.translations import SOURCE, L, Lang, among, colon, translated
from shared.contract import Event
from shared.contract.fields import day_typed
from shared.contract.membership.network import LegalTermStated
from shared.notions.legal_terms import LAWS, Holding, legal_terms
from shared.notions.network import DYES, NETWORK_ID
from shared.notions.network.view import OURSELVES, said_in
from shared.notions.sayings import sentence
from shared.runtime.faces import OpenViews
from shared.web.formatting import day, department, language_name
from shared.web.here import Here
from shared.web.lists import Words
from shared.web.templating import language

routes = APIRouter(include_in_schema=False)
"""The routes of the page of the network itself."""


@routes.get("/network")
async def network(service: Here[OpenViews], request: Request, as_of: Words = "") -> Response:
    try:
        asked = day_typed(as_of) if as_of else None
    except ValueError:
        raise HTTPException(422) from None
    await service.ourselves.refresh()
    today = day_of(service.now())
    on, lang = asked or today, language(request)
    ours = service.ourselves.on(on) if asked else service.ourselves.now
    region, spoken = service.ourselves.region(asked), ours.languages or service.ourselves.languages
    said = said_in(await service.store.get(OURSELVES, str(NETWORK_ID)))
    names = ", ".join(f"{department(code)} ({code})" for code in region) or translated(L("aucune"), lang)
    held = service.ourselves.legal_terms(on)
    return render(
        service,
        request,
        "network.html",
        that_day=asked,
        today=today,
        ours=ours,
        named=ours.name or (service.settings.title if asked else service.ourselves.title),
        as_of=asked,
        region=region,
        region_said=f"{ours.region}{colon(lang)}{names}" if ours.region and region else names,
        departments=[("departments", code) for code in region],
        chosen=[("languages", one) for one in spoken],
        spoken=[language_name(one, lang) for one in spoken],
        printed=[("reviews", one) for one in ours.reviews or ()],
        dye_said=translated(DYES.get(ours.dye or "", ""), lang),
        law_said=translated(LAWS.get(ours.law or "", ""), lang),
        law_held=translated(LAWS[service.ourselves.law(on)], lang),
        legal=[_term(one, lang, today) for one in held.values()],
        overdue=[one.said("title", lang) for one in held.values() if one.overdue(today)] if on == today else [],
        history=[_told(event, when, lang) for event, when in reversed(said)],
        network_id=str(NETWORK_ID),
    )


def _term(one: Holding, lang: Lang, today: date) -> dict[str, Any]:
    """A term of the law as the page shows it, with what its form is filled in with."""
    source = one.said("source", lang)
    return {
        "title": one.said("title", lang),
        "text": one.said("text", lang),
        "source": source[:1].upper() + source[1:],
        "since": one.since,
        "review_by": one.review_by,
        "overdue": one.overdue(today),
        "own": one.own,
        "given": [("law", one.law), ("term", one.code)],
    }


def _told(event: Event, on: date, lang: Lang) -> dict[str, str]:
    """One thing that was said, as a line of the history."""
    if isinstance(event, LegalTermStated):
        term = legal_terms().get(event.term)
        said = [term.title if term else {SOURCE: event.term}, event.wording]
        values = [text for one in said if one and (text := among(one, lang))]
        text = f"{translated(event.says.words, lang)}{colon(lang)}{'; '.join(values)}"
    else:
        text = sentence(event.type_name(), event.model_dump(mode="json"), lang)
    return {"text": text, "when": f"{day(on)}"}


@routes.get("/peers")
async def peers(service: Here[OpenViews], request: Request) -> Response:
    return render(
        service,
        request,
        "peers.html",
        peers=await everything(service, PEER_NETWORKS, sort="sort"),
        names=await service.store.get(NETWORK, str(NETWORK_ID)),
    )
