"""A page that stands at a moment: its head says which, its links carry it on."""

from __future__ import annotations

from typing import Any

from fastapi import Request
from starlette.responses import Response

from services.observatory.event_table.moment import Moment
from services.observatory.figures.observatory import Observatory
from shared.web.templating import Pages


def render(
    request: Request, template: str, observatory: Observatory, moment: Moment | None = None, **context: Any
) -> Response:
    pages: Pages = request.app.state.pages
    if moment is not None:
        context |= {"as_of": moment.as_of, "known_at": moment.known_at, "moment_query": carried(moment)}
    sequence = observatory.read if moment is None else moment.known
    return pages.render(request, template, sequence=sequence, **context)


def carried(moment: Moment) -> str:
    """What an address carries so that the next page stands at the same moment."""
    known = f"&known_at={moment.known_at}" if moment.known_at else ""
    return f"as_of={moment.as_of}{known}"
