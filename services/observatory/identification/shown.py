"""Identifications in words: criteria, days, the options of a criterion; and as a file to be taken away."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from fastapi import Request
from starlette.datastructures import QueryParams
from starlette.responses import Response

from services.observatory.event_table.moment import Moment, today
from services.observatory.identification.criteria import Actor, query_of
from services.observatory.identification.domain import Criteria
from services.observatory.identification.exports import TYPES, Sheet, written
from shared.base.translations import Lang, Lexicon
from shared.notions.vocabularies.view import known_lists
from shared.runtime.faces import Premises
from shared.web.formatting import country, department, number
from shared.web.formatting import day as written_day
from shared.web.templating import Pages, language

MOST = 300  # values of a criterion that are offered
Option = tuple[str, str, int]
"""value, label, how many"""


async def answered(
    service: Premises,
    request: Request,
    ending: str,
    actors: Sequence[Actor],
    about: Sequence[tuple[str, str]],
    facts: Mapping[str, Any],
    name: str,
) -> Response:
    """A file of structures to be taken away."""
    pages: Pages = request.app.state.pages
    root = service.public_url.rstrip("/")
    sheet = Sheet(
        actors, about, facts, lambda key: f"{root}/directory/structures/{key}", pages.lexicon, language(request)
    )
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(f'{name}.{ending}')}",
        "Cache-Control": "private, no-cache",
    }
    return Response(await asyncio.to_thread(written, ending, sheet), media_type=TYPES[ending], headers=headers)


def label(name: str, value: Any, lexicon: Lexicon, lang: Lang | str) -> str:
    """A value of a criterion in words."""
    text = str(value)
    match name:
        case "departments":
            return f"{department(text)} ({text})"
        case "countries":
            return country(text, lang)
        case "sdgs":
            return f"{text}. {lexicon.say(f'sdg.{text}', lang)}"
        case "themes":
            return known_lists().theme(text, lang)
    said = lexicon.say(f"{ {'kinds': 'term.structure', 'colleges': 'term.college'}.get(name, name) }.{text}", lang)
    return said[:1].upper() + said[1:]


def options(
    name: str, counts: Mapping[str, int], chosen: Sequence[str], lexicon: Lexicon, lang: Lang | str
) -> list[Option]:
    """The values of a criterion with their numbers: those with an order of their own in it, others by number."""
    known = {*counts, *chosen}
    orders: Mapping[str, Sequence[str]] = {
        "kinds": known_lists().listed("structure", known),
        "colleges": known_lists().listed("college", known),
        "member": ("yes", "no"),
        "sdgs": [str(n) for n in range(1, 18)],
    }
    if name in orders:
        values = [value for value in orders[name] if value in known]
    else:
        values = sorted(known, key=lambda value: (-counts.get(value, 0), value))
    return [(value, label(name, value, lexicon, lang), counts.get(value, 0)) for value in values[:MOST]]


def picked(criteria: Criteria, name: str) -> list[str]:
    """What is chosen of a criterion, as the options have it."""
    values = [str(value) for value in criteria.chosen().get(name, ())]
    return known_lists().themes().read_all(values) if name == "themes" else values


def in_words(criteria: Criteria, request: Request) -> list[tuple[str, str]]:
    """Each criterion that narrows, with its values: (label, text)."""
    pages: Pages = request.app.state.pages
    lexicon, lang = pages.lexicon, language(request)
    return [
        (lexicon.say(f"identification.{name}", lang), ", ".join(label(name, value, lexicon, lang) for value in values))
        for name, values in criteria.chosen().items()
    ]


def when_in_words(moment: Moment, request: Request) -> list[tuple[str, str]]:
    """The day, the knowledge and the place in the log that an answer stands for."""
    pages: Pages = request.app.state.pages
    say, lang = pages.lexicon.say, language(request)
    return [
        (say("identification.as_of", lang), written_day(moment.as_of)),
        (say("identification.known_at", lang), written_day(moment.known_at or today())),
        (say("identification.upto", lang), number(moment.known, lang)),
    ]


def when_as_facts(moment: Moment) -> dict[str, Any]:
    """The same for programs."""
    return {"as_of": moment.as_of, "known_at": moment.known_at or today(), "known": moment.known}


def kept(query: QueryParams, criteria: Criteria, moment: Moment) -> list[tuple[str, str]]:
    """What the address of a next page carries: the criteria, the days that were asked for, the directory's request."""
    days = [(name, query[name]) for name in ("as_of", "known_at", "request") if query.get(name)]
    return [*query_of(criteria), *days]


def travelling(moment: Moment, as_of: str | None, known_at: str | None) -> dict[str, Any]:
    """What the head of a page says of the day, where one was asked for."""
    return {"as_of": moment.as_of if as_of or known_at else None, "known_at": moment.known_at}
