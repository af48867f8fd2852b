"""What is asked of bulletins and of their issues."""

from __future__ import annotations

import re
from collections.abc import Mapping

from fastapi import HTTPException

from services.newsletter.bulletins.views import BULLETINS, ISSUES
from services.newsletter.bulletins.words import WORDS
from shared.base.translations import Lang, humanised, translated
from shared.kernel.views.projection import Document
from shared.runtime.faces import Views

MOST = 500  # bulletins of one network
OF = re.compile(r"bulletin\.")


async def issue_or_404(service: Views, key: str) -> Document:
    """The issue with this id. Raises HTTPException where there is none."""
    found = await service.store.get(ISSUES, key)
    if found is None:
        raise HTTPException(404)
    return found


async def bulletin_of(service: Views, code: str) -> Document:
    """The bulletin of an issue, as it was opened; in words of ours where an older release let nobody open it. Raises
    HTTPException for a code that is none."""
    known = await service.store.get(BULLETINS, code)
    if known is None:
        raise HTTPException(404)
    return _named(known)


def _named(known: Document) -> Document:
    code = f"bulletin.{known['key']}"
    title = known["title"] or (translated(WORDS[code], "fr") if code in WORDS else humanised(code))
    return {**known, "title": title, "purpose": known["purpose"] or ""}


async def opened(service: Views) -> list[Document]:
    """The bulletins that this network publishes, in their order; an older release may have begun an issue of one that
    was not opened."""
    found = {one["key"]: one for one in (await service.store.find(BULLETINS, limit=MOST)).documents}
    codes = (await service.lists.now()).listed("bulletin", found)
    return [_named(found[code]) for code in codes if code in found]


async def titles(service: Views, lang: Lang | str = "fr") -> Mapping[str, str]:
    """What each bulletin is called: as its network opened it, else by what it is for."""
    lists = await service.lists.now()
    words = {code.removeprefix("bulletin."): translated(said, lang) for code, said in WORDS.items() if OF.match(code)}
    return {**words, **{code: lists.title("bulletin", code, lang) for code in lists.listed("bulletin")}}
