"""Of which part of a thing its facts speak: the member of a group who came in, the ticket that was let in, the public
that was counted. Without it the facts of one type read alike, and nobody could tell which of them was a mistake."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from shared.base.translations import L, Lang, translated
from shared.contract import Event
from shared.contract.fields.codes import vocabularies_in
from shared.contract.labels import COMMON, FIELDS, term, written
from shared.contract.says import ASIDE
from shared.kernel.correcting import Told
from shared.kernel.views.projection import Document
from shared.notions.vocabularies.view import as_of
from shared.runtime.faces import Forms
from shared.web.history.lines import Line

NAMES = ("name", "title", "association_name", "structure_name")
"""Fields in which documents say what a thing is called, where that is no personal value"""


async def with_parts(service: Forms, lines: Sequence[Line], lang: Lang, known: str = "") -> dict[str, Line]:
    """The lines by the ids of their facts, each with the names of what its fact speaks of; `known` is said already."""
    asked = dict.fromkeys(str(id) for line in lines for id in _ids(line.fact.event).values())
    names: dict[str, str] = {}
    for view in service.definition.views if asked else ():
        documents = await service.store.get_many(view, [id for id in asked if id not in names])
        names |= {id: name for id, one in documents.items() if (name := name_of(one, lang))}
    return {line.fact.id: replace(line, text=_text(line, names, lang, known)) for line in lines}


def name_of(document: Mapping[str, Any], lang: Lang) -> str:
    """What a document calls its thing, "" where nothing does but what is personal."""
    for field in NAMES:
        if isinstance(found := document.get(field), str):
            return found
    ticket = document.get("ticket")
    return translated(L("billet {n}"), lang, n=f"{ticket:04d}") if isinstance(ticket, int) else ""


def _ids(event: Event) -> dict[str, UUID]:
    """The single things, by the fields that name them."""
    return {field: value for field, value in event if isinstance(value, UUID)}


def _text(line: Line, names: Mapping[str, str], lang: Lang, known: str) -> str:
    event, says = line.fact.event, type(line.fact.event).says
    told = [names.get(str(id), "") for id in _ids(event).values()]
    of = vocabularies_in(type(event))
    codes = {field: getattr(event, field, None) for field in says.parts if field != says.detail}
    with as_of(line.day):
        told += [
            term(of[field], one, lang) if field in of and isinstance(one, str) else written(one, lang)
            for field, one in codes.items()
            if isinstance(one, str | int)
        ]
    if "cleared" in type(event).model_fields:
        told = [", ".join(_changed(event, lang))]
    more = [one for one in dict.fromkeys(told) if one and one != known and one not in line.text]
    return f"{line.text} ({', '.join(more)})" if more else line.text


def _changed(event: Event, lang: Lang) -> list[str]:
    """What a change of a record changes, in the words of its fields: two changes of a day are told apart by it."""
    given = [name for name, value in event if value is not None and name not in ASIDE]
    words = [{**COMMON, **FIELDS}.get(name) for name in (*given, *getattr(event, "cleared", ()))]
    return [translated(one, lang).lower() for one in words if one]


def called(told: Told, documents: Iterable[Document | None], lang: Lang) -> str:
    """What a thing is called: by its documents, else by what was said of it, for one that is shown nowhere any more."""
    names = [name_of(one, lang) for one in documents if one]
    said = [getattr(one.event, field, None) for one in told.facts for field in NAMES]
    return next((one for one in (*names, *said) if one and isinstance(one, str)), "")
