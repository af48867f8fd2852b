"""Our connection to NATS: nats-py's client, with a short way in for the messages of the log, and with refusals
heard."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import structlog
from faststream.nats import NatsBroker
from faststream.nats.security import NatsNKey
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.errors import ConnectionReconnectingError
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.protocol.parser import AWAITING_MSG_PAYLOAD, Parser

from shared.base.secret_files import SEED, read_secret

log = structlog.get_logger()
API = "$JS.API"
"""Where JetStream is asked inside the account that owns the log."""
SERVICES_API = "$JS.LOG.API"
"""Where services and readers ask it: the little of it that their accounts import (deploy/nats/README.md)."""
OPERATOR = "operator"
"""The user who owns the log: makes the stream and the durable consumers, restores, backs up."""
SILENCE = 4  # seconds between two pings; a node that hangs is left for another after three, within a commit's patience
SURE = 2  # seconds to wait for word that a subscription was refused

Take = Callable[[bytes, bytes, bytes, bytes], None]
"""What takes a message: its subject, its reply subject, its body, its headers as they came."""
_VIOLATION = re.compile(r'permissions violation for (publish|subscription) to "([^"]*)"')


class NotAllowed(Exception):
    """The NATS server does not let this user do that: `what` says it, such as `publish to a.b`."""

    def __init__(self, what: str) -> None:
        super().__init__(f"the NATS server does not allow this user to {what}")
        self.what = what


class ShortParser(Parser):
    """nats-py's parser, past which whole messages of a short way go as they lie in what came in: nats-py copies each
    twice and matches its first line twice. `ways`: subscription → who takes its messages. All else it is given line by
    line, and of a message what is still missing, so that what follows may go past it again."""

    def __init__(self, nc: Client, ways: Mapping[int, Take]) -> None:
        super().__init__(nc)
        self._ways = ways

    async def parse(self, data: bytes = b"") -> None:
        at, end = 0, len(data)
        while at < end:
            buf = self.buf
            if self.state == AWAITING_MSG_PAYLOAD:
                stop = at + self.needed + len(b"\r\n") - len(buf)
            else:
                stop = data.find(b"\n", at) + 1 or end
                if not buf and (after := self._past(data, at, stop)):
                    at = after
                    continue
            await super().parse(data[at:stop])
            if self.buf is not buf:
                return  # the connection that it came over is given up
            at = stop

    def _past(self, data: bytes, at: int, body: int) -> int:
        """Hands over the message whose first line ends at `body`, and returns where it ends. 0: it is none, or not all
        of it is there."""
        line = data[at:body].split()
        try:
            take = self._ways.get(int(line[2])) if line[0] == b"HMSG" else None
            headers, over = body + int(line[-2]), body + int(line[-1])
        except (IndexError, ValueError):
            return 0
        if take is None or not body < headers <= over <= len(data) - len(b"\r\n"):
            return 0
        take(line[1], line[3] if len(line) == 6 else b"", data[headers:over], data[body:headers])
        return over + len(b"\r\n")


class Connection(Client):
    """nats-py's client with three things of ours.

    It hands the messages of chosen subscriptions over as they come in from the socket. nats-py parses the headers of
    every message, makes an object of it, queues it and wakes a task for it: 17 µs for a message of the log. The short
    way takes a fifth of that, which every view of every service gains. It rests on what is not public in nats-py, its
    parser `_ps` and `_process_msg`; where nats-py no longer calls them, messages take the ordinary way, more slowly.

    And it raises NotAllowed where the server refuses. NATS tells of a refused publish in a line of its own, which
    nats-py gives to a callback, while whoever waits for the answer waits in vain. `_process_err` brings them together.

    And whoever waits for an answer is told when the connection is gone (`lost`), or that there is none. What was still
    to be sent goes to no server that comes back: nobody waits for its answer, and its log may no longer be the same."""

    def __init__(self, api: str = API) -> None:
        super().__init__()
        self.api = api
        self._short_ways: dict[int, Take] = {}
        self._ps = ShortParser(self, self._short_ways)
        self._expected: dict[str, set[Any]] = {}  # subject in small letters → futures of the answers
        self._refused: set[str] = set()  # subjects in small letters that we may not subscribe to

    def jetstream(self, **options: Any) -> JetStreamContext:
        """As nats-py does it, asked where this user may."""
        return super().jetstream(**({"prefix": self.api} | options))

    def shorten(self, subscription: Subscription, take: Take) -> None:
        """From now on `take` gets the messages of this subscription. It must hold back the sender by itself: there is
        no queue."""
        self._short_ways[subscription._id] = take

    def forget(self, subscription: Subscription) -> None:
        self._short_ways.pop(subscription._id, None)

    def expect(self, subject: str, answer: Any) -> None:
        """`answer`, a future, fails with NotAllowed if the server refuses what is published to `subject` meanwhile."""
        waiting = self._expected.setdefault(subject.lower(), set())
        waiting.add((subject, answer))

        def over(_: object) -> None:
            waiting.discard((subject, answer))
            if not waiting:
                self._expected.pop(subject.lower(), None)

        answer.add_done_callback(over)

    async def lost(self) -> None:
        """Whoever waits for an answer over a connection that is gone hears at once that none will come."""
        self._pending, self._pending_data_size = [], 0
        for waiting in list(self._expected.values()):
            for _, answer in list(waiting):
                if not answer.done():
                    answer.set_exception(ConnectionReconnectingError())

    async def go(self, node: str) -> None:
        """Leaves the server that it is with for the one at `node`, `host:port`, or another one where that is away."""
        self._server_pool.sort(key=lambda server: server.uri.netloc != node)
        await self.force_reconnect()

    async def _attempt_reconnect(self) -> None:
        self.options["dont_randomize"] = True  # by chance it would be the one that is left, one time in three
        if self._transport:  # nats-py would wait until a node that is cut off has taken what was still to be sent
            self._transport._io_writer.transport.abort()  # type: ignore[attr-defined]
        await super()._attempt_reconnect()

    async def close(self) -> None:
        """As nats-py does it, also while the server is away: what was still to be sent goes nowhere."""
        if not self.is_connected:
            self._pending, self._pending_data_size = [], 0
        with suppress(OSError):
            await super().close()

    async def publish(
        self, subject: str, payload: bytes = b"", reply: str = "", headers: dict[str, str] | None = None
    ) -> None:
        answer = self._resp_map.get(reply.rpartition(".")[2]) if reply else None
        if answer is not None:  # nats-py's `request` waits for it
            if not self.is_connected:
                raise ConnectionReconnectingError
            self.expect(subject, answer)
        try:
            await super().publish(subject, payload, reply, headers)
        except RuntimeError as closed:  # what uvloop says of a socket that went in this instant
            raise ConnectionReconnectingError from closed

    async def subscribe(self, subject: str, *args: Any, **options: Any) -> Subscription:
        """As nats-py does it, but raises NotAllowed."""
        self._refused.discard(subject.lower())
        subscription = await super().subscribe(subject, *args, **options)
        if self.is_connected:
            pong: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
            with suppress(NatsError, TimeoutError):
                async with asyncio.timeout(SURE):  # not `flush`, whose `wait_for` may swallow a cancellation
                    await self._flush_pending(force_flush=True)  # nats-py's ping overtakes what is pending
                    await self._send_ping(pong)
                    await pong
        if subject.lower() in self._refused:
            self._refused.discard(subject.lower())
            with suppress(NatsError):
                await subscription.unsubscribe()
            raise NotAllowed(f"subscribe to {subject}")
        return subscription

    async def _process_err(self, err_msg: str) -> None:
        if found := _VIOLATION.search(err_msg):  # nats-py gives it in small letters
            what, key = found.groups()
            log.error("nats.not_allowed", what=what, subject=key)
            if what == "subscription":
                self._refused.add(key)
            for subject, answer in list(self._expected.get(key, ())):
                if not answer.done():
                    answer.set_exception(NotAllowed(f"publish to {subject}"))
        await super()._process_err(err_msg)

    async def _process_pong(self) -> None:
        # Who waited for it may be gone, cut off or out of patience; nats-py would fail on that, and read no more.
        if self._pongs and self._pongs[0].done():
            self._pongs[0] = asyncio.get_running_loop().create_future()
        await super()._process_pong()

    async def _process_msg(self, sid: int, subject: bytes, reply: bytes, data: bytes, headers: bytes) -> None:
        take = self._short_ways.get(sid)
        if take is not None:
            take(subject, reply, data, headers or b"")
        else:
            await super()._process_msg(sid, subject, reply, data, headers)


class Broker(NatsBroker):
    """FastStream's broker, on a connection of ours, which says so where the server does not allow something."""

    async def _connect(self) -> Client:
        connection = Connection(self.config.broker_config.js_options.get("prefix", API))
        await connection.connect(**self._connection_kwargs)
        self.config.connect(connection)
        return connection

    @property
    def own(self) -> list[Client]:
        return [] if self._connection is None else [self._connection]

    async def leave(self) -> None:
        """Ends the connection to a server that is away, which FastStream's `stop` can't do."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()
        self.config.disconnect()


class Listening:
    """A subscription whose messages go to `take`: by the short way where the client is ours, else as nats-py brings
    them."""

    def __init__(self, nc: Client, subject: str, take: Take) -> None:
        self._nc, self._subject, self._take = nc, subject, take
        self._subscription: Subscription | None = None

    @property
    def started(self) -> bool:
        return self._subscription is not None

    async def start(self) -> None:
        self._subscription = await self._nc.subscribe(self._subject, cb=self._ordinarily)
        if isinstance(self._nc, Connection):
            self._nc.shorten(self._subscription, self._take)

    async def stop(self) -> None:
        subscription, self._subscription = self._subscription, None
        if subscription is None:
            return
        if isinstance(self._nc, Connection):
            self._nc.forget(subscription)
        if not self._nc.is_closed:
            await subscription.unsubscribe()

    async def _ordinarily(self, msg: Msg) -> None:
        headers = msg.headers or {}
        lines = "".join(f"\r\n{name}: {value}" for name, value in headers.items())
        text = f"NATS/1.0 {headers.get('Status', '')}{lines}\r\n\r\n"
        self._take(msg.subject.encode(), b"", msg.data, text.encode())


async def connected(servers: Sequence[str] | str, seed: Path, user: str, **options: Any) -> Connection:
    """A connection that comes back by itself for ever.

    `seed`: the file with the nkey seed of `user`; `user`: the service's name (or OPERATOR, or a reader's), which is
    also the word in its inbox, `_INBOX.<user>`. Raises nats.errors.Error, OSError (no file, no server), SecretUnfit."""

    read_secret(seed, SEED)

    async def quiet(error: Exception) -> None:
        log.debug("nats.error", error=repr(error))

    nc = Connection(api_of(user))
    given = {"servers": [servers] if isinstance(servers, str) else list(servers), "error_cb": quiet, **_for_ever()}
    given |= {"disconnected_cb": nc.lost, "name": user, "nkeys_seed": str(seed), "inbox_prefix": f"_INBOX.{user}"}
    try:
        await nc.connect(**given | options)
    except BaseException:
        await nc.close()  # else nats-py leaves its socket open
        raise
    return nc


def broker_options(servers: Sequence[str] | str, seed: Path, user: str) -> dict[str, Any]:
    """How FastStream connects, for `Surroundings.broker`: the same user, the same inbox."""
    return {
        "servers": [servers] if isinstance(servers, str) else list(servers),
        "security": NatsNKey.from_file(str(seed)),
        "inbox_prefix": f"_INBOX.{user}",
        "js_options": {"prefix": api_of(user)},
        **_for_ever(),  # else reactions would end after two minutes without a server
    }


def api_of(user: str) -> str:
    """Where a user asks JetStream."""
    return API if user == OPERATOR else SERVICES_API


def _for_ever() -> dict[str, Any]:
    return {"max_reconnect_attempts": -1, "reconnect_time_wait": 0.2, "ping_interval": SILENCE, "pending_size": 1 << 26}
