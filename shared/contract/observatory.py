"""What the observatory says: the figures that the network published."""

from __future__ import annotations

from datetime import date

from shared.contract import Event


class ReviewEvent(Event, abstract=True):
    service = "observatory"
    entity = "review"


class ReviewPublished(ReviewEvent):
    """The network published a review: the figures as they stood, by their dotted path. They never change."""

    title: str
    as_of: date
    figures: dict[str, float | None]
