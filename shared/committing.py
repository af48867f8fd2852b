"""Group commit: units that arrive together are written as one atomic batch (NATS ADR-50), each with its expectations.

With `sync_interval: always` the server syncs once a message or once a batch; batching is the only way to durable
speed (design/nats.md). One batch is under way at a time; what arrives meanwhile is the next one.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field

import orjson
import structlog
from nats.aio.client import Client
from nats.errors import Error as NatsError
from uuid_utils import uuid7

from shared.direct import DirectGet, Unavailable

log = structlog.get_logger()
BATCH = 256  # messages; more brings no speed and holds up the first
ATOMIC_LIMIT = 1000  # messages of one atomic batch, the server's limit
ANSWER = 5.0  # seconds to wait for one answer of the server
PATIENCE = 20.0  # seconds of trying again before the caller is told that the log is away
WRONG_LAST_SEQUENCE = (10071, 10164)
DUPLICATE_IN_BATCH = 10201
PAUSE = 0.1  # seconds before the first new try, doubled each time up to 2

EXPECTED = "Nats-Expected-Last-Subject-Sequence"


class Conflict(Exception):
    """An entity has moved on since it was loaded."""


class _Rejected(Exception):
    """The server said no, and why."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(f"{code} {text}")
        self.code = code


class _NoAnswer(Exception):
    """It is not known whether the server wrote it."""


@dataclass(frozen=True, slots=True)
class Write:
    """One event to be written: where, under which id, which bytes."""

    subject: str
    id: str
    body: bytes


@dataclass(slots=True, eq=False)
class Unit:
    """The events of one decision: all are written, or none.

    `expected`: for each entity, as the subject prefix `<network>.<service>.<entity>.<id>`, the last sequence under it
    that the decision rests on (0 for an entity that must not exist yet).
    """

    writes: list[Write]
    expected: dict[str, int]
    done: asyncio.Future[int] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


def _entity(subject: str) -> str:
    return subject.rpartition(".")[0]


class Committer:
    """Writes units. `append` returns the sequence of a unit's last event."""

    def __init__(self, nc: Client, stream: str, direct: DirectGet) -> None:
        self._nc, self._stream, self._direct = nc, stream, direct
        self._waiting: deque[Unit] = deque()
        self._news = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="group-commit")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        while self._waiting:
            self._refuse([self._waiting.popleft()], Unavailable("the log is closing"))

    async def append(self, unit: Unit) -> int:
        if not 0 < len(unit.writes) <= ATOMIC_LIMIT:
            raise ValueError(f"a decision has 1 to {ATOMIC_LIMIT} events, not {len(unit.writes)}")
        if {_entity(w.subject) for w in unit.writes} != set(unit.expected):
            raise ValueError("each entity that is written to needs its expectation")
        self._waiting.append(unit)
        self._news.set()
        return await unit.done

    async def _run(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            while self._waiting:
                group = self._next_group()
                try:
                    await self._commit(group)
                except asyncio.CancelledError:
                    self._refuse(group, Unavailable("the log is closing"))
                    raise
                except Exception as error:
                    log.error("log.commit_failed", error=repr(error))
                    self._refuse(group, Unavailable("the event log could not be written"))

    def _next_group(self) -> list[Unit]:
        """The units that wait, up to BATCH messages, no entity twice: a batch is checked against what was before it."""
        group: list[Unit] = []
        held: list[Unit] = []
        entities: set[str] = set()
        size = 0
        while self._waiting and (not group or size + len(self._waiting[0].writes) <= BATCH):
            unit = self._waiting.popleft()
            if entities.isdisjoint(unit.expected):
                group.append(unit)
                size += len(unit.writes)
            else:
                held.append(unit)
            entities.update(unit.expected)
        self._waiting.extendleft(reversed(held))
        return group

    async def _commit(self, group: list[Unit]) -> None:
        if len(group) > 1:
            try:
                last = await self._write(group)
            except (_Rejected, _NoAnswer, NatsError):
                pass  # one of them has a stale expectation, or the answer is lost: each finds out for itself
            else:
                for unit in reversed(group):
                    if not unit.done.done():
                        unit.done.set_result(last)
                    last -= len(unit.writes)
                return
        for unit in group:
            await self._commit_alone(unit, in_doubt=len(group) > 1)

    async def _commit_alone(self, unit: Unit, in_doubt: bool) -> None:
        """Tries until there is an answer. Before anything is called a conflict, the log's tail is read for our own
        event: a lost answer must not become a second event or a false refusal."""
        loop = asyncio.get_running_loop()
        give_up = loop.time() + PATIENCE
        pause = PAUSE
        while not unit.done.done():
            try:
                found = await self._written(unit) if in_doubt else None
                if found is not None:
                    unit.done.set_result(found)
                else:
                    unit.done.set_result(await self._write([unit]))
            except _Rejected as no:
                if no.code in WRONG_LAST_SEQUENCE or no.code == DUPLICATE_IN_BATCH:
                    await self._settle(unit)
                else:
                    log.error("log.rejected", error=str(no))
                    self._refuse([unit], Unavailable(f"the log refused to write: {no}"))
            except (_NoAnswer, Unavailable, NatsError) as away:
                in_doubt = True
                if loop.time() > give_up:
                    self._refuse([unit], Unavailable(f"the event log does not answer ({away})"))
                    return
                await asyncio.sleep(pause)
                pause = min(2.0, 2 * pause)

    async def _settle(self, unit: Unit) -> None:
        found = await self._written(unit)
        if found is not None:
            unit.done.set_result(found)
        else:
            self._refuse([unit], Conflict(", ".join(unit.expected)))

    async def _written(self, unit: Unit) -> int | None:
        """The sequence of the unit's last event if the log holds it, else None. A unit is there whole or not at all."""
        last = unit.writes[-1]
        entity = _entity(last.subject)
        for message in await self._direct.after(f"{entity}.*", unit.expected[entity], ANSWER):
            if message.subject == last.subject and _id_of(message.body) == last.id:
                return message.seq
        return None

    async def _write(self, group: list[Unit]) -> int:
        """One publish for a lone event, else one atomic batch. Returns the last sequence."""
        parts: list[tuple[Write, dict[str, str]]] = []
        for unit in group:
            guarded: set[str] = set()
            for write in unit.writes:
                headers = {"Nats-Msg-Id": write.id}
                entity = _entity(write.subject)
                if entity not in guarded:  # in a batch the server wants it on the first message only
                    guarded.add(entity)
                    headers[EXPECTED] = str(unit.expected[entity])
                    headers[f"{EXPECTED}-Subject"] = f"{entity}.*"
                parts.append((write, headers))
        if len(parts) > 1:
            batch = str(uuid7())
            for n, (write, headers) in enumerate(parts[:-1], 1):
                headers |= {"Nats-Batch-Id": batch, "Nats-Batch-Sequence": str(n)}
                await self._nc.publish(write.subject, write.body, headers=headers)
            parts[-1][1].update({"Nats-Batch-Id": batch, "Nats-Batch-Sequence": str(len(parts)), "Nats-Batch-Commit": "1"})
        write, headers = parts[-1]
        try:
            answer = await self._nc.request(write.subject, write.body, timeout=ANSWER, headers=headers)
        except (NatsError, TimeoutError) as error:
            raise _NoAnswer(repr(error)) from error
        told = orjson.loads(answer.data) if answer.data else {}
        if "error" in told:
            raise _Rejected(told["error"].get("err_code", 0), told["error"].get("description", ""))
        if told.get("stream") != self._stream:
            raise _NoAnswer("an answer that is none")
        return int(told["seq"])

    @staticmethod
    def _refuse(units: list[Unit], error: Exception) -> None:
        for unit in units:
            if not unit.done.done():
                unit.done.set_exception(error)


def _id_of(body: bytes) -> str | None:
    try:
        content = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return content.get("id") if isinstance(content, dict) else None
