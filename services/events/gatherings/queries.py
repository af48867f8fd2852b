"""What is asked of gatherings, by the pages of all capabilities that are about one."""

from __future__ import annotations

from fastapi import HTTPException

from services.events.gatherings.views import GATHERINGS
from shared.kernel.views.projection import Document, Where
from shared.runtime.faces import Views
from shared.web.formatting import day


async def gathering_or_404(service: Views, key: str) -> Document:
    """The gathering with this id. Raises HTTPException where there is none."""
    found = await service.store.get(GATHERINGS, key)
    if found is None:
        raise HTTPException(404)
    return found


async def gatherings_offered(service: Views, where: Where | None = None) -> list[tuple[str, str]]:
    """Gatherings for a form to choose from, the newest first: (key, title and day)."""
    some = await service.store.find(GATHERINGS, where or {}, sort=["-day"], limit=1000)
    return [(d["key"], f"{d['title']}, {day(d['day'])}") for d in some.documents]
