"""What the pages of all services share: how they are made, and how long a list is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from fastapi import Query, Request
from pydantic import Field
from starlette.responses import Response

from shared.base.paris_days import day_of
from shared.contract.envelope import Recorded
from shared.kernel.command_handler import CannotRead, told_of
from shared.kernel.corrections import corrects
from shared.kernel.eventlog.event_log import History
from shared.runtime.faces import Views
from shared.web.here import position
from shared.web.templating import Pages

PAGE = 25  # lines of a list
PageNumber = Annotated[int, Query(ge=1, le=10_000)]
Chosen = Annotated[list[str] | None, Query()]
Numbers = Annotated[list[Annotated[int, Field(ge=0, le=2**53)]] | None, Query()]
"""Years, versions: no greater than a store takes, or asking for one would be a mistake of ours"""
Words = Annotated[str, Query(max_length=200)]


def render(service: Views, request: Request, template: str, **context: Any) -> Response:
    """A page as current as the views are."""
    pages: Pages = request.app.state.pages
    return pages.render(request, template, sequence=position(request), **context)


def newest_first(history: History) -> list[Recorded]:
    """The events of an entity by the days that they count for; what was learnt later first on the same day."""
    corrected = amended(history)
    return sorted(history.events, key=lambda event: (counted_on(event, corrected), event.seq), reverse=True)


def amended(history: History) -> dict[int, tuple[bool, date | None]]:
    """Sequence of an event that was corrected → whether it was noted by mistake, and on which other day it was. The
    macro `events` shows it, by this name."""
    if not any(corrects(event.type) for event in history.events):
        return {}  # as with nearly all: nothing has to be read for it
    try:
        told = told_of(history)
    except CannotRead:  # of what this release can't read nothing is said; the rest stands as it was said
        return {}
    stand = {fact.id: fact for fact in told.line}
    found: dict[int, tuple[bool, date | None]] = {}
    for fact in told.facts:
        now = stand.get(fact.id)
        if now is None or now.day != fact.day:
            found[fact.seq] = (now is None, None if now is None else now.day)
    return found


def counted_on(event: Recorded, corrected: Mapping[int, tuple[bool, date | None]]) -> date:
    """The day in Paris that an event counts for, by what `amended` says."""
    return corrected.get(event.seq, (False, None))[1] or day_of(event.time)


def pages_total(page: int, total: int) -> int:
    """How many pages there are, at least the one that is shown."""
    return max(page, -(-total // PAGE), 1)
