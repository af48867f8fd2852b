"""The reviews that the network has published, as any service knows them: of which period, with figures of which
indicators. Heard from the log, so that nobody has to ask the observatory."""

from __future__ import annotations

from shared.contract.envelope import Recorded
from shared.contract.observatory.reviews import FigurePublished, ReviewPublished, ReviewReplaced, ReviewWithdrawn
from shared.kernel.views.projection import Document, View


def _published(document: Document | None, data: ReviewPublished, event: Recorded) -> Document:
    said = {name: str(getattr(data, name)) for name in ("title", "since", "until", "as_of")}
    return {**said, "state": "published", "indicators": []}


def _figure(document: Document | None, data: FigurePublished, event: Recorded) -> Document | None:
    if document is None or data.indicator in document["indicators"]:
        return document
    return {**document, "indicators": sorted([*document["indicators"], data.indicator])}


def _gone(document: Document | None, data: ReviewWithdrawn | ReviewReplaced, event: Recorded) -> Document | None:
    return None if document is None else {**document, "state": "gone"}


PUBLISHED = View(
    name="published_reviews",
    version=1,
    on={ReviewPublished: _published, FigurePublished: _figure, ReviewWithdrawn: _gone, ReviewReplaced: _gone},
    fields=("state", "until"),
)
"""By review. `state`: published, or gone (withdrawn, or replaced by another)."""
