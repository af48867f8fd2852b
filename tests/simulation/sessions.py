"""What people do in a world: commands chosen among what is allowed there, sent again under the same id where no answer
came, and a look at what they wrote."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import date, timedelta
from random import Random
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from services.directory.duplicates.domain import DoubtNamesakes, TellNamesakesApart
from services.directory.structures.domain import structure as directory
from services.membership.members.domain import member as membership
from shared.contract.envelope import Recorded
from shared.kernel.command_handler import Instead, Outcome, Reused, Stale
from shared.kernel.correcting import CorrectingCommand, LiftStrikes, RedateEvents, StrikeEvents
from shared.kernel.decider import Command, Context, Decider, Place, Refused
from shared.kernel.eventlog.event_log import Conflict, Unavailable
from shared.notions.structure_on_record import member_of
from tests.simulation.judge import WORDS, Entity, Violated
from tests.simulation.process import BEGINNING, Process
from tests.simulation.town import DECIDERS, OF_MEMBERS, OF_STRUCTURES

if TYPE_CHECKING:
    from tests.simulation.world import World

T = TypeVar("T")
PATIENCE = 6.0  # seconds that a request waits for its answer
TRIES = 12
BACK = 400  # days that a command may reach back
NAMES = ("Artisans du Monde", "Eau vive", "Kynarou", "Terre solidaire", "Lycée Nord")
COLLEGES = ("public", "associative", "economic")


class Away(Exception):
    """No answer came."""


async def asked(process: Process, work: Callable[[], Awaitable[T]]) -> T:
    """A request to a process, that may die over it. Raises Away."""
    if process.dead or not process.open:
        raise Away
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[T] = loop.create_future()

    async def served() -> None:
        try:
            found = await work()
        except Exception as no:
            if not answer.done():
                answer.set_exception(no)
        else:
            if not answer.done():
                answer.set_result(found)

    task = process.begin(served(), "request")
    try:
        async with asyncio.timeout(PATIENCE):
            return await answer
    except TimeoutError:
        raise Away from None
    finally:
        if not process.dead:
            task.cancel()


class Session:
    """One person: so many commands, one after the other."""

    def __init__(self, world: World, number: int, random: Random) -> None:
        self.world, self.number, self.random = world, number, random
        self.seen: dict[tuple[str, str], int] = {}
        """(view, key) → the version that was seen there last, over all processes that show it"""

    async def run(self, commands: int) -> None:
        for _ in range(commands):
            await asyncio.sleep(self.random.random() * self.world.pace)
            if len(self.world.structures) > 1 and self.random.random() < 0.1:
                await self._clash()
                continue
            service, command, day, instead = self._something()
            await self._do(service, command, day, instead)

    async def _clash(self) -> None:
        """Two at once that exclude one another: a pair is told apart while it is merged."""
        first, second = self.random.sample(self.world.structures, 2)
        merge = directory.MergeStructures(structure=first, merged=second)
        apart = TellNamesakesApart(first=first, second=second)
        await asyncio.gather(*(self._do("directory", one, None, None) for one in (merge, apart)))

    # -- what is done ---------------------------------------------------------------------------------------------

    def _something(self) -> tuple[str, Command, date | None, Instead | None]:
        dice = self.random.random()
        structures = self.world.structures
        if not structures or dice < 0.16:
            register = directory.RegisterStructure(name=self.random.choice(NAMES), kind="association")
            return "directory", register, self._day(0.8), None
        structure = self.random.choice(structures)
        if dice < 0.26 and len(structures) > 1:
            first, second = self.random.sample(structures, 2)
            pair = {"first": first, "second": second}
            apart = TellNamesakesApart(**pair) if self.random.random() < 0.8 else DoubtNamesakes(**pair)
            return "directory", apart, None, None
        service, kind, about = ("directory", "structure", structure)
        if dice < 0.56:
            service, kind, about = ("membership", "member", member_of(structure))
        entity = self.world.judge.entities.get(f"{service}.{kind}.{about}")
        if entity is None:
            service, kind, about = ("directory", "structure", structure)
            entity = self.world.judge.entities[f"directory.structure.{structure}"]
        day = self._day(0.7, entity.events)
        facts = [one for one in entity.events if one.type not in WORDS and not one.data.live]
        if facts and self.random.random() < 0.3:
            return service, self._correction(kind, about, entity, facts), None, None
        command = self._command(service, about, entity, day)
        if getattr(type(command), "takes", None) == "now":
            return service, command, None, None
        instead = None
        if facts and self.random.random() < 0.1:
            instead = Instead((UUID(self.random.choice(facts).id),), "saisi deux fois")
        return service, command, day, instead

    def _correction(self, kind: str, about: UUID, entity: Entity, facts: Sequence[Recorded]) -> Command:
        stands = {one.id for one in entity.line()}
        # Not yet: a strike of a merge is lifted although its pair was told apart meanwhile.
        merges = {one.cloud.commandid for one in facts if one.type in ("StructureAbsorbed", "StructuresMerged")}
        struck = [one for one in facts if one.id not in stands and one.cloud.commandid not in merges]
        lifts = bool(struck) and self.random.random() < 0.6
        of = self.random.choice(struck if lifts else facts[-4:])
        some: dict[str, Any] = {"kind": kind, "about": about, "events": [UUID(of.id)], "reason": "doublon"}
        if lifts:
            return LiftStrikes(**some)
        if self.random.random() < 0.5:
            return StrikeEvents(**some)
        return RedateEvents(**some, day=self._day(1.0) or BEGINNING.date())

    def _command(self, service: str, about: UUID, entity: Entity, day: date | None) -> Command:
        """Among those that the line allows on that day, most of the time: a history of refusals shows nothing."""
        decider = DECIDERS[service, "structure" if service == "directory" else "member"]
        candidates = self._structure(about) if service == "directory" else self._member(about)
        self.random.shuffle(candidates)
        state = decider.fold(
            one.data for one in entity.line() if one.data.live or day is None or one.time.date() <= day
        )
        for command in candidates:
            if self.random.random() < 0.1 or _allowed(decider, command, state):
                return command
        return candidates[0]

    def _structure(self, id: UUID) -> list[Command]:
        found: list[Command] = [
            directory.ReviseStructure(structure=id, name=self.random.choice(NAMES), kind="association"),
            directory.ReviseStructure(structure=id, name=self.random.choice(NAMES), kind="school"),
            directory.CloseStructure(structure=id, reason="a cessé"),
            directory.ReopenStructure(structure=id),
            directory.WishListing(structure=id),
            directory.ListStructure(structure=id),
            directory.UnlistStructure(structure=id),
        ]
        others = [one for one in self.world.structures if one != id]
        if others:
            found.append(directory.MergeStructures(structure=id, merged=self.random.choice(others)))
        return found

    def _member(self, id: UUID) -> list[Command]:
        structure = next(one for one in self.world.structures if member_of(one) == id)
        college: Any = self.random.choice(COLLEGES)
        return [
            membership.ChangeCollege(member=id, college=college),
            membership.LeaveNetwork(member=id, reason="withdrawal"),
            membership.RenewMembership(member=id, year=self.random.choice((2025, 2026))),
            membership.JoinNetwork(structure=structure, name="Nord", college=college, charter_version=1),
        ]

    def _day(self, chance: float, events: Sequence[Recorded] = ()) -> date | None:
        """A day of the past, seldom before the entity is known."""
        if self.random.random() >= chance:
            return None
        today = BEGINNING.date()
        first = min((one.time.date() for one in events), default=today - timedelta(days=BACK))
        days = max(1, (today - first).days + self.random.choice((0, 0, 0, 30)))
        return today - timedelta(days=self.random.choice((0, self.random.randrange(days), self.random.randrange(days))))

    # -- sending it -----------------------------------------------------------------------------------------------

    async def _do(self, service: str, command: Command, day: date | None, instead: Instead | None) -> None:
        id = UUID(int=self.random.getrandbits(128), version=4)
        version = None
        for _ in range(TRIES):
            process = self.world.any_of(service, self.random)
            if process is None:
                await asyncio.sleep(0.3)
                continue
            try:
                done = await asked(
                    process,
                    lambda: process.execute(  # noqa: B023
                        command, id=id, actor=f"account:{self.number}", at=day, version=version, instead=instead
                    ),
                )
            except (Refused, Reused, Stale) as no:
                self.world.say(f"s{self.number} {type(command).__name__} refused {no}")
                self.world.judge.refused(str(id))
                return
            except (Away, Unavailable, Conflict) as no:
                self.world.say(f"s{self.number} {type(command).__name__} away {no!r}")
                await asyncio.sleep(0.1 + 0.4 * self.random.random())
                continue
            self._answered(service, command, done, id)
            if command.entity != "namesakes":
                await self._look(service, command, done)
            return

    def _answered(self, service: str, command: Command, done: Outcome, id: UUID) -> None:
        self.world.say(f"s{self.number} {type(command).__name__} {done.seq} {done.events} {done.repeated}")
        kind = command.kind if isinstance(command, CorrectingCommand) else command.entity
        if not done.changed:
            self.world.judge.refused(str(id))
        else:
            self.world.judge.acknowledged_as(f"{service}.{kind}.{done.entity_id}", str(id), done.seq)
        if isinstance(command, directory.RegisterStructure) and done.entity_id not in self.world.structures:
            self.world.structures.append(done.entity_id)

    async def _look(self, service: str, command: Command, done: Outcome) -> None:
        """What one wrote one sees, on whatever replica; and nobody sees less than they saw before."""
        view = OF_STRUCTURES if service == "directory" else OF_MEMBERS
        key = str(done.entity_id)
        kind = "structure" if service == "directory" else "member"
        process = self.world.any_of(service, self.random)
        if process is None:
            return
        try:
            if not await asked(process, lambda: process.runner.wait_for(done.seq, timeout=4.0)):
                return
            document = await asked(process, lambda: process.store.get(process.views[view.name], key))
        except (Away, Unavailable):
            return
        seen = document["version"] if document is not None else 0
        own = [e.version for e in self.world.judge.entities[f"{service}.{kind}.{key}"].events if e.seq <= done.seq]
        least = max(self.seen.get((view.name, key), 0), own[-1] if done.changed and own else 0)
        if document is not None and seen < least:
            raise Violated(f"session {self.number} sees version {seen} of {key}, and knew of {least}")
        if document is not None:
            self.seen[view.name, key] = seen


def _allowed(decider: Decider[Any], command: Command, state: Any) -> bool:
    context = Context(at=BEGINNING, now=BEGINNING, command=UUID(int=1), actor="x", others=_Nobody(decider))
    try:
        return bool(decider.decide(command, state, context))
    except Refused:
        return False


class _Nobody(dict[Any, Any]):
    """The states of other entities, as far as one knows: none."""

    def __init__(self, decider: Decider[Any]) -> None:
        super().__init__()
        self._decider = decider

    def __missing__(self, key: UUID | Place) -> Any:
        return DECIDERS["directory", key.kind].initial if isinstance(key, Place) else self._decider.initial
