"""What pages and API ask of the observatory: its table, the day and the knowledge they ask for, figures remembered."""

from __future__ import annotations

import asyncio
import contextlib
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any, TypeVar

from services.observatory.event_table.filtering import ALL, Filters
from services.observatory.event_table.moment import Moment, day_of
from services.observatory.event_table.table import EventTable
from services.observatory.event_table.table_file import TABLE
from services.observatory.event_table.unchanged_days import Settled
from services.observatory.figures import answers, recount
from services.observatory.figures.computed import Leaf, review_of
from services.observatory.figures.period import Period
from services.observatory.figures.recomputed import Printed, Recomputed, recomputed
from services.observatory.figures.recount import Row
from services.observatory.indicators import INDICATORS, LISTED, Filter
from services.observatory.network import NOBODY, Network, network_of
from shared.kernel.eventlog.event_log import Unavailable
from shared.notions.vocabularies.view import Lists, known_lists
from shared.runtime.faces import Chronicle, Premises
from shared.runtime.parts import Key

REMEMBERED = 64  # answers; what was known at a sequence never changes
OWN_WRITE = 0.5  # seconds that a page waits for what was just written

OWN = """
SELECT DISTINCT CASE WHEN entity = 'gathering' THEN kind ELSE entity END AS own FROM events
WHERE readable AND service = 'events' AND \
list_contains($own::VARCHAR[], CASE WHEN entity = 'gathering' THEN kind ELSE entity END)
"""
READ: ContextVar[int] = ContextVar("read")
"""Where the table was before the page that is being made asked it"""
Answer = Mapping[str, tuple[float | None, tuple[int, ...]]]
"""path → (value, None where it was not measured; the sequences it rests on)"""
T = TypeVar("T")


@dataclass
class Observatory:
    """The table of one running service, and the answers that it gave lately."""

    table: EventTable
    network: Network = NOBODY
    settled: Settled = field(default_factory=Settled)
    _had: set[str] = field(default_factory=set)
    _looked: int = -1
    _answers: OrderedDict[Any, asyncio.Task[Any]] = field(default_factory=OrderedDict)

    def is_of(self, network: Network) -> None:
        """What the network says of itself by now: answers that rest on something else are not kept."""
        if network != self.network:
            self.network = network
            self._answers.clear()

    @property
    def read(self) -> int:
        """The sequence that a page says it is as current as: all up to there is in what it shows. What comes while it
        is made may be missing, so the table's own position is no such sequence any more."""
        return READ.get(self.table.position)

    async def moment(self, as_of: str | None, known_at: str | None, default: date) -> Moment:
        """Raises Refused for a day that is none."""
        day, known_on = day_of(as_of) or default, day_of(known_at)
        known = self.table.position if known_on is None else await self.table.work(self.table.known_on, known_on)
        return Moment(day, known_on, known)

    async def review(self, moment: Moment, name: str | None = None) -> Sequence[Row]:
        """A review that the network printed, at a moment; without a name the first, nothing where it printed none."""
        printed = self.network.review(name)
        return () if printed is None else await self._once(self._reviewed, printed.name, moment.as_of, moment.known)

    def _reviewed(self, table: EventTable, name: str, as_of: date, known: int) -> Sequence[Row]:
        printed = self.network.review(name)
        return recount.review(table, printed, as_of, known) if printed else ()

    async def ask(
        self, indicator: str, moment: Moment, first: int | None = None, last: int | None = None, filters: Filters = ALL
    ) -> Answer:
        """The figures of an indicator at a moment, narrowed. Raises ValueError where it can't be narrowed so."""
        years = _years([indicator], first, last)
        return await self._once(answers.ask, indicator, moment.as_of, moment.known, *years, filters)

    async def ask_all(
        self,
        names: Sequence[str],
        moment: Moment,
        filters: Filters = ALL,
        first: int | None = None,
        last: int | None = None,
    ) -> Mapping[str, Answer]:
        """The figures of several indicators at a moment; without those that can't be narrowed so."""
        years = _years(names, first, last)
        return await self._once(answers.ask_all, tuple(names), moment.as_of, moment.known, filters, *years)

    async def period(self, period: Period, day: date, known: int, filters: Filters = ALL) -> Sequence[Leaf]:
        """The figures of a period as of a day, as known at a sequence."""
        return await self._once(review_of, period, day, known, filters)

    async def recomputed(
        self, printed: tuple[Printed, ...], then: int, now: int, filters: Filters = ALL
    ) -> Sequence[Recomputed]:
        """Published figures, known at the sequence `then`, beside what they come to at the sequence `now`."""
        return await self._once(recomputed, printed, then, now, filters)

    async def parted(self, indicator: str, moment: Moment, by: Filter) -> Mapping[str, Mapping[str, tuple[int, ...]]]:
        """The figures of an indicator at a moment, each parted by a trait of what it counts."""
        return await self._once(answers.part, indicator, moment.as_of, moment.known, by)

    async def listed(self) -> frozenset[str]:
        """The indicators that this network has: those that go by the name of a kind of gathering (yearly, a tandem)
        where it has had one, or has printed figures of it."""
        lists = known_lists()
        own = {one.own: _codes(one.own, lists) for one in LISTED if one.own}
        printed = {INDICATORS[name].own for name in self.network.indicators}
        if not own.keys() <= self._had | printed and self.table.position != self._looked:
            looked = self.table.position
            rows = await self.table.ask(OWN, {"own": sorted({code for codes in own.values() for code in codes})})
            there = {row["own"] for row in rows}
            self._had |= {one for one, codes in own.items() if not there.isdisjoint(codes)}
            self._looked = looked
        return frozenset(one.name for one in LISTED if one.own is None or one.own in self._had or one.own in printed)

    async def _once(self, function: Callable[..., T], *asked: Any) -> T:
        """Readers who ask the same at once wait for one answer, which is kept for a while."""
        key = (function.__name__, *asked)
        task = self._answers.get(key)
        if task is None or task.cancelled() or (task.done() and task.exception() is not None):
            work = partial(function, self.table, *asked)
            task = self._answers[key] = asyncio.create_task(self.table.work(work))
        self._answers.move_to_end(key)
        while len(self._answers) > REMEMBERED:
            self._answers.popitem(last=False)
        answer: T = await asyncio.shield(task)
        return answer


def _codes(own: str, lists: Lists) -> Collection[str]:
    """The kinds of gatherings, or the entity, by which a network has an indicator of its own."""
    vocabulary, _, mark = own.partition("/")
    return lists.marked(vocabulary, mark) if mark else [own]


OBSERVATORY: Key[Observatory] = Key("observatory")


def _years(names: Sequence[str], first: int | None, last: int | None) -> tuple[int | None, int | None]:
    """The years as these indicators are asked for them: those that know no years have one answer for all, which the
    first event of a new year leaves as it was."""
    return (first, last) if any(INDICATORS[name].parameters for name in names) else (None, None)


async def opening(service: Premises) -> None:
    """Over the table that is open."""
    await service.ourselves.refresh()
    network = network_of(service.settings, service.ourselves.now)
    service.parts.put(OBSERVATORY, Observatory(service.parts.of(TABLE), network))


async def closing(service: Premises) -> None:
    service.parts.take(OBSERVATORY)


def of(service: Premises) -> Observatory:
    """The observatory of a service that runs."""
    return service.parts.of(OBSERVATORY)


async def current(service: Chronicle) -> Observatory:
    """The same, once it shows what is in the log now, so that a page shows its reader's own write; for half a
    second."""
    observatory = of(service)
    with contextlib.suppress(Unavailable):  # what was read can still be shown
        await observatory.table.wait_for(await service.log.last(), OWN_WRITE)
    await service.ourselves.refresh()
    observatory.is_of(network_of(service.settings, service.ourselves.now))
    READ.set(observatory.table.position)
    return observatory
