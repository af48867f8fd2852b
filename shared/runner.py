"""The runner: reads the log once for all views of a service, judges each message, and keeps views current.

Documents, judgements and checkpoints of a step are written together. It stops loudly at a hole or at a log that went
backwards; it passes over void messages, and shows them.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass

import structlog

from shared.contract import EVENTS
from shared.envelope import Message, Recorded, Void, opened, reopened
from shared.garbage import uncollected
from shared.log import Log, LogDamaged, Unavailable
from shared.tasks import end
from shared.views import Batch, Checkpoint, Document, Store, View

log = structlog.get_logger()
JUDGE = "judge"
UNREADABLE = "unreadable-data"
RETRY = 2.0  # seconds
STEP = 5000  # messages written in one transaction, at most
STRIDE = 2 * STEP  # the same while one view is built alone, which need not be current all the while


@dataclass(frozen=True)
class Verdict:
    """What verifying a view found: both digests, and the sequence that they stand for."""

    view: str
    seq: int
    live: str
    rebuilt: str

    @property
    def equal(self) -> bool:
        return self.live == self.rebuilt


class Runner:
    """Keeps `views` current in `store`. `start` returns when it runs; `wait_for(seq)` when a sequence is visible."""

    def __init__(self, log_: Log, store: Store, views: Sequence[View], service: str) -> None:
        self._log, self._store, self.views, self._service = log_, store, list(views), service
        self._heard = frozenset().union(*(view.listens for view in self.views))
        self._versions: dict[str, int] = {}
        self._judged = Checkpoint()
        self.voids: dict[int, str] = {}
        self.unknown: Counter[str] = Counter()
        self.damage: str | None = None
        self.rebuilding: dict[str, int] = {}
        self._moved = asyncio.Condition()
        self._writing = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Raises LogDamaged where the log is not the one that the views were built from."""
        await self._store.prepare(self.views)
        self._versions = await self._store.versions()
        self.voids = await self._store.voids()
        self._judged = await self._store.checkpoint(JUDGE)
        await self._same_log()
        for view in self.views:  # a new view, or a new version of one, catches up alone
            if (await self._store.checkpoint(view.table)).seq < self._judged.seq:
                await self._catch_up(view)
        self._task = asyncio.create_task(self._run(), name=f"views-{self._service}")

    async def stop(self) -> None:
        await end(self._task)

    @property
    def position(self) -> int:
        """The sequence up to which every view of this service shows the log."""
        return self._judged.seq

    async def wait_for(self, seq: int, timeout: float = 5.0) -> bool:
        """True once views show this sequence, False if they do not within `timeout` seconds."""
        async with self._moved:
            try:
                async with asyncio.timeout(timeout):
                    await self._moved.wait_for(lambda: self.position >= seq or self.damage is not None)
            except TimeoutError:
                return False
        return self.position >= seq

    def is_void(self, seq: int) -> bool:
        """Whether the message with this sequence, judged already, is no event. Data that only this release can't read
        are another thing."""
        return self.voids.get(seq, UNREADABLE) != UNREADABLE

    async def _same_log(self) -> None:
        """The event at our checkpoint must still be the one that we read there."""
        if self._judged.seq == 0:
            return
        last = await self._log.last()
        if last < self._judged.seq:
            raise LogDamaged(f"the log ends at sequence {last}, but {self._judged.seq} was read before: restore it")
        message = await self._log.at(self._judged.seq)
        if message is None or _id(message) != self._judged.id:
            raise LogDamaged(f"sequence {self._judged.seq} of the log is not the event that was read there before")

    async def _run(self) -> None:
        while True:
            try:
                async for run in self._log.read(self._judged.seq, follow=True):
                    for start in range(0, len(run), STEP):
                        async with self._writing:
                            await self._step(run[start : start + STEP])
            except LogDamaged as damage:
                self.damage = str(damage)
                log.error("views.log_damaged", service=self._service, damage=str(damage))
                async with self._moved:
                    self._moved.notify_all()
                return
            except Unavailable:
                await asyncio.sleep(0.5)
            except asyncio.CancelledError:
                raise
            except Exception:
                log.exception("views.failed", service=self._service)
                await asyncio.sleep(RETRY)  # a full disk may pass; what was not written is read again

    async def _step(self, run: Sequence[Message]) -> None:
        batch = Batch()
        events = self._judge(run, batch)
        for view in self.views:
            batch.documents[view] = await applied(self._store, view, events)
            batch.checkpoints[view.table] = Checkpoint(run[-1].seq)
        judged = Checkpoint(run[-1].seq, _id(run[-1]))
        batch.checkpoints[JUDGE] = judged
        await self._store.put(batch)
        # Only now: what could not be written is read and judged again.
        self._versions |= batch.versions
        self.voids |= batch.voids
        self.unknown.update(Counter(e.type for e in events if e.type not in EVENTS))
        async with self._moved:
            self._judged = judged
            self._moved.notify_all()

    def _judge(self, run: Sequence[Message], batch: Batch) -> list[Recorded]:
        """The events among the messages; what is none is noted as void, with its reason."""
        events = []
        for message in run:
            try:
                event = opened(message)
                entity = f"{event.service}.{event.entity}.{event.entity_id}"
                before = batch.versions.get(entity) or self._versions.get(entity, 0)
                if event.version != before + 1:
                    raise Void("out-of-turn")
            except Void as void:
                batch.voids[message.seq] = void.reason
                log.error("log.void", seq=message.seq, reason=void.reason, service=self._service)
                continue
            batch.versions[entity] = event.version
            if self._unreadable(event):
                # It has its turn all the same, since another release may well read it; views pass over it.
                batch.voids[message.seq] = UNREADABLE
                log.error("log.void", seq=message.seq, reason=UNREADABLE, service=self._service)
            events.append(event)
        return events

    def _unreadable(self, event: Recorded) -> bool:
        """Whether an event that concerns this service holds data that is not of its type."""
        if event.service != self._service and event.type not in self._heard:
            return False
        try:
            return event.data is None
        except Void:
            return True
        except KeyError:
            return False  # a type we don't know

    async def _catch_up(self, view: View, progress: Callable[[int], None] = lambda seq: None) -> None:
        """Brings one view alone to the judged sequence, from wherever it stands."""
        upto = self._judged.seq
        after = (await self._store.checkpoint(view.table)).seq
        run: list[Message] = []
        async for some in self._log.read(after, until=upto):
            run += some
            if len(run) < STRIDE and run[-1].seq < upto:
                continue  # the longer the stride, the fewer times a document is written that many events change
            with uncollected():
                # The judgement of these sequences is known, so it is not made again.
                heard = [m for m in run if m.subject.rpartition(".")[2] in view.listens and not self.is_void(m.seq)]
                batch = Batch(checkpoints={view.table: Checkpoint(run[-1].seq)})
                batch.documents[view] = await applied(self._store, view, map(reopened, heard))
                await self._store.put(batch)
            progress(run[-1].seq)
            run.clear()

    async def rebuild(self, view: View) -> float:
        """Builds the view again beside the live one, then swaps; `rebuilding` says how far it is. Returns the seconds
        it took."""
        start = time.perf_counter()
        beside = await self._store.start_rebuild(view)

        def progress(seq: int) -> None:
            self.rebuilding[view.name] = seq

        try:
            await self._catch_up(beside, progress)
            async with self._writing:
                await self._catch_up(beside, progress)  # what came in meanwhile
                await self._store.swap(beside, view)
        except BaseException:
            await self._store.drop(beside)
            raise
        finally:
            self.rebuilding.pop(view.name, None)
        return time.perf_counter() - start

    async def verify(self, view: View) -> Verdict:
        """Compares the live view with a rebuild at the same sequence, by digest. The rebuild is thrown away."""
        beside = await self._store.start_rebuild(view)
        try:
            await self._catch_up(beside)
            async with self._writing:
                await self._catch_up(beside)
                live, rebuilt = await self._store.digest(view), await self._store.digest(beside)
                return Verdict(view.name, self.position, live, rebuilt)
        finally:
            await self._store.drop(beside)


async def applied(store: Store, view: View, events: Iterable[Recorded]) -> dict[str, Document | None]:
    """What these events make of the documents of a view: key → document, None for one that went."""
    heard: list[tuple[Recorded, Sequence[str]]] = []
    for event in events:
        if event.type in view.listens:
            with suppress(Void):  # data that are not of their type change nothing
                heard.append((event, view.keys(event) if event.data else ()))
    keys = {key for _, found in heard for key in found}
    before = await store.get_many(view, sorted(keys)) if keys else {}
    documents: dict[str, Document | None] = {}
    for event, found in heard:
        for key in found:
            document = documents[key] if key in documents else before.get(key)
            after = view.evolve(document, event)
            if after is not None:
                after["key"] = key
            documents[key] = after
    return documents


def _id(message: Message) -> str:
    try:
        return opened(message).id
    except Void:
        return ""
