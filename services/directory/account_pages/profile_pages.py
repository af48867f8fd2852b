"""One's own account: label, password, sessions, tokens."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import RedirectResponse
from pydantic import ValidationError
from starlette.responses import Response

from services.directory.accounts.domain.account import ReviseAccount
from services.directory.accounts.domain.sessions import EndSessions, SignOut
from services.directory.accounts.domain.tokens import WithdrawToken
from services.directory.accounts.forms import Named, Said, TokenWanted, capability_scopes, own_scopes
from services.directory.accounts.scopes import scopes_by_name
from services.directory.accounts.views import ACCOUNTS
from services.directory.sign_in.entry import entry_of
from services.directory.sign_in.notices import tell_of_token
from services.directory.sign_in.passwords import LEAST, check_new
from shared.contract.fields import AS_STORED, stored
from shared.identity.principal import Who
from shared.kernel.command_handler import new_command_id
from shared.kernel.decider import Command, Refused
from shared.kernel.views.projection import Document
from shared.runtime.faces import Correspondence, Desk, Premises, Views
from shared.web.facts.outcomes import in_address
from shared.web.forms.forms import parse, sentences
from shared.web.forms.guarded_form import command_id
from shared.web.here import Here
from shared.web.lists import render
from shared.web.security.authorization import NotSignedIn, access, clear_session, is_https, who_of
from shared.web.security.local_paths import local
from shared.web.security.rate_limits import limited
from shared.web.templating import Pages, language
from shared.web.told import mark_read

ME = "/directory/me"
FRESH = timedelta(minutes=15)  # after a mail link, during which a password is set without the old one


routes = APIRouter(prefix="/me", include_in_schema=False)
"""The routes of one's own account: for whoever is signed in by a cookie, whatever their roles."""


@routes.get("")
@access("public")
async def me(service: Here[Correspondence], request: Request) -> Response:
    return await _show(service, request)


@routes.post("/label")
@access("public")
async def label(service: Here[Correspondence], request: Request) -> Response:
    _, account, known = await _mine(service, request)
    form = await request.form(max_fields=10, max_files=0)
    pages: Pages = request.app.state.pages
    try:
        named = Named.model_validate(parse(Named, form), context=stored(known))
    except ValidationError as wrong:
        errors = sentences(wrong, Named, pages.lexicon, language(request))
        return await _show(service, request, 422, errors=errors, values={"label": str(form.get("label") or "")[:200]})
    command = ReviseAccount.model_validate({"account": account, "label": named.label}, context=AS_STORED)
    return await _do(service, request, command)


@routes.post("/password")
@access("public")
async def password(service: Here[Correspondence], request: Request) -> Response:
    who, account, document = await _mine(service, request)
    if document["kind"] != "staff":
        raise HTTPException(404)
    form = await request.form(max_fields=10, max_files=0)
    new, entry = str(form.get("password") or ""), entry_of(service)
    if _knows_old(service, who, document):
        limited(request, "sign-in-account", f"old/{account}")
        if not await entry.passwords.fits(account, str(form.get("old") or "")):
            return await _show(
                service, request, 422, errors={"old": _words(service, request, Refused("old-password-wrong"))}
            )
    try:
        check_new(new, service.keyring.inside(document["email"]) or "")
    except Refused as no:
        return await _show(service, request, 422, errors={"password": _words(service, request, no)})
    outcome = await entry.set_password(account, new, session=who.session, actor=who.actor)
    await service.runner.wait_for(outcome.seq)
    return RedirectResponse(f"{ME}?{in_address(outcome)}", 303)


@routes.post("/sessions/{session}/end")
@access("public")
async def end_session(service: Here[Desk], request: Request, session: UUID) -> Response:
    _, account, _ = await _mine(service, request)
    return await _do(service, request, SignOut(account=account, session=session))


@routes.post("/sessions/end")
@access("public")
async def end_sessions(service: Here[Desk], request: Request) -> Response:
    _, account, _ = await _mine(service, request)
    await _do(service, request, EndSessions(account=account))
    response = RedirectResponse("/directory/sign-in/out", 303)
    clear_session(response, service.settings)
    return response


@routes.post("/told")
@access("public")
async def told(service: Here[Views], request: Request) -> Response:
    """Says that what the pages tell of the account was read, in this browser."""
    who, _, _ = await _mine(service, request)
    form = await request.form(max_fields=5, max_files=0)
    response = RedirectResponse(local(form.get("to")) or ME, 303)
    mark_read(response, who, service.now(), secure=is_https(service.settings))
    return response


@routes.post("/tokens")
@access("public")
async def issue(service: Here[Correspondence], request: Request) -> Response:
    who, account, document = await _mine(service, request)
    if document["kind"] != "staff":
        raise HTTPException(404)
    return await issued(service, request, account, who, partial(_show, service))


@routes.post("/tokens/{token}/withdraw")
@access("public")
async def withdraw(service: Here[Desk], request: Request, token: UUID) -> Response:
    _, account, _ = await _mine(service, request)
    return await _do(service, request, WithdrawToken(account=account, token=token))


async def _show(service: Correspondence, request: Request, status: int = 200, **context: Any) -> Response:
    who, _, document = await _mine(service, request)
    request.state.personal = True
    given = {"secret": None, **context, **{n: Said(context.get(n, {})) for n in ("errors", "values")}}
    return render(
        service,
        request,
        "me.html",
        status=status,
        account=document,
        session=str(who.session),
        least=LEAST,
        address=service.keyring.reveal(document["email"]),
        asks_old=_knows_old(service, who, document),
        scopes=own_scopes(who) + capability_scopes(document, service.now()),
        places=await scopes_by_name(service, language(request)) if document["capabilities"] else {},
        command_id=new_command_id(),
        at=service.now().isoformat(),
        **given,
    )


async def _mine(service: Views, request: Request) -> tuple[Who, UUID, Document]:
    who = who_of(request)
    if who.account is None or who.session is None:
        raise NotSignedIn()
    document = await service.store.get(ACCOUNTS, str(who.account))
    if document is None:
        raise HTTPException(404)
    return who, who.account, document


async def _do(service: Desk, request: Request, command: Command) -> Response:
    outcome = await service.execute(command, id=new_command_id(), actor=who_of(request).actor)
    await service.runner.wait_for(outcome.seq)
    return RedirectResponse(f"{ME}?{in_address(outcome)}", 303)


def _knows_old(service: Premises, who: Who, document: Document) -> bool:
    """Whether the old password is asked for: not of whoever has none, or came by a link just now."""
    session = next((s for s in document["sessions"] if s["session"] == str(who.session)), None)
    by_link = session is not None and session["way"] in ("mail-link", "first-link")
    young = session is not None and service.now() - datetime.fromisoformat(session["began"]) < FRESH
    return bool(document["password"]) and not (by_link and young)


def _words(service: Premises, request: Request, no: Refused) -> str:
    pages: Pages = request.app.state.pages
    return pages.lexicon.say(f"refused.{no.code}", language(request), **no.values)


async def issued(service: Correspondence, request: Request, account: UUID, who: Who, show: Any) -> Response:
    """A token from its form: the page with the secret on it, which is shown this once."""
    form = await request.form(max_fields=40, max_files=0)
    pages: Pages = request.app.state.pages
    lang = language(request)
    id = command_id(form)
    values = {
        "token_name": str(form.get("name") or "")[:200],
        "scopes": form.getlist("scopes"),
        "days": form.get("days"),
    }
    try:
        wanted = TokenWanted.model_validate(parse(TokenWanted, form))
        secret, outcome = await entry_of(service).issue_token(
            account, wanted.name, wanted.scopes, wanted.days, id=id, who=who
        )
    except ValidationError as wrong:
        said = sentences(wrong, TokenWanted, pages.lexicon, lang)
        errors = {f"token_{name}": sentence for name, sentence in said.items()}
        shown: Response = await _show(service, request, 422, errors=errors, values=values)
        return shown
    except Refused as no:
        said = {"token_scopes": pages.lexicon.say(f"refused.{no.code}", lang, **no.values)}
        shown = await _show(service, request, 422, errors=said, values=values)
        return shown
    await service.runner.wait_for(outcome.seq)
    if outcome.new:
        await tell_of_token(entry_of(service), account, who.account, lang)
    if secret is None:  # the form came twice: the secret was shown the first time
        return RedirectResponse(request.url.path.removesuffix("/tokens"), 303)
    shown = await _show(service, request, secret=secret)
    return shown
