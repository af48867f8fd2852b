"""From when the term of a record about a person runs: steps of the views that say it, and the view of all records that
ever were."""

from __future__ import annotations

from typing import Any

from shared.contract import Event
from shared.contract.corrections import EventRedated, EventStruck, StrikeLifted
from shared.contract.envelope import Recorded
from shared.kernel.views.projection import Document, Evolve, View


def term_begins(document: Document | None, data: Event, event: Recorded) -> Document | None:
    """A step of the view of records: this one is not needed any more from the time that the event speaks of."""
    return None if document is None else {**document, "since": event.begins}


def in_use_again(document: Document | None, data: Event, event: Recorded) -> Document | None:
    """The same, where a record is needed after all."""
    return None if document is None else {**document, "since": None}


def ever_told(held: View, word: Evolve = term_begins) -> View:
    """The view of all records that `held` ever had, by the same keys: also those of which nothing stands any more,
    since they were noted by mistake. What was told of a person stays sealed in the log then, so it has its term, which
    runs from the last that was said of it. `word`: what a correction does to a record."""

    def kept(evolve: Evolve) -> Evolve:
        def step(document: Document | None, data: Any, event: Recorded) -> Document | None:
            after = evolve(document, data, event)
            return document if after is None else {**after, "since": event.begins}

        return step

    on = {kind: kept(evolve) for kind, evolve in held.on.items()}
    on |= dict.fromkeys((EventStruck, StrikeLifted, EventRedated), word)
    return View(name="told", version=1, of_log=True, on=on, fields=("person",), asks="administrator")
