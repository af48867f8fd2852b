"""How membership's pages are made: what each template may use, how long a list is, how a history is told."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any

from fastapi import Query, Request
from starlette.responses import Response

from services.membership.reading import label
from shared.service import Service
from shared.views import Document
from shared.web.formats import PARIS
from shared.web.pages import Pages

PAGE = 25  # lines of a list
PageNumber = Annotated[int, Query(ge=1, le=10_000)]
Words = Annotated[str, Query(max_length=200)]


def render(service: Service, request: Request, template: str, **context: Any) -> Response:
    """A page as current as the views are."""
    pages: Pages = request.app.state.pages
    return pages.render(
        request,
        template,
        sequence=service.runner.position,
        this_year=datetime.now(PARIS).year,
        label=lambda member: label(service, member),
        reveal=service.keyring.reveal,
        **context,
    )


def pages_total(page: int, total: int) -> int:
    """How many pages there are, at least the one that is shown."""
    return max(page, -(-total // PAGE), 1)


def told(history: Iterable[Document]) -> list[Document]:
    """A history, newest first; a departure that was undone says so."""
    found: list[Document] = []
    for one in history:
        if one["event"] == "MemberRestored":
            for before in reversed(found):
                if before["event"] == "MemberLeft":
                    before["undone"] = True
                    break
        found.append({**one, "undone": False})
    return list(reversed(found))
