"""One's own second factor: setting it up, recovery codes, taking it away. All of it is grave (ADR 63)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pyotp
import segno
from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import RedirectResponse
from markupsafe import Markup
from starlette.responses import Response

from services.directory.accounts.domain.second_factor import MakeRecoveryCodes, RemoveSecondFactor, SetSecondFactor
from services.directory.accounts.forms import Said
from services.directory.accounts.views import ACCOUNTS
from services.directory.second_factor.factors import CODES, grouped
from services.directory.second_factor.tickets import FirstStep
from services.directory.sign_in.doorways import known_of
from services.directory.sign_in.entry import entry_of
from shared.identity.principal import Who
from shared.kernel.command_handler import new_command_id
from shared.kernel.decider import Command, Refused
from shared.kernel.views.projection import Document
from shared.runtime.faces import OpenViews, Premises
from shared.web.facts.outcomes import in_address
from shared.web.forms.guarded_form import command_id
from shared.web.here import Here
from shared.web.lists import render
from shared.web.security.authorization import NotSignedIn, access, set_session, who_of
from shared.web.templating import Pages, language

PAGE = "/directory/me/second-factor"
LONGEST = 100  # characters of a code, with what is typed around it


routes = APIRouter(prefix="/me/second-factor", include_in_schema=False)
"""For whoever of the team is signed in by a cookie."""


@routes.get("")
@access("public")
async def second_factor(service: Here[OpenViews], request: Request) -> Response:
    who, _, document = await _mine(service, request)
    return _page(service, request, who, document)


@routes.get("/new")
@access("public")
async def new(service: Here[OpenViews], request: Request) -> Response:
    _, account, document = await _mine(service, request)
    return _offered(service, request, account, document, entry_of(service).factors.new_secret())


@routes.post("/new")
@access("public")
async def confirm(service: Here[OpenViews], request: Request) -> Response:
    """Takes the first code of the app; the page with the recovery codes, which are shown this once."""
    who, account, document = await _mine(service, request)
    entry = entry_of(service)
    form = await request.form(max_fields=10, max_files=0)
    id = command_id(form)
    secret = entry.factors.tickets.offered(account, str(form.get("secret") or ""))
    if secret is None:  # it was shown too long ago
        return RedirectResponse(f"{PAGE}/new", 303)
    try:
        codes = await service.outside.in_thread(entry.factors.begin, account, secret, _typed(form.get("code")))
    except Refused as no:
        errors = {"code": _words(request, no)}
        return _offered(service, request, account, document, secret, 422, errors=errors)
    command = SetSecondFactor(account=account, codes=len(codes))
    outcome = await entry.service.execute(command, id=id, actor=who.actor)
    await service.runner.wait_for(outcome.seq)
    first = FirstStep(account, "code", new_command_id(), None)
    known = known_of(service, request)
    begun = await entry.begin(account, first.way, first.id, second="code", known=known)  # a session that has shown it
    await entry.replace(who.session, begun)
    page = _codes(service, request, codes)
    set_session(page, begun.cookie, service.settings)
    return page


@routes.post("/codes")
@access("public")
async def codes(service: Here[OpenViews], request: Request) -> Response:
    """Other recovery codes, shown this once."""
    who, account, _ = await _mine(service, request)
    entry = entry_of(service)
    id = command_id(await request.form(max_fields=10, max_files=0))
    outcome = await entry.service.execute(MakeRecoveryCodes(account=account, codes=CODES), id=id, actor=who.actor)
    if not outcome.new:  # the form came twice: they were shown the first time
        return RedirectResponse(PAGE, 303)
    made = await service.outside.in_thread(entry.factors.renew_codes, account)
    await service.runner.wait_for(outcome.seq)
    return _codes(service, request, made)


@routes.post("/remove")
@access("public")
async def remove(service: Here[OpenViews], request: Request) -> Response:
    who, account, document = await _mine(service, request)
    if _required(service, document):
        no = Refused("second-factor-required")
        return _page(service, request, who, document, 422, failed=_words(request, no))
    command: Command = RemoveSecondFactor(account=account)
    entry = entry_of(service)
    outcome = await entry.service.execute(command, id=new_command_id(), actor=who.actor)
    await service.outside.in_thread(entry.factors.forget, account)
    await service.runner.wait_for(outcome.seq)
    return RedirectResponse(f"{PAGE}?{in_address(outcome)}" if outcome.events else PAGE, 303)


def _page(
    service: OpenViews, request: Request, who: Who, document: Document, status: int = 200, **context: Any
) -> Response:
    given = {"failed": None, **context}
    return render(
        service,
        request,
        "second_factor.html",
        status=status,
        account=document,
        required=_required(service, document),
        withheld=who.withheld,
        command_id=new_command_id(),
        **given,
    )


def _offered(
    service: OpenViews,
    request: Request,
    account: UUID,
    document: Document,
    secret: str,
    status: int = 200,
    errors: dict[str, str] | None = None,
) -> Response:
    """The key for an app, as a picture, as a link, and in letters."""
    request.state.personal = True
    name = (service.keyring.reveal(document["email"]) or document["label"]).strip()
    address = pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=service.ourselves.title)
    picture = segno.make(address, error="m", micro=False).svg_inline(
        scale=5, border=4, dark="#000", light="#fff", omitsize=True, svgclass="qr", lineclass=None
    )
    page = render(
        service,
        request,
        "second_factor_new.html",
        status=status,
        account=document,
        picture=Markup(picture),  # drawn by us, of letters that are all in it as squares
        address=address,
        key=grouped(secret).replace("-", " "),
        ticket=entry_of(service).factors.tickets.offering(account, secret),
        command_id=new_command_id(),
        errors=Said(errors or {}),
    )
    page.headers["Cache-Control"] = "no-store"
    return page


def _codes(service: OpenViews, request: Request, codes: list[str]) -> Response:
    page = render(service, request, "second_factor_codes.html", codes=codes)
    page.headers["Cache-Control"] = "no-store"
    return page


async def _mine(service: OpenViews, request: Request) -> tuple[Who, UUID, Document]:
    who = who_of(request)
    if who.account is None or who.session is None:
        raise NotSignedIn()
    document = await service.store.get(ACCOUNTS, str(who.account))
    if document is None or document["kind"] != "staff":
        raise HTTPException(404)
    return who, who.account, document


def _required(service: Premises, document: Document) -> bool:
    """Whether a role of the account asks for a second factor."""
    held = {grant.partition(":")[2] for grant in document["roles"]}
    return not held.isdisjoint(service.settings.second_factor_roles)


def _typed(value: Any) -> str:
    return str(value or "")[:LONGEST].strip()


def _words(request: Request, no: Refused) -> str:
    pages: Pages = request.app.state.pages
    return pages.lexicon.say(f"refused.{no.code}", language(request), **no.values)
