"""Fills an empty stream with what its archive holds: the same sequences, subjects and bytes, void messages too.

While that goes on the stream is marked, so that nobody takes it for a log
(`shared.kernel.eventlog.event_log.RESTORING`). Each batch is written after an exact sequence or not at all, so nothing
comes twice or in between, and a restore that was killed goes on where it stands. Headers of messages are not archived,
and no reader looks at any.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import orjson
import structlog
from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js.api import StreamInfo
from nats.js.errors import APIError, NotFoundError
from uuid_utils import uuid7

from shared.base.gc_pause import uncollected
from shared.contract.envelope import Message
from shared.kernel.eventlog.atomic_batch import PATIENT
from shared.kernel.eventlog.event_log import RESTORING, Log, LogDamaged, LogUnfit, stream_config, unlike
from shared.ledger.archive_format import Archive, ArchiveDamaged, last_of
from shared.ledger.merkle import Tree, leaf_hash, leaf_of

log = structlog.get_logger()
AT_ONCE = 500  # messages of a batch; the server allows 1000
AT_ONCE_BYTES = 2 * 1024 * 1024
ALONE = 512 * 1024  # bytes of a body beyond which a message goes without headers: together they might be too large
PATIENCE = 60.0  # seconds of trying again

Progress = Callable[[int], None]


class RestoreFailed(Exception):
    """The stream could not be filled; the text says why."""


async def same_as_archived(log_: Log, archive: Archive) -> None:
    """Raises LogDamaged where the log does not hold the last message of its archive: nothing may be written then, since
    the log would give its sequence to another event."""
    try:
        end = last_of(archive)
    except ArchiveDamaged:
        return  # the notary says so, and where
    if end is None:
        return
    last = await log_.last(seen=end.seq)
    if last < end.seq:
        raise LogDamaged(f"the log ends at sequence {last}, but {end.seq} events are in its archive: restore it")
    if await log_.at(end.seq, seen=True) != end:
        raise LogDamaged(f"sequence {end.seq} of the log is not the event that was archived: restore it")
    log_.shows(end.seq)


async def refill(
    nc: Client,
    network: str,
    archive: Archive,
    replicas: int = 1,
    progress: Progress = lambda n: None,
    *,
    again: bool = False,
) -> int:
    """Writes everything that is in the archive; the last sequence. For an operator. `again`: an earlier try was cut
    off, perhaps when all was written.

    Raises LogUnfit where a log is there already, RestoreFailed, ArchiveDamaged, nats-py's errors.
    """
    end = last_of(archive)
    if end is None:
        raise RestoreFailed("the archive is empty")
    there = await _marked(nc, network, replicas, end.seq + 1 if again else 0)
    if there.state.last_seq > end.seq + 1:  # one more is said at the end, that it was restored
        raise RestoreFailed(f"the stream {network} ends at {there.state.last_seq}, but the archive at {end.seq}")
    last = min(int(there.state.last_seq), end.seq)
    await _same_beginning(Log(nc, network), archive, last)
    progress(last)
    for run in archive.read(last):
        for batch in _batches(run):
            await _write(nc, network, batch)
            last = batch[-1].seq
            progress(last)
    return last


async def _marked(nc: Client, network: str, replicas: int, whole: int) -> StreamInfo:
    """The stream, with the mark. `whole`: the last sequence of one that was finished already."""
    js = nc.jetstream()
    mark = {RESTORING: "yes"}
    try:
        there: StreamInfo = await js.stream_info(network)
    except NotFoundError:
        return await js.add_stream(replace(stream_config(network, replicas), metadata=mark))
    known = there.config.metadata or {}
    if RESTORING not in known:
        if there.state.last_seq not in (0, whole):
            raise LogUnfit(
                f"the stream {network} holds {there.state.last_seq} messages: a log is restored into an empty one"
            )
        if wrong := unlike(there.config, network):
            raise LogUnfit(f"the stream {network} is not as a log must be ({'; '.join(wrong)})")
        return await js.update_stream(replace(there.config, metadata={**known, **mark}))
    return there


async def finished(nc: Client, network: str) -> None:
    """Takes the mark away: from now on it is the log. Raises nats-py's errors."""
    js = nc.jetstream()
    config = (await js.stream_info(network)).config
    metadata = {key: value for key, value in (config.metadata or {}).items() if key != RESTORING}
    await js.update_stream(replace(config, metadata=metadata))


async def _same_beginning(log_: Log, archive: Archive, last: int) -> None:
    """What an earlier try wrote must be what the archive holds."""
    if last and await tree_of(log_, last) != _tree_in(archive, last):
        raise RestoreFailed("the stream holds something else than this archive: a restore needs an empty one")


def _tree_in(archive: Archive, size: int) -> bytes:
    tree = Tree()
    with uncollected():
        for run in archive.read():
            tree.extend([leaf_hash(leaf_of(message)) for message in run[: size - tree.size]])
            if tree.size >= size:
                break
    return tree.root if tree.size == size else b""


async def tree_of(log_: Log, size: int, progress: Progress = lambda n: None) -> bytes:
    """The root of the tree (RFC 6962) over the first messages of the log, read back from it. Raises LogDamaged."""
    return (await trees_of(log_, [size], progress))[0]


async def trees_of(log_: Log, sizes: Sequence[int], progress: Progress = lambda n: None) -> list[bytes]:
    """The roots over the first messages for each of these sizes, in their order from the smallest."""
    tree, roots = Tree(), []
    wanted = list(sizes)
    while wanted and not wanted[0]:
        roots.append(tree.root)
        wanted.pop(0)
    if wanted:
        async for run in log_.read(0, until=wanted[-1]):
            hashes = [leaf_hash(leaf_of(message)) for message in run]
            while wanted and tree.size + len(hashes) >= wanted[0]:
                cut = wanted[0] - tree.size
                tree.extend(hashes[:cut])
                hashes = hashes[cut:]
                roots.append(tree.root)
                wanted.pop(0)
            tree.extend(hashes)
            progress(tree.size)
    return roots


def _batches(run: Sequence[Message]) -> Iterator[list[Message]]:
    batch: list[Message] = []
    size = 0
    for message in run:
        large = len(message.body) > ALONE
        if batch and (large or len(batch) >= AT_ONCE or size + len(message.body) > AT_ONCE_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(message)
        size += len(message.body)
        if large:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


async def _write(nc: Client, network: str, batch: Sequence[Message]) -> None:
    """Writes a batch at its very sequences, for as long as the server is away."""
    before, after = batch[0].seq - 1, batch[-1].seq
    loop = asyncio.get_running_loop()
    give_up = loop.time() + PATIENCE
    while True:
        why: object
        try:
            answer = await _sent(nc, batch)
            if answer.get("stream") == network and answer.get("seq") == after:
                return
            why = answer.get("error", {}).get("description", "it gave another sequence")
        except (NatsError, TimeoutError) as error:
            why = repr(error)
        try:
            last = int((await nc.jetstream().stream_info(network)).state.last_seq)
        except (NatsError, APIError, TimeoutError) as error:
            last, why = before, repr(error)
        if last == after:
            return  # written, and the answer lost
        if last != before:
            raise RestoreFailed(f"somebody else writes into the stream {network}: it ends at {last}, not at {before}")
        if loop.time() > give_up:
            raise RestoreFailed(f"the server does not take event {before + 1} ({why})")
        await asyncio.sleep(0.5)


async def _sent(nc: Client, batch: Sequence[Message]) -> dict[str, Any]:
    """One atomic batch (NATS ADR-50), or a message alone; what the server answered."""
    if len(batch) == 1:
        (one,) = batch
        expected = {} if len(one.body) > ALONE else {"Nats-Expected-Last-Sequence": str(one.seq - 1)}
        answer = await nc.request(_subject(one), one.body, timeout=PATIENT.answer, headers=expected or None)
        return dict(orjson.loads(answer.data))
    id = str(uuid7())
    for n, message in enumerate(batch, 1):
        headers = {"Nats-Batch-Id": id, "Nats-Batch-Sequence": str(n)}
        if n == 1:
            headers["Nats-Expected-Last-Sequence"] = str(message.seq - 1)
        if n < len(batch):
            await nc.publish(_subject(message), message.body, headers=headers)
    headers["Nats-Batch-Commit"] = "1"
    answer = await nc.request(_subject(batch[-1]), batch[-1].body, timeout=PATIENT.answer, headers=headers)
    return dict(orjson.loads(answer.data)) if answer.data else {}


def _subject(message: Message) -> str:
    """Raises RestoreFailed for one that would mean something else on the wire than in the archive."""
    if not message.subject or any(c.isspace() or c < " " for c in message.subject):
        raise RestoreFailed(f"event {message.seq} has a subject that can't be written")
    return message.subject
