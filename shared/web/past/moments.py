"""A past day, in pages, exports and the API: what stood at its end, as far as it was known at the end of another.

Folded again from the log by the fold of every reader (shared/kernel/line.py), for the one record that is asked for; and
from what a view keeps of times, for lists. What can't be told of another day refuses the question (refusing.py):
nobody is given today's answer for that of another day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Query

from shared.base.paris_days import day_of
from shared.contract.envelope import Recorded
from shared.contract.fields import EMPTIED, Day
from shared.kernel.corrections import told
from shared.kernel.line import standing, upto
from shared.kernel.views.past import Lived
from shared.kernel.views.projection import Document, View
from shared.runtime.faces import Chronicle

AsOf = Annotated[Day | None, EMPTIED, Query(description="As it was at the end of that day (YYYY-MM-DD), in Paris.")]
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


TODAY = Moment()


def moment_of(as_of: date | None, known_at: date | None, now: datetime) -> Moment:
    """Days that are over; today and later are what stands now."""
    today = day_of(now)
    return Moment(*(day if day is not None and day < today else None for day in (as_of, known_at)))


def _day(at: str) -> date:
    return day_of(datetime.fromisoformat(at))


async def as_it_was(service: Chronicle, view: View, kind: str, id: UUID, moment: Moment) -> Document | None:
    """A document of one entity of ours as it was; None where there was none. Raises Unavailable."""
    known = await _known(service, f"{service.name}.{kind}.{id}", moment)
    return _folded(view, str(id), _line(view, known, moment))


def of_days(view: View) -> bool:
    """Whether a document of this view can be folded as of a day: where its key says which entity it begins with. What
    tells of the whole log at once, or has keys of another kind, has no day."""
    return not view.of_log and bool(view.made_of(str(UUID(int=0)), None))


async def document_then(service: Chronicle, view: View, key: str, moment: Moment) -> Document | None:
    """A document of a view `of_days` as it was, from the lines of all that it is made of; None where there was none.
    Its stamps are those of the last event of its own entity that was known. Raises Unavailable."""
    refs: set[str] = set()
    document, more, last = None, {*view.made_of(key, None)}, list[Recorded]()
    line: list[tuple[int, Recorded]] = []
    while more:  # what it is made of may say what else it is made of
        for ref in sorted(more):
            known = await _known(service, ref, moment)
            last += [event for event in known if event.entity_id == key and event.type in view.listens]
            line += [one for one in _line(view, known, moment) if key in view.keys(one[1])]
        refs |= more
        document = _folded(view, key, line)
        more = {*view.made_of(key, document)} - refs
    if document is not None and last:
        stamp = max(last, key=lambda event: event.seq)
        document |= {name: getattr(stamp, name) for name in view.stamps if name in document}
    return document


async def _known(service: Chronicle, ref: str, moment: Moment) -> list[Recorded]:
    """What was said of an entity (`<service>.<entity>.<id>`), as far as it was known."""
    owner, kind, id = ref.split(".", 2)
    history = await service.log.load(owner, kind, UUID(id))
    return [
        event
        for event in history.events
        if event.readable and (moment.known_at is None or day_of(event.recorded) <= moment.known_at)
    ]


def _line(view: View, known: Sequence[Recorded], moment: Moment) -> list[tuple[int, Recorded]]:
    """What a view hears of one entity up to the day, each event with its place in the line."""
    lived = Lived({one.id: one for one in known}, *told(known))
    line = lived.line(view.types)
    if moment.as_of is None:
        return line
    facts = {fact.id for fact in lived.facts}
    shown = {fact.id for fact in upto(standing(lived.facts, lived.corrections), moment.as_of)}
    return [
        (place, event)
        for place, event in line
        if event.id in shown or (event.id not in facts and day_of(event.time) <= moment.as_of)
    ]


def _folded(view: View, key: str, line: Sequence[tuple[int, Recorded]]) -> Document | None:
    then: Document | None = None
    for _, event in sorted(line, key=lambda one: one[0]):
        then = view.evolve(then, event)
        if then is not None:
            then = {**then, "key": key}
    return then
