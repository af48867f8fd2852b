"""A fake JetStream: one stream and its durable consumers in memory, behind connections that lose what they carry.

It speaks what the kernel sends over the wire (publish with expectations, atomic batches, direct gets, what is told of
new messages), so that the log, its group commit and its readers are the product's own. How the real server answers
is measured in the design; that this one answers alike is tried by the log's own tests (`test_same_log.py`)."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from types import SimpleNamespace
from typing import Any

from nats.errors import ConnectionReconnectingError
from nats.errors import TimeoutError as NoAnswerInTime
from nats.js.api import StreamConfig
from nats.js.errors import NotFoundError

from shared.contract.envelope import Message
from shared.kernel.broker.connection import API, Connection, Take
from shared.kernel.eventlog.atomic_batch import EXPECTED
from shared.kernel.eventlog.event_log import stream_config

DEAD_LETTER = 5_000  # deliveries of one message after which somebody turns in a circle


@dataclass
class Faults:
    """What goes wrong, as chances from 0 to 1 of each message. `wire`: seconds that a message takes, at least and at
    most; `unanswered`: an answer to a write that never leaves the server; `untold`: a message that nobody is told of;
    `lag`: seconds that a replica of the log is behind; `cut`: a request at which the connection breaks."""

    wire: tuple[float, float] = (0.001, 0.004)
    unanswered: float = 0.0
    untold: float = 0.0
    lag: float = 0.0
    cut: float = 0.0
    refused: float = 0.0
    """a write that the server can't take for the moment (503)"""


NONE = Faults(wire=(0.0, 0.0))


def matches(pattern: str, subject: str) -> bool:
    wanted, given = pattern.split("."), subject.split(".")
    for n, one in enumerate(wanted):
        if one == ">":
            return len(given) > n
        if n >= len(given) or one not in ("*", given[n]):
            return False
    return len(wanted) == len(given)


@dataclass
class Consumer:
    """A durable consumer. `next`: the sequence from which it has not delivered yet; `out`: sequence → (when it is
    delivered again, how often it was); `waiting`: who asked for one."""

    name: str
    subject: str
    next: int = 1
    out: dict[int, tuple[float, int]] = field(default_factory=dict)
    waiting: deque[asyncio.Future[None]] = field(default_factory=deque)


class Server:
    """The stream `network`. `heard` is called with the messages of each write, as they are stored."""

    def __init__(
        self,
        network: str | None = None,
        random: Random | None = None,
        *,
        replicas: int = 1,
        faults: Faults = NONE,
        heard: Callable[[Sequence[Message]], None] = lambda messages: None,
        ack_wait: float = 2.0,
    ) -> None:
        self.random, self.faults, self.replicas, self.heard = random or Random(0), faults, replicas, heard
        self.ack_wait = ack_wait
        self.links: list[Link] = []
        self.consumers: dict[str, Consumer] = {}
        self.down = False
        self.config: StreamConfig | None = None
        self.messages: list[Message] = []
        if network is not None:
            self.make(stream_config(network, replicas))

    def make(self, config: StreamConfig) -> None:
        self.config, self.network = config, config.name or ""
        self.messages, self.last = [], dict[str, int]()
        self.seen = dict[str, int]()
        """ids of messages → sequence"""
        self.last_of = dict[str, int]()
        """entity (`<network>.<service>.<entity>.<id>`) → its last sequence"""
        self.of = dict[str, list[Message]]()
        """entity → all of it, in order: each decision and each view that folds anew asks for it"""
        self.batches = dict[str, list[tuple[str, bytes, dict[str, str]]]]()
        self.lagging = 0
        """how many messages the other replicas have"""

    # -- writing --------------------------------------------------------------------------------------------------

    def take(self, subject: str, body: bytes, headers: Mapping[str, str]) -> dict[str, Any] | None:
        """One message for the stream; what there is to answer, if anything."""
        batch = headers.get("Nats-Batch-Id")
        if batch is not None:
            parts = self.batches.setdefault(batch, [])
            parts.append((subject, body, dict(headers)))
            if "Nats-Batch-Commit" not in headers:
                return None
            del self.batches[batch]
            numbers = [int(one[2]["Nats-Batch-Sequence"]) for one in parts]
            if numbers != list(range(1, len(parts) + 1)):
                return _no(400, 10176, "atomic publish batch is incomplete")
            return self._write(parts, batch=True)
        return self._write([(subject, body, dict(headers))], batch=False)

    def _write(self, parts: list[tuple[str, bytes, dict[str, str]]], *, batch: bool) -> dict[str, Any]:
        if self.random.random() < self.faults.refused:
            return _no(503, 10077, "no room for the moment")
        ids = [headers.get("Nats-Msg-Id") for _, _, headers in parts]
        twice = next((self.seen[id] for id in ids if id in self.seen), None)
        if twice is not None and (batch or self.replicas > 1):
            if batch:
                return _no(400, 10201, "atomic publish batch contains duplicate message id")
            return {"stream": self.network, "seq": twice, "duplicate": True}
        for subject, _, headers in parts:
            expected = headers.get(EXPECTED)
            if expected is not None:
                last = self._last_under(headers.get(f"{EXPECTED}-Subject", subject))
                if self.replicas > 1 and self.random.random() < self.faults.refused:
                    return _no(400, 10164, "another expectation on this subject is under way")
                if last != int(expected):
                    return _no(400, 10071, f"wrong last sequence: {last}")
        if twice is not None:
            return {"stream": self.network, "seq": twice, "duplicate": True}
        stored = []
        for (subject, body, _), id in zip(parts, ids, strict=True):
            message = Message(len(self.messages) + 1, subject, body)
            self._keep(message)
            if id is not None:
                self.seen[id] = message.seq
            stored.append(message)
        self._replicate()
        self.heard(stored)
        self._tell(stored)
        for consumer in self.consumers.values():
            _wake(consumer)
        return {"stream": self.network, "seq": len(self.messages)} | ({"count": len(parts)} if batch else {})

    def put(self, messages: Sequence[Message]) -> None:
        """Messages that somebody else wrote: they are there, and told."""
        for message in messages:
            assert message.seq == len(self.messages) + 1
            self._keep(message)
        self.lagging = len(self.messages)
        self._tell(messages)

    def _keep(self, message: Message) -> None:
        entity = message.subject.rpartition(".")[0]
        self.messages.append(message)
        self.of.setdefault(entity, []).append(message)
        self.last[message.subject] = self.last_of[entity] = message.seq

    def _last_under(self, pattern: str) -> int:
        entity, _, rest = pattern.rpartition(".")
        if rest == "*" and not {"*", ">"} & set(entity.split(".")):
            return self.last_of.get(entity, 0)
        return max((seq for subject, seq in self.last.items() if matches(pattern, subject)), default=0)

    def _replicate(self) -> None:
        if self.replicas == 1 or not self.faults.lag:
            self.lagging = len(self.messages)
            return
        upto = len(self.messages)

        def arrived() -> None:
            self.lagging = max(self.lagging, min(upto, len(self.messages)))

        asyncio.get_running_loop().call_later(self.random.random() * self.faults.lag, arrived)

    def _tell(self, stored: Sequence[Message]) -> None:
        for link in self.links:
            for pattern, take in list(link.subscribed.values()):
                if pattern.startswith("told."):
                    for message in stored:
                        if self.random.random() >= self.faults.untold:
                            link.bring(take, f"told.{message.subject}".encode(), message.body, self._head(message))

    # -- reading --------------------------------------------------------------------------------------------------

    def get(self, request: Mapping[str, Any]) -> list[tuple[bytes, bytes, bytes]]:
        """The answers to a direct get: (subject, body, headers), the last without a body. Any replica may answer."""
        shown = len(self.messages)
        if self.replicas > 1 and self.random.random() < 0.66:
            shown = self.lagging
        batch = int(request.get("batch", 1))
        if "multi_last" in request:
            patterns = request["multi_last"]
            last: dict[str, Message] = {}
            for one in self._under(patterns[0], 0, shown):
                last[one.subject] = one
            found = sorted(last.values(), key=lambda one: one.seq)
        elif (wanted := request.get("next_by_subj")) is not None:
            found = self._under(wanted, int(request["seq"]) - 1, shown)
        else:
            first = max(0, int(request["seq"]) - 1)
            found = self.messages[first : min(first + batch, shown)]
        if not found:
            return [(b"", b"", b"NATS/1.0 404 Message Not Found\r\n\r\n")]
        run = found[:batch]
        more = len(found) - len(run)
        end = f"NATS/1.0 204 EOB\r\nNats-Num-Pending: {more}\r\nNats-Last-Sequence: {run[-1].seq}\r\n\r\n".encode()
        return [*((one.subject.encode(), one.body, self._head(one)) for one in run), (b"", b"", end)]

    def _under(self, pattern: str, after: int, upto: int) -> list[Message]:
        """The messages under a pattern after one sequence and up to another."""
        entity, _, rest = pattern.rpartition(".")
        if {"*", ">"} & set(entity.split(".")):
            return [one for one in self.messages[after:upto] if matches(pattern, one.subject)]
        if rest == ">":
            return [one for one in self.messages[after:upto] if one.subject.startswith(pattern[:-1])]
        return [one for one in self.of.get(entity, ()) if after < one.seq <= upto and matches(pattern, one.subject)]

    def _head(self, message: Message) -> bytes:
        return (
            f"NATS/1.0\r\nNats-Stream: {self.network}\r\nNats-Subject: {message.subject}\r\n"
            f"Nats-Sequence: {message.seq}\r\n\r\n"
        ).encode()

    # -- consumers ------------------------------------------------------------------------------------------------

    def next_for(self, consumer: Consumer, now: float) -> tuple[Message, int] | None:
        """What a consumer delivers now: what nobody acknowledged in time, else the next; with how often it was."""
        late = sorted(seq for seq, (again, _) in consumer.out.items() if again <= now)
        if late:
            seq, times = late[0], consumer.out[late[0]][1] + 1
        else:
            seq = next(
                (one.seq for one in self.messages[consumer.next - 1 :] if matches(consumer.subject, one.subject)), 0
            )
            if not seq:
                consumer.next = len(self.messages) + 1
                return None
            consumer.next, times = seq + 1, 1
        assert times < DEAD_LETTER
        consumer.out[seq] = (now + self.ack_wait, times)
        return self.messages[seq - 1], times

    # -- faults ---------------------------------------------------------------------------------------------------

    def kill(self, seconds: float) -> None:
        """The server dies and comes back: what it acknowledged is there, batches that were open are gone."""
        self.down = True
        self.batches.clear()
        for link in list(self.links):
            link.break_off(seconds)

        def back() -> None:
            self.down = False

        asyncio.get_running_loop().call_later(seconds, back)


def _no(code: int, number: int, text: str) -> dict[str, Any]:
    return {"error": {"code": code, "err_code": number, "description": text}}


def _wake(consumer: Consumer) -> None:
    while consumer.waiting:
        one = consumer.waiting.popleft()
        if not one.done():
            one.set_result(None)


class Link(Connection):
    """A connection to the fake server, as the kernel uses one. What is sent over it arrives in order, or not at all
    from some moment on."""

    def __init__(self, server: Server, context: Any = None) -> None:
        # not `Connection.__init__`: there is no socket
        self.api = API
        self.server, self.context = server, context
        self._short_ways: dict[int, Take] = {}
        self._awaited: dict[int, asyncio.Future[Any]] = {}
        self._refused: set[str] = set()
        self._pending: list[bytes] = []
        self._pending_data_size = 0
        self.stats: dict[str, int] = {"reconnects": 0}
        self.subscribed: dict[int, tuple[str, Take]] = {}
        self._number = 0
        self._epoch = 0
        self._open, self._closed = True, False
        self._up, self._down = 0.0, 0.0
        self._kept: list[Callable[[], None]] = []
        self._asked: dict[str, asyncio.Future[bytes]] = {}
        server.links.append(self)

    @property
    def is_connected(self) -> bool:
        return self._open and not self._closed

    @property
    def is_closed(self) -> bool:
        return self._closed

    async def close(self) -> None:
        self.gone()

    def gone(self) -> None:
        """Nobody is there any more: what was sent already may still arrive."""
        self._closed = True
        if self in self.server.links:
            self.server.links.remove(self)

    def break_off(self, seconds: float) -> None:
        """The connection breaks: what is on its way in either direction is lost. It comes back by itself."""
        if not self._open or self._closed:
            return
        self._epoch += 1
        self._open = False
        loop = asyncio.get_running_loop()

        def back() -> None:
            if self._closed:
                return
            if self.server.down:
                loop.call_later(0.05, back)
                return
            self._open = True
            self.stats["reconnects"] += 1
            kept, self._kept = self._kept, []
            for send in kept:
                send()

        def told() -> None:
            for one in list(self._asked.values()):
                if not one.done():
                    one.set_exception(ConnectionReconnectingError())
            for answer in list(self._awaited.values()):
                if not answer.done():
                    answer.set_exception(ConnectionReconnectingError())

        loop.call_soon(told, context=self.context)
        loop.call_later(seconds, back)

    # -- there and back -------------------------------------------------------------------------------------------

    def _wire(self) -> float:
        least, most = self.server.faults.wire
        return least + self.server.random.random() * (most - least) if most else 0.0

    def _up_to(self, arrive: Callable[[], None]) -> None:
        """Sends something to the server, behind all that was sent before."""
        if not self._open:
            self._kept.append(lambda: self._up_to(arrive))
            return
        loop, epoch = asyncio.get_running_loop(), self._epoch
        self._up = max(self._up, loop.time() + self._wire())

        def arrived() -> None:
            if epoch == self._epoch and not self.server.down:
                arrive()

        if self._up <= loop.time():
            loop.call_soon(arrived)
        else:
            loop.call_at(self._up, arrived)

    def _back(self, take: Callable[[], None]) -> None:
        """Brings something from the server, behind all that it sent before."""
        loop, epoch = asyncio.get_running_loop(), self._epoch
        self._down = max(self._down, loop.time() + self._wire())

        def came() -> None:
            if epoch == self._epoch and not self._closed:
                take()

        if self._down <= loop.time():
            loop.call_soon(came, context=self.context)
        else:
            loop.call_at(self._down, came, context=self.context)

    def bring(self, take: Take, subject: bytes, body: bytes, headers: bytes) -> None:
        if self._open:
            self._back(lambda: take(subject, b"", body, headers))

    def expect(self, subject: str, answer: Any) -> None:
        """As the product's, in the order of asking: a trace must not depend on where futures lie in memory."""
        self._number += 1
        number = self._number
        self._awaited[number] = answer
        answer.add_done_callback(lambda _: self._awaited.pop(number, None))

    # -- what the kernel calls ------------------------------------------------------------------------------------

    def new_inbox(self) -> str:
        self._number += 1
        return f"_INBOX.{id(self)}.{self._number}"

    async def subscribe(self, subject: str, *args: Any, cb: Any = None, **options: Any) -> Any:
        self._number += 1
        number = self._number

        async def unsubscribe(*args: Any) -> None:
            self.subscribed.pop(number, None)

        self.subscribed[number] = (subject, lambda *message: None)
        await asyncio.sleep(self._wire())
        return SimpleNamespace(_id=number, unsubscribe=unsubscribe)

    def shorten(self, subscription: Any, take: Take) -> None:
        self.subscribed[subscription._id] = (self.subscribed[subscription._id][0], take)

    def forget(self, subscription: Any) -> None:
        self.subscribed.pop(subscription._id, None)

    async def publish(
        self, subject: str, payload: bytes = b"", reply: str = "", headers: dict[str, str] | None = None
    ) -> None:
        if subject.startswith(f"{API}.DIRECT.GET."):
            request = json.loads(payload)
            self._up_to(lambda: self._answer_get(request, reply))
        else:
            given = dict(headers or {})
            self._up_to(lambda: self._take(subject, payload, given, reply))

    def _answer_get(self, request: Mapping[str, Any], reply: str) -> None:
        take = next((one for pattern, one in self.subscribed.values() if matches(pattern, reply)), None)
        if take is None:
            return
        answers = self.server.get(request)

        def came() -> None:
            for _subject, body, head in answers:
                take(reply.encode(), b"", body, head)

        self._back(came)

    def _take(self, subject: str, body: bytes, headers: Mapping[str, str], reply: str) -> None:
        server = self.server
        answer = server.take(subject, body, headers)
        if answer is None or not reply or server.random.random() < server.faults.unanswered:
            return
        self._back(lambda: self._got(reply, json.dumps(answer).encode()))

    def _got(self, reply: str, data: bytes) -> None:
        waiting = self._asked.get(reply)
        if waiting is not None and not waiting.done():
            waiting.set_result(data)

    async def request(
        self,
        subject: str,
        payload: bytes = b"",
        timeout: float = 0.5,
        old_style: bool = False,
        headers: dict[str, Any] | None = None,
    ) -> Any:
        if not self.is_connected:
            raise ConnectionReconnectingError
        if self.server.random.random() < self.server.faults.cut:
            asyncio.get_running_loop().call_later(self._wire(), self.break_off, 0.05)
        self._number += 1
        reply = f"_R.{self._number}"
        waiting = self._asked[reply] = asyncio.get_running_loop().create_future()
        try:
            if subject.startswith(f"{API}.STREAM.INFO."):
                self._up_to(lambda: self._back(lambda: self._got(reply, json.dumps(self._info()).encode())))
            else:
                await self.publish(subject, payload, reply, headers)
            try:
                async with asyncio.timeout(timeout):
                    return SimpleNamespace(data=await waiting)
            except TimeoutError:
                raise NoAnswerInTime from None
        finally:
            del self._asked[reply]

    def _info(self) -> dict[str, Any]:
        return {"state": {"last_seq": len(self.server.messages)}}

    async def _send_command(self, cmd: bytes, priority: bool = False) -> None:
        """HPUB frames, as `atomic_batch` writes them."""
        rest = cmd
        while rest:
            line, _, rest = rest.partition(b"\r\n")
            _, subject, head, total = line.decode().split(" ")
            told, body = rest[: int(head)], rest[int(head) : int(total)]
            rest = rest[int(total) + 2 :]
            pairs = [one.split(": ", 1) for one in told.decode().split("\r\n")[1:] if one]
            await self.publish(subject, body, headers=dict(pairs))

    async def _flush_pending(self, force_flush: bool = False) -> None:
        pass

    def jetstream(self, **options: Any) -> Any:
        return _JetStream(self)


class _JetStream:
    """What of nats-py's JetStream the kernel and its tests ask."""

    def __init__(self, link: Link) -> None:
        self._link, self._server = link, link.server

    async def stream_info(self, name: str) -> Any:
        if self._server.config is None or self._server.network != name:
            raise NotFoundError
        answer = await self._link.request(f"{API}.STREAM.INFO.{name}", timeout=5.0)
        last = int(json.loads(answer.data)["state"]["last_seq"])
        state = SimpleNamespace(last_seq=last, messages=last)
        return SimpleNamespace(config=self._server.config, state=state)

    async def streams_info(self) -> list[Any]:
        return [SimpleNamespace(config=self._server.config)] if self._server.config else []

    async def add_stream(self, config: StreamConfig) -> None:
        self._server.make(config)

    async def delete_stream(self, name: str) -> None:
        self._server.config = None

    async def consumers_info(self, name: str) -> list[Any]:
        return list(self._server.consumers.values())

    async def publish(self, subject: str, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
        await self._link.request(subject, body, timeout=5.0, headers=headers)
