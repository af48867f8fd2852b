"""Writing to the stream: one event as one publish, several as one atomic batch (NATS ADR-50), and what came of it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

import msgspec
import orjson
from nats.aio.client import Client
from nats.errors import BadSubjectError, ConnectionClosedError
from nats.errors import Error as NatsError

from shared.base.outside import REAL, Outside
from shared.contract.envelope import guard_subject

WRONG_LAST_SEQUENCE = (10071, 10164)
UNDER_WAY = 10164  # somebody else's expectation on the same entity is under way, perhaps another reader's
INCOMPLETE_BATCH = 10176  # some messages of a batch were lost with the connection
DUPLICATE_IN_BATCH = 10201
FOR_NOW = (429, 500, 503)  # HTTP-like codes of a refusal that may pass: too much at once, no leader, no room to store
EXPECTED = "Nats-Expected-Last-Subject-Sequence"
_PLAIN = re.compile("[!-~]+").fullmatch


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds with a log that is slow or away: `answer`, for one answer of the server; `trying`, until whoever wants to
    write is told; `suspicion`, until a server that tells of an end before the known one is asked again."""

    answer: float = 5.0
    trying: float = 20.0
    suspicion: float = 0.25


PATIENT = Patience()


class Rejected(Exception):
    """The server said no for good, and why. `outrun`: what the unit expects is no longer so, or it is there already."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(f"{code} {text}")
        self.certain = code in WRONG_LAST_SEQUENCE  # nothing of this attempt or an earlier one was seen
        self.passes = code == UNDER_WAY  # it is no answer yet: the same again soon has one
        self.outrun = self.certain or code == DUPLICATE_IN_BATCH


class NoAnswer(Exception):
    """It is not known whether the server wrote it, or it may write it later."""


class Write(msgspec.Struct, frozen=True, gc=False):
    """One event to be written: where, under which id, which bytes. `entity`: the subject prefix
    `<network>.<service>.<entity>.<id>`."""

    subject: str
    id: str
    body: bytes
    entity: str = ""

    def __post_init__(self) -> None:
        msgspec.structs.force_setattr(self, "entity", self.subject.rpartition(".")[0])


@dataclass(slots=True, eq=False)
class Unit:
    """The events of one decision: all are written, or none.

    `expected`: for each entity, as the subject prefix `<network>.<service>.<entity>.<id>`, the last sequence under it
    that the decision rests on (0 for an entity that must not exist yet). `reads`: the same for entities that it rests
    on and does not write to, each of which is guarded. `repeated`: once it is done, whether it had been written by an
    earlier attempt already."""

    writes: list[Write]
    expected: dict[str, int]
    reads: dict[str, int] = field(default_factory=dict)
    done: asyncio.Future[int] = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    repeated: bool = False

    @property
    def rests_on(self) -> dict[str, int]:
        """All entities that must be where they were read."""
        return self.reads | self.expected

    @property
    def messages(self) -> int:
        """How many it takes: an event that is not its entity's first carries a guard, any other guard is one more."""
        return max(len(self.writes), len(self.expected) + len(self.reads))

    @property
    def size(self) -> int:
        """Bytes of all bodies."""
        return sum(len(write.body) for write in self.writes)


async def publish(
    nc: Client, stream: str, units: Iterable[Unit], outside: Outside = REAL, patience: Patience = PATIENT
) -> int:
    """Writes all of the units or none. No entity to which one of them writes may be in another; one that several only
    read must be at the same sequence for all. Returns the sequence of the last event.

    Raises Rejected, NoAnswer, or NotAllowed where the server does not let us write there."""
    parts = _parts(units)
    try:
        if len(parts) > 1:
            batch = str(outside.new_id())
            for n, (_, headers) in enumerate(parts, 1):
                headers |= {"Nats-Batch-Id": batch, "Nats-Batch-Sequence": str(n)}
            await _send(nc, parts[:-1])
            parts[-1][1]["Nats-Batch-Commit"] = "1"
        write, headers = parts[-1]
        answer = await nc.request(write.subject, write.body, timeout=patience.answer, headers=headers)
    except (NatsError, TimeoutError) as error:
        raise NoAnswer(repr(error)) from error
    return _sequence(answer.data, stream)


async def _send(nc: Client, parts: Iterable[tuple[Write, dict[str, str]]]) -> None:
    """Publishes messages in one piece, by the client's own buffer.

    `Client.publish` takes 9 µs a message, most of it to check and to encode header by header; these are ours, and a
    batch of them takes a quarter of that. `_send_command` and `_flush_pending` are what `publish` itself ends in."""
    if not nc.is_connected:
        raise ConnectionClosedError
    await nc._send_command(b"".join(_frame(write, headers) for write, headers in parts))
    await nc._flush_pending()


def _frame(write: Write, headers: dict[str, str]) -> bytes:
    """`HPUB` of the NATS protocol, headers as in NATS ADR-4."""
    if not (_PLAIN(write.subject) and _PLAIN(write.id)):
        raise BadSubjectError
    head = "\r\n".join(["NATS/1.0", *[f"{name}: {value}" for name, value in headers.items()], "\r\n"]).encode()
    return b"HPUB %b %d %d\r\n%b%b\r\n" % (
        write.subject.encode(),
        len(head),
        len(head) + len(write.body),
        head,
        write.body,
    )


def _parts(units: Iterable[Unit]) -> list[tuple[Write, dict[str, str]]]:
    """The messages of a batch. In a batch the server wants the expectation of an entity on its first event only; so a
    further event carries a guard instead, and the guards that are left are messages of their own, before all events.
    What several decisions read is guarded once."""
    events: list[tuple[Write, dict[str, str]]] = []
    alone: dict[str, tuple[int, str]] = {}
    for unit in units:
        expected, reads = dict(unit.expected), list(unit.reads.items())
        if not all(_PLAIN(entity) for entity, _ in reads):
            raise BadSubjectError
        for write in unit.writes:
            entity = write.entity
            seq = expected.pop(entity, None)
            if seq is None and reads:
                entity, seq = reads.pop()
            events.append((write, {"Nats-Msg-Id": write.id} | ({} if seq is None else _expecting(entity, seq))))
        for entity, seq in reads:
            alone[entity] = seq, unit.writes[0].subject
    return [*(_guard(entity, *read) for entity, read in alone.items()), *events]


def _guard(entity: str, seq: int, beside: str) -> tuple[Write, dict[str, str]]:
    network, service, *_ = beside.split(".")
    return Write(guard_subject(network, service), entity, b""), _expecting(entity, seq)


def _expecting(entity: str, seq: int) -> dict[str, str]:
    """The filter is the writers' own, letter by letter: for what is under way a cluster compares texts."""
    return {EXPECTED: str(seq), f"{EXPECTED}-Subject": f"{entity}.*"}


def _sequence(answer: bytes, stream: str) -> int:
    """What the server told: the sequence of the last message."""
    told = orjson.loads(answer) if answer else {}
    error = told.get("error")
    if error is not None:
        code, text = error.get("err_code", 0), error.get("description", "")
        if error.get("code") in FOR_NOW or code == INCOMPLETE_BATCH:
            raise NoAnswer(f"{code} {text}")
        raise Rejected(code, text)
    if told.get("stream") != stream:
        raise NoAnswer("an answer that is none")
    if told.get("duplicate"):  # written before, or something else under the same id: the caller looks which
        raise Rejected(DUPLICATE_IN_BATCH, "duplicate message id")
    return int(told["seq"])
