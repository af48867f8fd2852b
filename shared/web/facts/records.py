"""Forms that give a whole record. They are filled with the record of a day; what was changed is the difference to what
was shown, and is told of the command's day: what of today's record nobody touched is not written into the past."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from shared.kernel.correcting import together
from shared.kernel.corrections import told
from shared.kernel.line import standing
from shared.kernel.views.past import Lived
from shared.kernel.views.projection import Document
from shared.notions.vocabularies.view import known_lists
from shared.runtime.faces import Reception

SEEN = "seen_day"
"""The hidden answer of a form that says as of which day its record was shown, "" for today"""
SHOW = "show_day"
"""The button that fills a form again, with the record of the day that it names"""


async def record_on(
    service: Reception, kind: str, key: str, day: date | None, *, begun: bool = False
) -> Document | None:
    """The document of the first view that shows an entity of this kind, as it is today, or as of a past day. What is
    told of an earlier day than all else makes the record known from then on: it is told of how a timeless one begins.
    `begun`: of a day before the beginning, what the beginning says: that is what stands then, once it is said of that
    day. Else None."""
    for view in service.definition.views:
        document = await service.store.get(view, key)
        if document is None:
            continue
        if day is None:
            return document
        events = [one for one in (await service.execute.history(kind, UUID(key))).events if one.readable]
        then: Document | None = None
        lived = Lived({one.id: one for one in events}, *told(events))
        line = standing(lived.facts, lived.corrections)
        shown = {fact.id for fact in line if fact.order[0] <= day}
        if begun and not shown:
            shown = {fact.id for fact in together(service.execute.deciders[kind], line[:1], line)}
        for _, event in lived.line(view.types):
            if event.id in shown:
                then = view.evolve(then, event)
        return {**then, "key": key, "version": document.get("version")} if then is not None else None
    return None


def on_its_day(
    given: Mapping[str, Any], shown: Mapping[str, Any], then: Mapping[str, Any] | None, fields: Collection[str]
) -> dict[str, Any]:
    """The answers of a form, for the command's day: what differs from `shown` as it was given; of the rest what stood
    `then` on that day. Where that is None, the rest is left out: it stays as it is."""
    answers = dict(given)
    for name in fields:
        if _plain(_said(name, given.get(name))) != _plain(_said(name, shown.get(name))):
            continue
        kept = then.get(name) if then is not None else None
        if kept in (None, "", []):
            answers.pop(name, None)
        else:
            answers[name] = kept
    return answers


def _said(name: str, value: Any) -> Any:
    """Themes by their terms: a word that was noted of old is no other answer than the code of its term."""
    return known_lists().themes().read_all(value) if name == "themes" and isinstance(value, list | tuple) else value


def _plain(value: Any) -> Any:
    """A value as a form gives it back: in any order, as text, nothing for nothing."""
    if isinstance(value, list | tuple | set | frozenset):
        return sorted(str(_plain(one)) for one in value) or None
    if value is None or value == "":
        return None
    if isinstance(value, bool | date):
        return str(value).lower()
    if isinstance(value, int | float):
        return float(value)
    text = str(value).replace("\r\n", "\n").strip()
    try:
        return float(text)
    except ValueError:
        return text or None
