"""What is asked of subscriptions."""

from __future__ import annotations

from services.newsletter.subscriptions.views import SUBSCRIBERS
from shared.runtime.faces import Views


async def readers_of(service: Views, code: str) -> int:
    """How many subscribers a bulletin has."""
    return (await service.store.count_by(SUBSCRIBERS, "bulletins")).get(code, 0)
