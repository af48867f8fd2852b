"""What a service does beside its requests: begun, done again, tried again with growing pauses, counted, ended."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from shared.base.outside import Outside
from shared.base.tallies import tally
from shared.kernel.eventlog.event_log import Unavailable
from shared.runtime.jobs import LONGEST_PAUSE, Job, Jobs, Over, TryAgain
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
    jobs = Jobs(service, [job], Outside(sleep=pauses))
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


def noted(word: str, found: list[str]) -> Callable[[Service], Awaitable[None]]:
    async def run(service: Service) -> None:
        found.append(word)

    return run


async def test_what_a_job_does_at_its_end_comes_after_its_last_round_and_a_failure_there_holds_up_no_other(
    service: Service,
) -> None:
    said: list[str] = []

    async def failing_end(service: Service) -> None:
        said.append("b ended")
        raise ValueError("no")

    begun = asyncio.Event()

    async def long(service: Service) -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            said.append("b cut off")

    jobs = Jobs(
        service,
        [Job("a", noted("a", said), ending=noted("a ended", said)), Job("b", long, ending=failing_end)],
    )
    jobs.start()
    await asyncio.wait_for(begun.wait(), 60)
    await jobs.stop()
    assert said == ["a", "b cut off", "b ended", "a ended"]
    assert tally(service.name).jobs["b", "cut-off"] == 1


async def test_a_round_that_is_under_way_has_its_patience_at_the_end_and_no_new_one_begins(service: Service) -> None:
    begun, done = asyncio.Event(), []

    async def mail(service: Service) -> None:
        begun.set()
        await jobs.stopping.wait()
        await asyncio.sleep(0.05)
        done.append(True)

    jobs = Jobs(service, [Job("mail", mail, every=0.0, patience=60.0)])
    jobs.start()
    await asyncio.wait_for(begun.wait(), 60)
    await jobs.stop()
    assert done == [True]


async def test_a_job_can_be_had_again_at_once_and_one_that_is_not_there_is_no_error(service: Service) -> None:
    done: list[int] = []
    jobs = Jobs(service, [Job("daily", failing(0, ValueError(), done), every=86400.0)])
    jobs.start()
    jobs.again("nobody's")
    for wanted in (1, 2, 3):
        async with asyncio.timeout(60):
            while len(done) < wanted:  # noqa: ASYNC110 - there is no event for it
                await asyncio.sleep(0.01)
        jobs.again("daily")
    await jobs.stop()


async def test_a_round_says_when_the_next_is_and_news_comes_before_it(service: Service) -> None:
    news, done = asyncio.Event(), asyncio.Event()
    rounds: list[int] = []

    async def run(service: Service) -> float:
        rounds.append(len(rounds))
        if len(rounds) == 2:
            done.set()
        return 3600.0

    async def heard(service: Service) -> None:
        await news.wait()
        news.clear()

    jobs = Jobs(service, [Job("with news", run, news=heard)])
    jobs.start()
    news.set()
    await asyncio.wait_for(done.wait(), 60)
    await jobs.stop()
    assert rounds == [0, 1]


async def test_news_that_fail_are_no_end_of_the_job(service: Service) -> None:
    async def broken(service: Service) -> None:
        raise ValueError("no news")

    done: list[int] = []
    pauses = Pauses(6)
    jobs = await rounds_of(service, Job("deaf", failing(0, ValueError(), done), every=60.0, news=broken), pauses)
    assert len(done) >= 2 and jobs.jobs


async def test_not_now_is_no_failure_and_over_is_the_end(service: Service) -> None:
    pauses = Pauses(3)
    await rounds_of(service, Job("away", failing(99, TryAgain("no server"), []), pauses=(5.0, 300.0)), pauses)
    assert pauses.asked == [0.0, 5.0, 10.0]
    counted = tally(service.name).jobs
    assert counted["away", "not-now"] == 2 and counted["away", "failed"] == 0

    done: list[int] = []
    jobs = Jobs(service, [Job("over", failing(99, Over(), done), every=0.0)])
    jobs.start()
    for _ in range(20):
        await asyncio.sleep(0.01)
    await jobs.stop()
    assert done == [0]


async def test_after_a_long_good_time_a_failure_is_tried_again_soon(service: Service) -> None:
    """A round that reads a log for days and then loses it is no repeated failure."""
    passed = [0.0]
    pauses = Pauses(5)

    async def run(service: Service) -> None:
        passed[0] += 2 * LONGEST_PAUSE
        raise Unavailable("gone")

    jobs = Jobs(service, [Job("reading", run)], Outside(sleep=pauses, monotonic=lambda: passed[0]))
    jobs.start()
    await asyncio.wait_for(pauses.reached.wait(), 60)
    await jobs.stop()
    assert pauses.asked == [0.0, 1.0, 1.0, 1.0, 1.0]


async def test_each_begins_when_it_is_to_begin(service: Service) -> None:
    said: list[str] = []
    jobs = Jobs(
        service,
        [
            Job("late", noted("late", said), begins="with the reactions"),
            Job("open", noted("open", said)),
            Job("early", noted("early", said), begins="at once", ending=noted("early ended", said)),
        ],
    )
    for begins in ("at once", "once open", "with the reactions"):
        jobs.start(begins)  # type: ignore[arg-type]
        await asyncio.sleep(0.05)
    await jobs.stop("with the reactions")
    assert not jobs.stopping.is_set()
    await jobs.stop("once open")
    assert jobs.stopping.is_set() and "early ended" not in said
    await jobs.stop()
    assert said == ["early", "open", "late", "early ended"]


def test_two_jobs_of_one_name_are_refused(service: Service) -> None:
    with pytest.raises(ValueError, match="two jobs are called twice"):
        Jobs(service, [Job("twice", noted("", [])), Job("twice", noted("", []))])
