"""What is asked of subscriptions."""

from __future__ import annotations

from services.newsletter.subscriptions.views import SUBSCRIBERS
from shared.runtime.service import Service


async def readers_of(service: Service, code: str) -> int:
    """How many subscribers a bulletin has."""
    return (await service.store.count_by(SUBSCRIBERS, "bulletins")).get(code, 0)
