"""What is asked of bulletins and of their issues."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from fastapi import HTTPException

from services.newsletter.bulletins.views import BULLETINS, ISSUES, NUMBERS
from services.newsletter.bulletins.words import WORDS
from shared.base.translations import FIRST, SOURCE, Lang, among, humanised, translated
from shared.kernel.views.projection import Document
from shared.notions.bulletin import bulletin_id
from shared.notions.vocabularies.view import THEN, known_lists
from shared.runtime.faces import Library, Views
from shared.web.past.moments import Moment, as_it_was

MOST = 500  # bulletins of one network
OF = re.compile(r"bulletin\.")


async def issue_or_404(service: Views, key: str) -> Document:
    """The issue with this id. Raises HTTPException where there is none."""
    found = await service.store.get(ISSUES, key)
    if found is None:
        raise HTTPException(404)
    return found


async def bulletin_of(service: Views, code: str, lang: Lang | str = SOURCE) -> Document:
    """A bulletin, as the network calls it now, open or not; in words of ours where an older release let nobody open it.
    Raises HTTPException for a code that is none."""
    known = await service.store.get(BULLETINS, str(bulletin_id(code)))
    if known is None and await service.store.get(NUMBERS, code) is None:
        raise HTTPException(404)
    return named(code, known, lang)


def named(code: str, known: Document | None, lang: Lang | str = SOURCE) -> Document:
    """What is known of a bulletin, as pages and mails ask it: `code`, `title` and `purpose` as they are read, `called`:
    language → what it is called, `said`: the title that it was given, `opened`: since when, None where nobody opened
    it, `open`, `until`: since when it is closed."""
    if known is None:
        word = f"bulletin.{code}"
        title = translated(WORDS[word], lang) if word in WORDS else humanised(code)
        nothing: Document = {"purpose": "", "opened": None, "until": None, "arrivals": [], "titles": {}, "rank": None}
        nothing |= {"called": {lang: title}, "open": False, "version": 0}
        return {**nothing, "code": code, "title": title, "said": title}
    own = {_tongue(code, known["title"]): known["title"]}
    called = own | known["titles"] | own
    return {**known, "code": code, "said": known["title"], "called": called, "title": among(called, lang)}


def _tongue(code: str, title: str) -> Lang:
    """The language that the title of a bulletin is in: the network's first when it was said."""
    day = then.day if (then := THEN.get()) else None
    term = known_lists().terms("bulletin", day).get(code)
    return term.tongue if term is not None and term.official == title else FIRST.get()()


async def bulletins(service: Views, lang: Lang | str = SOURCE) -> list[Document]:
    """The bulletins that this network publishes or published, in their order; an older release may have begun an issue
    of one that was not opened."""
    found = {one["bulletin"]: one for one in (await service.store.find(BULLETINS, limit=MOST)).documents}
    begun = {one["key"] for one in (await service.store.find(NUMBERS, limit=MOST)).documents}
    codes = (await service.lists.now()).listed("bulletin", {*found, *begun})
    return [named(code, found.get(code), lang) for code in codes if code in found or code in begun]


async def bulletins_then(service: Library, moment: Moment, lang: Lang | str = SOURCE) -> list[Document]:
    """Those that there were, as they were called and in the order of that day."""
    lists = await service.lists.now()
    codes = lists.listed("bulletin", day=moment.as_of)
    found = [(code, await as_it_was(service, BULLETINS, "bulletin", bulletin_id(code), moment)) for code in codes]
    return [named(code, then, lang) for code, then in found if then is not None]


async def opened(service: Views, lang: Lang | str = SOURCE) -> list[Document]:
    """Those that somebody may subscribe to, in their order."""
    return [one for one in await bulletins(service, lang) if one["open"]]


async def titles(service: Views, lang: Lang | str = SOURCE, day: date | None = None) -> Mapping[str, str]:
    """What each bulletin is called, now or on a day: as its network opened it, else by what it is for."""
    lists = await service.lists.now()
    words = {code.removeprefix("bulletin."): translated(said, lang) for code, said in WORDS.items() if OF.match(code)}
    return {**words, **{code: lists.title("bulletin", code, lang, day) for code in lists.listed("bulletin")}}
