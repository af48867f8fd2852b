"""A published review is kept as it was said, also once it holds no longer."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from services.observatory.event_table.filtering import Filters
from services.observatory.review.views import REVIEWS, filters_of, head_of, leaves_of
from shared.contract import Event
from shared.contract.observatory.reviews import FigurePublished, ReviewPublished, ReviewReplaced, ReviewWithdrawn
from tests.fixtures.log_writing import recorded

ID, OTHER = UUID(int=1), UUID(int=2)
DAYS = {"since": date(2016, 1, 1), "until": date(2016, 12, 31), "as_of": date(2016, 12, 31)}
PUBLISHED = ReviewPublished(title="Bilan 2016", **DAYS, upto=9, college="public", figures=1, files={"a.pdf": "0" * 64})
FIGURE = FigurePublished(
    path="membership.volunteers_by_year.values.2015",
    indicator="volunteers",
    definition=1,
    sort="year",
    value=47.0,
    day=date(2016, 12, 31),
    upto=9,
    events=47,
)


def folded(*events: Event) -> Any:
    document = None
    for version, event in enumerate(events, 1):
        document = REVIEWS.evolve(document, recorded(event, ID, version))
    return document


def test_it_says_its_head_its_filters_and_its_figures() -> None:
    found = folded(PUBLISHED, FIGURE)
    head = head_of(found)
    assert found["state"] == "published" and found["count"] == 1 and filters_of(found) == Filters(college="public")
    assert "Bilan 2016" in str(head) and "2016, 12, 31" in str(head)
    (leaf,) = leaves_of(found)
    assert (leaf.value, leaf.spec.path, leaf.events) == (47.0, FIGURE.path, 47)


def test_it_stays_to_be_read_with_the_reason_why_it_holds_no_longer() -> None:
    gone = folded(PUBLISHED, FIGURE, ReviewWithdrawn(reason="Erreur"))
    assert (gone["state"], gone["gone"], gone["gone_seq"], len(gone["figures"])) == ("withdrawn", "Erreur", 3, 1)
    replaced = folded(PUBLISHED, ReviewReplaced(by=OTHER, reason="Corrigé"))
    assert (replaced["state"], replaced["by"], replaced["version"]) == ("replaced", str(OTHER), 2)


def test_figures_of_a_review_that_nobody_published_are_nowhere() -> None:
    assert folded(FIGURE, ReviewWithdrawn(reason="x")) is None
