"""What the observatory says of reviews that the network publishes: what was printed, figure by figure, and its files.

A review is one entity. Its figures are events of their own, so that each has its number in the log and its proof; they
stand in one batch with the publication. The review of 2012-2017 was printed before there was a log, and has no events.
"""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from shared.base.translations import L
from shared.contract import Event
from shared.contract.fields import SaidDay
from shared.contract.says import Says, Thing

FigureSort = Literal["state", "flow", "year", "years"]
"""state: on a day. flow: after a day, up to another. year: of one calendar year. years: of the years `first_year` to
`last_year`."""


class ReviewEvent(Event, abstract=True):
    service = "observatory"
    entity = "review"
    live = True
    thing = Thing(L("bilan publié"), "/observatory/reviews/{}")


class ReviewPublished(ReviewEvent):
    """A review of a period was published.

    Its state is that of the day `as_of`, the last of the period or the day when it was made, as far as it was known at
    the sequence `upto` of the log (`known_at`: the day asked for, if one was). `files`: name → SHA-256 (hex) of what is
    kept. `signed` and `root` (base64): the latest signed head of the log then. `replaces`: a review that this one
    stands for from now on, and the `reason`. `masked`: how many figures were left out since they count few persons.
    """

    says = Says(L("Bilan publié"), detail="title", sets={"published": True})

    title: str
    since: SaidDay
    until: SaidDay
    as_of: SaidDay
    known_at: SaidDay | None = None
    upto: int
    department: str | None = None
    college: str | None = None
    theme: str | None = None
    kind: str | None = None
    figures: int
    masked: int = 0
    files: dict[str, str] = {}
    signed: int = 0
    root: str | None = None
    replaces: UUID | None = None
    reason: str | None = None


class FigurePublished(ReviewEvent):
    """A figure was published, with all that it takes to compute it again.

    `path`: which figure of the `indicator`, by its `definition` (version). `value`: as printed, None where it was not
    measured; `before`: what was printed of the period before. The state of `day`; a flow counts what came after the day
    `after`. `upto`: the last event of the log that was known. `first_year`, `last_year`: what the indicator was asked
    for. `events`: how many events it rested on.
    """

    says = Says(L("Chiffre publié"), detail="path", part="path")

    path: str
    indicator: str
    definition: int
    sort: FigureSort
    value: float | None = None
    before: float | None = None
    precision: int = 0
    day: SaidDay
    after: SaidDay | None = None
    first_year: int | None = None
    last_year: int | None = None
    upto: int
    department: str | None = None
    college: str | None = None
    theme: str | None = None
    kind: str | None = None
    events: int


class ReviewWithdrawn(ReviewEvent):
    """A published review holds no longer. What it said stays to be read, with the reason."""

    says = Says(L("Bilan retiré"), detail="reason", sets={"withdrawn": True})

    reason: str


class ReviewReplaced(ReviewEvent):
    """A published review was replaced by another one."""

    says = Says(
        L("Bilan remplacé par un autre"),
        detail="reason",
        here=L("Bilan remplacé"),
        sets={"replaced": True},
    )

    by: UUID
    reason: str
