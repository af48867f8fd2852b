"""What several pages of events ask of its views."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from fastapi import HTTPException

from services.events.gatherings.views import GATHERINGS
from services.events.registrations.views import REGISTRATIONS
from shared.base.paris_days import PARIS
from shared.kernel.projection import Document
from shared.runtime.service import Service


async def gathering_or_404(service: Service, key: str) -> Document:
    """The gathering with this id. Raises HTTPException where there is none."""
    found = await service.store.get(GATHERINGS, key)
    if found is None:
        raise HTTPException(404)
    return found


async def present_by_gathering(service: Service) -> Mapping[str, int]:
    """How many were checked in by name, by gathering."""
    return await service.store.count_by(REGISTRATIONS, "gathering", {"standing": "present"})


def today() -> str:
    """The day in Paris, as documents keep days."""
    return datetime.now(PARIS).date().isoformat()
