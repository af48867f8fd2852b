"""Direct get (NATS ADR-31): a run of messages under one subject, by one request and without a consumer."""

from __future__ import annotations

import asyncio
from itertools import count

import orjson
from nats.aio.client import Client
from nats.errors import Error as NatsError

from shared.base.outside import REAL, Outside
from shared.contract.envelope import Message
from shared.kernel.broker.connection import API, Connection, Listening, NotAllowed

RUN = 1000  # messages a request; the server's limit for atomic batches too, so one answer holds any decision
LAG = 0.05  # seconds to wait for a replica that is behind another one
SUBJECT, SEQUENCE, PENDING = b"\r\nNats-Subject: ", b"\r\nNats-Sequence: ", b"\r\nNats-Num-Pending: "


class Unavailable(Exception):
    """The log can't be reached now. What was asked may be asked again."""


class DirectGet:
    """Reads runs of messages; all answers come in on one subscription."""

    def __init__(self, nc: Client, stream: str, outside: Outside = REAL) -> None:
        self._nc, self._outside = nc, outside
        self._address = f"{api_of(nc)}.DIRECT.GET.{stream}"
        self._inbox = nc.new_inbox()
        self._numbers = count(1)
        self._open: dict[str, tuple[list[Message], asyncio.Future[bool]]] = {}
        self._answers = Listening(nc, f"{self._inbox}.*", self._take)

    async def start(self) -> None:
        await self._answers.start()

    async def stop(self) -> None:
        """Whoever waits for an answer still hears that none comes."""
        for _, whole in list(self._open.values()):
            if not whole.done():
                whole.set_exception(Unavailable("the event log is closing"))
        await self._answers.stop()

    async def after(self, subject: str, seq: int, timeout: float = 5.0) -> list[Message]:
        """All messages whose subject matches and whose sequence is above `seq`, in order, as they stood at one moment.

        Raises Unavailable when no whole answer comes within `timeout` seconds.

        The server finds the next message of a plain subject by an index, but reads every block of the log for a
        wildcard (measured in a log of 300,000: 1 ms and 50 ms). So it is asked first for the last message of each
        subject that matches, then for what came before under each of these."""
        last, _ = await self._run({"multi_last": [subject], "batch": RUN}, timeout)
        runs = await asyncio.gather(*(self._upto(one, seq, timeout) for one in last if one.seq > seq))
        return sorted((message for run in runs for message in run), key=lambda message: message.seq)

    async def _upto(self, last: Message, seq: int, timeout: float) -> list[Message]:
        """The messages under the subject of `last`, with sequences above `seq` and up to its own."""
        found: list[Message] = []
        give_up = self._outside.monotonic() + timeout
        while seq < last.seq:
            run, _ = await self._run({"seq": seq + 1, "next_by_subj": last.subject, "batch": RUN}, timeout)
            if run:
                found += run
                seq = run[-1].seq
            elif self._outside.monotonic() < give_up:
                await self._outside.sleep(LAG)
            else:
                raise Unavailable("the event log does not give what it told of")
        return [message for message in found if message.seq <= last.seq]

    async def under(self, subjects: str, timeout: float = 30.0) -> list[Message]:
        """All messages whose subject matches a wildcard. For few among many: the server looks through every block."""
        found: list[Message] = []
        while True:
            after = found[-1].seq if found else 0
            run, _ = await self._run({"seq": after + 1, "next_by_subj": subjects, "batch": RUN}, timeout)
            if not run:
                return found
            found += run

    async def run(self, seq: int, count: int, timeout: float = 5.0) -> list[Message]:
        """Up to `count` messages from `seq` on, whatever their subjects, as the replica that answers has them. It may
        be a moment behind the others, and the server may cut a run short."""
        run, _ = await self._run({"seq": seq, "batch": count}, timeout)
        return run

    async def at(self, seq: int, timeout: float = 5.0) -> Message | None:
        """The message with this sequence, or None where there is none."""
        run, _ = await self._run({"seq": seq, "batch": 1}, timeout)
        return run[0] if run and run[0].seq == seq else None

    async def _run(self, request: dict[str, object], timeout: float) -> tuple[list[Message], bool]:
        number = str(next(self._numbers))
        messages: list[Message] = []
        whole: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._open[number] = (messages, whole)
        if isinstance(self._nc, Connection):
            self._nc.expect(self._address, whole)
        try:
            await self._nc.publish(self._address, orjson.dumps(request), reply=f"{self._inbox}.{number}")
            async with asyncio.timeout(timeout):
                return messages, await whole
        except NotAllowed:
            raise
        except (TimeoutError, NatsError) as away:
            raise Unavailable("the event log does not answer") from away
        finally:
            whole.cancel()  # what is left of an answer is not waited for
            del self._open[number]

    def _take(self, subject: bytes, reply: bytes, body: bytes, headers: bytes) -> None:
        """One message of an answer, as it came from the socket. The whole log comes through here: hence no detours."""
        waiting = self._open.get(subject[subject.rfind(b".") + 1 :].decode())
        if waiting is None:
            return
        messages, whole = waiting
        seq = sequence_of(headers)
        if seq is not None:
            messages.append(tuple.__new__(Message, (seq, str(value_of(headers, SUBJECT), "utf-8", "replace"), body)))
        elif not whole.done():
            status = headers[9:12]
            if status in (b"204", b"404"):  # end of the run; nothing found
                whole.set_result(int(value_of(headers, PENDING) or 0) > 0 and bool(messages))
            else:
                said = headers.partition(b"\r\n")[0].decode(errors="replace")
                whole.set_exception(Unavailable(f"direct get: {said}"))


def sequence_of(headers: bytes) -> int | None:
    """The sequence that the server gave a stored message, None of what is none."""
    found = value_of(headers, SEQUENCE)
    return int(found) if found.isdigit() else None


def value_of(headers: bytes, name: bytes) -> bytes:
    """The last value of a header, empty where there is none. What the server says of a stored message stands behind
    what its publisher wrote, so the last is the server's."""
    found = headers.rfind(name)
    start = found + len(name)
    return b"" if found < 0 else headers[start : headers.find(b"\r", start)]


def api_of(nc: Client) -> str:
    """Where this connection asks JetStream."""
    return nc.api if isinstance(nc, Connection) else API
