"""The event log: one JetStream stream a network. Append with an expectation, load one entity, read everything."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID

import structlog
from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js.api import DiscardPolicy, RetentionPolicy, StorageType, StreamConfig
from nats.js.errors import APIError, NotFoundError

from shared.committing import Committer, Conflict, Unit, Write
from shared.direct import DirectGet, Unavailable
from shared.envelope import Message, Recorded, Void, opened
from shared.reading import LogDamaged, read

__all__ = ["Conflict", "History", "Log", "LogDamaged", "Unavailable", "Unit", "Write"]
log = structlog.get_logger()


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
    )


@dataclass(frozen=True)
class History:
    """What happened to one entity. `version` counts its valid events, `seq` is the last sequence under its subject
    (void messages count there, since the server's expectation knows nothing of void)."""

    events: list[Recorded]
    version: int
    seq: int


class Log:
    """The log of one network, over one connection. `start` makes the stream where it is missing."""

    def __init__(self, nc: Client, network: str, *, api: str = "$JS.API", replicas: int = 1) -> None:
        self.network, self._nc, self._api, self._replicas = network, nc, api, replicas
        self._direct = DirectGet(nc, network, api)
        self._committer = Committer(nc, network, self._direct)

    async def start(self) -> None:
        js = self._nc.jetstream(prefix=self._api)
        try:
            await js.stream_info(self.network)
        except NotFoundError:
            await js.add_stream(stream_config(self.network, self._replicas))
            log.info("log.created", network=self.network)
        await self._direct.start()
        self._committer.start()

    async def stop(self) -> None:
        await self._committer.stop()
        await self._direct.stop()

    async def append(self, unit: Unit) -> int:
        """Writes all events of a unit, or none; returns the sequence of the last.

        Raises Conflict where one of its entities has moved on, Unavailable where the log could not be reached (the
        unit may then be in the log or not: append it again, the answer will be right).
        """
        return await self._committer.append(unit)

    async def load(self, service: str, entity: str, id: UUID) -> History:
        """The valid events of one entity, in order. Void messages are passed over, as every reader does."""
        messages = await self._direct.after(f"{self.network}.{service}.{entity}.{id}.*", 0)
        events: list[Recorded] = []
        version = 0
        for message in messages:
            try:
                event = opened(message)
            except Void:
                continue
            if event.version != version + 1:
                continue  # out of turn: a copy of an earlier message, or a forged one
            version += 1
            events.append(event)
        return History(events, version, messages[-1].seq if messages else 0)

    async def at(self, seq: int) -> Message | None:
        """The message with this sequence, None beyond the end."""
        return await self._direct.at(seq)

    async def last(self) -> int:
        """The sequence of the last message, 0 of an empty log."""
        try:
            info = await self._nc.jetstream(prefix=self._api).stream_info(self.network)
        except (TimeoutError, NatsError, APIError) as error:
            raise Unavailable("the event log does not answer") from error
        return int(info.state.last_seq)

    def read(self, after: int = 0, *, follow: bool = False, until: int | None = None) -> AsyncIterator[list[Message]]:
        """Everything after a sequence, in runs, in order, without holes. See `shared.reading.read`."""
        return read(self._nc, self.network, after, follow=follow, until=until, api=self._api)
