"""Whether an event could be written now, found out without writing one.

A server may be there, answer each question and still store nothing: it is cut from its peers, its disk is full,
JetStream has shut itself down. So three things are asked, each of whoever would have to do it for an event: the log's
stream must have a leader, whom the others follow, and no limit of its own that it has reached; that leader must judge
an expectation that can't hold, which it does before it looks at limits; and a stream beside the log, with its replicas
and in its place, must store a message. What it stores is nothing: zeros, one message a service, which the next
replaces.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import orjson
import structlog
from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.errors import NoRespondersError
from nats.js.api import DiscardPolicy, StorageType, StreamConfig, StreamInfo
from nats.js.errors import APIError, NotFoundError

from shared.base.outside import REAL, Outside
from shared.kernel.broker.connection import NotAllowed
from shared.kernel.eventlog.atomic_batch import WRONG_LAST_SEQUENCE
from shared.runtime.nats.cluster import without_majority

log = structlog.get_logger()
PERIOD = 5.0  # seconds for which an answer is believed, good or bad: no node is asked oftener
PATIENCE = 2.0  # seconds that each of the three may take
LARGEST = 1024 * 1024  # bytes of a message: what the servers take at most (server_config)
NEVER = 2**63 - 1  # a sequence that no stream reaches; more the server does not read as a number
NOTHING = bytes(4096)  # more than what a full disk may have left in the last block of a file
UNMADE = (
    "the canary stream does not answer: it has no leader, or `maillage prepare` of this release has not made it yet"
)


def stream_of(network: str) -> str:
    """The name of the stream beside a network's log. No network's name has capitals, so it is never a log."""
    return f"CANARY-{network}"


def subject_of(network: str, service: str) -> str:
    """Where a service, and nobody else, stores its nothing."""
    return f"CANARY.{network}.{service}"


async def prepare(nc: Client, network: str) -> None:
    """Makes the stream beside the log as the log's is, or lets it follow the log to other replicas. For an operator.

    Raises nats-py's errors, NotAllowed.
    """
    js = nc.jetstream()
    beside = (await js.stream_info(network)).config
    wanted = StreamConfig(
        name=stream_of(network),
        subjects=[subject_of(network, "*")],
        storage=StorageType.FILE,
        discard=DiscardPolicy.OLD,
        max_msgs_per_subject=1,
        num_replicas=beside.num_replicas,
        placement=beside.placement,
    )
    try:
        there = (await js.stream_info(wanted.name)).config  # type: ignore[arg-type]
    except NotFoundError:
        await js.add_stream(wanted)
        log.info("canary.created", network=network)
        return
    if (there.num_replicas, there.placement) != (wanted.num_replicas, wanted.placement):
        await js.update_stream(there.evolve(num_replicas=wanted.num_replicas, placement=wanted.placement))


class Canary:
    """What one service knows of whether it could write. `known`: asked besides, for what only whoever runs the server
    can know."""

    def __init__(
        self, nc: Client, network: str, service: str, known: Callable[[], str | None], outside: Outside = REAL
    ) -> None:
        self._outside = outside
        self._nc, self._network, self._service, self._known = nc, network, service, known
        self._lock = asyncio.Lock()
        self._found: dict[str, tuple[float, str | None]] = {}  # node → when it was asked last, and what was found

    async def trouble(self) -> str | None:
        """Why nothing can be written, in words; None where something can. At most PERIOD seconds old, so that asking
        often costs the servers nothing; of the node that we are with, not of one that was left."""
        if why := self._known():
            return why
        if not self._nc.is_connected:
            return "not connected"
        async with self._lock:
            node = self._nc.connected_url.netloc if self._nc.connected_url else ""
            at, why = self._found.get(node, (-PERIOD, None))
            if self._outside.monotonic() - at >= PERIOD:
                at = self._outside.monotonic()
                found = await asyncio.gather(
                    _told(self._leaderless(), "the log does not say who leads it"),
                    _told(self._unjudged(), "nobody judges what is to be written"),
                    _told(self._unstored(), f"nothing was stored within {PATIENCE:g} s"),
                )
                why = "; ".join(filter(None, found)) or None
                self._found[node] = at, why
        return self._known() or why

    async def _leaderless(self) -> str | None:
        info = await self._nc.jetstream(timeout=PATIENCE).stream_info(self._network)
        if without_majority(info):
            return "the log has no leader, or one that the others do not follow"
        reached = _limits(info)
        return f"the log's stream takes no more ({', '.join(reached)}): take that limit away" if reached else None

    async def _unjudged(self) -> str | None:
        """Asks the log to write after an event that there will never be."""
        subject = f"{self._network}.{self._service}.never.0.Written"
        headers = {"Nats-Expected-Last-Sequence": str(NEVER)}
        answer = await self._nc.request(subject, b"", timeout=PATIENCE, headers=headers)
        code = (orjson.loads(answer.data).get("error") or {}).get("err_code")
        return (
            None if code in WRONG_LAST_SEQUENCE else f"the log's leader does not judge what is to be written ({code})"
        )

    async def _unstored(self) -> str | None:
        try:
            answer = await self._nc.request(subject_of(self._network, self._service), NOTHING, timeout=PATIENCE)
        except (NoRespondersError, NotAllowed):
            return UNMADE
        if error := orjson.loads(answer.data).get("error"):
            return f"nothing can be stored ({error.get('description')})"
        return None


def _limits(info: StreamInfo) -> list[str]:
    """The limits that keep an event out of a stream. A log has none, but an operator may set them while it runs."""
    there, holds = info.config, info.state
    found = [
        (there.sealed, "sealed"),
        (0 < (there.max_bytes or 0) < holds.bytes + LARGEST, f"max_bytes {there.max_bytes}"),
        (0 < (there.max_msgs or 0) <= holds.messages, f"max_msgs {there.max_msgs}"),
        (0 < (there.max_msg_size or 0) < LARGEST, f"max_msg_size {there.max_msg_size}"),
    ]
    return [said for reached, said in found if reached]


async def _told(asking: Awaitable[str | None], silence: str) -> str | None:
    """What was found; `silence` where no answer came, or one that is none."""
    try:
        return await asking
    except (NatsError, APIError, NotAllowed, TimeoutError, OSError, ValueError):
        return silence
