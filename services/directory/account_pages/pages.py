"""The administration of accounts: who may sign in, with which roles, and what is open of theirs."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any
from uuid import UUID

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import RedirectResponse
from pydantic import ValidationError
from starlette.responses import Response

from services.directory.account_pages.profile_pages import issued
from services.directory.accounts.domain.account import CloseAccount, ReopenAccount, ReviseAccount, SetRoles
from services.directory.accounts.domain.capabilities import GrantCapability, WithdrawCapability
from services.directory.accounts.domain.sessions import SESSION, EndSessions, SignOut
from services.directory.accounts.domain.tokens import WithdrawToken
from services.directory.accounts.forms import ROLES, WHERES, AccountWanted, Named, Said, capability_scopes, scopes_of
from services.directory.accounts.scopes import scopes_by_name
from services.directory.accounts.views import ACCOUNTS
from services.directory.sign_in.entry import entry_of
from services.directory.sign_in.handing_over import link_for
from shared.base.paris_days import day_of
from shared.contract.fields import AS_STORED, stored
from shared.identity.capabilities import OFFERED
from shared.kernel.command_handler import Stale, new_command_id
from shared.kernel.decider import Command, Refused
from shared.kernel.eventlog.event_log import Conflict, History
from shared.kernel.views.projection import Document
from shared.runtime.faces import Commands, Correspondence, OpenViews, Premises, Views
from shared.web.facts.outcomes import in_address
from shared.web.forms.forms import parse, sentences
from shared.web.forms.guarded_form import command_id
from shared.web.here import Here
from shared.web.lists import PAGE, Chosen, PageNumber, Words, newest_first, pages_total, render
from shared.web.security.authorization import access, who_of
from shared.web.security.permits import permitted
from shared.web.security.rate_limits import limited
from shared.web.templating import Pages, language

ACCOUNTS_PAGE = "/directory/accounts"


list_routes = APIRouter(prefix="/accounts", include_in_schema=False)
"""The list of accounts, and a new one."""


@list_routes.get("")
@access("administrator")
async def accounts(
    service: Here[OpenViews],
    request: Request,
    q: Words = "",
    kind: Chosen = None,
    page: PageNumber = 1,
    welcome: str = "",
) -> Response:
    where = {"kind": kind} if kind and kind[0] in ("staff", "contact") else {}
    found = await service.store.find(ACCOUNTS, where, text=q, sort=["order"], limit=PAGE, offset=(page - 1) * PAGE)
    request.state.personal = True
    addresses = {one["key"]: service.keyring.reveal(one["email"]) for one in found.documents}
    return render(
        service,
        request,
        "accounts.html",
        found=found,
        q=q,
        kind=(kind or [""])[0],
        page=page,
        addresses=addresses,
        pages_total=pages_total(page, found.total),
        by_kind=await service.store.count_by(ACCOUNTS, "kind"),
        welcome=welcome == "1",
        to_files=entry_of(service).mail.to_files,
        without_second=await _without_second(service),
        second_required="administrator" in service.settings.second_factor_roles,
    )


async def _without_second(service: Views) -> list[str]:
    """The administrators who have no second factor, by their functions."""
    found = await service.store.find(ACCOUNTS, {"administers": True}, sort=["order"], limit=PAGE)
    return [one["label"] for one in found.documents if one["second_factor"] is None]


@list_routes.get("/new")
@access("administrator")
async def new(service: Here[Views], request: Request) -> Response:
    return _opening(service, request)


@list_routes.post("/new")
@access("administrator")
async def opened(service: Here[Views], request: Request) -> Response:
    form = await request.form(max_fields=60, max_files=0)
    pages, who, lang = request.app.state.pages, who_of(request), language(request)
    id = command_id(form)
    values = {n: str(form.get(n) or "")[:500] for n in ("label", "email", "name")}
    grants = [str(one) for one in form.getlist("roles")][:24]
    try:
        wanted = AccountWanted.model_validate(parse(AccountWanted, form))
        outcome = await entry_of(service).invite(wanted, id=id, who=who, lang=lang)
    except ValidationError as wrong:
        errors = sentences(wrong, AccountWanted, pages.lexicon, lang)
        return _opening(service, request, 422, errors=errors, values=values, grants=grants, command_id=id)
    except Refused as no:
        errors = {"": _words(service, request, f"refused.{no.code}", **no.values)}
        return _opening(service, request, 422, errors=errors, values=values, grants=grants)
    return RedirectResponse(f"{ACCOUNTS_PAGE}/{outcome.entity_id}?{in_address(outcome)}", 303)


account_routes = APIRouter(prefix="/accounts", include_in_schema=False)
"""One account: its label, its roles, whether it is open."""


@account_routes.get("/{key}")
@access("administrator")
async def account(service: Here[Correspondence], request: Request, key: UUID) -> Response:
    return await _page(service, request, key)


@account_routes.post("/{key}/label")
@access("administrator")
async def label(service: Here[Correspondence], request: Request, key: UUID) -> Response:
    known = await _known(service, key)
    form = await request.form(max_fields=10, max_files=0)
    pages: Pages = request.app.state.pages
    try:
        named = Named.model_validate(parse(Named, form), context=stored(known))
    except ValidationError as wrong:
        errors = sentences(wrong, Named, pages.lexicon, language(request))
        return await _page(
            service, request, key, 422, errors=errors, values={"label": str(form.get("label") or "")[:200]}
        )
    command = ReviseAccount.model_validate({"account": key, "label": named.label}, context=AS_STORED)
    return await _do(service, request, command)


@account_routes.post("/{key}/roles")
@access("administrator")
async def roles(service: Here[Correspondence], request: Request, key: UUID) -> Response:
    await _known(service, key)
    form = await request.form(max_fields=60, max_files=0)
    try:
        version = int(str(form.get("version")))
        command = SetRoles(account=key, roles=[str(one) for one in form.getlist("roles")])
    except (ValueError, ValidationError):
        raise HTTPException(400) from None
    return await _do(service, request, command, version)


@account_routes.post("/{key}/capabilities")
@access("administrator")
async def capable(service: Here[Correspondence], request: Request, key: UUID) -> Response:
    await _known(service, key)
    form = await request.form(max_fields=10, max_files=0)
    name, _, scope = str(form.get("what") or "").partition(":")
    pages: Pages = request.app.state.pages
    given = {"account": key, "capability": name, "scope": scope or None, "until": str(form.get("until") or "") or None}
    try:
        command = GrantCapability.model_validate(given)
    except ValidationError as wrong:
        said = sentences(wrong, GrantCapability, pages.lexicon, language(request))
        return await _page(service, request, key, 422, failed=" ".join(said.values()))
    return await _do(service, request, command)


@account_routes.post("/{key}/capabilities/withdraw")
@access("administrator")
async def incapable(service: Here[Correspondence], request: Request, key: UUID) -> Response:
    await _known(service, key)
    form = await request.form(max_fields=10, max_files=0)
    given = {"account": key, "capability": form.get("capability"), "scope": form.get("scope") or None}
    try:
        command = WithdrawCapability.model_validate(given)
    except ValidationError:
        raise HTTPException(400) from None
    return await _do(service, request, command)


@account_routes.post("/{key}/close")
@access("administrator")
async def close(service: Here[Correspondence], request: Request, key: UUID) -> Response:
    await _known(service, key)
    return await _do(service, request, CloseAccount(account=key))


@account_routes.post("/{key}/reopen")
@access("administrator")
async def reopen(service: Here[Correspondence], request: Request, key: UUID) -> Response:
    await _known(service, key)
    return await _do(service, request, ReopenAccount(account=key))


access_routes = APIRouter(prefix="/accounts", include_in_schema=False)
"""Links, sessions and tokens of an account."""


@access_routes.post("/{key}/link")
@access("administrator")
async def link(service: Here[Correspondence], request: Request, key: UUID) -> Response:
    """Sends a link; where there is no mail server, shows it to be handed over."""
    document = await _known(service, key)
    address = service.keyring.inside(document["email"])
    if address is None or not document["open"]:
        raise HTTPException(404)
    entry = entry_of(service)
    if entry.mail.to_files:
        try:
            link = await link_for(entry, key, who_of(request), language(request))
        except Refused as no:
            said = _words(service, request, f"refused.{no.code}", **no.values)
            return await _page(service, request, key, 422, failed=said)
        return await _page(service, request, key, link=link)
    limited(request, "mail-link-account", f"{entry.links.mark(address).hex()}/{who_of(request).actor}")
    entry.mail.send(UUID(document["person"]), address, language(request), invitation=document["seen"] is None)
    return await _page(service, request, key, mailed=True)


@access_routes.post("/{key}/sessions/end")
@access("administrator")
async def end_sessions(service: Here[Correspondence], request: Request, key: UUID) -> Response:
    await _known(service, key)
    return await _do(service, request, EndSessions(account=key))


@access_routes.post("/{key}/sessions/{session}/end")
@access("administrator")
async def end_session(service: Here[Correspondence], request: Request, key: UUID, session: UUID) -> Response:
    await _known(service, key)
    return await _do(service, request, SignOut(account=key, session=session))


@access_routes.post("/{key}/tokens")
@access("administrator")
async def issue(service: Here[Correspondence], request: Request, key: UUID) -> Response:
    await _known(service, key)

    async def show(request: Request, status: int = 200, **context: Any) -> Response:
        return await _page(service, request, key, status, **context)

    return await issued(service, request, key, who_of(request), show)


@access_routes.post("/{key}/tokens/{token}/withdraw")
@access("administrator")
async def withdraw(service: Here[Correspondence], request: Request, key: UUID, token: UUID) -> Response:
    await _known(service, key)
    return await _do(service, request, WithdrawToken(account=key, token=token))


async def _known(service: Views, key: UUID) -> Document:
    document = await service.store.get(ACCOUNTS, str(key))
    if document is None:
        raise HTTPException(404)
    return document


def _words(service: Premises, request: Request, code: str, **values: Any) -> str:
    pages: Pages = request.app.state.pages
    return pages.lexicon.say(code, language(request), **values)


async def _do(service: Correspondence, request: Request, command: Command, version: int | None = None) -> Response:
    """Executes a command about one account, then shows the account; with the reason where it was refused."""
    key: UUID = command.account  # type: ignore[attr-defined]  # every command sent here has one
    try:
        await permitted(request, command)
        outcome = await service.execute(command, id=new_command_id(), actor=who_of(request).actor, version=version)
    except Refused as no:
        return await _page(
            service, request, key, 422, failed=_words(service, request, f"refused.{no.code}", **no.values)
        )
    except (Stale, Conflict):
        failed = f"{_words(service, request, 'problem.409')}. {_words(service, request, 'problem.409.hint')}"
        return await _page(service, request, key, 409, failed=failed)
    await service.runner.wait_for(outcome.seq)
    done = f"?{in_address(outcome)}" if outcome.events else ""
    return RedirectResponse(f"{ACCOUNTS_PAGE}/{key}{done}", 303)


async def _page(service: Correspondence, request: Request, key: UUID, status: int = 200, **context: Any) -> Response:
    document = await _known(service, key)
    request.state.personal = True
    history = await _with_sessions(service, document, await service.execute.history("account", key))
    said = {name: Said(context.get(name, {})) for name in ("errors", "values")}
    given = {"failed": None, "secret": None, "link": None, "mailed": False, **context, **said}
    return render(
        service,
        request,
        "account.html",
        status=status,
        account=document,
        address=service.keyring.reveal(document["email"]),
        name=service.keyring.reveal(document["name"]),
        history=newest_first(history)[:100],
        wheres=WHERES,
        roles=ROLES,
        scopes=scopes_of(document["roles"]) + capability_scopes(document, service.now()),
        offered=OFFERED,
        places=await scopes_by_name(service, language(request)),
        today=day_of(service.now()).isoformat(),
        to_files=entry_of(service).mail.to_files,
        command_id=new_command_id(),
        at=service.now().isoformat(),
        **given,
    )


async def _with_sessions(service: Commands, account: Document, history: History) -> History:
    """The history of an account with what the streams of its open sessions say."""
    open_ = [UUID(one["session"]) for one in account["sessions"]]
    said = await asyncio.gather(*(service.execute.history(SESSION.entity, one) for one in open_))
    return replace(history, events=[*history.events, *(event for one in said for event in one.events)])


def _opening(service: Views, request: Request, status: int = 200, **context: Any) -> Response:
    said = {name: Said(context.get(name, {})) for name in ("errors", "values")}
    given = {"grants": [], "command_id": new_command_id(), **context, **said}
    return render(
        service,
        request,
        "account_new.html",
        status=status,
        wheres=WHERES,
        roles=ROLES,
        to_files=entry_of(service).mail.to_files,
        **given,
    )
