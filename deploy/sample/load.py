"""Loading the sample: every command through its own service, in stages, resumable, without effect the second time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from deploy.sample import SAMPLE_NETWORK, directory, events, membership, newsletter
from deploy.sample.plan import ACTOR, Stage, Step
from shared.contract.envelope import Void, opened
from shared.kernel.decider import Context, Refused
from shared.runtime.faces import Commands, Desk

IN_FLIGHT = 256  # commands under way at once, so that they are committed together
PARTS = {"directory": directory, "membership": membership, "events": events, "newsletter": newsletter}


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
    stages = plan()
    total = sum(len(stage) for _, stage in stages)
    known = await _known_commands(services)
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


async def _execute(service: Commands, steps: Sequence[Step], count: Callable[[int], None]) -> None:
    """Executes the steps of one stage, many at a time, but those of one entity in the order of their times. The first
    that is refused ends it all: the sample is wrong."""
    queue = iter(in_order(steps))
    finished = 0

    async def worker() -> None:
        nonlocal finished
        for own in queue:
            for step in own:
                try:
                    await service.execute(step.command, id=step.id, actor=ACTOR, at=step.at, derived=True)
                except Refused as refused:
                    why = f"{service.name}: {step.key} is refused: {refused.code} {refused.values}"
                    raise RuntimeError(why) from refused
                finished += 1
                if finished % 64 == 0:
                    count(finished)

    async with asyncio.TaskGroup() as group:
        for _ in range(min(IN_FLIGHT, len(steps))):
            group.create_task(worker())
    count(finished)
