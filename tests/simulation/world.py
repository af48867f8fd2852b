"""One world: a seed decides everything in it. What goes wrong, when, and what people do meanwhile.

At its end all is mended, everybody catches up, and what should have come of it must be there."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Coroutine, Sequence
from contextvars import Context
from datetime import timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

from nats.errors import Error as NatsError

from shared.contract.envelope import Message
from shared.kernel.decider import derived_id
from shared.kernel.eventlog.direct_get import Unavailable
from shared.kernel.views.projection import Batch, StoreAway
from tests.simulation.judge import Judge, Violated
from tests.simulation.loop import Stuck, VirtualLoop
from tests.simulation.process import Parts, Process, Service, outside_of
from tests.simulation.server import NONE, Faults, Server
from tests.simulation.sessions import Away, Session, asked
from tests.simulation.store import Disk
from tests.simulation.town import DECIDERS, DIRECTORY, MEMBERSHIP, YEAR, member_of

NETWORK = "sim"
SURE = 25.0  # seconds that everybody has at the end to catch up
BOTH_WRITE = 1.5  # seconds for which two may think that they write, until the one that was outrun finds out


RIGHTLY = ("reference-closed", "reference-merged", "unknown-structure")
"""Why a reaction may be refused for good: what it is about ceased meanwhile, or never was"""


@cache
def keys() -> Path:
    """Where all worlds keep the key of their commands' digests."""
    folder = Path(tempfile.mkdtemp(prefix="maillage-simulation-"))
    for service in (DIRECTORY, MEMBERSHIP):
        path = folder / f"{service.name}.command-key"
        path.write_bytes(sha256(service.name.encode()).digest())
        path.chmod(0o600)
    return folder


class World:
    """`trace` says what happened, a line a step: the same seed gives the same twice."""

    def __init__(
        self, seed: int, parts: Parts = Parts(), services: Sequence[Service] = (DIRECTORY, MEMBERSHIP)
    ) -> None:
        self.seed, self.parts = seed, parts
        self.loop = VirtualLoop()
        self.random = Random(seed)
        self.trace: list[str] = []
        self.structures: list[UUID] = []
        self.failed: BaseException | None = None
        self.judge = Judge(DECIDERS, self.say)
        dice = self.random
        self.troubled = dice.random() < 0.85
        self.server = Server(
            NETWORK, Random(dice.random()), replicas=dice.choice((1, 1, 3)), faults=self._faults(), heard=self._heard
        )
        self.services = {one.name: one for one in services}
        self.shared = {one.name: dice.random() < 0.5 for one in services}
        self.replicas = {name: 2 if shared and dice.random() < 0.6 else 1 for name, shared in self.shared.items()}
        self.disks = {one.name: Disk() for one in services}
        self.processes: dict[tuple[str, int], Process] = {}
        self.all: list[Process] = []
        self.store_away = 0.02 if self.troubled and dice.random() < 0.3 else 0.0
        self.stalls = 0.03 if self.troubled and dice.random() < 0.5 else 0.0
        self.pace = dice.choice((0.3, 0.3, 0.3, 1.2))
        """seconds between two commands of a session, at most"""
        self.healing = False
        self._overlap: dict[str, float] = {}

    def _faults(self) -> Faults:
        dice = self.random
        if not self.troubled:
            return Faults()
        return Faults(
            wire=(0.0005, dice.choice((0.002, 0.02))),
            unanswered=dice.choice((0.0, 0.05, 0.2)),
            untold=dice.choice((0.0, 0.1, 0.5)),
            lag=dice.choice((0.0, 0.1)),
            cut=dice.choice((0.0, 0.02)),
            refused=dice.choice((0.0, 0.03)),
        )

    def say(self, what: str) -> None:
        self.trace.append(f"{self.loop.time():.6f} {what}")

    @property
    def digest(self) -> str:
        return sha256("\n".join(self.trace).encode()).hexdigest()

    # -- judging --------------------------------------------------------------------------------------------------

    def _judged(self, judge: Any) -> None:
        try:
            judge()
        except Violated as why:
            self.fail(why)

    def fail(self, why: BaseException) -> None:
        if self.failed is None:
            self.failed = why
            self.say(f"VIOLATED {why}")

    def _heard(self, messages: Sequence[Message]) -> None:
        self._judged(lambda: self.judge.stored(messages))

    # -- processes ------------------------------------------------------------------------------------------------

    def start(self, name: str, number: int) -> None:
        """Starts a replica of a service, again and again until it lives."""
        random = Random(self.random.random())
        minutes = random.choice((0, 0, random.uniform(-4, 4), random.uniform(-20, 20) if self.troubled else 0))
        outside = outside_of(self.loop, random, timedelta(minutes=minutes))
        chance = Random(random.random())

        async def takes() -> None:
            slow = self.shared[name] and chance.random() < 0.4
            await asyncio.sleep(0.0002 + 0.003 * chance.random() if slow else 0)
            if slow and not self.healing and chance.random() < self.stalls:
                self.processes[name, number].pause(0.8 + 2 * chance.random())  # in the middle of what it writes
            if slow and not self.healing and chance.random() < self.store_away:
                raise StoreAway("the store does not answer")

        def written(batch: Batch) -> None:
            self.say(f"{name}/{number} views {max(point.seq for point in batch.checkpoints.values())}")
            process = self.processes[name, number]
            self._judged(lambda: self.judge.written(process.store, list(process.views.values()), batch))
            self._judged(lambda: self._one_writes(name))

        store = self.parts.store(
            self.disks[name], shared=self.shared[name], outside=outside, random=chance, takes=takes, written=written
        )
        process = Process(
            self.services[name],
            self.loop,
            self.server,
            random,
            keys(),
            store,
            outside,
            parts=self.parts,
            died=lambda _: self._died(name, number),
        )
        self.processes[name, number] = process
        self.all.append(process)
        if self.troubled and not self.healing and random.random() < 0.25:
            process.fuse = random.randrange(20, 900)
        task = process.begin(process.start(), f"start {name}")

        def started(done: asyncio.Task[None]) -> None:
            if not done.cancelled() and (error := done.exception()) is not None:
                self.say(f"{name}/{number} not started: {error!r}")
                if not isinstance(error, Unavailable | OSError | NatsError):
                    self.fail(error)
                process.kill()

        task.add_done_callback(started, context=Context())
        self.say(f"{name}/{number} starts, {minutes:.1f} minutes off")

    def _died(self, name: str, number: int) -> None:
        self.say(f"{name}/{number} dies")
        pause = 0.05 + self.random.random() * self.random.choice((0.2, 2.5))
        self.loop.call_later(0.05 if self.healing else pause, self.start, name, number, context=Context())

    def _one_writes(self, name: str) -> None:
        """Of the replicas of a service one writes; who was outrun finds out soon."""
        writing = [p for (own, _), p in self.processes.items() if own == name and p.runner.writes and not p.dead]
        writing = [p for p in writing if p.held is None]
        now = self.loop.time()
        if len(writing) < 2:
            self._overlap.pop(name, None)
        elif now - self._overlap.setdefault(name, now) > BOTH_WRITE:
            raise Violated(f"two replicas of {name} have written for {BOTH_WRITE} s")

    def any_of(self, name: str, random: Random) -> Process | None:
        """A replica of a service that is open."""
        there = [one for (own, _), one in self.processes.items() if own == name and one.open and not one.dead]
        return random.choice(there) if there else None

    # -- what happens ---------------------------------------------------------------------------------------------

    async def _trouble(self) -> None:
        dice = Random(self.random.random())
        for _ in range(dice.randrange(1, 6)):
            await asyncio.sleep(dice.random() * 0.6)
            process = dice.choice(list(self.processes.values()))
            match dice.choice(("kill", "kill", "server", "cut", "pause", "stop")):
                case "kill" if not process.dead:
                    process.fuse = dice.randrange(1, 400)
                case "server":
                    self.say("the server dies")
                    self.server.kill(0.05 + dice.random() * 0.5)
                case "cut":
                    process.nc.break_off(0.02 + dice.random() * 0.3)
                case "pause" if self.shared[process.name] or dice.random() < 0.3:
                    process.pauses = (dice.randrange(1, 200), 0.2 + dice.random() * 2.5)
                case "stop" if process.open and process.held is None:
                    process.begin(process.stop(), "stop")

    async def _life(self) -> None:
        for name, replicas in self.replicas.items():
            for number in range(replicas):
                self.start(name, number)
        people = [Session(self, n, Random(self.random.random())) for n in range(3)]
        tasks = [asyncio.create_task(one.run(self.random.randrange(2, 6))) for one in people]
        trouble = asyncio.create_task(self._trouble()) if self.troubled else None
        await asyncio.gather(*tasks)
        if trouble is not None:
            await trouble
        await self._mended()

    async def _mended(self) -> None:
        """Nothing goes wrong any more: everybody catches up, and nothing that was promised is missing."""
        self.healing = True
        self.server.faults = Faults(wire=NONE.wire)
        self.say("mended")
        for process in list(self.processes.values()):
            process.fuse = 0
        give_up = self.loop.time() + SURE
        while (why := await self._unfinished()) is not None:
            if self.loop.time() > give_up:
                raise Violated(f"{SURE} s after all was mended: {why}")
            await asyncio.sleep(0.2)
        for process in self.processes.values():
            for view in process.views.values():
                for key in {event.entity_id for event in self.judge.events}:
                    self.judge.document(process.store, view, key, self.judge.end)

    async def _unfinished(self) -> str | None:
        """What is still to come, if anything."""
        end = len(self.server.messages)
        for (name, number), process in self.processes.items():
            if process.dead or not process.open:
                return f"{name}/{number} does not run"
            if process.runner.damage:
                return f"{name}/{number}: {process.runner.damage}"
            if process.runner.position < end:
                return f"{name}/{number} stands at {process.runner.position} of {end}"
        member = self.any_of("membership", Random(0))
        assert member is not None
        for parked in await member.store.parked():
            try:
                await asked(member, lambda: member.reactions.retry(parked.reaction, parked.seq))  # noqa: B023
            except Away:
                return "a parked reaction is tried again"
        refused = {one.seq for one in await member.store.parked() if one.error.endswith(RIGHTLY)}
        for event in self.judge.events:
            if event.type == "StructureRegistered" and event.seq not in refused:
                command = derived_id(UUID(event.id), "membership/sim-welcome/1")
                ref = f"membership.member.{member_of(UUID(event.entity_id))}"
                if len(self.judge.commands.get((ref, str(command)), ())) != 1:
                    return f"nobody reacted to {event.seq}"
        for ref, entity in self.judge.entities.items():
            if entity.kind == "member":
                kinds = [one.type for one in entity.line(end)]
                if kinds and "MembershipRenewed" not in kinds and kinds[-1] != "MemberLeft":
                    own = derived_id(UUID(entity.events[0].entity_id), f"renewal {YEAR}")
                    if (ref, str(own)) not in self.judge.commands:
                        return f"{ref} was not renewed"
        return None

    def run(self) -> World:
        """Raises nothing: `failed` says what was violated, if anything."""
        loop = self.loop
        loop.set_exception_handler(lambda _, told: self._unheard(told))
        try:
            loop.run_until_complete(self._watched(self._life()))
        except (Violated, Stuck, Exception) as why:
            self.fail(why)
        finally:
            self._clear_away()
        return self

    async def _watched(self, life: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(life)
        while not task.done() and self.failed is None:
            await asyncio.wait({task}, timeout=0.5)
        if task.done():
            task.result()

    def _unheard(self, told: dict[str, Any]) -> None:
        error = told.get("exception")
        if isinstance(error, Violated):
            self.fail(error)

    def _clear_away(self) -> None:
        """Ends what is still under way, of the dead too, so that nothing of this world is left."""
        loop = self.loop
        loop.everybody_lives = True
        self.healing = True
        for process in self.all:
            process.dead, process.died = True, lambda _: None
            loop.dropped += process.held or []
        for _ in range(40):
            tasks = [one for one in asyncio.all_tasks(loop) if not one.done()]
            if not tasks:
                break
            for one in tasks:
                one.cancel()
            dropped, loop.dropped = loop.dropped, []
            loop.put_back(dropped)
            try:
                loop.run_until_complete(asyncio.wait(tasks, timeout=0.3))
            except Stuck:
                break
        self.left = [repr(one) for one in asyncio.all_tasks(loop) if not one.done()]
        loop.close()
