"""Carrying processes on: on the replica that writes the views, one task for each that has something to do.

A step is done, then written down under an id that follows from process, round and step. Killed in between, whoever
comes next does it again, and finds its effects there; of two that do it, one writes it down."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Generic, NamedTuple, TypeVar
from uuid import UUID

import structlog

from shared.base.cancellation import end
from shared.base.outside import Outside
from shared.contract.processes import ProcessBegan, ProcessEnded, ProcessStepped
from shared.kernel.command_handler import Outcome, facts_in
from shared.kernel.decider import Refused, derived_id
from shared.kernel.eventlog.event_log import History
from shared.kernel.reactions import Tries
from shared.kernel.running import Running
from shared.kernel.views.projection import Document, View
from shared.runtime.processes.process import (
    ENTITY,
    Do,
    End,
    Process,
    Run,
    TellProcess,
    Told,
    Wait,
    evolve,
)

log = structlog.get_logger()
S = TypeVar("S", bound=Running)
MOST = 1_000  # that are looked at in one round
ROUND = 5.0  # seconds between two looks at what others have begun
LOOK = 1.0  # seconds between two looks of who waits for a process, where nothing is heard of it


def run_of(history: History) -> Run:
    """The state of a process. Raises CannotRead."""
    run = Run()
    for event, data in zip(history.events, facts_in(history.events), strict=True):
        run = evolve(run, data, event.time)
        if isinstance(data, ProcessBegan):
            run = replace(run, id=UUID(event.entity_id), actor=event.actor, began=event.time)
    return run


Waits = tuple[int, datetime | None]
"""Nothing is to be done as far as the stream says up to this version, or until this time"""


class Failing(NamedTuple):
    """How often the step that is next has failed, and the kind of the last error."""

    times: int
    error: str


class Processes(Generic[S]):
    """The processes of one service that runs."""

    def __init__(
        self, service: S, processes: Sequence[Process[S]], view: View, outside: Outside, tries: Tries | None = None
    ) -> None:
        """`tries`: the pauses between them; how many there are says each process."""
        self._service, self.view, self._outside = service, view, outside
        self._by_name = {one.name: one for one in processes}
        self._pauses = tries or Tries()
        self._tasks: dict[UUID, asyncio.Task[None]] = {}
        self._waits: dict[UUID, Waits] = {}
        self.failing: dict[UUID, Failing] = {}
        self.news = asyncio.Event()

    async def begin(self, process: Process[S], id: UUID, order: Mapping[str, str], *, actor: str) -> Outcome:
        """Begins a process; one that runs goes on as it is. It is in the log when this returns. Raises Unavailable,
        Conflict."""
        version = (await self._service.execute.history(ENTITY, id)).version
        command = TellProcess(process=id, event=ProcessBegan(process=process.name, order=dict(order)))
        outcome = await self._service.execute(command, id=derived_id(id, f"begin/{version}"), actor=actor, derived=True)
        await self._service.runner.wait_for(outcome.seq)
        self.news.set()
        return outcome

    async def document(self, id: UUID) -> Document | None:
        """A process as the view shows it; None for one that never began."""
        return await self._service.store.get(self.view, str(id))

    async def running(self) -> list[Document]:
        """Those that are not over, the oldest first."""
        if not self._by_name:
            return []
        return (await self._service.store.find(self.view, {"state": "running"}, sort=["began"], limit=MOST)).documents

    async def counted(self) -> dict[tuple[str, str], int]:
        """By process, and by how it is (running, or failing here): how many are not over, also where there are none."""
        here = {str(id) for id in self.failing}
        found = Counter(
            (one["process"], "failing" if one["key"] in here else "running") for one in await self.running()
        )
        return {(name, how): found[name, how] for name in self._by_name for how in ("running", "failing")}

    async def moved(self) -> None:
        """Returns when the views have moved on, and after a moment all the same."""
        await self._service.runner.wait_for(self._service.runner.position + 1, timeout=LOOK)

    async def round(self) -> float:
        """Takes up whatever has something to do and that nobody here works on; the seconds until the next round."""
        self.news.clear()
        found = {UUID(document["key"]): document for document in await self.running()}
        self._waits, now = {id: one for id, one in self._waits.items() if id in found}, self._outside.now()
        for id, document in found.items():
            version, until = self._waits.get(id, (0, None))
            if id not in self._tasks and (document["version"] > version or (until is not None and until <= now)):
                self._tasks[id] = asyncio.create_task(self.carry_on(id), name=f"{document['process']} {id}")
        due = [(until - now).total_seconds() for _, until in self._waits.values() if until is not None and until > now]
        return min([ROUND, *due])

    async def stop(self) -> None:
        """What is under way is cut off; whoever begins next goes on with it."""
        for task in list(self._tasks.values()):
            await end(task)

    async def carry_on(self, id: UUID) -> None:
        """Does what there is to do of one process, until it waits or is over. What fails is tried again later."""
        try:
            while (waits := await self._step(id)) is None:
                self.failing.pop(id, None)
            self._waits[id] = waits
            self.failing.pop(id, None)
        except Exception as error:
            times = self.failing[id].times + 1 if id in self.failing else 1
            self.failing[id] = Failing(times, type(error).__name__)
            pause = min(self._pauses.longest, self._pauses.first * 2 ** min(times - 1, 30))
            self._waits[id] = 2**63, self._outside.now() + timedelta(seconds=pause)
            log.error("process.failed", service=self._service.name, id=str(id), times=times, exc_info=error)
        finally:
            self._tasks.pop(id, None)

    async def _step(self, id: UUID) -> Waits | None:
        """One step, None where there may be another one now. Raises whatever stands in the way."""
        history = await self._service.execute.history(ENTITY, id)
        run, failed = run_of(history), self.failing.get(id)
        process = self._by_name.get(run.process)
        if not run.running or process is None:  # over, or of another release, which goes on with it
            return history.version, None
        if failed is not None and process.tries is not None and failed.times >= process.tries:
            return await self._end(history, run, End("failed", failed.error))
        match process.step(run, self._outside.now()):
            case Wait() as wait:
                return history.version, wait.until
            case End() as over:
                return await self._end(history, run, over)
            case Do() as what:
                try:
                    told = await self._do(process, what, history, run)
                except Refused as no:
                    said = {name: str(value) for name, value in no.values.items()}
                    return await self._end(history, run, End("refused", no.code, said))
                step = ProcessStepped(step=what.name, said=dict(told.said), done=told.done, total=told.total)
                await self._say(history, run, step)
                return None

    async def _do(self, process: Process[S], what: Do, history: History, run: Run) -> Told:
        for n, command in enumerate(what.commands, 1):
            id = derived_id(run.id, f"{run.round}/{len(run.steps) + 1}/{n}")
            await self._service.execute(command, id=id, actor=run.actor, cause=history.events[-1], derived=True)
        work = process.works.get(what.name)
        return Told() if work is None else await work(self._service, run)

    async def _end(self, history: History, run: Run, over: End) -> Waits:
        await self._say(history, run, ProcessEnded(how=over.how, refusal=over.code, said=dict(over.said)))
        return history.version + 1, None

    async def _say(self, history: History, run: Run, event: ProcessStepped | ProcessEnded) -> None:
        """Writes down what was done: in the name of the service, once."""
        command = TellProcess(process=run.id, event=event, round=run.round, number=len(run.steps) + 1)
        id, actor = derived_id(run.id, f"{run.round}/{command.number}"), f"service:{self._service.name}"
        outcome = await self._service.execute(command, id=id, actor=actor, cause=history.events[-1], derived=True)
        await self._service.runner.wait_for(outcome.seq)
