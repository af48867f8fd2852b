"""The cookie of whoever has shown a password or a link and is asked for a code: ten minutes, sealed."""

from __future__ import annotations

from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import RedirectResponse
from starlette.responses import Response

from services.directory.second_factor.tickets import FIRST_STEP, FirstStep
from services.directory.sign_in.entry import Entry
from shared.base.settings import Settings
from shared.web.security.authorization import is_https

CODE_PAGE = "/directory/sign-in/code"


def code_wanted(entry: Entry, first: FirstStep, to: str | None) -> Response:
    """Leads to the page that asks for the code; `to` is where one goes on then."""
    settings = entry.service.settings
    response = RedirectResponse(CODE_PAGE + (f"?{urlencode({'to': to})}" if to else ""), 303)
    response.set_cookie(
        _name(settings),
        entry.factors.tickets.after_first(first),
        max_age=int(FIRST_STEP.total_seconds()),
        path="/",
        secure=is_https(settings),
        httponly=True,
        samesite="lax",
    )
    return response


def first_of(entry: Entry, request: Request) -> FirstStep | None:
    """The first step that this browser has done; None where it has not, or too long ago."""
    return entry.factors.tickets.first(request.cookies.get(_name(entry.service.settings), ""))


def clear(response: Response, settings: Settings) -> None:
    response.delete_cookie(_name(settings), path="/", secure=is_https(settings), httponly=True, samesite="lax")


def _name(settings: Settings) -> str:
    return "__Host-maillage-code" if is_https(settings) else "maillage-code"
