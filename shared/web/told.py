"""What the holder of an account is told on their pages: that somebody came in, that somebody was given a link. Until
they say that they have read it, each browser for itself, so that whoever came in can't read it in their place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from shared.identity.principal import Who

COOKIE = "told"
TERM = timedelta(days=30)  # during which it is told


def told_to(request: Request, who: Who, now: datetime) -> Sequence[Mapping[str, Any]]:
    """What is still to be told in this browser. Nothing of its own session to whoever came in just now."""
    account, _, read = request.cookies.get(COOKIE, "").partition(".")
    since = now - TERM
    if account == str(who.account) and read.isascii() and read.isdigit() and len(read) < 12:
        since = max(since, datetime.fromtimestamp(int(read), now.tzinfo))
    return [
        one for one in who.told if datetime.fromisoformat(one["at"]) > since and one.get("session") != str(who.session)
    ]


def mark_read(response: Response, who: Who, now: datetime, *, secure: bool) -> None:
    """Whoever uses this browser has read what there was until now."""
    value = f"{who.account}.{int(now.timestamp()) + 1}"
    response.set_cookie(
        COOKIE, value, max_age=int(TERM.total_seconds()), path="/", secure=secure, httponly=True, samesite="lax"
    )
