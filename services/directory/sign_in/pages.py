"""The pages through which one comes in and goes out.

A GET changes nothing, since mail programs follow links by themselves; the button does, by POST. No page tells whether
an address is known: they answer alike, and in the same time.
"""

from __future__ import annotations

from math import ceil
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.datastructures import FormData
from starlette.responses import Response

from services.directory.accounts.domain.account import Label
from services.directory.accounts.domain.sessions import SignOut
from services.directory.accounts.forms import Said
from services.directory.sign_in import bootstrap_link as first_link
from services.directory.sign_in.doorways import Doorway, known_of
from services.directory.sign_in.entry import Begun, Entry, entry_of
from services.directory.sign_in.notices import tell_of_session
from services.directory.sign_in.passwords import LEAST, check_new
from services.directory.sign_in.signed_links import BadLink, OldLink
from shared.contract.fields import AddressSought, MailAddress
from shared.kernel.command_handler import new_command_id
from shared.kernel.decider import Refused
from shared.runtime.faces import Desk, Premises
from shared.web.forms.forms import parse, sentences
from shared.web.forms.kept_pages import kept_place, remembered
from shared.web.here import Here
from shared.web.security.authorization import access, clear_session, set_session, who_of
from shared.web.security.local_paths import local
from shared.web.security.rate_limits import limited
from shared.web.templating import Pages, language

Errors = dict[str, str]


class Address(BaseModel):
    """The mail address under which somebody is known, from a form."""

    model_config = ConfigDict(hide_input_in_errors=True)
    email: AddressSought


class First(BaseModel):
    """What the first administrator says."""

    model_config = ConfigDict(hide_input_in_errors=True)
    email: MailAddress
    label: Label


password_routes = APIRouter(include_in_schema=False)
"""Coming in by a password; asking for a link."""


@password_routes.get("/sign-in")
@access("public")
async def sign_in(service: Here[Premises], request: Request, to: str = "") -> Response:
    who = who_of(request)
    if who.signed_in and (place := kept_place(to)):
        return RedirectResponse(place, 303)
    if who.signed_in and who.kind in ("staff", "contact") and local(to) is None:
        return RedirectResponse("/directory/space" if who.kind == "contact" else "/", 303)
    return _door(service, request, to=local(to))


@password_routes.post("/sign-in")
@access("public")
async def with_password(service: Here[Premises], request: Request) -> Response:
    form = await request.form(max_fields=20, max_files=0)
    to, address = local(form.get("to")), str(form.get("email") or "")[:320]
    asked, errors = _asked_of(service, request, Address, form)
    if asked is None:
        limited(request, "sign-in")
        return _door(service, request, 422, errors, to=to, address=address)
    entry, known = entry_of(service), known_of(service, request)
    door = await Doorway.of(entry, request, asked.email.clear.strip(), known)
    if wait := door.wait():
        minutes = max(1, ceil(wait / 60))
        said = _refusal(service, request, Refused("sign-in-slowed", minutes=minutes))
        page = _door(service, request, 429, to=to, address=address, failed=said)
        page.headers["Retry-After"] = str(max(1, ceil(wait)))
        return page
    try:
        begun = await entry.by_password(asked.email.clear.strip(), str(form.get("password") or ""), known)
    except Refused as no:
        return _door(service, request, 422, to=to, address=address, failed=_refusal(service, request, no))
    door.right()
    return await _come_in(service, request, begun, to)


@password_routes.post("/sign-in/ask")
@access("public")
async def ask_for_link(service: Here[Premises], request: Request) -> Response:
    form = await request.form(max_fields=20, max_files=0)
    asked, errors = _asked_of(service, request, Address, form)
    if asked is None:
        limited(request, "mail-link")
        errors = {"link": errors.get("email", "")}
        return _door(
            service, request, 422, errors, to=local(form.get("to")), address=str(form.get("email") or "")[:320]
        )
    entry, address = entry_of(service), asked.email.clear.strip()
    if (await Doorway.of(entry, request, address, known_of(service, request))).may_ask():
        entry.ask_link(address, language(request))
    return RedirectResponse("/directory/sign-in/sent", 303)


@password_routes.get("/sign-in/sent")
@access("public")
async def sent(service: Here[Premises], request: Request) -> Response:
    return _render(service, request, "sign_in_said.html", what="sent", waits=bool(remembered(request)))


@password_routes.get("/sign-in/out")
@access("public")
async def out(service: Here[Premises], request: Request) -> Response:
    return _render(service, request, "sign_in_said.html", what="out")


link_routes = APIRouter(include_in_schema=False)
"""Coming in by a link, the very first one too; and the way out."""


@link_routes.get("/sign-in/link/{token}")
@access("public")
async def link(service: Here[Premises], request: Request, token: str) -> Response:
    """Says whether the link is one, and asks for the button. Whether it was used is seen then."""
    try:
        entry_of(service).links.read(token, service.now())
    except OldLink:
        return _render(service, request, "sign_in_said.html", 410, what="old")
    except BadLink:
        return _bad_link(service, request)
    return _render(service, request, "sign_in_link.html")


@link_routes.post("/sign-in/link/{token}")
@access("public")
async def with_link(service: Here[Premises], request: Request, token: str) -> Response:
    try:
        begun = await entry_of(service).by_link(token, known_of(service, request))
    except OldLink:
        return _render(service, request, "sign_in_said.html", 410, what="old")
    except BadLink:
        return _bad_link(service, request)
    except Refused as no:
        what = {"account-closed": "closed", "link-void": "void"}.get(no.code, "used")
        return _render(service, request, "sign_in_said.html", 410, what=what)
    return await _come_in(service, request, begun, None)


@link_routes.get("/sign-in/first/{code}")
@access("public")
async def first(service: Here[Premises], request: Request, code: str) -> Response:
    limited(request, "sign-in")
    if not first_link.is_good(service, code):
        return _render(service, request, "sign_in_said.html", 404, what="gone")
    return _render(service, request, "sign_in_first.html", errors={}, address="", label="", least=LEAST)


@link_routes.post("/sign-in/first/{code}")
@access("public")
async def first_account(service: Here[Premises], request: Request, code: str) -> Response:
    limited(request, "sign-in")
    if not first_link.is_good(service, code):
        return _render(service, request, "sign_in_said.html", 404, what="gone")
    form = await request.form(max_fields=20, max_files=0)
    given = {"address": str(form.get("email") or "")[:320], "label": str(form.get("label") or "")[:200]}
    asked, errors = _asked_of(service, request, First, form)
    password = str(form.get("password") or "")
    try:
        check_new(password, given["address"])
    except Refused as no:
        errors["password"] = _refusal(service, request, no)
    if errors:
        return _render(service, request, "sign_in_first.html", 422, errors=errors, least=LEAST, **given)
    if not first_link.used(service):  # somebody else was faster
        return _render(service, request, "sign_in_said.html", 404, what="gone")
    try:
        begun = await _first(entry_of(service), asked, password)
    except BaseException:
        first_link.write(service, code)
        raise
    return await _come_in(service, request, begun, "/directory/accounts?welcome=1")


@link_routes.post("/sign-out")
@access("public")
async def sign_out(service: Here[Desk], request: Request) -> Response:
    who = who_of(request)
    if who.account is not None and who.session is not None:
        command = SignOut(account=who.account, session=who.session)
        outcome = await service.execute(command, id=new_command_id(), actor=who.actor)
        await service.runner.wait_for(outcome.seq)
    response = RedirectResponse("/directory/sign-in/out", 303)
    clear_session(response, service.settings)
    return response


def _render(service: Premises, request: Request, template: str, status: int = 200, **context: Any) -> Response:
    pages: Pages = request.app.state.pages
    if "errors" in context:
        context["errors"] = Said(context["errors"])
    page = pages.render(request, template, status=status, **context)
    page.headers["Cache-Control"] = "no-store"
    return page


def _refusal(service: Premises, request: Request, no: Refused) -> str:
    pages: Pages = request.app.state.pages
    return pages.lexicon.say(f"refused.{no.code}", language(request), **no.values)


def _asked_of(service: Premises, request: Request, model: type[BaseModel], form: FormData) -> tuple[Any, Errors]:
    pages: Pages = request.app.state.pages
    try:
        return model.model_validate(parse(model, form)), {}
    except ValidationError as wrong:
        return None, sentences(wrong, model, pages.lexicon, language(request))


def _bad_link(service: Premises, request: Request) -> Response:
    """Of what we did not make only so many are looked at; a link of ours is never kept waiting."""
    limited(request, "sign-in")
    return _render(service, request, "sign_in_said.html", 404, what="bad")


async def _come_in(service: Premises, request: Request, begun: Begun, to: str | None) -> Response:
    """Leads to the form that this browser has sent too late, to where one wanted to go, or home. From now on the
    browser is known."""
    await tell_of_session(entry_of(service), begun.began, language(request))
    home = "/directory/space" if begun.kind == "contact" else "/"
    place = kept_place(to) or next(iter(remembered(request)), None)
    response = RedirectResponse(place or to or home, 303)
    set_session(response, begun.cookie, service.settings)
    known, now = known_of(service, request), service.now()
    entry_of(service).browsers.remember(response, known, begun.account, service.settings, now)
    return response


def _door(
    service: Premises, request: Request, status: int = 200, errors: Errors | None = None, **given: Any
) -> Response:
    context = {"to": None, "address": "", "errors": errors or {}, "failed": None, **given}
    context["waits"] = bool(kept_place(context["to"]) or remembered(request))
    return _render(service, request, "sign_in.html", status, **context)


async def _first(entry: Entry, asked: First, password: str) -> Begun:
    """The first administrator's account, with its password, signed in."""
    address = asked.email.clear.strip()
    outcome = await entry.open(address, asked.label, ["all:administrator"], id=new_command_id(), actor="public")
    await entry.service.runner.wait_for(outcome.seq)
    account = outcome.entity_id
    await entry.set_password(account, password, session=None, actor=f"account:{account}")
    return await entry.begin(account, "first-link", new_command_id())
