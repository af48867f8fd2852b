"""What several of the newsletter's pages ask of its views."""

from __future__ import annotations

from fastapi import HTTPException

from services.newsletter.bulletins.domain.bulletin import FIVE
from services.newsletter.bulletins.views import BULLETINS, ISSUES
from services.newsletter.delivery.worker import sending_of
from services.newsletter.subscriptions.views import DELIVERIES, SUBSCRIBERS
from shared.kernel.projection import Document
from shared.runtime.service import Service


async def issue_or_404(service: Service, key: str) -> Document:
    """The issue with this id. Raises HTTPException where there is none."""
    found = await service.store.get(ISSUES, key)
    if found is None:
        raise HTTPException(404)
    return found


async def bulletin_of(service: Service, code: str) -> Document:
    """One of the five, as it was opened, or as it will be. Raises HTTPException where there is none."""
    if code not in FIVE:
        raise HTTPException(404)
    title, purpose = FIVE[code]
    fresh: Document = {"key": code, "title": title, "purpose": purpose, "opened": None, "last": 0, "closed": []}
    known = await service.store.get(BULLETINS, code) or fresh
    return {**known, "title": known["title"] or title, "purpose": known["purpose"] or purpose}


async def readers_of(service: Service, code: str) -> int:
    """How many subscribers a bulletin has."""
    return (await service.store.count_by(SUBSCRIBERS, "bulletins")).get(code, 0)


async def in_doubt(service: Service, issue: str | None = None) -> list[Document]:
    """Deliveries that began and have no outcome, without the one that is on its way right now."""
    where = {"state": "begun", **({"issue": issue} if issue else {})}
    found = await service.store.find(DELIVERIES, where, sort=["begun"], limit=500)
    now = str(sending_of(service).under_way)
    return [d for d in found.documents if d["key"] != now]
