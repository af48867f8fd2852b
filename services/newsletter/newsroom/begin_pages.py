"""The second half of the assistant: the bulletins of the network, those of a network to begin with, or by hand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Protocol
from unicodedata import combining, normalize

from fastapi import APIRouter, HTTPException, Request
from pydantic import ValidationError
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from services.newsletter.bulletins.queries import opened
from shared.base.translations import Lang, Lexicon
from shared.contract.fields import day_typed
from shared.notions.network.beginning import Beginning, BulletinSaid, Step, Told, known, steps
from shared.notions.network.saying_again import said_again
from shared.runtime.faces import Views
from shared.web.beginning import NotSaid, Speaking, judge, say
from shared.web.forms.validation_messages import sentences
from shared.web.here import Here
from shared.web.lists import render
from shared.web.security.authorization import access, who_of
from shared.web.templating import Pages, language

routes = APIRouter(prefix="/begin", include_in_schema=False)
"""The routes under /begin."""

ROWS = 5  # bulletins that are asked for at once; more are opened one by one
FIELDS = 30  # of a form


class Desk(Speaking, Views, Protocol):
    """The newsletter, as the assistant needs it."""


@routes.get("")
@access("editor")
async def begin(service: Here[Desk], request: Request, of: str | None = None, since: str = "") -> Response:
    if of is not None and of not in known():
        raise HTTPException(404)
    return await _page(service, request, of, {"since": since})


async def _page(
    service: Desk,
    request: Request,
    of: str | None,
    values: dict[str, str] | None = None,
    error: str | None = None,
    first: Step | None = None,
    errors: dict[str, str] | None = None,
    begun: bool = False,
) -> Response:
    chosen = known().get(of or "")
    since = _day((values or {}).get("since", ""))
    pending = await _again(service, steps(chosen.reaching(since), "newsletter")) if chosen else ()
    return render(
        service,
        request,
        "begin.html",
        status=422 if error or errors else 200,
        of=of if pending else None,
        chosen=chosen if pending else None,
        steps=pending,
        since=since,
        begun=begun,
        there=[one for one in await opened(service) if one["opened"]],
        rows=range(1, ROWS + 1),
        values=values or {},
        error=error,
        errors=errors or {},
        first=first.says if first else None,
    )


@routes.post("")
@access("editor")
async def tell(service: Here[Desk], request: Request) -> Response:
    data = await request.form(max_fields=FIELDS, max_files=0)
    name = str(data.get("of", ""))
    pages: Pages = request.app.state.pages
    lang, values = language(request), {key: str(data.get(key, "")) for key in data}
    said, errors = ([], {}) if name else by_hand(data, pages.lexicon, lang)
    if errors:
        return await _page(service, request, None, values, errors=errors)
    network = known().get(name) if name else Beginning(bulletins=said)
    if network is None:
        raise HTTPException(404)
    pending = steps(network.reaching(_day(values.get("since", ""))), "newsletter")
    try:
        judge([service.definition], pending, service.now(), pages.lexicon, lang)
        await say(service, await _again(service, pending), who_of(request).actor, pages.lexicon, lang)
    except NotSaid as no:
        return await _page(service, request, name or None, values, no.why, no.step, begun=no.told != Told())
    return RedirectResponse("/", 303)


async def _again(service: Desk, pending: Sequence[Step]) -> Sequence[Step]:
    """The same, where what is open and otherwise is revised."""
    purposes = {one["code"]: one["purpose"] for one in await opened(service)}
    return said_again(pending, (await service.lists.now()).terms, purposes)


def _day(said: str) -> date | None:
    """The day since when, as the first page hands it on; None: now. Raises HTTPException for what is none."""
    try:
        return day_typed(said) if said else None
    except ValueError:
        raise HTTPException(404) from None


def by_hand(data: FormData, lexicon: Lexicon, lang: Lang) -> tuple[list[BulletinSaid], dict[str, str]]:
    """The bulletins that the form names, as a file would; and what is wrong: answer → sentence."""
    found: list[BulletinSaid] = []
    errors: dict[str, str] = {}
    for row in range(1, ROWS + 1):
        title, purpose = (str(data.get(f"{part}-{row}", "")).strip() for part in ("title", "purpose"))
        if not title and not purpose:
            continue
        given = {"title": title, "purpose": purpose or title}
        try:
            found.append(BulletinSaid.model_validate({"code": code_of(title), **given}))
        except ValidationError as unfit:
            wrong = sentences(unfit, BulletinSaid, lexicon, lang)
            errors |= {f"{part}-{row}": wrong[part] for part in ("title", "purpose") if part in wrong and given[part]}
            errors |= {f"title-{row}": wrong["title"]} if not title else {}
    return found, errors


def code_of(title: str) -> str:
    """The code of a bulletin that has this title: "La Lettre du mois" → `la-lettre-du-mois`."""
    plain = "".join(letter for letter in normalize("NFKD", title.casefold()) if not combining(letter))
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-") or "bulletin"
