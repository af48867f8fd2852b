"""What a service does beside its requests: begun, done again, tried again with growing pauses, counted, ended."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from shared.base.tallies import tally
from shared.kernel.eventlog.event_log import Unavailable
from shared.runtime.jobs import LONGEST_PAUSE, Job, Jobs
from shared.runtime.service import Service


class Pauses:
    """A sleep that notes how long it would be, and lets others have their turn; at the end it sleeps for ever."""

    def __init__(self, until: int) -> None:
        self.asked: list[float] = []
        self._until, self.reached = until, asyncio.Event()

    async def __call__(self, seconds: float) -> None:
        self.asked.append(seconds)
        if len(self.asked) >= self._until:
            self.reached.set()
            await asyncio.Event().wait()
        await asyncio.sleep(0)


def failing(times: int, error: Exception, rounds: list[int]) -> Callable[[Service], Awaitable[None]]:
    async def run(service: Service) -> None:
        rounds.append(len(rounds))
        if len(rounds) <= times:
            raise error

    return run


async def rounds_of(service: Service, job: Job[Service], pauses: Pauses) -> Jobs[Service]:
    jobs = Jobs(service, [job], pauses)
    jobs.start()
    await asyncio.wait_for(pauses.reached.wait(), 5)
    await jobs.stop()
    return jobs


async def test_a_round_that_fails_is_tried_again_later_each_time_and_then_goes_on_as_ever(service: Service) -> None:
    done: list[int] = []
    pauses = Pauses(6)
    job = Job("failing", failing(3, ValueError("no"), done), every=300.0, first=7.0)
    await rounds_of(service, job, pauses)
    assert pauses.asked == [7.0, 1.0, 2.0, 4.0, 300.0, 300.0]
    counted = tally(service.name).jobs
    assert (counted["failing", "failed"], counted["failing", "done"]) == (3, 2)


async def test_the_pause_has_an_end_and_a_log_that_is_away_is_no_failure(service: Service) -> None:
    pauses = Pauses(10)
    await rounds_of(service, Job("away", failing(99, Unavailable("gone"), []), every=5.0), pauses)
    assert pauses.asked[-1] == LONGEST_PAUSE and pauses.asked[1] == 1.0
    counted = tally(service.name).jobs
    assert counted["away", "log-away"] == 9 and counted["away", "failed"] == 0


async def test_one_without_an_interval_is_done_once(service: Service) -> None:
    done: list[int] = []
    jobs = Jobs(service, [Job("once", failing(0, ValueError(), done))])
    jobs.start()
    for _ in range(20):
        await asyncio.sleep(0.01)
    await jobs.stop()
    assert done == [0]


async def test_only_the_replica_that_writes_the_views_does_what_is_for_one(service: Service) -> None:
    done: list[int] = []
    job = Job("for one", failing(0, ValueError(), done), every=5.0, at="the writer")
    service.runner.writes = False
    await rounds_of(service, job, Pauses(3))
    assert done == []
    service.runner.writes = True
    await rounds_of(service, job, Pauses(3))
    assert len(done) == 2


async def test_a_round_under_way_is_cut_off_at_the_end(service: Service) -> None:
    begun, ended = asyncio.Event(), []

    async def long(service: Service) -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(True)

    jobs = Jobs(service, [Job("long", long)])
    jobs.start()
    await asyncio.wait_for(begun.wait(), 5)
    await jobs.stop()
    assert ended == [True]
