"""The assistant: from an empty installation to a network that says who it is. A network to begin with, or by hand.

It tells membership's part; the page of the newsletter, to which it leads, tells the bulletins."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Protocol
from unicodedata import combining, normalize
from urllib.parse import quote

from fastapi import APIRouter, HTTPException, Request
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from services.membership.base.rendering import render
from shared.base.translations import L, languages, translated
from shared.geo import DEPARTMENTS
from shared.notions.legal_terms import LAWS
from shared.notions.network import DYES
from shared.notions.network.beginning import Unreadable, known, of, offered, steps
from shared.runtime.faces import OpenViews
from shared.web.beginning import NotSaid, Speaking, say
from shared.web.here import Here
from shared.web.security.authorization import access, who_of
from shared.web.templating import Pages, language

routes = APIRouter(prefix="/begin", include_in_schema=False)
"""The routes under /begin."""

HAND = "hand"
"""What the form says it is of that was filled in by hand"""
FIELDS = 60  # of a form
MOST_COLLEGES = 20


class Study(Speaking, OpenViews, Protocol):
    """Membership, as the assistant needs it."""


def regions() -> Mapping[str, str]:
    """The regions of France: code → name, in the order of the names."""
    found = {one.region: one.region_name for one in DEPARTMENTS.values()}
    return dict(sorted(found.items(), key=lambda pair: pair[1]))


@routes.get("")
@access("administrator")
async def begin(service: Here[Study], request: Request, of: str | None = None) -> Response:
    if of is not None and of != HAND and of not in known():
        raise HTTPException(404)
    return _page(service, request, of)


def _page(service: Study, request: Request, of: str | None, status: int = 200, **more: Any) -> Response:
    chosen = known().get(of or "")
    given = {"values": {}, "error": None, "field": None, "first": None, **more}
    return render(
        service,
        request,
        "begin.html",
        status=status,
        of=of,
        chosen=chosen,
        known=offered(),
        steps=steps(chosen) if chosen else (),
        regions=regions(),
        dyes=DYES,
        laws=LAWS,
        all_languages=languages(),
        ours=service.ourselves.now,
        **given,
    )


@routes.post("")
@access("administrator")
async def tell(service: Here[Study], request: Request) -> Response:
    data = await request.form(max_fields=FIELDS, max_files=0)
    name = str(data.get("of", ""))
    pages: Pages = request.app.state.pages
    lang = language(request)
    values = {key: data.getlist(key) for key in data}
    if name == HAND:
        if not str(data.get("name", "")).strip():
            why = translated(L("Donnez un nom au réseau."), lang)
            return _page(service, request, name, 422, values=values, error=why, field="name")
        try:
            network = of(by_hand(data), translated(L("Formulaire"), lang))
        except Unreadable as unfit:
            return _page(service, request, name, 422, values=values, error=str(unfit))
    elif (found := known().get(name)) is not None:
        network = found
    else:
        raise HTTPException(404)
    try:
        await say(service, steps(network, "membership"), who_of(request).actor, pages.lexicon, lang)
    except NotSaid as no:
        return _page(service, request, name, 422, values=values, error=no.why, first=no.step.says)
    asked = f"?of={quote(name)}" if name != HAND else ""
    there = f"/newsletter/begin{asked}" if who_of(request).may("newsletter", "editor") else "/membership/network"
    return RedirectResponse(there, 303)


def by_hand(data: FormData) -> dict[str, Any]:
    """What the form says, as a file would."""
    region, since = str(data.get("region", "")), str(data.get("since", ""))
    first = str(data.get("first", ""))
    spoken = [first, *(str(one) for one in data.getlist("languages") if one != first)]
    titles = [line.strip() for line in str(data.get("colleges", "")).splitlines() if line.strip()][:MOST_COLLEGES]
    said: dict[str, Any] = {
        "names": [{"name": str(data.get("name", "")).strip()}],
        "languages": [one for one in spoken if one],
        "dye": str(data.get("dye", "")) or None,
        "law": str(data.get("law", "")) or None,
        "colleges": [{"code": code_of(title), "title": title} for title in titles],
    }
    if region:
        said["region"] = {"code": region, "name": regions().get(region)}
    return said | ({"since": since} if since else {})


def code_of(title: str) -> str:
    """The code of a college that has this title: "Écoles et universités" → `ecoles_et_universites`."""
    plain = "".join(letter for letter in normalize("NFKD", title.casefold()) if not combining(letter))
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:60].strip("_") or "college"
