"""Group commit: units that arrive together are written as one atomic batch (NATS ADR-50), each with its expectations.

With `sync_interval: always` the server syncs once a message or once a batch; batching is the only way to durable
speed. One batch is under way at a time; what arrives meanwhile is the next one. Those that wait are
answered in such an order that commands are decided while the server syncs others (`_answer_in_parts`)."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence

import orjson
import structlog
from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js.errors import APIError

from shared.base.cancellation import end
from shared.base.outside import REAL, Outside
from shared.contract.envelope import BODY_LIMIT, Message
from shared.kernel.broker.connection import NotAllowed
from shared.kernel.eventlog.atomic_batch import PATIENT, NoAnswer, Patience, Rejected, Unit, Write, publish
from shared.kernel.eventlog.direct_get import DirectGet, Unavailable
from shared.kernel.eventlog.ordered_reader import LogDamaged, end_of

__all__ = ["Committer", "Conflict", "Unit", "Write"]
log = structlog.get_logger()
BATCH = 256  # messages; more brings no speed and holds up the first
FEW = 12  # a batch costs the server as much as so many lone events
PART = 128  # units of a group that are answered at once
TURNS = 4  # turns of the event loop until what the committer sends is with the socket
BATCH_BYTES = 4 * 1024 * 1024  # of bodies; far more would be too much at once for the server
ATOMIC_LIMIT = 1000  # messages of one atomic batch, the server's limit
SOON = 0.002  # seconds, and up to twice that, before what another has under way is tried again
TOGETHER = 10  # times that a group is, before each of its units finds out for itself
PAUSE = 0.1  # seconds before the first new try, doubled each time up to 2


Publish = Callable[[Client, str, Sequence[Unit], Outside, Patience], Awaitable[int]]


class Conflict(Exception):
    """An entity has moved on since it was loaded."""


class Committer:
    """Writes units. `append` returns the sequence of a unit's last event."""

    def __init__(
        self,
        nc: Client,
        stream: str,
        direct: DirectGet,
        outside: Outside = REAL,
        patience: Patience = PATIENT,
        write: Publish = publish,
    ) -> None:
        self._write = write
        self._nc, self._stream, self._direct = nc, stream, direct
        self._outside, self._patience = outside, patience
        self._waiting: deque[Unit] = deque()
        self._news = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.shown = 0  # the last sequence that the log is known to hold
        self._reconnects = 0
        self.damage: str | None = None

    def shows(self, seq: int) -> None:
        """Tells that the log has been seen to hold this sequence: it must never give it to another event."""
        self.shown = max(self.shown, seq)

    async def _publish(self, units: Sequence[Unit]) -> int:
        """As `publish`, on a log that is still the one that it was: a server that came back with a shorter one would
        give out sequences again. Raises LogDamaged as well."""
        if self.damage is None and self._nc.stats["reconnects"] != self._reconnects:
            reconnects = self._nc.stats["reconnects"]
            last = await self._last(self.shown)
            if last < self.shown:
                self._is_damaged(f"the log ends at sequence {last}, but {self.shown} was there before: restore it")
            self._reconnects = reconnects
        if self.damage is not None:
            raise LogDamaged(self.damage)
        shown = self.shown
        seq = await self._write(self._nc, self._stream, units, self._outside, self._patience)
        if seq <= shown:
            self._is_damaged(f"the log gave sequence {seq} to another event, after {shown} was there: restore it")
            raise LogDamaged(self.damage)
        self.shows(seq)
        return seq

    async def _last(self, seen: int) -> int:
        try:
            return await end_of(self._nc, self._stream, seen, self._outside, self._patience)
        except (TimeoutError, NatsError, APIError) as error:
            raise Unavailable("the event log does not answer") from error

    def _is_damaged(self, damage: str) -> None:
        self.damage = damage
        log.error("log.damaged", damage=damage)

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="group-commit")

    async def stop(self) -> None:
        task, self._task = self._task, None
        await end(task)
        while self._waiting:
            _refuse(self._waiting.popleft(), Unavailable("the log is closing"))

    async def append(self, unit: Unit) -> int:
        if not 0 < unit.messages <= ATOMIC_LIMIT or not unit.writes:
            raise ValueError(f"a decision has 1 to {ATOMIC_LIMIT} events, not {unit.messages}")
        if {write.entity for write in unit.writes} != unit.expected.keys():
            raise ValueError("each entity that is written to needs its expectation")
        if not unit.reads.keys().isdisjoint(unit.expected):
            raise ValueError("what is written to needs no guard")
        if any(len(write.body) > BODY_LIMIT for write in unit.writes):
            raise ValueError(f"an event has at most {BODY_LIMIT} bytes")
        if self._task is None:
            raise Unavailable("the log is not open")
        self._waiting.append(unit)
        self._news.set()
        return await unit.done

    async def _run(self) -> None:
        while True:
            group = self._next_group()
            if not group:
                self._news.clear()
                await self._news.wait()
                continue
            try:
                await self._commit(group)
            except asyncio.CancelledError:
                for unit in group:
                    _refuse(unit, Unavailable("the log is closing"))
                raise

    def _next_group(self) -> list[Unit]:
        """The units that wait, up to BATCH messages. A batch is checked against what was before it, and does not see
        what it writes itself: so no entity to which one unit writes is written or read by another one, or by one that
        was held back; what several read, they have read at the same sequence; a kind (`*`) one alone."""
        group: list[Unit] = []
        held: list[Unit] = []
        written: set[str] = set()
        read: dict[str, int] = {}
        messages = size = 0
        while self._waiting:
            unit = self._waiting[0]
            if group and (messages + unit.messages > BATCH or size + unit.size > BATCH_BYTES):
                break
            self._waiting.popleft()
            if unit.done.done():
                continue  # whoever asked has gone
            apart = written.isdisjoint(unit.rests_on) and read.keys().isdisjoint(unit.expected)
            if apart and all(read.get(entity, seq) == seq for entity, seq in unit.reads.items()):
                group.append(unit)
                messages += unit.messages
                size += unit.size
            else:
                held.append(unit)
            written.update(unit.expected)
            read = {entity: -1 if "*" in entity else seq for entity, seq in unit.reads.items()} | read
        self._waiting.extendleft(reversed(held))
        return group

    async def _commit(self, group: list[Unit]) -> None:
        in_doubt = False
        if len(group) > 1 and sum(1 if unit.messages == 1 else FEW for unit in group) > FEW:
            try:
                last = await self._publish_together(group)
            except Rejected as no:
                in_doubt = not no.certain  # one of them has a stale expectation: each finds out for itself
            except (NoAnswer, Unavailable):
                in_doubt = True
            except (NotAllowed, LogDamaged):
                pass  # nothing was written; each is told by itself
            except Exception:
                log.exception("log.batch_failed")
                in_doubt = True
            else:
                _answer_in_parts(group, last, TURNS)
                return
        await asyncio.gather(*(self._commit_alone(unit, in_doubt) for unit in group))

    async def _publish_together(self, group: Sequence[Unit]) -> int:
        """As `_publish`. What another has under way is waited for: singly, units would be in each other's way too."""
        for _ in range(TOGETHER):
            try:
                return await self._publish(group)
            except Rejected as no:
                if not no.passes:
                    raise
            await self._soon()
        return await self._publish(group)

    async def _soon(self) -> None:
        await self._outside.sleep(SOON * (1 + self._outside.random(1)[0] / 255))

    async def _commit_alone(self, unit: Unit, in_doubt: bool) -> None:
        """Tries until there is an answer. Before anything is called a conflict, the log's tail is read for our own
        event: a lost answer must not become a second event or a false refusal."""
        give_up = self._outside.monotonic() + self._patience.trying
        pause = PAUSE
        outrun = False
        while not unit.done.done():
            try:
                if (in_doubt or outrun) and (found := await self._written(unit)) is not None:
                    # Under our ids another process may have written what it was sent under the same command id.
                    unit.repeated = not in_doubt or found.body != unit.writes[-1].body
                    _answer(unit, found.seq)
                elif outrun:
                    _refuse(unit, Conflict(", ".join(unit.rests_on)))
                else:
                    _answer(unit, await self._publish([unit]))
            except Rejected as no:
                outrun = no.outrun and not (no.passes and self._outside.monotonic() < give_up)
                if no.passes:
                    await self._soon()
                elif not outrun:
                    log.error("log.rejected", error=str(no))
                    _refuse(unit, Unavailable(f"the log refused to write: {no}"))
            except NotAllowed as no:
                _refuse(unit, no)
            except LogDamaged as damage:
                _refuse(unit, Unavailable(str(damage)))
            except (NoAnswer, Unavailable, NatsError) as away:
                in_doubt = True
                if self._outside.monotonic() > give_up:
                    _refuse(unit, Unavailable(f"the event log does not answer ({away})"))
                await self._outside.sleep(pause)
                pause = min(2.0, 2 * pause)
            except Exception as error:
                log.exception("log.commit_failed")
                _refuse(unit, Unavailable(f"the event log could not be written ({error!r})"))

    async def _written(self, unit: Unit) -> Message | None:
        """What the log holds under the id of the unit's last event, else None. A unit is there whole or not at all."""
        last = unit.writes[-1]
        for message in await self._direct.after(f"{last.entity}.*", unit.expected[last.entity], self._patience.answer):
            if message.subject == last.subject and _id_of(message.body) == last.id:
                return message
        return None


def _answer_in_parts(group: Sequence[Unit], last: int, turns: int = TURNS) -> None:
    """Answers a group whose last event has the sequence `last`: in parts, and not before the next group is sent.

    Who is answered comes back with a next command at once. So commands are decided while the server syncs those of
    others, instead of all waiting for the one and then for the other."""
    if turns:
        asyncio.get_running_loop().call_soon(_answer_in_parts, group, last, turns - 1)
        return
    seq = last - sum(len(unit.writes) for unit in group)
    for unit in group[:PART]:
        seq += len(unit.writes)
        _answer(unit, seq)
    if len(group) > PART:
        asyncio.get_running_loop().call_soon(_answer_in_parts, group[PART:], last, 0)


def _answer(unit: Unit, seq: int) -> None:
    if not unit.done.done():  # else whoever asked has gone
        unit.done.set_result(seq)


def _refuse(unit: Unit, error: Exception) -> None:
    if not unit.done.done():
        unit.done.set_exception(error)


def _id_of(body: bytes) -> str | None:
    try:
        content = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return content.get("id") if isinstance(content, dict) else None
