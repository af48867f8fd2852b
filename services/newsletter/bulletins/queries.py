"""What is asked of bulletins and of their issues."""

from __future__ import annotations

from fastapi import HTTPException

from services.newsletter.bulletins.domain.bulletin import FIVE
from services.newsletter.bulletins.views import BULLETINS, ISSUES
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
