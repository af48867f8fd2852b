"""A process: work of several steps, or of days, across entities. A decider over events with a stream of its own.

Its state is folded from that stream and nothing else (`Run`), and `step` says, from the state and the time alone, what
is next: `Do` (commands, or work by name), `Wait` (until a time, or until it hears something), `End`. Whoever runs it
(runner.py) may be killed between any two lines: what is not in the stream is done again, under the same ids."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from typing import Any, Generic, NamedTuple, TypeVar
from uuid import UUID

from shared.contract import Event
from shared.contract.envelope import NEVER, Recorded
from shared.contract.processes import HowEnded, ProcessBegan, ProcessEnded, ProcessHeard, ProcessStepped
from shared.kernel.decider import Command, Context, Decider, Decision
from shared.kernel.reactions import Reaction
from shared.kernel.views.projection import Document, View

ENTITY = "process"
NOBODY = UUID(int=0)
Asked = TypeVar("Asked", contravariant=True)  # what its work asks of its service, which may be less than all of it


class Stepped(NamedTuple):
    """A step that is done: what it said, and when it was written down."""

    name: str
    said: Mapping[str, str]
    at: datetime


@dataclass(frozen=True)
class Run:
    """How far a process is. `round`: how often it was begun, 0 before; `heard`: the ids of the events that it was told,
    with their types; `how` it ended, None while it runs. `id`, `actor`, `began`: of the process, who began this round
    and when, for whoever runs it."""

    process: str = ""
    round: int = 0
    order: Mapping[str, str] = field(default_factory=dict)
    steps: tuple[Stepped, ...] = ()
    heard: Mapping[UUID, str] = field(default_factory=dict)
    how: HowEnded | None = None
    id: UUID = NOBODY
    actor: str = ""
    began: datetime = NEVER

    @property
    def running(self) -> bool:
        return self.round > 0 and self.how is None

    def last(self, name: str) -> Stepped | None:
        """The last step of this name in this round; None before it is done."""
        return next((one for one in reversed(self.steps) if one.name == name), None)


def evolve(run: Run, event: Event, at: datetime = NEVER) -> Run:
    match event:
        case ProcessBegan():
            return Run(event.process, run.round + 1, event.order)
        case ProcessStepped():
            return replace(run, steps=(*run.steps, Stepped(event.step, event.said, at)))
        case ProcessHeard():
            return replace(run, heard={**run.heard, event.heard: event.kind})
        case ProcessEnded():
            return replace(run, how=event.how)
    return run


class Do(NamedTuple):
    """The next step: these commands, one after the other, each once; then what `Process.works` has under its name."""

    name: str
    commands: Sequence[Command] = ()


class Wait(NamedTuple):
    """Nothing, until this time (None: for ever), or until something is heard."""

    until: datetime | None = None


class End(NamedTuple):
    """It is over; `code` and `said` as a refusal has them."""

    how: HowEnded = "done"
    code: str | None = None
    said: Mapping[str, str] = {}


class Told(NamedTuple):
    """What came of a piece of work, as `ProcessStepped` says it."""

    said: Mapping[str, str] = {}
    done: int | None = None
    total: int | None = None


@dataclass(frozen=True)
class Process(Generic[Asked]):
    """One kind of process; `name` is stored, and never changes.

    `step`: pure. `works`: step → what is done there; done again, it must change nothing: commands under ids that follow
    from the process, files under their hash. May raise Refused, which ends the process. `hears`: type → of which
    processes an event of it is news. `tries`: failures of one step after which it ends as failed, None: never."""

    name: str
    step: Callable[[Run, datetime], Do | Wait | End]
    works: Mapping[str, Callable[[Asked, Run], Awaitable[Told]]] = field(default_factory=dict)
    hears: Mapping[type[Event], Callable[[Recorded], Sequence[UUID]]] = field(default_factory=dict)
    tries: int | None = None

    def reactions(self) -> Sequence[Reaction[Asked]]:
        """How it hears: by a reaction of its own for each type, so nothing is lost while nobody runs."""
        return [Reaction(f"{self.name}-{kind.type_name()}", kind, _telling(of)) for kind, of in self.hears.items()]


def _telling(of: Callable[[Recorded], Sequence[UUID]]) -> Callable[[Recorded, Any], Awaitable[Sequence[Command]]]:
    async def tell(event: Recorded, service: Any) -> Sequence[Command]:
        heard = ProcessHeard(heard=UUID(event.id), kind=event.type)
        return [TellProcess(process=id, event=heard) for id in of(event)]

    return tell


class TellProcess(Command):
    """Write down what is said of a process, once. `number`: of a step, or of the end, in which round; from 1."""

    entity = ENTITY
    asks = "administrator"
    internal = True
    process: UUID
    event: ProcessBegan | ProcessStepped | ProcessHeard | ProcessEnded
    round: int = 0
    number: int = 0


def _told(command: TellProcess, run: Run, context: Context) -> Decision:
    match command.event:
        case ProcessBegan():
            new = not run.running
        case ProcessHeard():
            new = run.running and command.event.heard not in run.heard
        case _:  # else another replica was faster
            new = run.running and (command.round, command.number) == (run.round, len(run.steps) + 1)
    return [command.event] if new else []


PROCESS = Decider(ENTITY, Run(), evolve, {TellProcess: _told}, takes="now")


@cache
def view_of(service: str) -> View:
    """The processes of one service, by their ids: `state` is `running` or how they ended, `steps` the names of those
    that are done."""

    def own(event: Recorded) -> Sequence[str]:
        return (event.entity_id,) if (event.service, event.entity) == (service, ENTITY) else ()

    types = (ProcessBegan, ProcessStepped, ProcessHeard, ProcessEnded)
    return View("processes", 1, dict.fromkeys(types, _shown), keys=own, fields=("process", "state", "began"))


def _shown(document: Document | None, data: Event, event: Recorded) -> Document | None:
    known = {**(document or {}), "version": event.version}
    match data:
        case ProcessBegan():
            empty: Document = {
                "steps": [],
                "code": None,
                "said": {},
                "done": None,
                "total": None,
                "version": event.version,
            }
            return {"process": data.process, "state": "running", "began": event.cloud.time, **empty}
        case ProcessStepped() if document is not None:
            far = {"done": data.done, "total": data.total} if data.total is not None else {}
            return {**known, **far, "steps": [*document["steps"], data.step]}
        case ProcessEnded() if document is not None:
            return {**known, "state": data.how, "code": data.refusal, "said": data.said}
    return None if document is None else known
