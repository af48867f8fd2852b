"""One process of a service, as the product wires it: log, executor, runner, reactions and jobs are the real ones.

What it takes from outside is the world's: a clock that may be wrong, virtual seconds, chance from the seed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any, TypeVar
from uuid import UUID

from shared.base.outside import Outside
from shared.base.tallies import tally
from shared.contract import Event
from shared.kernel.command_handler import Executor
from shared.kernel.decider import Decider
from shared.kernel.eventlog.atomic_batch import Patience
from shared.kernel.eventlog.event_log import Log
from shared.kernel.reactions import Reaction, Reactions, Tries, durable
from shared.kernel.views.projection import View
from shared.kernel.views.projector import Pace, Runner
from shared.notions.references import LogReferences
from shared.notions.referents import REFERENTS
from shared.runtime.jobs import Job, Jobs
from tests.simulation.loop import PROCESS, VirtualLoop
from tests.simulation.server import Consumer, Link, Server
from tests.simulation.store import MemoryStore

FOUNDED = {
    kind: Decider(
        kind.partition(".")[2],
        None,
        lambda state, event: None,
        {},
        states=dict.fromkeys(REFERENTS[kind].states, lambda state, said: None),
    )
    for kind in ("membership.college", "membership.charter")
}
"""Colleges and a charter that are there from the first: no command here is about them"""

BEGINNING = datetime(2026, 6, 1, 20, tzinfo=UTC)
"""What time it is when a world begins: two hours before midnight in Paris"""
FASTER = 600  # how much faster clocks go than seconds, so that a world of a minute sees midnight
PATIENCE = Patience(answer=0.5, trying=3.0, suspicion=0.05)
PACE = Pace(retry=0.2, renew=0.25, look=0.2, far=0.1)
TRIES = Tries(most=5, first=0.05, longest=0.5)
T = TypeVar("T")


class NoKeys:
    """A sealer where nothing is personal."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def ensure(self, persons: Iterable[UUID], addresses: Iterable[tuple[UUID, str]] = ()) -> None:
        assert not set(persons)

    def seal(self, event: Event, event_id: UUID) -> Event:
        return event


@dataclass(frozen=True)
class Parts:
    """Of what a process is made, so that a test can plant a mistake in one of them."""

    log: type[Log] = Log
    executor: type[Executor] = Executor
    runner: type[Runner] = Runner
    reactions: type[Reactions[Any]] | None = None
    store: type[MemoryStore] = MemoryStore
    decider: Callable[[Decider[Any]], Decider[Any]] = lambda decider: decider
    view: Callable[[View], View] = lambda view: view


@dataclass(frozen=True)
class Service:
    """What a process runs. `keeps`: what else is begun with it and goes on until its end: process managers, once there
    are any, are given the process and loop."""

    name: str
    deciders: Sequence[Decider[Any]]
    views: Sequence[View]
    reactions: Sequence[Reaction[Any]] = ()
    jobs: Sequence[Job[Any]] = ()
    keeps: Sequence[Callable[[Process], Awaitable[None]]] = ()


class Delivered(Reactions[Any]):
    """The product's reactions, whose consumer is the fake server's: FastStream needs a socket."""

    def __init__(
        self,
        service: Process,
        reactions: Sequence[Reaction[Any]],
        connection: Any,
        outside: Outside,
        tries: Tries,
        ack_wait: float,
    ) -> None:
        # not `Reactions.__init__`, which makes a broker of FastStream's
        self._service, self.reactions, self._outside = service, list(reactions), outside
        self.tries, self._ack_wait, self._tally = tries, ack_wait, tally(service.name)

    def _subscribe(self, reaction: Reaction[Any]) -> None:
        pass

    async def start(self) -> None:
        self.tasks = [asyncio.create_task(self._deliver(one)) for one in self.reactions]

    async def stop(self) -> None:
        for task in self.tasks:
            task.cancel()

    async def _deliver(self, reaction: Reaction[Any]) -> None:
        link: Link = self._service.nc
        kind = reaction.event
        subject = f"{self._service.network}.{kind.service}.{kind.entity}.*.{kind.type_name()}"
        consumer = link.server.consumers.setdefault(
            durable(self._service.name, reaction), Consumer(durable(self._service.name, reaction), subject)
        )
        while True:
            raw = await _pulled(link, consumer)
            if raw is not None:
                await self._handle(reaction, SimpleNamespace(raw_message=raw))  # type: ignore[arg-type]


async def _pulled(link: Link, consumer: Consumer) -> Any:
    """The next message of a consumer, as nats-py gives it; None where none came in time."""
    loop = asyncio.get_running_loop()
    if not link.is_connected:
        await asyncio.sleep(0.05)
        return None
    found = link.server.next_for(consumer, loop.time())
    if found is None:
        waiting: asyncio.Future[None] = loop.create_future()
        consumer.waiting.append(waiting)
        again = min((at for at, _ in consumer.out.values()), default=loop.time() + 1.0)
        with suppress(TimeoutError):
            async with asyncio.timeout(max(0.01, again - loop.time())):
                await waiting
        return None
    await asyncio.sleep(link._wire())
    message, times = found
    if not link.is_connected:
        return None  # it was lost on its way, and is delivered again

    async def ack() -> None:
        link._up_to(lambda: consumer.out.pop(message.seq, None))
        await asyncio.sleep(0)

    async def nak(delay: float = 0.0) -> None:
        def told() -> None:
            if message.seq in consumer.out:
                consumer.out[message.seq] = (loop.time() + delay, consumer.out[message.seq][1])

        link._up_to(told)
        await asyncio.sleep(0)

    async def in_progress() -> None:
        def told() -> None:
            if message.seq in consumer.out:
                consumer.out[message.seq] = (loop.time() + link.server.ack_wait, consumer.out[message.seq][1])

        link._up_to(told)

    metadata = SimpleNamespace(sequence=SimpleNamespace(stream=message.seq), num_delivered=times)
    return SimpleNamespace(
        metadata=metadata, subject=message.subject, data=message.body, ack=ack, nak=nak, in_progress=in_progress
    )


@dataclass
class Process:
    """A process, from its start to its death. Implements `shared.kernel.running.Running`. `behind`: by how much its
    clock differs."""

    service: Service
    loop: VirtualLoop
    server: Server
    random: Random
    folder: Path
    store: MemoryStore
    outside: Outside
    behind: timedelta = timedelta(0)
    parts: Parts = Parts()
    dead: bool = False
    fuse: int = 0
    held: list[asyncio.Handle] | None = None
    pauses: tuple[int, float] | None = None
    """after how many callbacks it stands still, for how many seconds"""
    open: bool = False
    context: Context = field(default_factory=copy_context)
    died: Callable[[Process], None] = lambda process: None

    def __post_init__(self) -> None:
        self.context.run(PROCESS.set, self)
        self.name, self.network = self.service.name, self.server.network
        self.nc = Link(self.server, self.context)
        self.log = self.parts.log(
            self.nc, self.network, replicas=self.server.replicas, outside=self.outside, patience=PATIENCE
        )
        deciders = [self.parts.decider(one) for one in self.service.deciders]
        self.views = {one.name: self.parts.view(one) for one in self.service.views}
        self.execute = self.parts.executor(
            self.log,
            NoKeys(self.folder),
            self.name,
            deciders,
            self.outside.now,
            self.outside,
            references=LogReferences(self.log, REFERENTS | FOUNDED),
        )
        self.runner = self.parts.runner(self.log, self.store, list(self.views.values()), self.name, self.outside, PACE)
        self.log.judgement = self.runner
        reactions = self.parts.reactions or Delivered
        self.reactions = reactions(self, self.service.reactions, {}, self.outside, TRIES, self.server.ack_wait)
        self.jobs = Jobs(self, self.service.jobs, self.outside)
        self.kept: list[asyncio.Task[None]] = []

    def begin(self, work: Awaitable[T], name: str) -> asyncio.Task[T]:
        """Runs something in this process."""
        return self.loop.create_task(work, name=name, context=self.context)  # type: ignore[arg-type]

    async def start(self) -> None:
        await self.log.start()
        await self.runner.start()
        self.jobs.start("once open")
        await self.reactions.start()
        self.jobs.start("with the reactions")
        self.kept = [asyncio.create_task(one(self)) for one in self.service.keeps]
        self.open = True

    async def stop(self) -> None:
        """An orderly end, as before an upgrade."""
        self.open = False
        for task in self.kept:
            task.cancel()
        await self.reactions.stop()
        await self.jobs.stop()
        await self.runner.stop()
        await self.log.stop()
        self.kill()

    def kill(self) -> None:
        """It is gone, in the middle of whatever it did."""
        if not self.dead:
            self.dead, self.open = True, False
            self.nc.gone()
            self.died(self)

    def pause(self, seconds: float) -> None:
        """The machine stands still for some seconds, and goes on as if nothing had been."""
        if self.dead or self.held is not None:
            return
        self.held = []

        def on() -> None:
            held, self.held = self.held or [], None
            self.loop.put_back(held)

        self.loop.call_later(seconds, on, context=Context())


def outside_of(loop: VirtualLoop, random: Random, behind: timedelta) -> Outside:
    """The world, as a process whose clock differs sees it."""

    def now() -> datetime:
        return BEGINNING + timedelta(seconds=loop.time() * FASTER) + behind

    def new_id() -> UUID:
        return UUID(int=random.getrandbits(128), version=4)

    async def in_thread(function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        await asyncio.sleep(0)
        return function(*args, **kwargs)

    async def sleep(seconds: float) -> None:
        await asyncio.sleep(seconds)

    return Outside(
        now=now, monotonic=loop.time, sleep=sleep, random=random.randbytes, new_id=new_id, in_thread=in_thread
    )
