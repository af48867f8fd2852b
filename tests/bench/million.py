"""A log of a million events made from the sample: a network as many times as large, in which the same happens.

Each copy of the sample has ids of its own, and is told beside the others, in the order of time. What is sealed stays
so: nobody has the keys of the copies.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from nats.aio.client import Client

from shared.contract.envelope import Message
from shared.kernel.eventlog.atomic_batch import Unit, Write, publish
from shared.ledger.archive_format import Archive
from tests.bench.measure import Watch
from tests.fixtures.installation import maillage

TOTAL = 1_000_000
BATCH = 1000  # events written at once
ALONE = frozenset(
    {"account", "signing-key", "administrators", "bulletin"}
)  # an installation begins with them, whatever its size
_id = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_own_id = re.compile(rb'"id":"([0-9a-f-]{36})"')


def sample(folder: Path) -> list[Message]:
    """The events of the sample history, loaded into `folder` if it is not there yet."""
    done = maillage("sample", "load", data=folder)
    assert done.returncode == 0, done.stderr
    (archive,) = (folder / "archive").iterdir()
    messages = [message for run in Archive(archive).read() for message in run]
    return [one for one in messages if one.subject.split(".")[2] not in ALONE]


def copies(messages: Sequence[Message]) -> int:
    """How many copies of the sample make a million events."""
    return -(-TOTAL // len(messages))


def multiplied(messages: Sequence[Message], network: str) -> Iterator[Write]:
    """A million events and what is left of the last copies, told as events of `network`."""
    number = copies(messages)
    for message in messages:
        old, _, rest = message.subject.partition(".")
        body = message.body.replace(b'"source":"/%b/' % old.encode(), b'"source":"/%b/' % network.encode())
        for copy in range(number):
            changed = _copied(body, copy)
            found = _own_id.search(changed)
            assert found is not None, message
            yield Write(f"{network}.{_copied(rest.encode(), copy).decode()}", found[1].decode(), changed)


def _copied(text: bytes, copy: int) -> bytes:
    """The same with the ids of a copy: their first sixteen bits, which are random, are another number."""
    return _id.sub(lambda id: b"%04x" % (int(id[0][:4], 16) ^ copy) + id[0][4:], text)


async def fill(nc: Client, stream: str, writes: Iterator[Write], total: int, watch: Watch) -> int:
    """Writes them all, in their order. Returns the last sequence."""
    last: dict[str, int] = {}
    seq = 0
    while batch := list(islice(writes, BATCH)):
        first = {write.entity: last.get(write.entity, 0) for write in reversed(batch)}
        seq = await publish(nc, stream, [Unit(batch, first)])
        last.update((write.entity, seq - len(batch) + n) for n, write in enumerate(batch, 1))
        if seq % 50_000 < BATCH:
            watch.say(f"writing events, {seq:,} of {total:,}")
    return seq
