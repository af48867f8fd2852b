"""The second step of signing in: a code of the app, or a recovery code. And a code alone, by which whoever is signed in
proves anew that it is they."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse
from starlette.responses import Response

from services.directory.second_factor.tickets import FirstStep
from services.directory.sign_in.code_cookie import clear, first_of
from services.directory.sign_in.doorways import known_of
from services.directory.sign_in.entry import entry_of
from services.directory.sign_in.pages import come_in, door, page_of, refusal
from shared.kernel.decider import Refused
from shared.runtime.faces import Premises
from shared.web.forms.kept_pages import kept_place, remembered
from shared.web.here import Here
from shared.web.security.authorization import access, who_of
from shared.web.security.local_paths import local
from shared.web.security.rate_limits import limited

SIGN_IN = "/directory/sign-in"
LONGEST = 100  # characters of a code, with what is typed around it


routes = APIRouter(include_in_schema=False)
"""Codes."""


@routes.get("/sign-in/code")
@access("public")
async def ask(service: Here[Premises], request: Request, to: str = "") -> Response:
    if first_of(entry_of(service), request) is None:
        return RedirectResponse(SIGN_IN, 303)
    return _asked(service, request, to=local(to))


@routes.post("/sign-in/code")
@access("public")
async def with_code(service: Here[Premises], request: Request) -> Response:
    limited(request, "sign-in")
    entry, first = entry_of(service), first_of(entry_of(service), request)
    known = known_of(service, request)
    form = await request.form(max_fields=10, max_files=0)
    to = local(form.get("to"))
    if first is None:
        return RedirectResponse(SIGN_IN, 303)
    try:
        begun = await entry.by_code(first, _typed(form.get("recovery")) or _typed(form.get("code")), known)
    except Refused as no:
        if no.code in ("link-used", "account-closed", "no-password"):
            gone = door(service, request, 422, to=to, failed=refusal(service, request, no))
            clear(gone, service.settings)
            return gone
        return _asked(
            service, request, 422, to=to, failed=refusal(service, request, no), recovery=bool(form.get("recovery"))
        )
    response = await come_in(service, request, begun, to)
    clear(response, service.settings)
    return response


@routes.post("/sign-in/again")
@access("public")
async def again(service: Here[Premises], request: Request) -> Response:
    limited(request, "sign-in")
    who, entry = who_of(request), entry_of(service)
    form = await request.form(max_fields=10, max_files=0)
    to = local(form.get("to"))
    if who.account is None or who.session is None:
        return RedirectResponse(SIGN_IN, 303)
    try:
        first = FirstStep(who.account, "code", service.outside.new_id(), None)
        begun = await entry.by_code(first, _typed(form.get("code")), known_of(service, request))
    except Refused as no:
        return door(service, request, 422, {"code": refusal(service, request, no)}, to=to)
    return await come_in(service, request, begun, to)


def _typed(value: Any) -> str:
    return str(value or "")[:LONGEST].strip()


def _asked(service: Premises, request: Request, status: int = 200, **given: Any) -> Response:
    context = {"to": None, "failed": None, "recovery": False, **given}
    context["waits"] = bool(kept_place(context["to"]) or remembered(request))
    return page_of(service, request, "sign_in_code.html", status, **context)
