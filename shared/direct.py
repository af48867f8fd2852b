"""Direct get (NATS ADR-31): a run of messages under one subject, by one request and without a consumer."""

from __future__ import annotations

import asyncio
from itertools import count

import orjson
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.errors import Error as NatsError

from shared.envelope import Message

RUN = 1000  # messages a request; the server's limit for atomic batches too, so one answer holds any decision
LAG = 0.05  # seconds to wait for a replica that is behind another one


class Unavailable(Exception):
    """The log can't be reached now. What was asked may be asked again."""


class DirectGet:
    """Reads runs of messages; all answers come in on one subscription."""

    def __init__(self, nc: Client, stream: str, api: str = "$JS.API") -> None:
        self._nc = nc
        self._address = f"{api}.DIRECT.GET.{stream}"
        self._inbox = nc.new_inbox()
        self._numbers = count(1)
        self._open: dict[str, tuple[list[Message], asyncio.Future[bool]]] = {}
        self._subscription: Subscription | None = None

    async def start(self) -> None:
        self._subscription = await self._nc.subscribe(f"{self._inbox}.*", cb=self._answer)

    async def stop(self) -> None:
        subscription, self._subscription = self._subscription, None
        if subscription is not None and not self._nc.is_closed:
            await subscription.unsubscribe()

    async def after(self, subject: str, seq: int, timeout: float = 5.0) -> list[Message]:
        """All messages whose subject matches and whose sequence is above `seq`, in order, as they stood at one moment.

        Raises Unavailable when no whole answer comes within `timeout` seconds.

        The server finds the next message of a plain subject by an index, but reads every block of the log for a
        wildcard (measured in a log of 300,000: 1 ms and 50 ms). So it is asked first for the last message of each
        subject that matches, then for what came before under each of these.
        """
        last, _ = await self._run({"multi_last": [subject], "batch": RUN}, timeout)
        runs = await asyncio.gather(*(self._upto(one, seq, timeout) for one in last if one.seq > seq))
        return sorted((message for run in runs for message in run), key=lambda message: message.seq)

    async def _upto(self, last: Message, seq: int, timeout: float) -> list[Message]:
        """The messages under the subject of `last`, with sequences above `seq` and up to its own."""
        found: list[Message] = []
        give_up = asyncio.get_running_loop().time() + timeout
        while seq < last.seq:
            run, _ = await self._run({"seq": seq + 1, "next_by_subj": last.subject, "batch": RUN}, timeout)
            if run:
                found += run
                seq = run[-1].seq
            elif asyncio.get_running_loop().time() < give_up:
                await asyncio.sleep(LAG)
            else:
                raise Unavailable("the event log does not give what it told of")
        return [message for message in found if message.seq <= last.seq]

    async def at(self, seq: int, timeout: float = 5.0) -> Message | None:
        """The message with this sequence, or None where there is none."""
        run, _ = await self._run({"seq": seq, "batch": 1}, timeout)
        return run[0] if run and run[0].seq == seq else None

    async def _run(self, request: dict[str, object], timeout: float) -> tuple[list[Message], bool]:
        number = str(next(self._numbers))
        messages: list[Message] = []
        whole: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._open[number] = (messages, whole)
        try:
            await self._nc.publish(self._address, orjson.dumps(request), reply=f"{self._inbox}.{number}")
            async with asyncio.timeout(timeout):
                return messages, await whole
        except (TimeoutError, NatsError) as away:
            raise Unavailable("the event log does not answer") from away
        finally:
            del self._open[number]

    async def _answer(self, msg: Msg) -> None:
        waiting = self._open.get(msg.subject.rpartition(".")[2])
        if waiting is None:
            return
        messages, whole = waiting
        headers = msg.headers or {}
        # Only stored messages have these two, and the server's come last; a stored one may well have a forged `Status`.
        if "Nats-Sequence" in headers:
            messages.append(Message(int(headers["Nats-Sequence"]), headers["Nats-Subject"], msg.data))
        elif not whole.done():
            status = headers.get("Status")
            if status in ("204", "404"):  # end of the run; nothing found
                whole.set_result(int(headers.get("Nats-Num-Pending", 0)) > 0 and bool(messages))
            else:
                whole.set_exception(Unavailable(f"direct get: {status} {headers.get('Description', '')}"))
