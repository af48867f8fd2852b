"""A process on a log: its steps in order, each effect once wherever it is cut off and by however many it is carried on;
its timers and what it hears; what ends it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest

from shared.base.outside import REAL, Outside
from shared.contract.directory.structures import StructureClosed
from shared.contract.envelope import Recorded
from shared.kernel.decider import Command, derived_id
from shared.kernel.reactions import Tries
from shared.runtime.processes.process import ENTITY, Do, End, Process, Run, Told, Wait
from shared.runtime.processes.supervision import Processes, run_of
from shared.runtime.service import Definition, Service
from tests.conftest import OpenService
from tests.fixtures import small_directory as small
from tests.fixtures.cutting import Cutting

DAY = timedelta(days=1)


def structure_of(process: UUID) -> UUID:
    return derived_id(process, "structure")


def step(run: Run, now: datetime) -> Do | Wait | End:
    """A structure is registered, tagged thrice, looked at; it is closed a day later, or once another one is."""
    one = structure_of(run.id)
    match len(run.steps):
        case 0:
            return Do("register", [small.RegisterAs(structure=one, name=run.order["name"])])
        case 1:
            return Do("tag", [small.Tag(structure=one, tag=tag) for tag in "abc"])
        case 2:
            return Do("look")
        case 3:
            due = run.steps[-1].at + DAY
            return Do("close", [small.Close(structure=one)]) if now >= due or run.heard else Wait(due)
    return End()


async def look(service: Service, run: Run) -> Told:
    """Counts how often it is done: work that is done again changes nothing in the log."""
    LOOKED.append(run.id)
    history = await service.execute.history("structure", structure_of(run.id))
    return Told({"version": str(history.version)}, done=3, total=4)


LOOKED: list[UUID] = []


def followed(event: Recorded) -> Sequence[UUID]:
    return [UUID(event.data.reason)] if isinstance(event.data, StructureClosed) and event.data.reason else []


TOUR: Process[Service] = Process("tour", step, works={"look": look}, hears={StructureClosed: followed})
NONE: Process[Service] = Process("none", lambda run, now: End())
WHOLE = ["StructureRegistered", "StructureRevised", "StructureRevised", "StructureRevised"]


def definition() -> Definition:
    """The small directory with processes, of which it does not carry on those of these tests by itself."""
    return replace(small.definition(), processes=(NONE,))


@dataclass
class Clock:
    """A clock that a test sets."""

    ahead: timedelta = timedelta()

    def now(self) -> datetime:
        return REAL.now() + self.ahead


def runner(service: Service, clock: Clock | None = None, process: Process[Service] = TOUR) -> Processes[Service]:
    """Whoever carries the processes on: a new one knows what the log says, and nothing else."""
    outside = Outside(now=(clock or Clock()).now)
    return Processes(service, [process], service.definition.running, outside, Tries(first=0.0, longest=0.0))


async def types_of(service: Service, entity: str, id: UUID) -> list[str]:
    return [event.type for event in (await service.execute.history(entity, id)).events]


async def ended(service: Service, id: UUID) -> str | None:
    return run_of(await service.execute.history(ENTITY, id)).how


async def test_the_steps_are_done_in_order_and_a_timer_is_waited_for(open_service: OpenService) -> None:
    service, id, clock = await open_service(definition()), uuid4(), Clock()
    processes = runner(service, clock)
    await processes.begin(TOUR, id, {"name": "Eau vive"}, actor="somebody")
    assert not (await processes.begin(TOUR, id, {"name": "Autre"}, actor="another")).changed, "it runs"
    await processes.carry_on(id)
    assert await types_of(service, "structure", structure_of(id)) == WHOLE
    assert await types_of(service, ENTITY, id) == ["ProcessBegan", *["ProcessStepped"] * 3]
    known = await processes.document(id)
    assert known is not None and (known["state"], known["done"], known["total"]) == ("running", 3, 4)
    assert known["steps"] == ["register", "tag", "look"]
    assert await processes.round() <= 5.0 and not processes._tasks, "it waits"
    clock.ahead = DAY + timedelta(minutes=1)
    await processes.round()
    await asyncio.gather(*processes._tasks.values())
    assert await ended(service, id) == "done"
    history = await service.execute.history("structure", structure_of(id))
    assert history.events[-1].type == "StructureClosed"
    assert {event.actor for event in history.events} == {"somebody"}, "its commands are of who began it"
    assert all(event.cloud.causationid for event in history.events)
    assert await processes.running() == []


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
async def test_cut_off_between_any_two_lines_each_effect_is_there_once(open_service: OpenService, after: bool) -> None:
    """Every command of the process, its own events among them, is a place to be killed at, before and after it."""
    service = await open_service(definition())
    whole = service.execute
    for at in range(1, 11):  # 5 commands, 4 steps, the end
        id, clock, tries = uuid4(), Clock(DAY * 2), 0
        await runner(service).begin(TOUR, id, {"name": f"Structure {at}"}, actor="somebody")
        service.execute = Cutting(whole, at, after)
        processes = runner(service, clock)
        await processes.carry_on(id)
        assert processes.failing[id].error == "Cut", at
        service.execute = whole
        while await ended(service, id) is None and tries < 3:
            clock.ahead += DAY * 2  # the day that is waited for runs from when it was written down
            await runner(service, clock).carry_on(id)
            tries += 1
        assert await types_of(service, "structure", structure_of(id)) == [*WHOLE, "StructureClosed"], at
        assert await types_of(service, ENTITY, id) == ["ProcessBegan", *["ProcessStepped"] * 4, "ProcessEnded"], at


async def test_killed_at_its_end_it_ends_once(open_service: OpenService) -> None:
    service = await open_service(definition())
    whole, id = service.execute, uuid4()
    await runner(service).begin(NONE, id, {}, actor="somebody")
    for after in (False, True):
        service.execute = Cutting(whole, 1, after)
        await runner(service, process=NONE).carry_on(id)
    service.execute = whole
    await runner(service, process=NONE).carry_on(id)
    assert await types_of(service, ENTITY, id) == ["ProcessBegan", "ProcessEnded"]


async def test_several_that_carry_it_on_at_once_do_it_once(open_service: OpenService) -> None:
    service, clock = await open_service(definition()), Clock(DAY)
    ids = [uuid4() for _ in range(5)]
    for id in ids:
        await runner(service).begin(TOUR, id, {"name": str(id)}, actor="somebody")
    for _ in range(2):
        clock.ahead += DAY * 2
        await asyncio.gather(*(runner(service, clock).carry_on(id) for id in ids for _ in range(3)))
    for id in ids:
        assert await types_of(service, "structure", structure_of(id)) == [*WHOLE, "StructureClosed"]
        assert await types_of(service, ENTITY, id) == ["ProcessBegan", *["ProcessStepped"] * 4, "ProcessEnded"]


async def test_a_service_goes_on_with_what_it_left(open_service: OpenService) -> None:
    service, id = await open_service(replace(small.definition(), processes=(TOUR,))), uuid4()
    await service.processes.begin(TOUR, id, {"name": "Eau vive"}, actor="somebody")
    await service.stop()
    clock = Clock(DAY * 2)
    again = await open_service(replace(small.definition(), processes=(TOUR,)), clock.now)
    for _ in range(1000):
        known = await again.processes.document(id)
        if known is not None and known["state"] == "done":
            break
        clock.ahead += DAY
        again.processes.news.set()
        await asyncio.sleep(0.02)
    assert await types_of(again, "structure", structure_of(id)) == [*WHOLE, "StructureClosed"]
    assert {"processes"} <= {job.name for job in again.jobs.jobs}


async def test_what_it_waits_for_is_told_once_and_wakes_it(open_service: OpenService) -> None:
    service, id = await open_service(definition()), uuid4()
    processes = runner(service)
    await processes.begin(TOUR, id, {"name": "Eau vive"}, actor="somebody")
    await processes.carry_on(id)
    (hearing,) = TOUR.reactions()
    assert hearing.name == "tour-StructureClosed"
    other = (await service.execute(small.Register(name="Autre"), id=uuid4(), actor="test")).entity_id
    closed = await service.execute(small.Close(structure=other), id=uuid4(), actor="test")
    message = await service.log.at(closed.seq)
    assert message is not None

    async def told(event: Recorded, _: Service) -> Sequence[Command]:
        return await hearing.react(replaced(event, str(id)), service)

    for _ in range(2):
        await service.reactions.react(replace(hearing, react=told), message)
    assert (await types_of(service, ENTITY, id)).count("ProcessHeard") == 1
    await service.runner.wait_for(await service.log.last())
    await processes.round()
    await asyncio.gather(*processes._tasks.values())
    assert await ended(service, id) == "done"


def replaced(event: Recorded, reason: str) -> Recorded:
    """The same event, saying which process it is news of."""
    found = Recorded(event.seq, event.network, event.service, event.entity, event.entity_id, event.cloud, event.body)
    found.__dict__["data"] = StructureClosed(reason=reason)
    return found


async def test_a_refusal_ends_it_with_its_reason_and_it_may_begin_anew(open_service: OpenService) -> None:
    service, id = await open_service(definition()), uuid4()
    taken = small.RegisterAs(structure=structure_of(id), name="Déjà là")
    await service.execute(taken, id=uuid4(), actor="test")
    processes = runner(service)
    await processes.begin(TOUR, id, {"name": "Eau vive"}, actor="somebody")
    await processes.carry_on(id)
    known = await processes.document(id)
    assert known is not None and (known["state"], known["code"]) == ("refused", "there-already")
    assert known["said"] == {"name": "Déjà là"}
    assert (await processes.begin(TOUR, id, {"name": "Eau vive"}, actor="another")).changed
    run = run_of(await service.execute.history(ENTITY, id))
    assert (run.round, run.actor, run.running) == (2, "another", True)


async def test_what_fails_is_tried_again_and_given_up_where_its_process_says_so(open_service: OpenService) -> None:
    async def broken(service: Service, run: Run) -> Told:
        raise OSError("no disk")

    service, id = await open_service(definition()), uuid4()
    often: Process[Service] = Process("broken", lambda run, now: Do("work"), works={"work": broken}, tries=2)
    processes = runner(service, process=often)
    await processes.begin(often, id, {}, actor="somebody")
    for times in (1, 2):
        await processes.carry_on(id)
        assert processes.failing[id] == (times, "OSError") and await ended(service, id) is None
        assert await processes.counted() == {("broken", "running"): 0, ("broken", "failing"): 1}
    await processes.carry_on(id)
    known = await processes.document(id)
    assert known is not None and (known["state"], known["code"]) == ("failed", "OSError")
    assert id not in processes.failing
    assert await processes.counted() == {("broken", "running"): 0, ("broken", "failing"): 0}


async def test_a_process_of_another_release_is_left_to_it(open_service: OpenService) -> None:
    service, id = await open_service(definition()), uuid4()
    await runner(service).begin(replace(TOUR, name="newer"), id, {}, actor="somebody")
    processes = runner(service)
    await processes.carry_on(id)
    assert await types_of(service, ENTITY, id) == ["ProcessBegan"] and id not in processes.failing
