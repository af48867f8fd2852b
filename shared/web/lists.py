"""What the pages of all services share: how they are made, and how long a list is."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query, Request
from pydantic import Field
from starlette.responses import Response

from shared.contract.envelope import Recorded
from shared.kernel.eventlog.event_log import History
from shared.runtime.service import Service
from shared.web.templating import Pages

PAGE = 25  # lines of a list
PageNumber = Annotated[int, Query(ge=1, le=10_000)]
Chosen = Annotated[list[str] | None, Query()]
Numbers = Annotated[list[Annotated[int, Field(ge=0, le=2**53)]] | None, Query()]
"""Years, versions: no greater than a store takes, or asking for one would be a mistake of ours"""
Words = Annotated[str, Query(max_length=200)]


def render(service: Service, request: Request, template: str, **context: Any) -> Response:
    """A page as current as the views are."""
    pages: Pages = request.app.state.pages
    return pages.render(request, template, sequence=service.runner.position, **context)


def newest_first(history: History) -> list[Recorded]:
    """The events of an entity by when they happened; what was learnt later first on the same day."""
    return sorted(history.events, key=lambda event: (event.time, event.seq), reverse=True)


def pages_total(page: int, total: int) -> int:
    """How many pages there are, at least the one that is shown."""
    return max(page, -(-total // PAGE), 1)
