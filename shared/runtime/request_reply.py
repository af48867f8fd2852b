"""Requests between services: a question and its answer over core NATS, outside the log. Nothing here is kept.

The subject is `ask.<network>.<service asked>.<service that asks>.<topic>`. A service's account imports only those
subjects of the others whose fourth word is its own name, so whoever answers knows from the server who asks
(deploy/nats/README.md).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from typing import Any

import orjson
import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.errors import Error as NatsError
from nats.errors import NoRespondersError

from shared.base import tracing
from shared.base.cancellation import end
from shared.kernel.broker.connection import NotAllowed
from shared.kernel.decider import Refused

log = structlog.get_logger()
LIMIT = 512 * 1024  # bytes of a question or an answer as JSON; the server takes 1 MB
AT_ONCE = 32  # questions of one service answered at the same time; the others wait
STOP = 1.0  # seconds that answers under way are given at a stop
PATIENCE = 10.0  # seconds that a handler may take; whoever asked has gone by then

Body = dict[str, Any]
Handler = Callable[[Body], Awaitable[Body]]


class NobodyAnswers(Exception):
    """The other service did not answer in time, or is not there. The question may be asked again."""


class AnswerFailed(Exception):
    """The other service could not answer. Its log says why."""


class Asking:
    """The questions that one service asks and answers."""

    def __init__(self, nc: Client, network: str, service: str, limit: int = LIMIT) -> None:
        self._limit = limit
        self._nc, self._network, self._service = nc, network, service
        self._handlers: dict[str, tuple[Handler, Collection[str] | None]] = {}
        self._subscription: Subscription | None = None
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._working: set[asyncio.Task[None]] = set()

    async def answer(self, topic: str, handler: Handler, *, askers: Collection[str] | None = None) -> None:
        """From now on `handler` answers this topic, for all other services or for `askers` alone.

        It gets the question's body and returns the answer's. A `Refused` that it raises reaches whoever asked;
        whatever else it raises is logged here without its text (it may quote a person), and `AnswerFailed` there.
        """
        self._handlers[topic] = (handler, askers)

    async def ask(self, service: str, topic: str, body: Body, timeout: float = 2.0) -> Body:
        """What another service answers within `timeout` seconds.

        Raises Refused as the other service said it, NobodyAnswers, AnswerFailed, NotAllowed, and ValueError for a
        question above LIMIT.
        """
        question = orjson.dumps(body)
        if len(question) > self._limit:
            raise ValueError(f"a question has at most {self._limit} bytes")
        subject = f"ask.{self._network}.{service}.{self._service}.{topic}"
        try:
            with tracing.span(f"ask {service} {topic}", "client"):
                reply = await self._nc.request(subject, question, timeout=timeout, headers=tracing.headers())
        except NotAllowed:
            raise
        except NoRespondersError as away:
            raise NobodyAnswers(f"{service} is not there to answer {topic}") from away
        except (NatsError, TimeoutError) as away:
            raise NobodyAnswers(f"{service} does not answer {topic}") from away
        told = _object(reply.data) or {}
        if isinstance(answer := told.get("answer"), dict):
            return answer
        if isinstance(refused := told.get("refused"), dict) and isinstance(refused.get("code"), str):
            values = refused.get("values")
            field = refused.get("field")
            said = (
                {name: value for name, value in values.items() if name != "field"} if isinstance(values, dict) else {}
            )
            raise Refused(refused["code"], field=field if isinstance(field, str) else None, **said)
        raise AnswerFailed(f"{service} could not answer {topic}")

    async def start(self) -> None:
        """Listens. The replicas of a service share its questions."""
        self._subscription = await self._nc.subscribe(
            f"ask.{self._network}.{self._service}.*.>", queue=self._service, cb=self._heard
        )
        await self._nc.flush()  # whoever asks from now on is heard

    async def stop(self) -> None:
        subscription, self._subscription = self._subscription, None
        if subscription is not None and not self._nc.is_closed:
            with suppress(NatsError, TimeoutError):
                await subscription.drain()  # type: ignore[no-untyped-call] # what was given to us already is answered
        if self._working:
            await asyncio.wait(self._working, timeout=STOP)
        for task in list(self._working):
            await end(task)

    async def _heard(self, msg: Msg) -> None:
        # A reply goes out under our name. The server makes the way back into another's account (`_R_.…`); from our own
        # account anything else than an inbox would let our name be used for what the asker may not.
        if not msg.reply.startswith(("_R_.", "_INBOX.")):
            return
        await self._turns.acquire()
        task = asyncio.create_task(self._reply(msg), name="answer")
        self._working.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._working.discard(task)
        self._turns.release()

    async def _reply(self, msg: Msg) -> None:
        _, _, _, asker, topic = msg.subject.split(".", 4)
        try:
            parent = (msg.headers or {}).get("traceparent")
            with tracing.span("answer", "server", parent, maillage__asker=asker):
                async with asyncio.timeout(PATIENCE):
                    said = orjson.dumps({"answer": await self._answer(asker, topic, msg.data)})
            if len(said) > self._limit:
                raise ValueError(f"an answer has at most {self._limit} bytes")
        except Refused as no:
            said = orjson.dumps({"refused": {"code": no.code, "field": no.field, "values": no.values}}, default=str)
        except Exception as error:
            # Not its text: it may quote what was asked, and that may be personal.
            log.warning("asking.failed", topic=topic, asker=asker, error=type(error).__name__)
            said = b'{"failed":true}'
        try:
            await self._nc.publish(msg.reply, said)
        except NatsError as error:
            log.warning("asking.unsaid", topic=topic, asker=asker, error=type(error).__name__)

    async def _answer(self, asker: str, topic: str, question: bytes) -> Body:
        handler, askers = self._handlers.get(topic, (None, None))
        if handler is None:
            raise Refused("question-unknown", topic=topic)
        if askers is not None and asker not in askers:
            raise Refused("question-forbidden", topic=topic)
        body = _object(question) if len(question) <= self._limit else None
        if body is None:
            raise Refused("question-malformed", topic=topic)
        return await handler(body)


def _object(data: bytes) -> Body | None:
    try:
        found = orjson.loads(data)
    except orjson.JSONDecodeError:
        return None
    return found if isinstance(found, dict) else None
