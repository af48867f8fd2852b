"""Days in the addresses of pages are ISO 8601. A browser without a date picker sends the day as somebody typed it into
a form, `31/10/2017`: it is led to the address that says the same day, so that no address says it in two ways."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.contract.fields import day_typed

DAYS = frozenset({"as_of", "known_at", "since", "until", "known_since", "known_until", "happened_on"})
"""What forms call the days that stand in addresses"""
MOST = 200  # parameters of an address that are looked at


class TypedDays:
    """The app, which is asked for days of ISO 8601 alone."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] in ("GET", "HEAD") and "/api/" not in scope["path"]:
            query = in_iso(scope["query_string"].decode("latin-1"))
            if query is not None:
                return await RedirectResponse(f"?{query}", 303)(scope, receive, send)
        return await self._app(scope, receive, send)


def in_iso(query: str) -> str | None:
    """The same query with its days in ISO 8601; None where it has them so already, or one is no day."""
    if "%2F" not in query and "/" not in query and "." not in query and "%2f" not in query:
        return None
    try:
        said = parse_qsl(query, keep_blank_values=True, max_num_fields=MOST)
    except ValueError:
        return None
    read = [(name, _iso(value) if name in DAYS else value) for name, value in said]
    return urlencode(read) if read != said else None


def _iso(text: str) -> str:
    try:
        return day_typed(text).isoformat()
    except ValueError:
        return text
