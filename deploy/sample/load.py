"""Loading the sample: every command through its own service, in stages, resumable, without effect the second time."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import orjson

from deploy.sample import SAMPLE_NETWORK, directory, events, membership, newsletter
from deploy.sample.plan import ACTOR, Stage, Step
from shared import geo
from shared.base.whole_files import read_whole, replace_file
from shared.contract.envelope import Message, Void, opened
from shared.kernel.decider import Context, Refused
from shared.kernel.eventlog.event_log import Log, Unavailable
from shared.runtime.faces import Commands, Desk

IN_FLIGHT = 256  # commands under way at once, so that they are committed together
TRIES, PAUSE = 30, 1.0  # of a step that is not answered, seconds between two
PARTS = {"directory": directory, "membership": membership, "events": events, "newsletter": newsletter}

WHOLE = "sample-whole.json"
"""In the data folder: what was loaded, and up to where in the log. Without it the next start looks for what is missing,
command by command, which takes three seconds."""


class NotHere(Exception):
    """The sample may not enter this log."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a loading came to."""

    commands: int
    new: int
    events: int
    seconds: float


def plan() -> Sequence[tuple[str, Stage]]:
    """All stages: (service, steps). Nothing in a stage needs another of the same."""
    return [(name, stage) for name, part in PARTS.items() for stage in part.stages()]


async def load(services: Mapping[str, Desk], progress: Callable[[int, int], None] = lambda done, total: None) -> Loaded:
    """Loads what is missing of the sample. Raises NotHere on a log that holds something else."""
    start = time.monotonic()
    known = await _known_commands(services)
    stages = plan()
    total = sum(len(stage) for _, stage in stages)
    done = new = 0
    for name, stage in stages:
        waiting = [step for step in stage if str(step.id) not in known]
        done += len(stage) - len(waiting)
        progress(done, total)
        before = done

        def count(finished: int, before: int = before) -> None:
            progress(before + finished, total)

        await _execute(services[name], waiting, count)
        done, new = before + len(waiting), new + len(waiting)
    last = await services["directory"].log.last()
    await asyncio.gather(*(service.runner.wait_for(last, timeout=60) for service in services.values()))
    return Loaded(total, new, last, time.monotonic() - start)


async def whole(log: Log, data: Path) -> bool:
    """Whether a loading of what this release has came to its end in this very log: it is noted, and where it ended the
    log still has what it had there."""
    try:
        noted = orjson.loads(read_whole(data / WHOLE))
        seq, of, plan_ = int(noted["seq"]), str(noted["event"]), str(noted["plan"])
    except (OSError, ValueError, KeyError, TypeError):
        return False
    if plan_ != await asyncio.to_thread(_digest_of_plan):
        return False
    message = await log.at(seq) if seq > 0 else None
    return message is not None and _digest(message) == of


async def note_whole(log: Log, data: Path) -> None:
    """Notes that the sample is in the log, up to the last event that is there now."""
    for seq in range(await log.last(), 0, -1):
        message = await log.at(seq)
        if message is not None and _is_event(message):
            noted = {"plan": await asyncio.to_thread(_digest_of_plan), "seq": seq, "event": _digest(message)}
            await asyncio.to_thread(replace_file, data / WHOLE, orjson.dumps(noted))
            return


def _is_event(message: Message) -> bool:
    try:
        opened(message)
    except Void:
        return False
    return True


def _digest(message: Message) -> str:
    return hashlib.sha256(message.body).hexdigest()


def _digest_of_plan() -> str:
    """Of all that the plan is made from."""
    folders = Path(__file__).parent, Path(geo.__file__).parent
    files = (path for folder in folders for path in folder.rglob("*") if "__pycache__" not in path.parts)
    found = hashlib.sha256()
    for path in sorted(path for path in files if path.is_file()):
        found.update(hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()


async def _known_commands(services: Mapping[str, Desk]) -> set[str]:
    """The ids of the commands that the log holds already; a log that did not begin with the sample is refused."""
    service = services["directory"]
    if service.network != SAMPLE_NETWORK:
        raise NotHere(f"The sample has the network {SAMPLE_NETWORK} of its own; this is {service.network}.")
    known: set[str] = set()
    first = True
    async for run in service.log.read():
        for message in run:
            try:
                event = opened(message)
            except Void:
                continue
            if first and event.actor != ACTOR:
                raise NotHere("This log holds something else; the sample would mix invented things into it.")
            first = False
            known.add(event.cloud.commandid)
    return known


def in_order(steps: Iterable[Step]) -> list[list[Step]]:
    """The steps by entity, each entity's in the order of their times: what is always of now never goes back."""
    found: dict[UUID, list[Step]] = {}
    for step in steps:
        target = step.command.target(Context(step.at, step.at, step.id, ACTOR))
        found.setdefault(target, []).append(step)
    return [sorted(own, key=lambda step: step.at) for own in found.values()]


async def _done(service: Commands, step: Step) -> None:
    """Executes a step. Whatever did not answer in time is asked again for a while: so much at once is much to a small
    machine, and an id is done once."""
    for left in reversed(range(TRIES)):
        try:
            await service.execute(step.command, id=step.id, actor=ACTOR, at=step.at, derived=True)
            return
        except Refused as refused:
            why = f"{service.name}: {step.key} is refused: {refused.code} {refused.values}"
            raise RuntimeError(why) from refused
        except Unavailable:
            if not left:
                raise
            await asyncio.sleep(PAUSE)


async def _execute(service: Commands, steps: Sequence[Step], count: Callable[[int], None]) -> None:
    """Executes the steps of one stage, many at a time, but those of one entity in the order of their times. The first
    that is refused ends it all: the sample is wrong."""
    queue = iter(in_order(steps))
    finished = 0

    async def worker() -> None:
        nonlocal finished
        for own in queue:
            for step in own:
                await _done(service, step)
                finished += 1
                if finished % 64 == 0:
                    count(finished)

    async with asyncio.TaskGroup() as group:
        for _ in range(min(IN_FLIGHT, len(steps))):
            group.create_task(worker())
    count(finished)
