"""Pages of a past day: what stood at its end, as far as it was known at the end of another. Folded again from the log
by the fold of every reader (shared/kernel/line.py), for the one record that a page shows; and from what a view keeps of
times, for lists."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Query

from shared.base.paris_days import day_of
from shared.contract.fields import EMPTIED, Day
from shared.kernel.corrections import told
from shared.kernel.views.past import Lived
from shared.kernel.views.projection import Document, View
from shared.runtime.faces import Chronicle

AsOf = Annotated[Day | None, EMPTIED, Query(description="The page as it was at the end of that day, in Paris.")]
KnownAt = Annotated[Day | None, EMPTIED, Query(description="As it was known at the end of that day, in Paris.")]


@dataclass(frozen=True, slots=True)
class Moment:
    """When a reader stands, each None for today: the day whose state is asked for, the day whose knowledge."""

    as_of: date | None = None
    known_at: date | None = None

    @property
    def past(self) -> bool:
        return self.as_of is not None or self.known_at is not None

    def has(self, at: str, recorded: str) -> bool:
        """Whether what happened then, and was learnt then, is of this moment. Both as events write them."""
        return (self.as_of is None or _day(at) <= self.as_of) and (
            self.known_at is None or _day(recorded) <= self.known_at
        )

    @property
    def day(self) -> date | None:
        """The day of which all is shown that is always of now: it was known when it was."""
        return min((day for day in (self.as_of, self.known_at) if day is not None), default=None)

    @property
    def query(self) -> str:
        """What an address of ours carries so that it leads to the same moment; "" for today."""
        said = [(name, day) for name, day in (("as_of", self.as_of), ("known_at", self.known_at)) if day]
        return f"?{urlencode(said)}" if said else ""


def moment_of(as_of: date | None, known_at: date | None, now: datetime) -> Moment:
    """Days that are over; today and later are what stands now."""
    today = day_of(now)
    return Moment(*(day if day is not None and day < today else None for day in (as_of, known_at)))


def _day(at: str) -> date:
    return day_of(datetime.fromisoformat(at))


async def as_it_was(service: Chronicle, view: View, kind: str, id: UUID, moment: Moment) -> Document | None:
    """A document of one entity of ours as it was; None where there was none. Raises Unavailable."""
    history = await service.log.load(service.name, kind, id)
    known = [
        event
        for event in history.events
        if event.readable and (moment.known_at is None or day_of(event.recorded) <= moment.known_at)
    ]
    then: Document | None = None
    for _, event in Lived({one.id: one for one in known}, *told(known)).line(view.types):
        if moment.as_of is None or day_of(event.time) <= moment.as_of:
            then = view.evolve(then, event)
    return None if then is None else {**then, "key": str(id)}
