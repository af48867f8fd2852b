"""Views that are not what the log says are built again by themselves, and it is told (docs/adr/0065).

Where the file that they lie in is damaged, an empty one takes its place and the runner begins anew. Every night one
view is held against the log; one that differs is built again. Both leave a report, for metrics, alarms and `doctor`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Protocol

import msgspec
import structlog

from shared.base.outside import Outside
from shared.base.paris_days import PARIS
from shared.base.services import SERVICES
from shared.kernel.eventlog.event_log import Log
from shared.kernel.views.projection import Moved, Store, StoreAway, View
from shared.kernel.views.projector import Runner
from shared.runtime.views.file_store import FileStore
from shared.runtime.views.reports import TOLD, Report, Reports, Verified
from shared.runtime.views.verifying import held_against_the_log

log = structlog.get_logger()
LONG = 600.0  # seconds that the runner is waited for at a time
TRIES = 3  # at a start: files that were put aside one after the other
LOOK = 60.0  # seconds between two looks at whether each view is there, and whether one is to be verified
APART = timedelta(minutes=10)  # between two services of one machine
LATEST = timedelta(days=7)  # after which a view is verified at any hour, where the machine is off at night


class Night:
    """The quiet hours of each night, in Paris, such as `1-5`; from the first hour on, until the second."""

    def __init__(self, hours: str) -> None:
        self._begin, self._end = map(int, hours.split("-"))

    def of(self, moment: datetime) -> date:
        """The night that a moment is in, or after."""
        return (moment.astimezone(PARIS) - timedelta(hours=self._begin)).date()

    def quiet(self, moment: datetime, later: timedelta = timedelta(0)) -> bool:
        """Whether it is quiet now; `later`: how long after its beginning."""
        local = moment.astimezone(PARIS)
        since = (local.hour - self._begin) % 24 * 60 + local.minute
        return later <= timedelta(minutes=since) < timedelta(hours=(self._end - self._begin) % 24 or 24)


class Mending:
    """Looks after the views of one service."""

    def __init__(
        self, log_: Log, runner: Runner, store: Store, data: Path, service: str, hours: str, outside: Outside
    ) -> None:
        self._log, self._runner, self._store, self._service = log_, runner, store, service
        self._outside, self._night = outside, Night(hours)
        self._later = APART * (SERVICES.index(service) if service in SERVICES else 0)
        self.reports = Reports(data / "views", service)
        self._stopped = False  # a runner that could not begin again is tried again

    async def start(self) -> None:
        """Has the runner begin. Where the file of the views was damaged, returns once they are built again."""
        for again in range(TRIES):
            try:
                await self._runner.start()
                break
            except StoreAway:
                if not self._damaged() or again == TRIES - 1:
                    raise
                await self._renewed()
        await self._filled()

    async def wanted(self) -> None:
        """Returns when the file of the views is found to be damaged."""
        await (self._store.hurt if isinstance(self._store, FileStore) else asyncio.Event()).wait()

    async def mend(self) -> None:
        """Replaces a damaged file. Raises OSError, sqlite3.Error, Unavailable where it has to be tried again."""
        if self._damaged():
            self._stopped = True
            await self._runner.stop()
            await self._renewed()
        if self._stopped:
            await self._runner.start()
            self._stopped = False
        await self._filled()

    def _damaged(self) -> bool:
        return isinstance(self._store, FileStore) and self._store.hurt.is_set()

    async def _renewed(self) -> None:
        assert isinstance(self._store, FileStore)
        await self._store.renew()

    async def _filled(self) -> None:
        """Lets others read what was replaced, once it shows what the log holds."""
        if not isinstance(self._store, FileStore) or not self._store.filling:
            return
        last = await self._log.last()
        while not await self._runner.wait_for(last, LONG):
            if self._runner.damage is not None or self._damaged():
                return
        self._store.filling = False
        log.warning("views.built_again", service=self._service, sequence=last)

    async def look(self) -> None:
        """Mends views that were taken away, or set back; verifies the next one where it is time to. Raises
        Unavailable."""
        position = self._runner.position
        for view in self._runner.views:
            try:
                at = (await self._store.checkpoint(view.table)).seq
            except Moved:
                at = -1
            if at < position:
                why = "it was taken away" if at < 0 else f"it stood at event {at}, the others at {position}"
                await self._runner.rebuild(view)
                await self._outside.in_thread(
                    self.reports.add, Report(self._outside.now(), "damaged", why, view.name, sequence=position)
                )
        now = self._outside.now()
        verified = await self._outside.in_thread(self.reports.verified.read)
        if verified.since is None:
            verified = await self._note(lambda kept: msgspec.structs.replace(kept, since=kept.since or now))
        if self._due(now, verified):
            await self.verify(next_of(self._runner.views, verified))

    async def _note(self, change: Callable[[Verified], Verified]) -> Verified:
        return await self._outside.in_thread(self.reports.verified.change, change)

    def _due(self, now: datetime, verified: Verified) -> bool:
        last = verified.last
        if self._night.quiet(now, self._later) and (last is None or self._night.of(last) != self._night.of(now)):
            return True
        return now - (last or verified.since or now) > LATEST

    async def verify(self, view: View) -> None:
        """Holds one view against the log; builds it again, and tells, where it differs."""
        found = await held_against_the_log(self._runner, self._store, view, self._outside)
        if not found.equal:
            await self._runner.rebuild(view)
            why = found.unsound or "it was not what the log says"
            report = Report(
                self._outside.now(),
                "differed",
                why,
                view.name,
                sequence=found.sequence,
                differing=found.differing,
                documents=tuple(found.documents),
            )
            await self._outside.in_thread(self.reports.add, report)
        now, here = self._outside.now(), {one.table for one in self._runner.views}
        await self._note(
            lambda kept: msgspec.structs.replace(
                kept, views={name: at for name, at in kept.views.items() if name in here} | {view.table: now}
            )
        )
        log.info("views.verified", service=self._service, view=view.name, equal=found.equal)

    def told(self) -> Sequence[Report]:
        """What was mended of late, so that somebody is to look. Blocks."""
        since = self._outside.now() - TOLD
        return [one for one in self.reports.all() if one.at > since]


def next_of(views: Sequence[View], verified: Verified) -> View:
    """The view that was not verified for the longest time."""
    never = datetime.min.replace(tzinfo=UTC)
    return min(views, key=lambda view: verified.views.get(view.table, never))


class Mended(Protocol):
    """A service whose views are looked after."""

    @property
    def mending(self) -> Mending: ...


async def mend_views(service: Mended) -> None:
    """A round of the job that replaces a damaged file."""
    await service.mending.mend()


async def views_damaged(service: Mended) -> None:
    """Returns when there is reason for one."""
    await service.mending.wanted()


async def look_at_views(service: Mended) -> None:
    """A round of the job that verifies."""
    await service.mending.look()
