"""Published reviews as the archive shows them: what was said, when, under which numbers of the log. Nothing is
computed."""

from __future__ import annotations

from datetime import date

from services.observatory.event_table.filtering import Filters
from services.observatory.figures.computed import Leaf, Spec
from services.observatory.figures.period import Period
from services.observatory.review.documents.chapters import Head
from shared.base.paris_days import PARIS
from shared.contract.envelope import Recorded
from shared.contract.observatory.reviews import FigurePublished, ReviewPublished, ReviewReplaced, ReviewWithdrawn
from shared.kernel.views.projection import Document, View


def _published(document: Document | None, data: ReviewPublished, event: Recorded) -> Document:
    said = data.model_dump(mode="json")
    at = event.time.astimezone(PARIS)
    return {
        **said,
        "count": said.pop("figures"),
        "figures": [],
        "at": at.isoformat(),
        "day": at.date().isoformat(),
        "seq": event.seq,
        "state": "published",
        "gone": None,
        "gone_at": None,
        "by": None,
        "version": event.version,
    }


def _figure(document: Document | None, data: FigurePublished, event: Recorded) -> Document | None:
    if document is None:
        return None
    own = data.model_dump(mode="json", exclude={"upto", "department", "college", "theme", "kind"})
    return {**document, "figures": [*document["figures"], {**own, "seq": event.seq}], "version": event.version}


def _withdrawn(document: Document | None, data: ReviewWithdrawn, event: Recorded) -> Document | None:
    return None if document is None else {**document, "state": "withdrawn", **_gone(data.reason, event)}


def _replaced(document: Document | None, data: ReviewReplaced, event: Recorded) -> Document | None:
    return (
        None if document is None else {**document, "state": "replaced", "by": str(data.by), **_gone(data.reason, event)}
    )


def _gone(reason: str, event: Recorded) -> Document:
    day = event.time.astimezone(PARIS).date().isoformat()
    return {"gone": reason, "gone_at": day, "gone_seq": event.seq, "version": event.version}


REVIEWS = View(
    name="reviews",
    version=1,
    on={ReviewPublished: _published, FigurePublished: _figure, ReviewWithdrawn: _withdrawn, ReviewReplaced: _replaced},
    fields=("state", "since", "until", "at"),
)


def head_of(document: Document) -> Head:
    """What stands over a published review."""
    known = document["known_at"]
    return Head(
        document["title"],
        Period(_day(document["since"]), _day(document["until"])),
        _day(document["as_of"]),
        _day(known) if known else None,
        document["upto"],
        filters_of(document),
    )


def filters_of(document: Document) -> Filters:
    return Filters(document["department"], document["college"], document["theme"], document["kind"])


def leaves_of(document: Document) -> list[Leaf]:
    """The figures of a published review, as they were printed."""
    first = _day(document["since"]).year
    return [_leaf(one, first) for one in document["figures"]]


def _leaf(one: Document, first: int) -> Leaf:
    spec = Spec(
        one["indicator"],
        one["path"],
        one["sort"],
        _day(one["day"]),
        _day(one["after"]) if one["after"] else None,
        one["first_year"],
        one["last_year"],
    )
    recalled = spec.sort == "year" and (spec.year or first) < first
    return Leaf(spec, one["value"], one["before"], one["events"], one["precision"], recalled)


def _day(text: str) -> date:
    return date.fromisoformat(text)
