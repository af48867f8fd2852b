"""What a service does beside its requests, under one supervisor: started, done again, tried again, counted, ended."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

import structlog

from shared.base.cancellation import end
from shared.base.tallies import tally
from shared.kernel.eventlog.event_log import Unavailable
from shared.kernel.running import Running

log = structlog.get_logger()
FIRST_PAUSE = 1.0  # seconds until a round that failed is tried again, doubled each time
LONGEST_PAUSE = 60.0
S = TypeVar("S", bound=Running)


@dataclass(frozen=True)
class Job(Generic[S]):
    """One thing that a capability runs. `run`: one round of it. `every`: seconds between two rounds, None where one that
    went well is all. `first`: seconds before the first. `at`: every replica, or the one that writes the views."""

    name: str
    run: Callable[[S], Awaitable[None]]
    every: float | None = None
    first: float = 0.0
    at: Literal["every replica", "the writer"] = "every replica"


class Jobs(Generic[S]):
    """The jobs of one service that runs."""

    def __init__(
        self, service: S, jobs: Sequence[Job[S]], sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        self._service, self.jobs, self._sleep = service, list(jobs), sleep
        self._tally = tally(service.name)
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Each in the background."""
        self._tasks = [
            asyncio.create_task(self._keep(job), name=f"{self._service.name}: {job.name}") for job in self.jobs
        ]

    async def stop(self) -> None:
        """Ends them, the last that began first; a round that is under way is cut off."""
        while self._tasks:
            await end(self._tasks.pop())

    async def _keep(self, job: Job[S]) -> None:
        await self._sleep(job.first)
        pause = FIRST_PAUSE
        while True:
            if job.at == "every replica" or self._service.runner.writes:
                if await self._round(job):
                    pause = FIRST_PAUSE
                    if job.every is None:
                        return
                    await self._sleep(job.every)
                else:
                    await self._sleep(pause)
                    pause = min(LONGEST_PAUSE, 2 * pause)
            else:
                await self._sleep(job.every or LONGEST_PAUSE)

    async def _round(self, job: Job[S]) -> bool:
        """Whether a round went well."""
        outcome = "failed"
        try:
            await job.run(self._service)
            outcome = "done"
        except Unavailable as away:
            outcome = "log-away"
            log.warning("job.log_away", service=self._service.name, job=job.name, why=str(away))
        except Exception:
            log.exception("job.failed", service=self._service.name, job=job.name)
        finally:
            self._tally.jobs[job.name, outcome] += 1
        return outcome == "done"
