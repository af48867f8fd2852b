"""Documents that keep their history: what holds now follows from the happenings in the order of their line
(shared/kernel/line.py), not of their recording. A departure of 2015 may be learnt today."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from shared.base.paris_days import day_of
from shared.contract import Event
from shared.contract.envelope import Recorded
from shared.contract.personal import Personal
from shared.kernel.sealing import personal_fields
from shared.kernel.views.projection import Document, Evolve, folded, kept
from shared.web.formatting import as_date

LAST = "~"  # sorts after every name: persons have none that may be sorted
UNBEGUN = "unbegun"  # the status of what was spoken of but never began; our services say no such, pages pass over it
HAPPENING = {"event", "at", "recorded", "seq", "by", "reason"}
"""What is said of a happening, and not of what it happened to."""


def happened(data: Event, event: Recorded) -> Document:
    """An event as a document keeps it: what it says, but for what is personal, and when, by whom."""
    said = data.model_dump(mode="json", exclude_none=True, exclude=set(personal_fields(data)))
    return {
        **said,
        "event": event.type,
        "at": event.cloud.time,
        "recorded": event.cloud.recordedtime,
        "seq": event.seq,
        "by": event.actor,
    }


def with_happening(document: Document | None, data: Event, event: Recorded) -> Document:
    """The document with one more happening in its history, which is in the order of the line."""
    before = document or {"key": event.entity_id}
    history = sorted([*before.get("history", []), happened(data, event)], key=in_line)
    return {**before, "history": history, "version": event.version}


def in_line(one: Document) -> tuple[date, int]:
    """The place of a happening in its line: of one day, what was learnt later comes later, whatever the hour."""
    return day_of(datetime.fromisoformat(one["at"])), one["seq"]


def with_person(document: Document, data: Event, event: Recorded, field: str) -> Document:
    """The document with who is named in this field of the event, sealed; the same where nobody is."""
    value = getattr(data, field, None)
    return {**document, field: kept(value, event, field)} if isinstance(value, Personal) else document


def year_of(at: str) -> int:
    return as_date(at).year


def sort_key(name: str | None) -> str:
    """What a document is sorted by: its name as it is searched, or the place after all names."""
    return folded(name or LAST)


def standing(
    states: Mapping[type[Event], str | None],
    *,
    person: str | None = None,
    then: Callable[[Document], Document] = lambda document: document,
) -> Mapping[type[Event], Evolve]:
    """The `on` of a view of what begins, ends and may be restored.

    Its documents keep what the events said, the later over the earlier, and the `status` that the last of them gave.
    `states`: type of event → status, None where it changes none; a first `current` is the beginning, whose day is
    `since`; without one the status is UNBEGUN. `person`: the field that names one. `then`: what
    follows from the rest of a document.
    """
    given = {kind.type_name(): status for kind, status in states.items() if status is not None}

    def evolve(document: Document | None, data: Any, event: Recorded) -> Document:
        after = with_happening(document, data, event)
        if person is not None:
            after = with_person(after, data, event, person)
        return then({**after, **_stands(after["history"], given)})

    return dict.fromkeys(states, evolve)


def _begins(kind: str, states: Mapping[str, str]) -> bool:
    return states.get(kind) == "current" and not kind.endswith("Restored")


def _stands(history: list[Document], states: Mapping[str, str]) -> Document:
    found: Document = {"status": UNBEGUN, "since": None, "until": None, "year": None}
    begun = any(_begins(one["event"], states) for one in history)
    for one in history:
        kind, at = one["event"], one["at"]
        found |= {name: one[name] for name in one.keys() - HAPPENING}
        if kind not in states or not begun:
            continue
        present = states[kind] == "current"
        if _begins(kind, states):
            found |= {"since": at, "kind": kind, "year": year_of(at)}
        found |= {"status": states[kind], "until": None if present else at}
    return found
