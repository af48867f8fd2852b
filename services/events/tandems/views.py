"""The Tandems solidaires, with the schools that take part."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from shared.contract.envelope import Recorded
from shared.contract.events.tandems import (
    PupilsCounted,
    TandemCancelled,
    TandemFormed,
    TandemReinstated,
    TandemSchoolJoined,
    TandemSchoolLeft,
)
from shared.kernel.views.projection import Document, Evolve, View


def _formed(document: Document | None, data: TandemFormed, event: Recorded) -> Document:
    fresh: Document = {"schools": [], "pupils": None, "cancelled": None, "state": "on"}
    return {**data.model_dump(mode="json"), **fresh, "since": event.cloud.time, "version": event.version}


def _changed(change: Callable[[Document, Any], Document]) -> Evolve:
    """An evolve for events about a tandem that was formed."""

    def evolve(document: Document | None, data: Any, event: Recorded) -> Document | None:
        return None if document is None else {**document, **change(document, data), "version": event.version}

    return evolve


def _without(document: Document, data: TandemSchoolJoined | TandemSchoolLeft) -> list[Document]:
    return [one for one in document["schools"] if one["school"] != str(data.school)]


TANDEMS = View(
    name="tandems",
    version=1,
    on={
        TandemFormed: _formed,
        TandemSchoolJoined: _changed(lambda d, e: {"schools": [*_without(d, e), e.model_dump(mode="json")]}),
        TandemSchoolLeft: _changed(lambda d, e: {"schools": _without(d, e)}),
        PupilsCounted: _changed(lambda d, e: {"pupils": e.pupils}),
        TandemCancelled: _changed(lambda d, e: {"cancelled": e.reason, "state": "cancelled"}),
        TandemReinstated: _changed(lambda d, e: {"cancelled": None, "state": "on"}),
    },
    fields=("school_year", "state", "department", "association_name", "pilot"),
    text=lambda d: " ".join([d["association_name"], d["theme"] or "", *(s["school_name"] for s in d["schools"])]),
)
