"""A published review: its figures are said once, it is withdrawn or replaced once, each with a reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from pydantic import ValidationError

from services.observatory.review.domain import MOST_FIGURES, REVIEW, Figure, PublishReview, WithdrawReview
from shared.contract import Event
from shared.contract.observatory.reviews import FigurePublished, ReviewPublished, ReviewReplaced, ReviewWithdrawn
from shared.kernel.decider import Elsewhere, Refused
from tests.fixtures.deciding import context, decided

SHA = "ab" * 32
FIGURE = Figure(
    path="directory.structures_total.value",
    indicator="structures_total",
    definition=1,
    sort="state",
    value=12,
    before=10,
    precision=0,
    day=date(2016, 12, 31),
    events=12,
)


def publish(**more: Any) -> PublishReview:
    said = {
        "title": "Bilan  2016 ", "since": date(2016, 1, 1), "until": date(2016, 12, 31), "as_of": date(2016, 12, 31),
        "upto": 40,
        "department": "31", "figures": [FIGURE, FIGURE.model_copy(update={"path": "other", "value": None})],
        "files": {"fr.pdf": SHA},
    }  # fmt: skip
    return PublishReview(**said | more)


def published() -> list[Event]:
    found = decided(REVIEW, [], publish())
    assert isinstance(found, list)
    return found


def test_each_figure_is_an_event_with_all_that_it_takes_to_compute_it_again() -> None:
    head, first, second = published()
    assert isinstance(head, ReviewPublished) and (head.title, head.figures, head.files) == (
        "Bilan 2016",
        2,
        {"fr.pdf": SHA},
    )
    assert isinstance(first, FigurePublished) and isinstance(second, FigurePublished)
    assert (first.value, first.before, first.definition, first.upto, first.department) == (12, 10, 1, 40, "31")
    assert second.value is None, "not measured is not zero"


def test_what_is_published_once_is_not_published_again_nor_without_figures() -> None:
    assert decided(REVIEW, published(), publish()) == "already-registered"
    assert decided(REVIEW, [], publish(figures=[])) == "review-without-figures"
    assert decided(REVIEW, [], publish(figures=[FIGURE] * (MOST_FIGURES + 1))) == "too-many-figures"


def test_a_file_is_named_by_its_hash_and_a_title_is_a_line() -> None:
    for wrong in ({"files": {"fr.pdf": "../../etc/passwd"}}, {"title": "x"}, {"reason": "?"}):
        with pytest.raises(ValidationError):
            publish(**wrong)


def test_withdrawing_needs_a_review_that_holds() -> None:
    command = WithdrawReview(review=uuid4(), reason="Un tableau était faux")
    assert decided(REVIEW, [], command) == "unknown-review"
    assert decided(REVIEW, published(), command) == [ReviewWithdrawn(reason="Un tableau était faux")]
    assert decided(REVIEW, [*published(), ReviewWithdrawn(reason="x")], command) == "review-gone"
    assert decided(REVIEW, [*published(), ReviewReplaced(by=uuid4(), reason="x")], command) == "review-gone"


def test_a_review_replaces_one_that_holds_in_the_same_batch_and_says_why() -> None:
    old = UUID(int=7)
    command = publish(replaces=old, reason="Trois appuis oubliés")
    assert command.alongside() == (old,)
    within = replace(context(), others={old: REVIEW.fold(published())})
    gone, *own = REVIEW.decide(command, REVIEW.initial, within)
    assert isinstance(gone, Elsewhere) and gone.id == old and isinstance(gone.event, ReviewReplaced)
    assert gone.event.by == command.target(within) and len(own) == 3
    for given, wanted, code in (
        ([], command, "unknown-review"),
        ([*published(), ReviewWithdrawn(reason="x")], command, "review-gone"),
        (published(), publish(replaces=old), "replaced-without-reason"),
    ):
        with pytest.raises(Refused) as refused:
            REVIEW.decide(wanted, REVIEW.initial, replace(context(), others={old: REVIEW.fold(given)}))
        assert refused.value.code == code
