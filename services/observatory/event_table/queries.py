"""What pages and API ask of the observatory: its table, the day and the knowledge they ask for, figures remembered."""

from __future__ import annotations

import asyncio
import contextlib
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import duckdb

from services.observatory import review as reviewing
from services.observatory.event_table.filtering import ALL, Filters
from services.observatory.event_table.table import EventTable
from services.observatory.event_table.unchanged_days import Settled
from services.observatory.figures.computed import Leaf, review_of
from services.observatory.figures.period import Period
from services.observatory.figures.recomputed import Printed, Recomputed, recomputed
from services.observatory.indicators import INDICATORS, Filter
from services.observatory.network import NOBODY, Network, network_of
from services.observatory.review import Row
from shared.kernel.decider import Refused
from shared.kernel.eventlog.event_log import Unavailable
from shared.kernel.stores import InUse
from shared.runtime.service import Service

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)
REMEMBERED = 64  # answers; what was known at a sequence never changes
MOST_REPLICAS = 32
OWN_WRITE = 0.5  # seconds that a page waits for what was just written

Answer = Mapping[str, tuple[float | None, tuple[int, ...]]]
"""path → (value, None where it was not measured; the sequences it rests on)"""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Moment:
    """When a reader stands: the day whose state it asks for, the day whose knowledge, and the sequence that this is."""

    as_of: date
    known_at: date | None
    known: int


@dataclass
class Observatory:
    """The table of one running service, and the answers that it gave lately."""

    table: EventTable
    network: Network = NOBODY
    settled: Settled = field(default_factory=Settled)
    _answers: OrderedDict[Any, asyncio.Task[Any]] = field(default_factory=OrderedDict)

    async def moment(self, as_of: str | None, known_at: str | None, default: date) -> Moment:
        """Raises Refused for a day that is none."""
        day, known_on = day_of(as_of) or default, day_of(known_at)
        known = self.table.position if known_on is None else await self.table.work(self.table.known_on, known_on)
        return Moment(day, known_on, known)

    async def review(self, moment: Moment) -> Sequence[Row]:
        """The review that the network printed, at a moment; nothing where it printed none."""
        return await self._once(self._reviewed, moment.as_of, moment.known)

    def _reviewed(self, table: EventTable, as_of: date, known: int) -> Sequence[Row]:
        printed = self.network.printed
        return reviewing.review(table, printed, as_of, known) if printed else ()

    async def ask(
        self, indicator: str, moment: Moment, first: int | None = None, last: int | None = None, filters: Filters = ALL
    ) -> Answer:
        """The figures of an indicator at a moment, narrowed. Raises ValueError where it can't be narrowed so."""
        years = _years([indicator], first, last)
        return await self._once(reviewing.ask, indicator, moment.as_of, moment.known, *years, filters)

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
        return await self._once(reviewing.ask_all, tuple(names), moment.as_of, moment.known, filters, *years)

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
        return await self._once(reviewing.part, indicator, moment.as_of, moment.known, by)

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


def _years(names: Sequence[str], first: int | None, last: int | None) -> tuple[int | None, int | None]:
    """The years as these indicators are asked for them: those that know no years have one answer for all, which the first
    event of a new year leaves as it was."""
    return (first, last) if any(INDICATORS[name].parameters for name in names) else (None, None)


async def opening(service: Service) -> None:
    """Opens the table and lets it follow the log. Raises LogDamaged where it was built from another log, InUse where
    another replica has it."""
    network = network_of(service.settings)
    table = await asyncio.to_thread(opened, service.around.data, service.settings.instance, network.region)
    service.around.extra["observatory"] = Observatory(table, network)
    await table.follow(service.log)


def opened(data: Path, instance: str | None, region: Sequence[str]) -> EventTable:
    """The open table of this replica (`MAILLAGE_INSTANCE`). Each has a file of its own, since one process owns a DuckDB
    file; each is built from the log, so it does not matter who gets which."""
    for folder in _folders(data, instance):
        table = EventTable(folder / "observatory.duckdb", region)
        try:
            table.open()
        except duckdb.IOException as error:
            if "lock" not in str(error).lower():
                raise
        else:
            return table
    raise InUse(
        f"The observatory's table in {folder} is in use by another process. Each replica needs one of its own "
        "(MAILLAGE_INSTANCE=auto)."
    )


def _folders(data: Path, instance: str | None) -> Iterator[Path]:
    if instance == "auto":
        yield from (data / "observatory" / str(n) for n in range(1, MOST_REPLICAS + 1))
    else:
        yield data / "views" if instance is None else data / "observatory" / instance


async def closing(service: Service) -> None:
    observatory = service.around.extra.pop("observatory", None)
    if observatory is not None:
        await observatory.table.stop()


def of(service: Service) -> Observatory:
    """The observatory of a service that runs."""
    found = service.around.extra["observatory"]
    assert isinstance(found, Observatory)
    return found


async def current(service: Service) -> Observatory:
    """The same, once it shows what is in the log now, so that a page shows its reader's own write; for half a second."""
    observatory = of(service)
    with contextlib.suppress(Unavailable):  # what was read can still be shown
        await observatory.table.wait_for(await service.log.last(), OWN_WRITE)
    return observatory


def day_of(text: str | None) -> date | None:
    """A day as forms and addresses give it. Raises Refused."""
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Refused("not-a-day", value=text[:40]) from None
    if not FIRST_DAY <= day <= LAST_DAY:
        raise Refused("day-too-far", value=text[:40])
    return day


def year_of(text: str | None) -> int | None:
    """A year as addresses give it. Raises Refused."""
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and FIRST_DAY.year <= int(text[:5]) <= LAST_DAY.year):
        raise Refused("not-a-year", value=text[:40])
    return int(text)
