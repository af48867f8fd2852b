"""The event log: one JetStream stream a network. Append with an expectation, load one entity, read everything."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

import orjson
import structlog
from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js.api import DiscardPolicy, RePublish, RetentionPolicy, StorageType, StreamConfig
from nats.js.errors import APIError, NotFoundError

from shared.base.outside import REAL, Outside
from shared.contract.envelope import Message, Recorded, Void, opened
from shared.kernel.broker.connection import NotAllowed
from shared.kernel.eventlog.atomic_batch import PATIENT, Patience
from shared.kernel.eventlog.direct_get import DirectGet, Unavailable, api_of
from shared.kernel.eventlog.group_commit import Committer, Conflict, Unit, Write
from shared.kernel.eventlog.ordered_reader import AGAIN, DOUBTS, LogDamaged, end_of, read, told_subject

__all__ = ["Conflict", "History", "Log", "LogDamaged", "LogUnfit", "NotAllowed", "Unavailable", "Unit", "Write"]
log = structlog.get_logger()
REMEMBERED = 10_000  # entities whose last event, if we wrote it, is looked for before anything is decided
RESTORING = "maillage-restoring"
"""The key in a stream's metadata while a restore fills it; until then nobody reads or writes it as a log."""
UNFINISHED = "the log {} is being restored: let `maillage restore` finish, or run it again"
PROMISED = (
    "subjects", "storage", "retention", "discard", "max_msgs", "max_bytes", "max_age", "max_msgs_per_subject",
    "max_msg_size", "deny_delete", "deny_purge", "allow_direct", "allow_atomic", "allow_rollup_hdrs", "sealed",
    "no_ack", "mirror", "sources", "subject_transform", "republish", "allow_msg_ttl", "allow_msg_counter",
    "persist_mode",
)  # fmt: skip
"""What of a stream's configuration our promises rest on."""


class LogUnfit(Exception):
    """The stream is not there, or not as a log must be. The text says what an operator can do."""


def stream_config(network: str, replicas: int = 1) -> StreamConfig:
    """The stream of a network. `deny_delete` and `deny_purge` can't be lifted later: what is written stays."""
    return StreamConfig(
        name=network,
        subjects=[f"{network}.>"],
        storage=StorageType.FILE,
        retention=RetentionPolicy.LIMITS,
        discard=DiscardPolicy.NEW,
        max_msgs=-1,
        max_bytes=-1,
        max_age=0,
        num_replicas=replicas,
        deny_delete=True,
        deny_purge=True,
        allow_direct=True,
        allow_atomic=True,
        duplicate_window=120.0,
        republish=RePublish(src=f"{network}.>", dest=told_subject(network)),
    )


def being_restored(there: StreamConfig) -> bool:
    """Whether a restore that is not finished fills this stream."""
    return RESTORING in (there.metadata or {})


def unlike(there: StreamConfig, network: str, replicas: int | None = None) -> list[str]:
    """In what a stream is not as the log of a network must be, such as `deny_purge: False instead of True`. Replicas
    are compared where they are given."""
    wanted = stream_config(network, replicas or 1)
    names = [*PROMISED, *(["num_replicas"] if replicas else [])]
    found = [(name, _plain(getattr(there, name)), _plain(getattr(wanted, name))) for name in names]
    return [f"{name}: {is_} instead of {should}" for name, is_, should in found if is_ != should]


def _plain(value: object) -> object:
    """As the server tells and as we set it may differ for the same: nothing, none, unlimited, an empty list."""
    if isinstance(value, RePublish):
        return value.src, value.dest, bool(value.headers_only)
    return None if value in (None, False, 0, -1, [], "", "default") else value


async def prepare(nc: Client, network: str, replicas: int = 1) -> None:
    """Makes the stream where it is missing, and lets it have what a newer version of us wants. For an operator.

    Raises LogUnfit where a stream of that name is another thing, NotAllowed, nats-py's errors."""
    js = nc.jetstream()
    try:
        there = (await js.stream_info(network)).config
    except NotFoundError:
        await js.add_stream(stream_config(network, replicas))
        log.info("log.created", network=network, replicas=replicas)
        return
    if being_restored(there):
        raise LogUnfit(UNFINISHED.format(network))
    if not unlike(there, network, replicas):
        return
    there.republish, there.num_replicas = stream_config(network).republish, replicas
    if wrong := unlike(there, network, replicas):
        raise LogUnfit(f"there is a stream {network} that is no log of ours ({'; '.join(wrong)})")
    await js.update_stream(there)
    log.info("log.updated", network=network, replicas=replicas)


class Judgement(Protocol):
    """What whoever reads the whole log knows of it (the runner): which messages are void, and where an entity stands
    (`<service>.<entity>.<id>`, 0 where that is not known)."""

    def is_void(self, seq: int) -> bool: ...
    def version_of(self, entity: str) -> int: ...


@dataclass(frozen=True)
class History:
    """What happened to one entity. `version` counts its valid events, `seq` is the last sequence under its subject
    (void messages count there, since the server's expectation knows nothing of void)."""

    events: list[Recorded]
    version: int
    seq: int


class Log:
    """The log of one network, over one connection. `unfit`: what of a stream is not as a log must be."""

    def __init__(
        self,
        nc: Client,
        network: str,
        *,
        replicas: int = 1,
        outside: Outside = REAL,
        patience: Patience = PATIENT,
        unfit: Callable[[StreamConfig, str], list[str]] = unlike,
        direct: DirectGet | None = None,
    ) -> None:
        self.network, self._nc, self._replicas = network, nc, replicas
        self._outside, self._patience, self._unfit = outside, patience, unfit
        self._direct = direct or DirectGet(nc, network, outside)
        self._committer = Committer(nc, network, self._direct, outside, patience)
        self._several = replicas > 1
        self._written: dict[str, int] = {}  # entity → the sequence of its last event that we wrote; newest last
        self.judgement: Judgement | None = None

    async def start(self, *, restoring: bool = False) -> None:
        """Raises LogUnfit where the stream is not as it must be. Where it is missing it is made, if we are an operator.
        `restoring`: it is we who fill it."""
        js = self._nc.jetstream()
        try:
            there = (await js.stream_info(self.network)).config
        except NotFoundError:
            try:
                await prepare(self._nc, self.network, self._replicas)
            except NotAllowed as error:
                raise LogUnfit(f"there is no stream {self.network} yet; `maillage prepare` makes it") from error
        else:
            if being_restored(there) and not restoring:
                raise LogUnfit(UNFINISHED.format(self.network))
            self._several = (there.num_replicas or 1) > 1
            if wrong := self._unfit(there, self.network):
                raise LogUnfit(
                    f"the stream {self.network} is not as the log must be ({'; '.join(wrong)}): "
                    "`maillage prepare` mends what can be mended; else restore it into a new stream"
                )
        await self._direct.start()
        self._committer.start()

    async def stop(self) -> None:
        await self._committer.stop()
        await self._direct.stop()

    async def append(self, unit: Unit) -> int:
        """Writes all events of a unit, or none; returns the sequence of the last.

        Raises Conflict where one of its entities has moved on, Unavailable where the log could not be reached (the
        unit may then be in the log or not: append it again, the answer will be right)."""
        seq = await self._committer.append(unit)
        for n, write in enumerate(unit.writes, seq - len(unit.writes) + 1):
            self._written.pop(write.entity, None)
            self._written[write.entity] = n
        while len(self._written) > REMEMBERED:
            del self._written[next(iter(self._written))]
        return seq

    async def load(self, service: str, entity: str, id: UUID, *, shows: int = 0) -> History:
        """The valid events of one entity, in order. Void messages are passed over, as every reader does. `shows`: a
        sequence of this entity that was acknowledged, which a replica of the log that is behind may not know yet; of
        what this very process has written last it is known without.

        Raises Unavailable where events are missing that were there before: nothing may be decided on half a history."""
        name = f"{service}.{entity}.{id}"
        shows = max(shows, self._written.get(f"{self.network}.{name}", 0))
        for _ in range(DOUBTS):
            messages = await self._direct.after(f"{self.network}.{name}.*", 0)
            events, missing = self._in_turn(messages)
            known = self.judgement.version_of(name) if self.judgement else 0
            last = messages[-1].seq if messages else 0
            if missing is None and len(events) >= known and last >= shows:
                return History(events, len(events), last)
            await self._outside.sleep(
                AGAIN
            )  # a replica that is behind, or a message that the runner has not judged yet
        what = f"event {len(events) + 1} of {name} is missing from the log: restore it"
        log.error("log.event_missing", entity=name, version=len(events) + 1)
        raise Unavailable(what)

    def _in_turn(self, messages: Sequence[Message]) -> tuple[list[Recorded], int | None]:
        """The events among the messages of one entity that have their turn; and the sequence of one whose predecessor
        is missing, unless it is known for void."""
        events: list[Recorded] = []
        missing = None
        for message in messages:
            try:
                event = opened(message)
            except Void:
                continue
            if event.version == len(events) + 1:
                events.append(event)
            elif event.version > len(events) + 1 and self.judgement and not self.judgement.is_void(message.seq):
                missing = missing or message.seq
            # else out of turn: a copy of an earlier message, or a forged one
        return events, missing

    def shows(self, seq: int) -> None:
        """Tells that the log has been seen to hold this sequence: it must never give it to another event."""
        self._committer.shows(seq)

    @property
    def shown(self) -> int:
        """The last sequence that the log has been seen to hold."""
        return self._committer.shown

    async def at(self, seq: int, *, seen: bool = False) -> Message | None:
        """The message with this sequence, None beyond the end. `seen`: it was there; a replica that has it not is
        behind, and another one is asked."""
        found = await self._direct.at(seq)
        for _ in range(DOUBTS if seen and self._several else 0):
            if found is not None:
                break
            await self._outside.sleep(AGAIN)
            found = await self._direct.at(seq)
        return found

    async def under(self, subjects: str) -> list[Message]:
        """Every message whose subject matches, in order; `subjects` may hold wildcards and leaves the network out."""
        return await self._direct.under(f"{self.network}.{subjects}")

    async def whole(self) -> None:
        """Raises LogDamaged where the stream is gone or the server itself says that messages are missing from it
        (nobody may delete any), LogUnfit where it is not as a log must be, Unavailable. Makes nothing."""
        try:
            info = await self._nc.jetstream().stream_info(self.network)
        except NotFoundError as error:
            raise LogDamaged(f"the event log {self.network} is gone: restore it") from error
        except (TimeoutError, NatsError, APIError) as error:
            raise Unavailable("the event log does not answer") from error
        if wrong := self._unfit(info.config, self.network):
            raise LogUnfit(f"the stream {self.network} is no longer as the log must be ({'; '.join(wrong)})")
        if (missing := int(info.state.last_seq) - int(info.state.messages)) > 0:
            raise LogDamaged(f"{missing} of {info.state.last_seq} events are missing from the log: restore it")

    async def last(self, *, seen: int = 0) -> int:
        """The sequence of the last message, 0 of an empty log. `seen`: a sequence that was there
        (`shared.kernel.eventlog.ordered_reader.end_of`)."""
        try:
            return await end_of(self._nc, self.network, seen, self._outside, self._patience)
        except (TimeoutError, NatsError, APIError) as error:
            raise Unavailable("the event log does not answer") from error

    async def end(self) -> tuple[int, datetime | None]:
        """The sequence of the last message, and what time it is where the log lies (None where it does not say)."""
        try:
            answer = await self._nc.request(f"{api_of(self._nc)}.STREAM.INFO.{self.network}", b"", timeout=5.0)
        except (TimeoutError, NatsError) as error:
            raise Unavailable("the event log does not answer") from error
        told = orjson.loads(answer.data)
        if "state" not in told:
            raise Unavailable("the event log does not say how it is")
        return int(told["state"]["last_seq"]), datetime.fromisoformat(told["ts"]) if told.get("ts") else None

    def read(
        self, after: int = 0, *, follow: bool = False, until: int | None = None
    ) -> AsyncGenerator[list[Message], None]:
        """Everything after a sequence, in runs, in order, without holes. See
        `shared.kernel.eventlog.ordered_reader.read`."""
        return read(
            self._nc, self.network, after, follow=follow, until=until, outside=self._outside, patience=self._patience
        )
