"""What a service does beside its requests, under one supervisor: started, done again, tried again, counted, ended."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

import structlog

from shared.base.cancellation import end
from shared.base.outside import REAL, Outside
from shared.base.tallies import tally
from shared.kernel.eventlog.event_log import Unavailable
from shared.kernel.running import Running

log = structlog.get_logger()
FIRST_PAUSE = 1.0  # seconds until a round that failed is tried again, doubled each time
LONGEST_PAUSE = 60.0
S = TypeVar("S", bound=Running)
Asked = TypeVar("Asked", contravariant=True)  # what a job asks of its service, which may be less than all of it
Begins = Literal["at once", "once open", "with the reactions"]


class Over(Exception):
    """A round says: this job has nothing to do any more, for good."""


class TryAgain(Exception):
    """A round says: not now, for a reason that is known. No failure of the program; tried again like one."""


@dataclass(frozen=True)
class Job(Generic[Asked]):
    """One thing that a capability runs.

    `run`: one round of it; may return the seconds until the next, where these are not always the same. May raise Over
    or TryAgain. `every`: seconds between two rounds, None where one that went well is all (unless it says when the next
    is). `first`: seconds before the first. `at`: every replica, or the one that writes the views. `begins`: before the
    views are read, once the service is open, or with its reactions, when other services are there, too.

    `news`: returns when there is reason for a round before its time. `pauses`: seconds until a round that failed is
    tried again, and the longest that becomes. `patience`: seconds that a round under way has at the end, once
    `Jobs.stopping` is set, before it is cut off. `ending`: what is done after the last round.
    """

    name: str
    run: Callable[[Asked], Awaitable[float | None]]
    every: float | None = None
    first: float = 0.0
    at: Literal["every replica", "the writer"] = "every replica"
    begins: Begins = "once open"
    news: Callable[[Asked], Awaitable[object]] | None = None
    pauses: tuple[float, float] = (FIRST_PAUSE, LONGEST_PAUSE)
    patience: float = 0.0
    ending: Callable[[Asked], Awaitable[None]] | None = None


class Jobs(Generic[S]):
    """The jobs of one service that runs. `stopping`: set when the service is about to end."""

    def __init__(self, service: S, jobs: Sequence[Job[S]], outside: Outside = REAL) -> None:
        names = [job.name for job in jobs]
        if twice := {name for name in names if names.count(name) > 1}:
            raise ValueError(f"{service.name}: two jobs are called {', '.join(sorted(twice))}")
        self._service, self.jobs, self._outside = service, list(jobs), outside
        self._tally = tally(service.name)
        self._tasks: list[tuple[Job[S], asyncio.Task[None]]] = []
        self._again = {name: asyncio.Event() for name in names}
        self.stopping = asyncio.Event()

    def start(self, begins: Begins = "once open") -> None:
        """Each that begins then, in the background."""
        for job in self.jobs:
            if job.begins == begins:
                task = asyncio.create_task(self._keep(job), name=f"{self._service.name}: {job.name}")
                self._tasks.append((job, task))

    def again(self, name: str) -> None:
        """Has a job do its next round now, or right after the one that is under way; nothing where there is no such
        job."""
        if name in self._again:
            self._again[name].set()

    async def stop(self, began: Begins | None = None) -> None:
        """Ends them, or those that began then, the last that began first. What a job does at its end it does; where
        that fails, the others end all the same."""
        if began in (None, "once open"):
            self.stopping.set()
        while chosen := [one for one in self._tasks if began in (None, one[0].begins)]:
            job, task = one = chosen[-1]
            self._tasks.remove(one)
            if job.patience:
                await asyncio.wait({task}, timeout=job.patience)
            await end(task)
            if job.ending is not None:
                try:
                    await job.ending(self._service)
                except Exception:
                    log.exception("job.not_ended", service=self._service.name, job=job.name)

    async def _keep(self, job: Job[S]) -> None:
        await self._pause(job, job.first)
        shortest, longest = job.pauses
        pause = shortest
        while not self.stopping.is_set():
            if job.at == "the writer" and not self._service.runner.writes:
                await self._pause(job, job.every or LONGEST_PAUSE)
                continue
            began = self._outside.monotonic()
            try:
                wait = await self._round(job)
            except Over:
                return
            except Exception:
                if self._outside.monotonic() - began > LONGEST_PAUSE:  # it went well for long
                    pause = shortest
                await self._pause(job, pause)
                pause = min(longest, 2 * pause)
            else:
                pause = shortest
                if wait is None:
                    return
                await self._pause(job, wait, job.news)

    async def _round(self, job: Job[S]) -> float | None:
        """The seconds until the next; None where this was the last. Raises Over, and whatever stood in the way."""
        outcome = "failed"
        self._again[job.name].clear()
        try:
            wait = await job.run(self._service)
            outcome = "done"
        except Over:
            outcome = "done"
            raise
        except Unavailable as away:
            outcome = "log-away"
            log.warning("job.log_away", service=self._service.name, job=job.name, why=str(away))
            raise
        except TryAgain as reason:
            outcome = "not-now"
            log.warning("job.not_now", service=self._service.name, job=job.name, why=str(reason))
            raise
        except asyncio.CancelledError:
            outcome = "cut-off"
            raise
        except Exception:
            log.exception("job.failed", service=self._service.name, job=job.name)
            raise
        finally:
            self._tally.jobs[job.name, outcome] += 1
        return job.every if wait is None else wait

    async def _pause(self, job: Job[S], seconds: float, news: Callable[[S], Awaitable[object]] | None = None) -> None:
        """Returns after so many seconds, or once there is reason to go on before."""
        ends: list[Awaitable[object]] = [self._outside.sleep(seconds), self._again[job.name].wait()]
        if job.patience:
            ends.append(self.stopping.wait())
        if news is not None:
            ends.append(news(self._service))
        tasks = [asyncio.ensure_future(one) for one in ends]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                if error := task.exception():
                    log.warning("job.no_news", service=self._service.name, job=job.name, error=repr(error))
                    await self._outside.sleep(FIRST_PAUSE)
        finally:
            for task in tasks:
                await end(task)
