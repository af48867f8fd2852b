"""What the network did for one structure at a time, and requests to identify actors."""

from __future__ import annotations

from services.directory.structures.view_folds import fact_of, gone
from shared.contract.directory.casework import (
    IdentificationAnswered,
    IdentificationRequested,
    IdentificationRequestWithdrawn,
    MediaCoverageNoted,
    MediaCoverageWithdrawn,
    SupportGiven,
    SupportWithdrawn,
)
from shared.contract.envelope import Recorded
from shared.kernel.views.projection import Document, View

SUPPORTS = View(
    name="supports",
    version=2,
    on={SupportGiven: fact_of(), SupportWithdrawn: gone},
    fields=("structure", "kind", "at", "year"),
)

COVERAGES = View(
    name="coverages",
    version=2,
    on={MediaCoverageNoted: fact_of(), MediaCoverageWithdrawn: gone},
    fields=("structure", "medium", "at", "year"),
)


def _answered(document: Document | None, data: IdentificationAnswered, event: Recorded) -> Document | None:
    if document is None:
        return None
    answer = {"answered": event.cloud.time, "structures": data.structures, "answer": data.answer}
    answer |= {"found": [str(id) for id in data.found], "shown_upto": data.shown_upto, "state": "answered"}
    return {**document, **answer, "version": event.version}


def _request_withdrawn(
    document: Document | None, data: IdentificationRequestWithdrawn, event: Recorded
) -> Document | None:
    """It stays to be read under its own address, since answers may have been given; no list or figure counts it."""
    return None if document is None else {**document, "state": "withdrawn", "version": event.version}


REQUESTS = View(
    name="requests",
    version=3,
    on={
        IdentificationRequested: fact_of(answered=None, state="open"),
        IdentificationAnswered: _answered,
        IdentificationRequestWithdrawn: _request_withdrawn,
    },
    fields=("requester", "at", "year", "answered", "state"),
    text=lambda d: f"{d['requester']} {d.get('question') or ''}",
)
