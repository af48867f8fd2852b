"""The runner: reads the log once for all views of a service, judges each message, and keeps views current.

Documents, judgements and checkpoints of a step are written together. It stops loudly at a hole or at a log that went
backwards; it passes over void messages, and shows them.

Replicas of a service that share a store agree on one that writes (`Lease`); the others follow what it wrote, look
after it, and one of them takes over when it is gone. Each can be asked for everything: what only the writer can do, it
is told to do."""

from __future__ import annotations

import asyncio
from collections import ChainMap, Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

import structlog

from shared.base.cancellation import end
from shared.base.gc_pause import uncollected
from shared.base.outside import REAL, Outside
from shared.base.paris_days import day_of
from shared.contract.envelope import GUARD, Message, Recorded, Void, knows, opened, reopened
from shared.kernel.corrections import corrects
from shared.kernel.eventlog.event_log import Log, LogDamaged, Unavailable
from shared.kernel.views.past import Past, Ref, Tops, late_among, place_of, ref_of
from shared.kernel.views.projection import Batch, Checkpoint, Document, Lease, Moved, Standing, Store, Unknown, View

log = structlog.get_logger()
JUDGE = "judge"
NOTHING = Standing(None, 0)
UNREADABLE = "unreadable-data"
UNFOLDED = "failed-in-a-view"
PASSED_OVER = (UNREADABLE, UNFOLDED)  # what had its turn all the same: another release may read it
STEP = 5000  # messages written in one transaction, at most
STRIDE = 2 * STEP  # the same while one view is built alone, which need not be current all the while
NEAR, SOON = 0.02, 2.0  # seconds between two looks at how far it is, for SOON after somebody waits
UNUSED = timedelta(days=7)  # after which views of a release that is gone are dropped
SWEEP = 3600.0  # seconds
BREATH = 0.05  # seconds that a view may work on before others have their turn
VERIFY_TRIES = 5  # where another release may write the same view meanwhile


@dataclass(frozen=True)
class Pace:
    """Seconds: until what failed is tried again (`retry`); between two signs of life of the runner that writes
    (`renew`), two looks of the others at whether it lives (`look`), and at how far it is (`far`)."""

    retry: float = 2.0
    renew: float = 1.5
    look: float = 1.0
    far: float = 0.25


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

    def __init__(
        self,
        log_: Log,
        store: Store,
        views: Sequence[View],
        service: str,
        outside: Outside = REAL,
        pace: Pace | None = None,
    ) -> None:
        self._outside, self._pace = outside, pace or Pace()
        self._log, self._store, self.views, self._service = log_, store, list(views), service
        self._lease = store.lease(self.views)
        self._place = JUDGE if self._lease is None else f"{JUDGE}@{self._lease.generation}"
        self._heard = frozenset().union(*(view.listens for view in self.views))
        self._versions: dict[str, int] = {}
        self._ahead: dict[str, int] = {}
        self._tops: dict[Ref, int] = {}
        self._judged = Checkpoint()
        self.voids: dict[int, str] = {}
        self._unknown: dict[str, Unknown] = {}
        self.damage: str | None = None
        self.rebuilding: dict[str, int] = {}
        self._moved = asyncio.Condition()
        self._writing = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None
        self.writes = self._loaded = False
        self._ready = asyncio.Event()
        self._asked, self._near_until = asyncio.Event(), 0.0

    async def start(self) -> None:
        """Raises LogDamaged where the log is not the one that the views were built from."""
        await self._store.prepare(self.views)
        name = f"views-{self._service}"
        if self._lease is None:
            self.writes = True
            await self._load()
            self._task = asyncio.create_task(self._run(), name=name)
            return
        self._task = asyncio.create_task(self._share(self._lease), name=name)
        ready = asyncio.create_task(self._ready.wait())
        try:
            await asyncio.wait({self._task, ready}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await end(ready)
        if self._task.done():
            self._task.result()

    async def stop(self) -> None:
        await end(self._task)
        if self._lease is not None and self.writes:
            self.writes = False
            with suppress(Unavailable):
                await self._lease.release()

    @property
    def unknown_at(self) -> dict[str, int]:
        """Where the latest event stands of each type that this release does not know."""
        return {kind: found.seq for kind, found in self._unknown.items() if not knows(kind)}

    @property
    def unknown(self) -> Counter[str]:
        """How many events there are of each type that this release does not know."""
        return Counter({kind: found.number for kind, found in self._unknown.items() if not knows(kind)})

    @property
    def position(self) -> int:
        """The sequence up to which every view of this service shows the log."""
        return self._judged.seq

    async def wait_for(self, seq: int, timeout: float = 5.0) -> bool:
        """True once views show this sequence, False if they do not within `timeout` seconds."""
        if not self.writes and seq > self.position:
            if self._near_until < self._outside.monotonic():
                self._asked.set()
            self._near_until = self._outside.monotonic() + SOON
        async with self._moved:
            try:
                async with asyncio.timeout(timeout):
                    await self._moved.wait_for(lambda: self.position >= seq or self.damage is not None)
            except TimeoutError:
                return False
        return self.position >= seq

    def is_void(self, seq: int) -> bool:
        """Whether the message with this sequence, judged already, is no event. One that only this release can't read,
        or whose view failed on it, is another thing."""
        return self.voids.get(seq, UNREADABLE) not in PASSED_OVER

    def version_of(self, entity: str) -> int:
        """The version up to which an entity (`<service>.<entity>.<id>`) was read; 0 where another replica reads."""
        return self._versions.get(entity, 0) if self.writes else 0

    async def same_log(self, log_: Log) -> None:
        """Raises LogDamaged where this is not the log that was read up to where the views stand."""
        await _same_log(log_, self._judged)

    async def _load(self) -> None:
        """Reads where the views and the judgement of the log stand, and brings views that are behind up to there: new
        ones, new versions, those of a release that was away."""
        await self._store.prepare(self.views)
        judged = await self._store.checkpoint(JUDGE)
        # Others may write on meanwhile. What they do comes after `judged`, so it shows in `ahead`, read later, with the
        # version and the step that it belongs to; and a void is written before the versions of its step.
        self._versions = await self._store.versions()
        ahead = await self._store.ahead(judged.seq)
        self._versions |= {entity: turn.version for entity, turn in ahead.items()}
        self._ahead = {entity: turn.seq for entity, turn in ahead.items()}
        self._tops = {}  # others may have written what came last since we saw it
        self.voids = await self._store.voids()
        self._unknown = await self._store.unknown()
        await _same_log(self._log, judged)
        behind: dict[int, list[View]] = {}
        for view in self.views:
            behind.setdefault((await self._store.checkpoint(view.table)).seq, []).append(view)
        for seq, views in behind.items():
            if seq < judged.seq:
                await self._catch_up(views, judged.seq)
        await self._store.put(Batch(checkpoints={self._place: judged}))
        await self._shows(judged)

    async def _load_at_last(self) -> None:
        """`_load`, as often as it takes: nothing may be written by a runner that knows half of it. Raises
        LogDamaged."""
        while True:
            try:
                return await self._load()
            except (Moved, Unavailable):
                await self._outside.sleep(0.5)
            except (LogDamaged, asyncio.CancelledError):
                raise
            except Exception:
                if not self._ready.is_set():
                    raise
                log.exception("views.failed", service=self._service)
                await self._outside.sleep(self._pace.retry)

    async def _run(self) -> None:
        while True:
            try:
                async for run in self._log.read(self._judged.seq, follow=True):
                    for start in range(0, len(run), STEP):
                        async with self._writing:
                            await self._step(run[start : start + STEP])
            except LogDamaged as damage:
                await self._is_damaged(str(damage))
                return
            except Unavailable:
                await self._outside.sleep(0.5)
            except Moved as moved:
                log.warning("views.moved", service=self._service, why=str(moved))
                try:
                    async with self._writing:
                        await self._load_at_last()
                except LogDamaged as damage:
                    return await self._is_damaged(str(damage))
            except asyncio.CancelledError:
                raise
            except Exception:
                log.exception("views.failed", service=self._service)
                await self._outside.sleep(self._pace.retry)  # a full disk may pass; what was not written is read again

    async def _is_damaged(self, damage: str) -> None:
        self.damage = damage
        log.error("views.log_damaged", service=self._service, damage=damage)
        await self._shows(self._judged)

    async def _shows(self, judged: Checkpoint) -> None:
        async with self._moved:
            self._judged = judged
            self._moved.notify_all()

    async def _step(self, run: Sequence[Message]) -> None:
        batch = Batch()
        events = self._judge(run, batch)
        batch.unknown = self._counted(events)
        past = Past(
            self._log.under,
            run[-1].seq,
            lambda seq: batch.voids.get(seq, UNREADABLE) not in PASSED_OVER or self.is_void(seq),
            ChainMap(batch.versions, self._versions),
            events,
            self._outside,
        )
        tops = ChainMap({}, self._tops)
        step = Step(events, past, await late_among(events, tops, past), tops)
        for view in self.views:
            await apply(self._store, view, step, batch, self._outside)
            batch.checkpoints[view.table] = Checkpoint(run[-1].seq)
        judged = Checkpoint(run[-1].seq, _id(run[-1]))
        batch.checkpoints[JUDGE] = batch.checkpoints[self._place] = judged
        await self._store.put(batch)
        # Only now: what could not be written is read and judged again.
        self._versions |= batch.versions
        self._tops |= tops.maps[0]
        self.voids |= batch.voids
        self._unknown |= batch.unknown
        self._log.shows(judged.seq)
        await self._shows(judged)

    def _judge(self, run: Sequence[Message], batch: Batch) -> list[Recorded]:
        """The events among the messages; what is none is noted as void, with its reason."""
        events = []
        for message in run:
            try:
                event = opened(message)
                entity = f"{event.service}.{event.entity}.{event.entity_id}"
                # A step that was cut off left its judgement: voids first, so what has none of them had its turn.
                known = event.seq <= self._ahead.get(entity, 0)
                before = batch.versions.get(entity) or self._versions.get(entity, 0)
                if self.is_void(event.seq) if known else event.version != before + 1:
                    raise Void("out-of-turn")
            except Void as void:
                if void.reason != GUARD:
                    batch.voids[message.seq] = void.reason
                    log.error("log.void", seq=message.seq, reason=void.reason, service=self._service)
                continue
            if not known:
                batch.versions[entity] = event.version
            if self._unreadable(event):
                # It has its turn all the same, since another release may well read it; views pass over it.
                batch.voids[message.seq] = UNREADABLE
                log.error("log.void", seq=message.seq, reason=UNREADABLE, service=self._service)
            events.append(event)
        return events

    def _counted(self, events: Sequence[Recorded]) -> dict[str, Unknown]:
        """The types among the events that nobody knows, with how many there are now; none is counted twice."""
        found: dict[str, Unknown] = {}
        for event in events:
            if not knows(kind := event.kind):
                before = found.get(kind) or self._unknown.get(kind, Unknown(0, 0))
                if event.seq > before.seq:
                    found[kind] = Unknown(before.number + 1, event.seq)
        return found

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

    async def _catch_up(
        self, views: Sequence[View], upto: int, name: str = "", stride: int = STRIDE, rest: float = 0.0
    ) -> None:
        """Brings views that stand at the same sequence to a judged one, alone: the log is read once for all of them."""
        after = (await self._store.checkpoint(views[0].table)).seq
        run: list[Message] = []
        tops: dict[Ref, int] = {}
        writing: asyncio.Task[None] | None = None
        try:
            async for some in self._log.read(after, until=upto):
                run += some
                if len(run) < stride and run[-1].seq < upto:
                    continue  # the longer the stride, the fewer times a document is written that many events change
                with uncollected():
                    if writing is not None:
                        await writing
                    batch = await self._stride(views, run, tops, from_start=after == 0)
                    writing = asyncio.create_task(self._store.put(batch))  # the next stride is read meanwhile
                if name:
                    self.rebuilding[name] = run[-1].seq
                run.clear()
                await self._outside.sleep(rest)
            if writing is not None:
                await writing
        finally:
            await end(writing)

    async def _stride(self, views: Sequence[View], run: Sequence[Message], tops: Tops, *, from_start: bool) -> Batch:
        """What judged messages make of views. Their events are gone before the collector would look through them."""
        listens = frozenset().union(*(view.listens for view in views))
        events = [reopened(m) for m in run if m.subject.rpartition(".")[2] in listens and not self.is_void(m.seq)]
        batch = Batch(checkpoints={view.table: Checkpoint(run[-1].seq) for view in views})
        past = Past(self._log.under, run[-1].seq, self.is_void, {}, events, self._outside)
        late = await late_among(events, tops, past, from_start=from_start)
        for view in views:
            await apply(self._store, view, Step(events, past, late, tops, from_start), batch, self._outside)
        return batch

    @asynccontextmanager
    async def beside(self, view: View, name: str = "", stride: int = STRIDE, rest: float = 0.0) -> AsyncIterator[View]:
        """The view, built again from the log beside the live one; in strides of so many messages, with a rest of so
        many seconds after each. Dropped at the end. `name`: under which `rebuilding` says how far it is."""
        beside = await self._store.start_rebuild(view)
        try:
            await self._catch_up([beside], self.position, name, stride, rest)
            yield beside
        finally:
            await self._store.drop(beside)

    @asynccontextmanager
    async def level(self, beside: View) -> AsyncIterator[int]:
        """Meanwhile views stand still, and one that was built beside shows what they do: up to this sequence."""
        async with self._writing:
            await self._catch_up([beside], self.position)
            yield self.position

    async def rebuild(self, view: View) -> float:
        """Builds the view again beside the live one, then swaps. Returns the seconds it took."""
        if not self.writes:
            return float((await self._ordered("rebuild", view))["seconds"])
        start = self._outside.monotonic()
        try:
            async with self.beside(view, view.name) as beside, self.level(beside):
                await self._store.swap(beside, view)
        finally:
            self.rebuilding.pop(view.name, None)
        return self._outside.monotonic() - start

    async def verify(self, view: View) -> Verdict:
        """Compares the live view with a rebuild at the same sequence, by digest. The rebuild is thrown away."""
        if not self.writes:
            return Verdict(**(await self._ordered("verify", view))["verdict"])
        async with self.beside(view) as beside:
            for _ in range(1 if self._lease is None else VERIFY_TRIES):
                async with self.level(beside) as seq:
                    verdict = Verdict(view.name, seq, await self._store.digest(view), await self._store.digest(beside))
                if verdict.equal:
                    break
                await self._outside.sleep(0 if self._lease is None else self._pace.renew)
            return verdict

    # -- replicas -------------------------------------------------------------------------------------------------

    async def _share(self, lease: Lease) -> None:
        """Writes when it is our turn, else follows whoever does."""
        looked = 0.0
        while True:
            try:
                if not self._ready.is_set() or self._outside.monotonic() - looked >= self._pace.look:
                    looked = self._outside.monotonic()
                    if await lease.take():
                        await self._hold(lease)
                        log.warning("views.outrun", service=self._service)
                    self.damage = lease.notes.get("damage")
                    self.rebuilding = dict(lease.notes.get("rebuilding", {}))
                if self._ready.is_set() or lease.notes.get("ready"):
                    await self._follow()
            except Unavailable:
                await self._outside.sleep(NEAR)
            except Exception:
                if not self._ready.is_set():
                    raise
                self.writes = False
                log.exception("views.failed", service=self._service)
                await self._outside.sleep(self._pace.retry)
            wait = NEAR if self._outside.monotonic() < self._near_until else self._pace.far
            with suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self._asked.wait()
            self._asked.clear()

    async def _follow(self) -> None:
        place = await self._store.checkpoint(self._place)
        if self._ready.is_set() and place.seq <= self._judged.seq:
            return
        if not self._ready.is_set():
            await _same_log(self._log, place)
        self.voids |= await self._store.voids(after=self._judged.seq)
        self._unknown = await self._store.unknown()
        await self._shows(place)
        self._ready.set()

    async def _hold(self, lease: Lease) -> None:
        """Writes, and says so, until another has taken over."""
        self.writes, self._loaded, self.damage, self.rebuilding = True, False, None, {}
        writing = asyncio.create_task(self._write(lease), name=f"views-{self._service}-writing")
        orders = asyncio.create_task(self._carry_out(lease), name=f"views-{self._service}-orders")
        try:
            while await self._renewed(lease):
                if writing.done():
                    writing.result()
                    await self._outside.sleep(self._pace.renew)
                else:
                    await asyncio.wait({writing}, timeout=self._pace.renew)
        finally:
            await end(writing)
            await end(orders)
        self.writes = False

    async def _renewed(self, lease: Lease) -> bool:
        """False once another holds the lease. While the store is away nobody can know."""
        while True:
            try:
                notes = {"ready": self._loaded, "damage": self.damage, "rebuilding": dict(self.rebuilding)}
                return await lease.renew(notes)
            except Unavailable:
                await self._outside.sleep(0.5)

    async def _write(self, lease: Lease) -> None:
        try:
            await self._load_at_last()
        except LogDamaged as damage:
            if not self._ready.is_set():
                raise
            return await self._is_damaged(str(damage))
        self._loaded = True
        await self._renewed(lease)
        self._ready.set()
        await self._run()

    async def _carry_out(self, lease: Lease) -> None:
        """Does what other replicas were asked for, and drops what no release uses any more."""
        swept = -SWEEP
        while True:
            await self._outside.sleep(self._pace.look / 2)
            try:
                if not self._loaded:
                    continue
                for order, what, name in await lease.orders():
                    await lease.answer(order, await self._done(what, name))
                if self._outside.monotonic() - swept >= SWEEP:
                    swept = self._outside.monotonic()
                    for table in await self._store.sweep(self.views, UNUSED):
                        log.info("views.swept", service=self._service, table=table)
            except Unavailable:
                continue
            except Exception:
                log.exception("views.order_failed", service=self._service)

    async def _done(self, what: str, name: str) -> dict[str, Any]:
        view = next((view for view in self.views if view.name == name), None)
        try:
            if view is None:
                raise KeyError(name)
            if what == "rebuild":
                return {"seconds": await self.rebuild(view)}
            return {"verdict": asdict(await self.verify(view))}
        except Exception as error:
            log.exception("views.order_failed", service=self._service, what=what, view=name)
            return {"error": f"{type(error).__name__}: {error}"}

    async def _ordered(self, what: str, view: View) -> dict[str, Any]:
        """Has the replica that writes do something. Raises Unavailable where it failed."""
        assert self._lease is not None
        answer = await self._lease.order(what, view.name)
        if "error" in answer:
            raise Unavailable(f"{what} of {view.name}: {answer['error']}")
        return answer


@dataclass
class Step:
    """Events that are folded together, with what the log holds of their entities before; `late`: those that do not come
    last in their lines (sequences); `from_start`: nothing was said up to their end of who is not in `tops`."""

    events: Sequence[Recorded]
    past: Past
    late: set[int]
    tops: Tops
    from_start: bool = False


async def apply(store: Store, view: View, step: Step, batch: Batch, outside: Outside = REAL) -> None:
    """Adds to a batch what these events make of the documents of a view: key → document, None for one that went.

    A document that shows an event already, since an earlier try was cut off, is not given it again. Where an event does
    not come last, or corrects another, its documents are folded anew from the log, up to the step's end. An event on
    which the view itself fails, a mistake of ours, is noted and passed over by this view: a rebuild comes to the same,
    and all other events and views go on, sign-outs among them."""
    heard: list[tuple[Recorded, Sequence[str]]] = []
    dirty: dict[str, set[Ref]] = {}
    for event in step.events:
        if event.type not in view.listens:
            continue
        try:
            if not event.data:
                continue
            if corrects(event.type) and not view.of_log:
                for key in await _corrected(view, event, step.past) if view.folds_anew(event) else ():
                    dirty.setdefault(key, set()).add(ref_of(event))
                continue
            heard.append((event, view.keys(event)))
        except (Void, KeyError):
            continue  # data that are not of their type change nothing
        except Unavailable:
            raise
        except Exception as error:
            _note(error, view, event, batch)
            continue
        if event.seq in step.late and view.folds_anew(event):
            for key in heard[-1][1]:
                dirty.setdefault(key, set()).add(ref_of(event))
    keys = {key for _, found in heard for key in found} | dirty.keys()
    before = await store.standing(view, sorted(keys)) if keys else {}
    documents: dict[str, Document | None] = {}
    breath = outside.monotonic()
    for event, found in heard:
        if outside.monotonic() - breath > BREATH:  # a slow view holds up itself, not the pages beside it
            await outside.sleep(0)
            breath = outside.monotonic()
        for key in found:
            known = before.get(key, NOTHING)
            if event.seq <= known.seq or key in dirty:
                continue
            document = documents.get(key, known.document)
            try:
                after = view.evolve(document, event)
            except Exception as error:
                _note(error, view, event, batch)
                continue
            if view.sources is not None and await _overtaken(view, key, document, after, event, step):
                dirty[key] = {ref_of(event)}
                continue
            if after is not None:
                after["key"] = key
            if after is not None or document is not None:
                documents[key] = after
    for event, found in heard:
        for key in found:
            if key in dirty:
                dirty[key].add(ref_of(event))
    for key, refs in dirty.items():
        known = before.get(key, NOTHING)
        if known.seq >= step.past.upto:
            continue
        # Also where nothing is there, before or after: a writer that was outrun may still write what it saw in between.
        documents[key] = await _folded_anew(view, key, refs | {*view.made_of(key, known.document)}, step.past, batch)
    batch.documents[view] = documents
    batch.fresh[view] = documents.keys() - before.keys()


async def _corrected(view: View, event: Recorded, past: Past) -> set[str]:
    """The documents of a view that a correction changes."""
    lived = await past.of(ref_of(event))
    named = [lived.events[one.about] for one in lived.corrections if one.seq == event.seq and one.about in lived.events]
    if event.id in {fact.id for fact in lived.facts}:
        named.append(event)  # it is a fact after all
    # Its own entity's document too, if there is one: forms go by the version that it shows.
    return {event.entity_id, *(key for one in named if one.type in view.types for key in view.keys(one))}


async def _overtaken(
    view: View, key: str, before: Document | None, after: Document | None, event: Recorded, step: Step
) -> bool:
    """Whether something that another source of a document said stands after this event, or was said before the document
    was there."""
    place = place_of((day_of(event.time), event.seq))
    for ref in {*view.made_of(key, before), *view.made_of(key, after)} - {ref_of(event)}:
        top = step.tops.get(ref)
        if top is None and step.from_start:
            continue
        if before is None and after is not None and (await step.past.of(ref)).facts:
            return True
        if (await step.past.top(ref, event.seq) if top is None else top) > place:
            return True
    return False


async def _folded_anew(view: View, key: str, refs: set[Ref], past: Past, batch: Batch) -> Document | None:
    """A document from all that its sources say up to the step's end, in the order of the line. `stamps` are those of
    its last event by the log: forms and indexes go by what they have seen."""
    while True:
        told: list[tuple[int, Recorded]] = []
        last: dict[bool, Recorded] = {}
        for ref in refs:
            lived = await past.of(ref)
            told += [(place, event) for place, event in lived.line(view.types) if key in view.keys(event)]
            touched = {id for id, event in lived.events.items() if event.type in view.types and key in view.keys(event)}
            corrected = {one.seq for one in lived.corrections if one.about in touched}
            for id, event in lived.events.items():
                own = event.entity_id == key
                if id in touched or event.seq in corrected or (own and corrects(event.type)):
                    last[own] = max(last.get(own, event), event, key=lambda one: one.seq)
        document: Document | None = None
        for _, event in sorted(told, key=lambda one: one[0]):
            try:
                document = view.evolve(document, event)
            except Exception as error:
                _note(error, view, event, batch)
                continue
            if document is not None:
                document["key"] = key
        more = set(view.made_of(key, document)) - refs
        if not more:
            break
        refs = refs | more
    if document is not None and (stamp := last.get(True) or last.get(False)) is not None:
        document |= {name: getattr(stamp, name) for name in view.stamps if name in document}
    return document


def _note(error: Exception, view: View, event: Recorded, batch: Batch) -> None:
    """Notes in the batch an event on which the view fails. Raises what is not the view's fault."""
    if isinstance(error, Void | MemoryError):
        raise error
    log.error("view.failed", view=view.name, seq=event.seq, type=event.type, exc_info=error)
    batch.voids.setdefault(event.seq, UNFOLDED)


async def _same_log(log_: Log, judged: Checkpoint) -> None:
    """The event at a checkpoint must still be the one that was read there. Raises LogDamaged."""
    if judged.seq == 0:
        return
    last = await log_.last(seen=judged.seq)
    if last < judged.seq:
        raise LogDamaged(f"the log ends at sequence {last}, but {judged.seq} was read before: restore it")
    message = await log_.at(judged.seq, seen=True)
    if message is None or _id(message) != judged.id:
        raise LogDamaged(f"sequence {judged.seq} of the log is not the event that was read there before")
    log_.shows(judged.seq)


def _id(message: Message) -> str:
    try:
        return opened(message).id
    except Void:
        return ""
