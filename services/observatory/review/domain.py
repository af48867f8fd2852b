"""A review that the network publishes: its figures are said once, and never change; it can be withdrawn or replaced."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared.contract import Event
from shared.contract.fields import Day, Reason, Sha256, Title
from shared.contract.observatory.reviews import (
    FigurePublished,
    FigureSort,
    ReviewPublished,
    ReviewReplaced,
    ReviewWithdrawn,
)
from shared.kernel.decider import Command, Context, Decider, Decision, Elsewhere, Refused

MOST_FIGURES = 900  # one batch of the log holds 1,000 events


class Figure(BaseModel):
    """A figure as it is published; `shared/contract/observatory/reviews.py` says what its fields are."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    path: str
    indicator: str
    definition: int
    sort: FigureSort
    value: float | None
    before: float | None
    precision: int
    day: Day
    after: Day | None = None
    first_year: int | None = None
    last_year: int | None = None
    events: int


class ReviewCommand(Command):
    entity = "review"


class PublishReview(ReviewCommand):
    """Publish a review. Only the service itself computes what is published: no form sends figures or files."""

    creates = True
    internal = True
    title: Title
    since: Day
    until: Day
    as_of: Day
    known_at: Day | None = None
    upto: int
    department: str | None = None
    college: str | None = None
    theme: str | None = None
    kind: str | None = None
    figures: list[Figure]
    masked: int = 0
    files: dict[str, Sha256]
    signed: int = 0
    root: str | None = None
    replaces: UUID | None = None
    reason: Reason | None = None

    def alongside(self) -> Sequence[UUID]:
        return () if self.replaces is None else (self.replaces,)


class WithdrawReview(ReviewCommand):
    """Say that a published review holds no longer. It stays to be read, with the reason."""

    review: UUID
    reason: Reason


@dataclass(frozen=True)
class Review:
    published: bool = False
    withdrawn: bool = False
    replaced: bool = False


def evolve(state: Review, event: Event) -> Review:
    match event:
        case ReviewPublished():
            return Review(published=True)
        case ReviewWithdrawn():
            return Review(state.published, True, state.replaced)
        case ReviewReplaced():
            return Review(state.published, state.withdrawn, True)
    return state


def _published(command: PublishReview, state: Review, context: Context) -> Decision:
    if state.published:
        raise Refused("already-registered")
    if not command.figures:
        raise Refused("review-without-figures")
    if len(command.figures) > MOST_FIGURES:
        raise Refused("too-many-figures", most=MOST_FIGURES)
    coordinates = {name: getattr(command, name) for name in ("upto", "department", "college", "theme", "kind")}
    said = command.model_dump(exclude={"figures"}) | {"figures": len(command.figures)}
    own = [ReviewPublished(**said), *(FigurePublished(**one.model_dump(), **coordinates) for one in command.figures)]
    if command.replaces is None:
        return own
    _holds(context.others[command.replaces], "replaces")
    if command.reason is None:
        raise Refused("replaced-without-reason", field="reason")
    by = ReviewReplaced(by=command.target(context), reason=command.reason)
    return [Elsewhere(command.replaces, by), *own]


def _holds(state: Review, field: str = "review") -> None:
    if not state.published:
        raise Refused("unknown-review", field=field)
    if state.withdrawn or state.replaced:
        raise Refused("review-gone", field=field)


def _withdrawn(command: WithdrawReview, state: Review, context: Context) -> Decision:
    _holds(state)
    return [ReviewWithdrawn(reason=command.reason)]


REVIEW = Decider("review", Review(), evolve, {PublishReview: _published, WithdrawReview: _withdrawn}, takes="now")
