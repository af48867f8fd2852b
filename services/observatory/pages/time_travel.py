"""What the observatory keeps itself (surveys, identifications, reviews) on any day, as known on any day: folded from
the events of each, as its view folds them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Request
from starlette.responses import Response

from services.observatory.event_table.moment import Moment, today
from services.observatory.figures.observatory import current
from shared.base.paris_days import PARIS
from shared.contract.envelope import Recorded
from shared.kernel.views.projection import Document, View
from shared.runtime.faces import Chronicle, Commands, Desk
from shared.web.templating import Pages

MOST = 500  # things of a list that are folded again for a day in the past


async def asked(service: Chronicle, as_of: str | None, known_at: str | None) -> Moment | None:
    """The moment that an address asks for, None where it asks for none. Raises Refused for a day that is none."""
    if not as_of and not known_at:
        return None
    return await (await current(service)).moment(as_of, known_at, today())


def in_the_head(moment: Moment | None) -> dict[str, Any]:
    """What the head of a page says of the moment, and `moment_query`, which links carry on."""
    if moment is None:
        return {"moment_query": ""}
    known = {"known_at": moment.known_at} if moment.known_at else {}
    query = urlencode({"as_of": moment.as_of, **known})
    return {"as_of": moment.as_of, "known_at": moment.known_at, "moment_query": query}


def heard(event: Recorded, moment: Moment) -> bool:
    """Whether an event had happened, and was known."""
    return event.seq <= moment.known and event.time.astimezone(PARIS).date() <= moment.as_of


async def document_then(service: Commands, view: View, entity: str, key: str, moment: Moment) -> Document | None:
    """A document as it was; None where it was not there yet."""
    document: Document | None = None
    for event in (await service.execute.history(entity, UUID(key))).events:
        if type(event.data) in view.on and heard(event, moment):
            document = view.evolve(document, event)
    return None if document is None else {"key": key, **document}


def not_yet(request: Request, moment: Moment) -> Response:
    """The page of what was not there at a moment, or not known."""
    pages: Pages = request.app.state.pages
    return pages.render(request, "not_yet.html", status=404, sequence=moment.known, asked=moment, **in_the_head(moment))


async def documents_then(
    service: Desk, view: View, entity: str, moment: Moment, sort: Sequence[str] = ()
) -> list[Document]:
    """All documents of a view as they were; of the `MOST` that its order puts first."""
    page = await service.store.find(view, {}, sort=sort, limit=MOST)
    found = [await document_then(service, view, entity, one["key"], moment) for one in page.documents]
    return [one for one in found if one is not None]
