"""The ordered read of everything: pulls that overlap, from any sequence on, without a hole or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import orjson
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.errors import Error as NatsError
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from nats.js.errors import APIError, NotFoundError

from shared.connection import Connection
from shared.direct import DirectGet, Unavailable
from shared.envelope import Message

PULL = 1000  # messages a request
AHEAD = 10 * PULL  # messages asked for and not yet taken over: bounds the memory
QUIET = 3.0  # seconds without even a heartbeat after which the consumer is taken for dead
EXPIRES = 30.0  # seconds that an unanswered request stays open


class LogDamaged(Exception):
    """The log is not what it was: a sequence is missing, or the log ends before what was read of it already."""


class _Pulls:
    """One ephemeral consumer, and the requests open on it."""

    def __init__(self, nc: Client, stream: str, after: int, api: str) -> None:
        self._nc, self._stream, self._after, self._api = nc, stream, after, api
        self.messages: list[Message] = []
        self.news = asyncio.Event()
        self.lost = False
        self.idle = False  # the server lives and has nothing to send
        self._asked = 0  # messages of open requests, at most
        self._consumer = ""
        self._subscription: Subscription | None = None

    async def open(self) -> None:
        config = ConsumerConfig(
            deliver_policy=DeliverPolicy.BY_START_SEQUENCE,
            opt_start_seq=self._after + 1,
            ack_policy=AckPolicy.NONE,
            mem_storage=True,
            num_replicas=1,
            inactive_threshold=60.0,
        )
        info = await self._nc.jetstream(prefix=self._api).add_consumer(self._stream, config)
        self._consumer = info.name
        self._inbox = self._nc.new_inbox()
        self._subscription = await self._nc.subscribe(
            self._inbox, cb=self._heard, pending_msgs_limit=4 * AHEAD, pending_bytes_limit=-1
        )
        if isinstance(self._nc, Connection):
            self._nc.shorten(self._subscription, self._take)

    async def close(self) -> None:
        if self._subscription is None:
            return  # its opening failed, or was cut off
        if isinstance(self._nc, Connection):
            self._nc.forget(self._subscription)
        if self._nc.is_closed:
            return
        try:
            await self._subscription.unsubscribe()
            await self._nc.jetstream(prefix=self._api).delete_consumer(self._stream, self._consumer)
        except (NatsError, NotFoundError, APIError, TimeoutError):
            pass  # it ends by itself after its inactive_threshold

    async def ask(self) -> None:
        """Keeps requests open as long as what is asked for and not taken over stays below AHEAD."""
        while len(self.messages) + self._asked + PULL <= AHEAD:
            self._asked += PULL
            request = {"batch": PULL, "expires": int(EXPIRES * 1e9), "idle_heartbeat": int(QUIET / 3 * 1e9)}
            await self._nc.publish(
                f"{self._api}.CONSUMER.MSG.NEXT.{self._stream}.{self._consumer}",
                orjson.dumps(request),
                reply=self._inbox,
            )
            if self._asked >= 2 * PULL:
                break

    def _take(self, subject: bytes, reply: bytes, body: bytes) -> None:
        """A message of the log. Its sequence is in the reply subject (NATS ADR-15)."""
        parts = reply.split(b".")
        try:
            seq = int(parts[5 if len(parts) == 9 else 7])
        except (IndexError, ValueError):  # nobody but the server should write to our inbox
            self.lost = True
        else:
            self.messages.append(Message(seq, subject.decode(errors="replace"), body))
            self._asked -= 1
            self.idle = False
        self.news.set()

    async def _heard(self, msg: Msg) -> None:
        if msg.reply.startswith("$JS.ACK"):
            self._take(msg.subject.encode(), msg.reply.encode(), msg.data)
        else:
            headers = msg.headers or {}
            if headers.get("Status") == "408":  # a request expired; so many of its messages never came
                self._asked -= int(headers.get("Nats-Pending-Messages", PULL))
            elif headers.get("Status") == "100":
                self.idle = True
            else:
                self.lost = True
        self.news.set()


async def read(
    nc: Client, stream: str, after: int, *, follow: bool, until: int | None = None, api: str = "$JS.API"
) -> AsyncIterator[list[Message]]:
    """Runs of messages with the sequences after+1, after+2, …; ends at `until` unless it is to `follow` for ever.

    A consumer that dies (a restart of the server, a lost connection) is replaced where it stood. Raises LogDamaged
    where a sequence is missing, even to a fresh consumer, where the log ends before `after`, or where it was replaced
    meanwhile by another one.
    """
    doubted = -1  # the sequence at which a hole was seen once
    latest: Message | None = None
    while True:
        last = await _last_sequence(nc, stream, api)
        if last < after:
            raise LogDamaged(f"the log ends at sequence {last}, but {after} was read before: restore it")
        if latest is not None and await _at(nc, stream, after, api) != latest:
            raise LogDamaged(f"sequence {after} of the log is not the event that was read there before")
        if not follow and until is None:
            until = last
        if until is not None and after >= until:
            return
        pulls = _Pulls(nc, stream, after, api)
        try:
            await pulls.open()
            while not pulls.lost:
                await pulls.ask()
                pulls.news.clear()
                if not pulls.messages:
                    pulls.idle = False
                    try:
                        async with asyncio.timeout(QUIET):
                            await pulls.news.wait()
                    except TimeoutError:
                        break
                    if pulls.idle and after < last and await _at(nc, stream, after + 1, api) is None:
                        raise LogDamaged(f"sequence {after + 1} is missing from the log: restore it")
                run, pulls.messages = pulls.messages, []
                if not run:
                    continue
                if run[0].seq != after + 1 or run[-1].seq != after + len(run):
                    whole = _without_gap(run, after)
                    if not whole and doubted == after:
                        raise LogDamaged(f"sequence {after + 1} is missing from the log: restore it")
                    if not whole:
                        doubted = after
                    run = whole
                    pulls.lost = True
                if until is not None and run and run[-1].seq > until:
                    run = run[: until - run[-1].seq]
                if run:
                    latest = run[-1]
                    after = latest.seq
                    yield run
                    if until is not None and after >= until:
                        return
        except (NatsError, APIError, TimeoutError, Unavailable):
            await asyncio.sleep(0.2)
        finally:
            await pulls.close()


def _without_gap(run: list[Message], after: int) -> list[Message]:
    whole = []
    for message in run:
        if message.seq != after + 1:
            break
        whole.append(message)
        after += 1
    return whole


async def _at(nc: Client, stream: str, seq: int, api: str) -> Message | None:
    """The message with this sequence, None where the log has none."""
    direct = DirectGet(nc, stream, api)
    await direct.start()
    try:
        while True:
            try:
                return await direct.at(seq)
            except Unavailable:
                if nc.is_closed:
                    raise
    finally:
        await direct.stop()


async def _last_sequence(nc: Client, stream: str, api: str) -> int:
    while True:
        try:
            info = await nc.jetstream(prefix=api).stream_info(stream)
            return int(info.state.last_seq)
        except (NatsError, APIError, TimeoutError):
            if nc.is_closed:
                raise
            await asyncio.sleep(0.2)
