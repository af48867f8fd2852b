"""What is asked of subscriptions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from services.newsletter.subscriptions.views import SUBSCRIBERS, as_of
from shared.kernel.views.projection import Document
from shared.runtime.faces import Views
from shared.web.past.moments import Moment

ALL = 10**7


async def readers_of(service: Views, code: str) -> int:
    """How many subscribers a bulletin has."""
    return (await service.store.count_by(SUBSCRIBERS, "bulletins")).get(code, 0)


async def subscribers_then(service: Views, moment: Moment) -> list[Document]:
    """All who had asked for a bulletin by then, as they were, the latest first."""
    found = (await service.store.find(SUBSCRIBERS, limit=ALL)).documents
    then = [known for one in found if (known := as_of(one, moment)) is not None]
    return sorted(then, key=lambda one: (one["asked"], one["key"]), reverse=True)


def readers_among(subscribers: list[Document]) -> Mapping[str, int]:
    """How many of these read each bulletin."""
    return Counter(code for one in subscribers for code in one["bulletins"])
