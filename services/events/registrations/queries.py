"""What is asked of registrations."""

from __future__ import annotations

from collections.abc import Mapping

from services.events.registrations.views import REGISTRATIONS
from shared.runtime.faces import Views


async def present_by_gathering(service: Views) -> Mapping[str, int]:
    """How many were checked in by name, by gathering."""
    return await service.store.count_by(REGISTRATIONS, "gathering", {"standing": "present"})
