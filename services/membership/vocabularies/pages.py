"""The pages of the network's own lists: all of them, and each with its terms in their order."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import Response

from services.membership.base.rendering import render
from shared.base.paris_days import day_of
from shared.base.translations import languages, translated
from shared.contract.fields import day_typed
from shared.notions.vocabularies import VOCABULARIES, Term, Vocabulary, in_order, vocabulary_id
from shared.notions.vocabularies.view import BY_ID, THEN, Lists
from shared.runtime.faces import OpenViews
from shared.web.here import Here
from shared.web.lists import Words
from shared.web.templating import language

ELSEWHERE = {"college": "/membership/colleges", "bulletin": "/newsletter/"}
"""Where a list is kept that has entities of its own"""

routes = APIRouter(include_in_schema=False)
"""The routes of the pages of the lists."""


@routes.get("/vocabularies")
async def vocabularies(service: Here[OpenViews], request: Request) -> Response:
    lists = await service.lists.now()
    lang = language(request)
    shown = [
        {
            "title": translated(one.title, lang),
            "href": ELSEWHERE.get(one.name) or f"/membership/vocabularies/{one.name}",
            "terms": [term.title(lang) for term in lists.offered(one.name)],
        }
        for one in VOCABULARIES.values()
    ]
    return render(service, request, "vocabularies.html", lists=shown)


@routes.get("/vocabularies/{name}")
async def vocabulary(service: Here[OpenViews], request: Request, name: str, as_of: Words = "") -> Response:
    known = VOCABULARIES.get(BY_ID.get(name, name))
    if known is None or known.elsewhere:
        raise HTTPException(404)
    try:
        day = day_typed(as_of) if as_of else None
    except ValueError:
        raise HTTPException(422) from None
    lists = await service.lists.now()
    terms = lists.terms(known.name, day)
    lang = language(request)
    return render(
        service,
        request,
        "vocabulary.html",
        name=known.name,
        title=translated(known.title, lang),
        terms=[_shown(known, one, lists, day, lang) for one in in_order(terms) if one.closed is None],
        closed=[
            _shown(known, one, lists, day, lang)
            for one in in_order(terms)
            if one.closed is not None and not one.earlier
        ],
        id=str(vocabulary_id(known.name)) if lists.spoken_of(known.name) else None,
        rank=max((one.rank for one in terms.values()), default=0) + 1,
        that_day=day,
        today=day_of(service.now()).isoformat(),
    )


def _shown(known: Vocabulary, term: Term, lists: Lists, day: date | None, lang: str) -> dict[str, Any]:
    """A term as the page shows it, with what the forms about it are filled in with."""
    titles = {f"titles.{one}": term.titles[one] for one in languages() if one in term.titles}
    terms = lists.terms(known.name, day)
    given = {"vocabulary": known.name, "code": term.code, **titles, "rank": term.rank}
    return {
        "code": term.code,
        "title": lists.title(known.name, term.code, lang, None if THEN.get() else day),
        "others": [(one, title) for one, title in term.titles.items() if one != lang],
        "marks": [translated(known.marks[mark], lang) for mark in sorted(term.marks) if mark in known.marks],
        "since": term.since,
        "closed": term.closed,
        "into": [terms[code].title(lang) for code in term.into if code in terms],
        "revise": urlencode([*given.items(), *(("marks", mark) for mark in sorted(term.marks))]),
        "close": urlencode({"vocabulary": known.name, "code": term.code}),
    }
