"""What is asked of bulletins and of their issues."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import HTTPException

from services.newsletter.bulletins.domain.bulletin import CODES
from services.newsletter.bulletins.views import BULLETINS, ISSUES
from services.newsletter.bulletins.words import WORDS
from shared.base.translations import Lang, translated
from shared.kernel.views.projection import Document
from shared.runtime.faces import Views


async def issue_or_404(service: Views, key: str) -> Document:
    """The issue with this id. Raises HTTPException where there is none."""
    found = await service.store.get(ISSUES, key)
    if found is None:
        raise HTTPException(404)
    return found


async def bulletin_of(service: Views, code: str) -> Document:
    """The bulletin of an issue, as it was opened; in words of ours where an older release let nobody open it. Raises
    HTTPException for a code that is none."""
    if code not in CODES:
        raise HTTPException(404)
    fresh: Document = {"key": code, "title": None, "purpose": None, "opened": None, "last": 0, "closed": []}
    known = await service.store.get(BULLETINS, code) or fresh
    return {
        **known,
        "title": known["title"] or translated(WORDS[f"bulletin.{code}"], "fr"),
        "purpose": known["purpose"] or "",
    }


async def opened(service: Views) -> list[Document]:
    """The bulletins that this network publishes; an older release may have begun an issue of one that was not
    opened."""
    found = await service.store.get_many(BULLETINS, [*CODES])
    return [await bulletin_of(service, code) for code in CODES if code in found]


async def titles(service: Views, lang: Lang | str = "fr") -> Mapping[str, str]:
    """What each bulletin is called: as its network opened it, else by what it is for."""
    found = await service.store.get_many(BULLETINS, [*CODES])
    words = {str(code): translated(WORDS[f"bulletin.{code}"], lang) for code in CODES}
    return {**words, **{code: known["title"] for code, known in found.items() if known["title"]}}
