"""The ordered read of everything: from any sequence on, without a hole or not at all.

What is there already comes by direct gets that overlap; what is new the server tells by itself (the stream's
`republish`), and whatever it failed to tell is fetched. No consumer is made: whoever may make one may name any subject
for the server to deliver to (docs/adr/0007)."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import aclosing

from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js.errors import APIError

from shared.base.outside import REAL, Outside
from shared.contract.envelope import Message
from shared.kernel.broker.connection import Listening
from shared.kernel.eventlog.atomic_batch import PATIENT, Patience
from shared.kernel.eventlog.direct_get import DirectGet, Unavailable, sequence_of

RUN = 1000  # messages a request
OPEN = 5  # requests under way at once
AHEAD = 10 * RUN  # messages told and not yet taken over; beyond it they are dropped, and fetched later
QUIET = 2.0  # seconds without news after which a follower looks by itself, and whether what it read is still there
GLANCE = 0.2  # seconds after which it looks whether the connection was lost meanwhile
AGAIN = 0.1  # seconds before what should be there is asked for again, of another replica perhaps
SUSPICIONS = 60  # times of asking again before the log counts as cut short
DOUBTS = 20  # times of asking again before a message counts as missing


Asked = deque[tuple[int, asyncio.Task[list[Message]]]]
"""Requests under way: the sequence from which on, and the answer."""


class LogDamaged(Exception):
    """The log is not what it was: a sequence is missing, or the log ends before what was read of it already."""


def told_subject(stream: str) -> str:
    """Under which subjects the server tells of each message that it has stored."""
    return f"told.{stream}.>"


async def read(
    nc: Client,
    stream: str,
    after: int,
    *,
    follow: bool,
    until: int | None = None,
    outside: Outside = REAL,
    patience: Patience = PATIENT,
) -> AsyncGenerator[list[Message], None]:
    """Runs of messages with the sequences after+1, after+2, …; ends at `until` unless it is to `follow` for ever.

    An interruption (a restart of the server, a lost connection) is bridged. Raises LogDamaged where a sequence is
    missing, where the log ends before `after`, or where it was replaced meanwhile by another one; NotAllowed."""
    reader = _Reader(nc, stream, after, outside)
    told = _Told(nc, stream, outside)
    direct = DirectGet(nc, stream, outside)
    try:
        await direct.start()
        if follow:
            await told.start()
        while True:
            try:
                last = await _last_sequence(nc, stream, reader.after, outside, patience)
                if last < reader.after:
                    raise LogDamaged(f"the log ends at sequence {last}, but {reader.after} was read before: restore it")
                if not follow and until is None:
                    until = last
                if until is not None and reader.after >= until:
                    return
                async with aclosing(reader.upto(direct, last if until is None else min(last, until))) as runs:
                    async for run in runs:
                        yield reader.took(_cut(run, until))
                while until is None or reader.after < until:
                    if not await told.wait():
                        break
                    run = _cut(told.after(reader.after), until)
                    if run:
                        yield reader.took(run)
                    if told.doubtful:
                        break
                else:
                    return
            except (NatsError, APIError, TimeoutError, Unavailable):
                if nc.is_closed:
                    raise
                await outside.sleep(0.2)
    finally:
        await told.stop()
        await direct.stop()


def _cut(run: list[Message], until: int | None) -> list[Message]:
    return run[: until - run[-1].seq] if until is not None and run and run[-1].seq > until else run


class _Reader:
    """Where a read stands: the last message that was handed on."""

    def __init__(self, nc: Client, stream: str, after: int, outside: Outside = REAL) -> None:
        self._nc, self._stream, self._outside = nc, stream, outside
        self.after = after
        self._latest: Message | None = None

    def took(self, run: list[Message]) -> list[Message]:
        self._latest, self.after = run[-1], run[-1].seq
        return run

    async def upto(self, direct: DirectGet, last: int) -> AsyncGenerator[list[Message], None]:
        """Everything up to the sequence `last`, which the log holds, and perhaps more; who takes a run says so. Each
        request asks for the message before, too: so what was read stays bound to what comes, and a log that was
        replaced is noticed."""
        doubts, looked = 0, False
        asked: Asked = deque()

        def ask(start: int) -> None:
            while len(asked) < OPEN and (start < last or not (asked or looked)):
                asked.append((start, asyncio.create_task(direct.run(max(1, start), RUN + (start > 0)))))
                start += RUN

        try:
            while self.after < last or not looked:
                if not asked:
                    ask(self.after)
                start, task = asked.popleft()
                found = await task
                if start != self.after:
                    continue  # asked for in vain: a run before it was cut short
                run = self._whole(found, sure=doubts > 0)
                looked = looked or run is not None
                if run:
                    doubts = 0
                    _lengthen(run, asked)
                    ask(asked[-1][0] + RUN if asked else run[-1].seq)  # it comes while this run is taken
                    yield run
                elif run is None or self.after < last:
                    doubts += 1
                    if doubts > DOUBTS:
                        missing = self.after if run is None else self.after + 1
                        raise LogDamaged(f"sequence {missing} is missing from the log: restore it")
                    await self._outside.sleep(AGAIN)
        finally:
            for _, task in asked:
                task.cancel()
            await asyncio.gather(*(task for _, task in asked), return_exceptions=True)

    def _whole(self, found: list[Message], sure: bool) -> list[Message] | None:
        """What follows without a gap on what was read; None from a replica that does not have that. A gap is believed
        when it is seen twice: a single replica may be damaged, and the next answer may be another's."""
        if found and found[0].seq == self.after:
            if self._latest not in (None, found[0]):
                raise LogDamaged(f"sequence {self.after} of the log is not the event that was read there before")
            found = found[1:]
        elif self.after > 0:  # it has not got so far yet, or has lost it
            return None
        for n, message in enumerate(found):
            if message.seq != self.after + n + 1:
                if sure and n == 0:
                    raise LogDamaged(f"sequence {self.after + 1} is missing from the log: restore it")
                return found[:n]
        return found


def _lengthen(run: list[Message], asked: Asked) -> None:
    """Adds what has come meanwhile and follows on the run: who is slow gets longer runs, not more of them."""
    while asked and asked[0][0] == run[-1].seq and asked[0][1].done() and asked[0][1].exception() is None:
        more = asked[0][1].result()
        if not more or more[0] != run[-1] or any(m.seq != n for n, m in enumerate(more, run[-1].seq)):
            return  # to be looked at as the next run
        run += more[1:]
        asked.popleft()


class _Told:
    """What the server tells of new messages while we follow."""

    def __init__(self, nc: Client, stream: str, outside: Outside = REAL) -> None:
        self._nc, self._prefix, self._outside = nc, len("told."), outside
        self._messages: list[Message] = []
        self.news = asyncio.Event()
        self.doubtful = False
        self._reconnects = 0
        self._listening = Listening(nc, told_subject(stream), self._take)

    async def start(self) -> None:
        await self._listening.start()

    async def stop(self) -> None:
        await self._listening.stop()

    async def wait(self) -> bool:
        """Until there is news. False where one should rather look: it was quiet for long, or the connection was
        lost."""
        if not self._listening.started:
            return False
        give_up = self._outside.monotonic() + QUIET
        while not self.news.is_set():
            if self._nc.stats["reconnects"] != self._reconnects or self._outside.monotonic() > give_up:
                self._reconnects = self._nc.stats["reconnects"]
                return False
            try:
                async with asyncio.timeout(GLANCE):
                    await self.news.wait()
            except TimeoutError:
                continue
        self.news.clear()
        return True

    def after(self, seq: int) -> list[Message]:
        """What was told and follows on `seq`. `doubtful`: there was something else too, so that one must look."""
        messages, self._messages = self._messages, []
        self.doubtful = False
        run: list[Message] = []
        for message in messages:
            if message.seq != seq + len(run) + 1:  # a gap; or what was fetched meanwhile; or a log that begins anew
                self.doubtful = True
                break
            run.append(message)
        return run

    def _take(self, subject: bytes, reply: bytes, body: bytes, headers: bytes) -> None:
        seq = sequence_of(headers)
        if len(self._messages) >= AHEAD:
            self._messages.clear()
        if seq is not None:
            self._messages.append(Message(seq, subject[self._prefix :].decode(errors="replace"), body))
            self.news.set()


async def end_of(nc: Client, stream: str, seen: int = 0, outside: Outside = REAL, patience: Patience = PATIENT) -> int:
    """The sequence of the last message. Raises nats-py's errors.

    An end before `seen`, which was there, is doubted where the log has several nodes: one that stood still and wakes as
    the leader that it is no more tells of its own past, until it hears of the others."""
    for _ in range(SUSPICIONS):
        info = await nc.jetstream().stream_info(stream)
        if info.state.last_seq >= seen or (info.config.num_replicas or 1) == 1:
            break
        await outside.sleep(patience.suspicion)
    return int(info.state.last_seq)


async def _last_sequence(nc: Client, stream: str, seen: int, outside: Outside, patience: Patience) -> int:
    while True:
        try:
            return await end_of(nc, stream, seen, outside, patience)
        except (NatsError, APIError, TimeoutError):
            if nc.is_closed:
                raise
            await outside.sleep(0.2)
