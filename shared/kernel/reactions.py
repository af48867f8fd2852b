"""Reactions: what a service does when an event is spoken. A durable pull consumer through FastStream for each.

`@on(Type, name=…)` declares one: an async function from the event and its service to commands. Their ids follow from
the event's id, so a second delivery changes nothing. What fails is tried again with growing pauses, then parked, where
an operator sees it, tries it again or drops it. A reaction is not a view: a rebuild never reacts again. A correction is
an event too: `@on(EventStruck, of=(Type, …), name=…)` hears that such a fact never was."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar
from uuid import UUID

import structlog
from faststream import AckPolicy
from faststream.nats import JStream, PullSub
from faststream.nats.annotations import NatsMessage
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js.api import AckPolicy as Acknowledging
from nats.js.api import ConsumerConfig, ConsumerInfo, DeliverPolicy
from nats.js.errors import NotFoundError

from shared.base import tracing
from shared.base.outside import REAL, Outside
from shared.base.tallies import tally
from shared.contract import Event
from shared.contract.envelope import Message, Recorded, Void, opened
from shared.kernel.broker.connection import Broker
from shared.kernel.decider import Command, derived_id
from shared.kernel.running import Running

log = structlog.get_logger()
STOP = 1.0  # seconds that reactions under way are given at a stop; what is cut off is offered again after ACK_WAIT
ACK_WAIT = 20.0  # seconds after which the server offers an event again when nobody says that it is being worked on

S = TypeVar("S", bound=Running)
Asked = TypeVar("Asked", contravariant=True)  # what a reaction asks of its service, which may be less than all of it
React = Callable[[Recorded, Asked], Awaitable[Sequence[Command]]]


@dataclass(frozen=True)
class Tries:
    """How often a reaction that fails is tried before it is parked, and the seconds between: from `first` on, doubled
    at each try up to `longest`. With these the ninth comes about two minutes after the first."""

    most: int = 9
    first: float = 0.5
    longest: float = 60.0


@dataclass(frozen=True)
class Reaction(Generic[Asked]):
    """One reaction; `name` is part of its durable consumer's name and never changes. `of`: of a correction, the types
    of facts (of one kind of entity) about which it is heard."""

    name: str
    event: type[Event]
    react: React[Asked]
    of: tuple[type[Event], ...] = ()

    def hears(self, event: Recorded) -> bool:
        return not self.of or getattr(event.data, "kind", None) in {kind.type_name() for kind in self.of}


def on(event: type[Event], *, name: str, of: tuple[type[Event], ...] = ()) -> Callable[[React[Asked]], Reaction[Asked]]:
    """Declares the decorated function as the reaction to one type of event. Its name is stored and is said, so that the
    function may be called otherwise at any time: the durable consumer and the ids of its commands follow from it."""
    return lambda react: Reaction(name, event, react, of)


def durable(service: str, reaction: Reaction[Any]) -> str:
    """The name of its durable consumer, which only this service may use (shared/runtime/nats/server_config.py)."""
    return f"{service}-{reaction.name}"


async def prepare(nc: Client, network: str, service: str, reactions: Sequence[Reaction[Any]]) -> None:
    """Makes the durable consumers that are missing. For an operator: a service may not, since whoever makes a consumer
    may name any subject for the server to deliver to."""
    js = nc.jetstream()
    for reaction in reactions:
        name = durable(service, reaction)
        try:
            await js.consumer_info(network, name)
        except NotFoundError:
            config = replace(CONSUMER, durable_name=name, filter_subject=_subject(network, reaction))
            await js.add_consumer(network, config)


def _subject(network: str, reaction: Reaction[Any]) -> str:
    about = next(iter(reaction.of), reaction.event)
    return f"{network}.{about.service}.{about.entity}.*.{reaction.event.type_name()}"


CONSUMER = ConsumerConfig(
    deliver_policy=DeliverPolicy.ALL, ack_policy=Acknowledging.EXPLICIT, ack_wait=ACK_WAIT, max_ack_pending=64
)


class Reactions(Generic[S]):
    """Runs the reactions of one service on a connection of their own. `ack_wait`: seconds after which the server offers
    an event again when nobody says that it is being worked on."""

    def __init__(
        self,
        service: S,
        reactions: Sequence[Reaction[S]],
        connection: dict[str, Any],
        outside: Outside = REAL,
        tries: Tries | None = None,
        ack_wait: float = ACK_WAIT,
    ) -> None:
        self._service, self.reactions = service, list(reactions)
        self._outside, self.tries, self._ack_wait = outside, tries or Tries(), ack_wait
        self.broker = Broker(**connection, logger=None, graceful_timeout=STOP)
        self._inbox = f"{connection.get('inbox_prefix', '_INBOX')}.".encode()
        self._tally = tally(service.name)
        for reaction in self.reactions:
            self._subscribe(reaction)

    async def start(self) -> None:
        if self.reactions:
            await self.broker.start()

    async def stop(self) -> None:
        if self.reactions:
            try:
                await self.broker.stop()
            except (NatsError, OSError):
                await self.broker.leave()

    def _subscribe(self, reaction: Reaction[S]) -> None:
        network = self._service.network
        subscriber = self.broker.subscriber(
            _subject(network, reaction),
            durable=durable(self._service.name, reaction),
            stream=JStream(network, declare=False),
            pull_sub=PullSub(batch_size=1, timeout=5.0),  # one at a time: more would be handled at once, out of order
            config=replace(CONSUMER, ack_wait=self._ack_wait),  # nats-py writes into it
            inbox_prefix=self._inbox,
            ack_policy=AckPolicy.MANUAL,
            no_reply=True,
        )

        async def handle(message: NatsMessage) -> None:
            await self._handle(reaction, message)

        subscriber(handle)

    async def _handle(self, reaction: Reaction[S], message: NatsMessage) -> None:
        raw = message.raw_message
        assert not isinstance(raw, list)
        found = Message(raw.metadata.sequence.stream, raw.subject, raw.data)
        tries = raw.metadata.num_delivered or 1
        working = asyncio.create_task(self._still_working(raw))
        try:
            await self.react(reaction, found)
        except asyncio.CancelledError:
            with suppress(NatsError):
                await raw.nak()  # we are closing: whoever starts next takes it at once
            raise
        except Exception as error:
            if tries < self.tries.most:
                self._tally.reactions[reaction.name, "failed"] += 1
                log.warning("reaction.failed", reaction=reaction.name, seq=found.seq, tries=tries, error=repr(error))
                await raw.nak(delay=min(self.tries.longest, self.tries.first * 2 ** (tries - 1)))
                return
            log.error("reaction.parked", reaction=reaction.name, seq=found.seq, error=repr(error))
            self._tally.reactions[reaction.name, "parked"] += 1
            await self._service.store.park(reaction.name, found.seq, f"{type(error).__name__}: {error}"[:500])
        else:
            self._tally.reactions[reaction.name, "done"] += 1
        finally:
            working.cancel()
        await raw.ack()

    async def react(self, reaction: Reaction[S], message: Message) -> None:
        """Reacts to one message, once in effect. Raises whatever stands in the way."""
        if not await self._service.runner.wait_for(message.seq, timeout=30.0):
            raise TimeoutError(f"views have not reached sequence {message.seq}")
        if self._service.runner.is_void(message.seq):
            return
        try:
            event = opened(message)
        except Void:
            return
        with tracing.span(f"react {reaction.name}", "consumer", event.cloud.traceparent, maillage__sequence=event.seq):
            try:
                commands = await reaction.react(event, self._service) if reaction.hears(event) else ()
            except Void:
                return
            for n, command in enumerate(commands, 1):
                await self._service.execute(
                    command,
                    id=derived_id(UUID(event.id), f"{self._service.name}/{reaction.name}/{n}"),
                    actor=f"service:{self._service.name}",
                    cause=event,
                    derived=True,
                )

    async def position(self, reaction: Reaction[S]) -> ConsumerInfo | None:
        """How far a reaction's durable consumer is; None where there is none yet. Raises nats-py's errors."""
        js = self._service.nc.jetstream()
        info: ConsumerInfo | None = None
        with suppress(NotFoundError):
            info = await js.consumer_info(self._service.network, durable(self._service.name, reaction))
        return info

    async def retry(self, name: str, seq: int) -> bool:
        """Tries a parked event again now; True if it went well and is parked no more."""
        reaction = next((r for r in self.reactions if r.name == name), None)
        message = await self._service.log.at(seq)
        if reaction is None or message is None:
            return False
        try:
            await self.react(reaction, message)
        except Exception as error:
            await self._service.store.park(name, seq, f"{type(error).__name__}: {error}"[:500])
            return False
        await self._service.store.unpark(name, seq)
        return True

    async def _still_working(self, raw: Msg) -> None:
        """Tells the server again and again that this event is in hand, so that a crash is noticed soon and a long
        reaction is not taken for one."""
        while True:
            await self._outside.sleep(self._ack_wait / 4)
            with suppress(NatsError):  # the connection may be away for a moment
                await raw.in_progress()
