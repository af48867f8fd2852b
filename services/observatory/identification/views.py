"""Saved identifications of actors, as the list and their pages show them. Answers are read from the log, not kept
here."""

from __future__ import annotations

from services.observatory.identification.domain import Criteria
from shared.base.paris_days import PARIS
from shared.contract.envelope import Recorded
from shared.contract.observatory.identification import (
    IdentificationRenamed,
    IdentificationRepeated,
    IdentificationRestored,
    IdentificationSaved,
    IdentificationWithdrawn,
)
from shared.kernel.views.projection import Document, View, kept


def _day(event: Recorded) -> str:
    return event.time.astimezone(PARIS).date().isoformat()


def _saved(document: Document | None, data: IdentificationSaved, event: Recorded) -> Document:
    facts = data.model_dump(
        mode="json", include={*Criteria.model_fields, *IdentificationSaved.model_fields} - {"found"}
    )
    day = _day(event)
    return {
        **facts,
        "person": kept(data.person, event, "person"),
        "at": day,
        "given": day,
        "structures": len(data.found),
        "answers": 1,
        "state": "kept",
        "reason": None,
        "version": event.version,
    }


def _repeated(document: Document | None, data: IdentificationRepeated, event: Recorded) -> Document | None:
    if document is None:
        return None
    more = {"given": _day(event), "structures": len(data.found), "answers": document["answers"] + 1}
    return {**document, **more, "version": event.version}


def _renamed(document: Document | None, data: IdentificationRenamed, event: Recorded) -> Document | None:
    if document is None:
        return None
    changed = data.model_dump(mode="json", include={"title", "purpose"}, exclude_none=True)
    return {**document, **dict.fromkeys(data.cleared), **changed, "version": event.version}


def _withdrawn(document: Document | None, data: IdentificationWithdrawn, event: Recorded) -> Document | None:
    return (
        None
        if document is None
        else {**document, "state": "withdrawn", "reason": data.reason, "version": event.version}
    )


def _restored(document: Document | None, data: IdentificationRestored, event: Recorded) -> Document | None:
    return None if document is None else {**document, "state": "kept", "reason": None, "version": event.version}


IDENTIFICATIONS = View(
    name="identifications",
    version=1,
    on={
        IdentificationSaved: _saved,
        IdentificationRepeated: _repeated,
        IdentificationRenamed: _renamed,
        IdentificationWithdrawn: _withdrawn,
        IdentificationRestored: _restored,
    },
    fields=("state", "structure", "request", "at", "given"),
    text=lambda d: " ".join([d["title"], d["organisation"] or "", d["purpose"] or "", *d["themes"]]),
)
"""`at`: the day of the first answer; `given` and `structures`: of the latest."""
