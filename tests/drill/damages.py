"""The damages: each a function that does one thing, at random by a seed, to the NATS store's files, over a connection
to the NATS server, or to the archive's files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from struct import unpack_from
from typing import Literal
from uuid import uuid4

import orjson
import pyarrow.parquet as pq
from nats.errors import Error as NatsError
from nats.js.errors import APIError

from shared.contract.envelope import Message
from shared.kernel.broker.connection import Connection, NotAllowed
from shared.ledger.archive_format import MAGIC, Segment, read_segment, record_of, table_of
from shared.ledger.merkle import leaf_hash, leaf_of
from shared.runtime.nats.embedded_server import NatsServer
from tests.drill.house import NETWORK, Act, House

Where = Literal["NATS store", "NATS connection", "archive"]


@dataclass(frozen=True)
class Damage:
    """`files` does it while nothing runs; `act` over a connection while everything does."""

    where: Where
    kind: str
    files: Callable[[House, Random], str] | None = None
    act: Callable[[Random], Act] | None = None


# -- bytes --------------------------------------------------------------------------------------------------------


def flipped(data: bytes, random: Random, start: int = 0, end: int | None = None) -> bytes:
    at = random.randrange(start, len(data) if end is None else end)
    return data[:at] + bytes([data[at] ^ 1 << random.randrange(8)]) + data[at + 1 :]


def cut(data: bytes, random: Random) -> bytes:
    return data[: random.randrange(len(data))]


def zeroed(data: bytes, random: Random) -> bytes:
    at = random.randrange(len(data))
    length = min(random.choice((1, 64, 512, 4096)), len(data) - at)
    return data[:at] + bytes(length) + data[at + length :]


def removed(data: bytes, random: Random) -> bytes:
    at = random.randrange(len(data))
    return data[:at] + data[at + random.randrange(1, 2000) :]


def added(data: bytes, random: Random) -> bytes:
    at = random.randrange(len(data) + 1)
    return data[:at] + random.randbytes(random.randrange(1, 2000)) + data[at:]


def on(
    choose: Callable[[House, Random], Path], change: Callable[[bytes, Random], bytes]
) -> Callable[[House, Random], str]:
    """Changes one file; says which."""

    def do(house: House, random: Random) -> str:
        path = choose(house, random)
        path.write_bytes(change(path.read_bytes(), random))
        return path.name

    return do


def deleted(choose: Callable[[House, Random], Path]) -> Callable[[House, Random], str]:
    def do(house: House, random: Random) -> str:
        path = choose(house, random)
        path.unlink()
        return path.name

    return do


# -- the NATS store -----------------------------------------------------------------------------------------------


def stored(pattern: str) -> Callable[[House, Random], Path]:
    return lambda house, random: random.choice(sorted(house.nats.rglob(pattern)))


@dataclass(frozen=True)
class Record:
    """A record in a block of the store: its bytes, and where its parts begin (nats-server, filestore.go)."""

    start: int
    end: int
    subject: int
    payload: int


def records(block: bytes) -> list[Record]:
    """Length (4 bytes, the highest bit says that there are headers), sequence (8), time (8), length of the subject (2),
    subject, headers with their length (4), payload, checksum (8)."""
    found, at = [], 0
    while at + 22 <= len(block):
        (length,) = unpack_from("<I", block, at)
        headers, length = bool(length & 1 << 31), length & ~(1 << 31)
        (subject,) = unpack_from("<H", block, at + 20)
        payload = at + 22 + subject
        if headers:
            payload += 4 + unpack_from("<I", block, payload)[0]
        found.append(Record(at, at + length, at + 22, payload))
        at += length
    return found


def in_record(part: str) -> Callable[[bytes, Random], bytes]:
    """A bit flipped in one part of a record that holds an event."""

    def change(block: bytes, random: Random) -> bytes:
        one = random.choice([r for r in records(block) if r.end - r.start < 10_000])
        start, end = {
            "header": (one.start, one.subject),
            "subject": (one.subject, one.payload),
            "payload": (one.payload, one.end - 8),
            "checksum": (one.end - 8, one.end),
        }[part]
        return flipped(block, random, start, end)

    return change


def record_removed(block: bytes, random: Random) -> bytes:
    one = random.choice(records(block))
    return block[: one.start] + block[one.end :]


def record_doubled(block: bytes, random: Random) -> bytes:
    one = random.choice(records(block))
    return block[: one.end] + block[one.start :]


def records_swapped(block: bytes, random: Random) -> bytes:
    all_ = records(block)
    n = random.randrange(len(all_) - 1)
    one, two = all_[n], all_[n + 1]
    return block[: one.start] + block[two.start : two.end] + block[one.start : one.end] + block[two.end :]


def last_record_cut(block: bytes, random: Random) -> bytes:
    last = records(block)[-1]
    return block[: random.randrange(last.start, last.end)]


def newest(house: House, random: Random) -> Path:
    return max(house.nats.rglob("*.blk"), key=lambda path: int(path.stem))


def without_index(change: Callable[[House, Random], str]) -> Callable[[House, Random], str]:
    """The same, and the index of the store is gone too, so that the server reads every block anew."""

    def do(house: House, random: Random) -> str:
        for path in house.nats.rglob("index.db"):
            path.unlink()
        return change(house, random)

    return do


# -- over a connection --------------------------------------------------------------------------------------------


def events(messages: Sequence[Message]) -> list[Message]:
    return [message for message in messages if message.body.startswith(b'{"specversion"')]


def _says(make: Callable[[list[Message], Random], tuple[str, bytes]]) -> Callable[[Random], Act]:
    def of(random: Random) -> Act:
        async def act(server: NatsServer, operator: Connection, messages: list[Message]) -> None:
            subject, body = make(messages, random)
            await operator.jetstream().publish(subject, body)

        return act

    return of


def junk(messages: list[Message], random: Random) -> tuple[str, bytes]:
    return f"{NETWORK}.directory.structure.{uuid4()}.StructureRegistered", random.randbytes(random.randrange(1, 500))


def copied(messages: list[Message], random: Random) -> tuple[str, bytes]:
    one = random.choice(events(messages))
    return one.subject, one.body


def moved(messages: list[Message], random: Random) -> tuple[str, bytes]:
    one, two = random.sample(events(messages), 2)
    return (one.subject, two.body) if one.subject != two.subject else (f"{NETWORK}.x", two.body)


def too_early(messages: list[Message], random: Random) -> tuple[str, bytes]:
    one = random.choice(events(messages))
    body = orjson.loads(one.body)
    return one.subject, orjson.dumps({**body, "id": str(uuid4()), "entityversion": body["entityversion"] + 50})


def of_another_service(random: Random) -> Act:
    """A service's own key, used to speak for another."""

    async def act(server: NatsServer, operator: Connection, messages: list[Message]) -> None:
        nc = await server.connect("membership")
        try:
            one = random.choice(events(messages))
            await nc.jetstream().publish(one.subject, one.body, timeout=60)
        except (NotAllowed, NatsError, TimeoutError) as no:
            raise PermissionError(f"no publish to {one.subject}: {no!r}") from no
        finally:
            await nc.close()

    return act


def _asks_to(what: Literal["delete", "purge"]) -> Callable[[Random], Act]:
    def of(random: Random) -> Act:
        async def act(server: NatsServer, operator: Connection, messages: list[Message]) -> None:
            js = operator.jetstream()
            seq = random.choice(messages).seq
            try:
                if what == "delete":
                    await js.delete_msg(NETWORK, seq)
                else:
                    await js.purge_stream(NETWORK, seq=seq)
            except APIError as no:
                raise PermissionError(f"no {what} of sequence {seq}: {no.description}") from no

        return act

    return of


# -- the archive --------------------------------------------------------------------------------------------------


def kept(name: str) -> Callable[[House, Random], Path]:
    return lambda house, random: house.archive.folder / name


def segment(house: House, random: Random) -> Path:
    return random.choice(house.archive.segments()).path


def _rewritten(change: Callable[[list[Message], Random], list[Message]]) -> Callable[[House, Random], str]:
    """A closed file with other messages in it, whole by itself."""

    def do(house: House, random: Random) -> str:
        path = segment(house, random)
        first, last = (int(part) for part in path.stem.split("-"))
        found = change(read_segment(Segment(path, first, last)), random)
        pq.write_table(table_of(found), path, compression="zstd", write_page_checksum=True, store_schema=False)
        return path.name

    return do


def _open_rewritten(change: Callable[[list[Message], Random], list[Message]]) -> Callable[[House, Random], str]:
    def do(house: House, random: Random) -> str:
        found = change(house.archive.opened().messages, random)
        leaves = [leaf_of(message) for message in found]
        house.archive.open_path.write_bytes(MAGIC + b"".join(record_of(leaf, leaf_hash(leaf)) for leaf in leaves))
        return "open.segment"

    return do


def forged(messages: list[Message], random: Random) -> list[Message]:
    n = random.choice([n for n, message in enumerate(messages) if b'"specversion"' in message.body])
    body = orjson.loads(messages[n].body)
    body["actor"] = "someone else"
    return [*messages[:n], messages[n]._replace(body=orjson.dumps(body)), *messages[n + 1 :]]


def one_less(messages: list[Message], random: Random) -> list[Message]:
    n = random.randrange(len(messages))
    return _numbered([*messages[:n], *messages[n + 1 :]], messages[0].seq)


def one_more(messages: list[Message], random: Random) -> list[Message]:
    n = random.randrange(len(messages))
    return _numbered([*messages[:n], messages[n], *messages[n:]], messages[0].seq)


def turned(messages: list[Message], random: Random) -> list[Message]:
    n = random.randrange(len(messages) - 1)
    return _numbered([*messages[:n], messages[n + 1], messages[n], *messages[n + 2 :]], messages[0].seq)


def _numbered(messages: Sequence[Message], first: int) -> list[Message]:
    return [message._replace(seq=first + n) for n, message in enumerate(messages)]


def swapped_files(house: House, random: Random) -> str:
    one, two = random.sample(house.archive.segments(), 2)
    aside = one.path.with_suffix(".aside")
    one.path.rename(aside)
    two.path.rename(one.path)
    aside.rename(two.path)
    return one.path.name


def rolled_back(house: House, random: Random) -> str:
    """The last checkpoints taken away, as if they had never been, and the events that they cover with them."""
    notes, _ = house.archive.notes()
    left = notes[: random.randrange(1, len(notes))] if len(notes) > 1 else []
    house.archive.log_path.write_text("".join(f"{note.text}\n" for note in left))
    if left:
        house.archive.latest_path.write_text(left[-1].text)
    else:
        house.archive.latest_path.unlink()
    return "checkpoints.log"


def in_blocks(kind: str, change: Callable[[bytes, Random], bytes]) -> list[Damage]:
    plain = on(stored("*.blk"), change)
    return [Damage("NATS store", kind, plain), Damage("NATS store", f"{kind}, no index", without_index(plain))]


DAMAGES: Sequence[Damage] = (
    *(
        damage
        for part in ("header", "subject", "payload", "checksum")
        for damage in in_blocks(f"a bit of a record's {part}", in_record(part))
    ),
    Damage("NATS store", "a bit of the index", on(stored("index.db"), flipped)),
    Damage("NATS store", "a bit of the stream's description", on(stored("meta.inf"), flipped)),
    *in_blocks("a record removed", record_removed),
    *in_blocks("a record doubled", record_doubled),
    *in_blocks("two records in another order", records_swapped),
    Damage("NATS store", "a block cut off", on(stored("*.blk"), cut)),
    Damage("NATS store", "a block deleted", deleted(stored("*.blk"))),
    Damage("NATS store", "the last record torn, no index", without_index(on(newest, last_record_cut))),
    Damage("NATS store", "zeros in a block", on(stored("*.blk"), zeroed)),
    Damage("NATS store", "bytes removed from a block", on(stored("*.blk"), removed)),
    Damage("NATS store", "bytes added to a block", on(stored("*.blk"), added)),
    Damage("NATS store", "the index cut off", on(stored("index.db"), cut)),
    Damage("NATS store", "the index deleted", deleted(stored("index.db"))),
    Damage("NATS store", "the stream's description deleted", deleted(stored("meta.inf"))),
    Damage("NATS store", "the description's checksum deleted", deleted(stored("meta.sum"))),
    Damage("NATS connection", "junk said as an event", act=_says(junk)),
    Damage("NATS connection", "an event said again", act=_says(copied)),
    Damage("NATS connection", "an event said under another's subject", act=_says(moved)),
    Damage("NATS connection", "a forged event out of turn", act=_says(too_early)),
    Damage("NATS connection", "an event said with another service's key", act=of_another_service),
    Damage("NATS connection", "an event deleted by the operator", act=_asks_to("delete")),
    Damage("NATS connection", "the log purged by the operator", act=_asks_to("purge")),
    Damage("archive", "a bit of a closed file", on(segment, flipped)),
    Damage("archive", "a bit of the open file", on(kept("open.segment"), flipped)),
    Damage("archive", "a bit of a checkpoint", on(kept("checkpoints.log"), flipped)),
    Damage("archive", "a bit of the latest checkpoint", on(kept("checkpoint"), flipped)),
    Damage("archive", "a bit of the tree", on(kept("tree"), flipped)),
    Damage("archive", "a bit of the public key", on(kept("public-key"), flipped)),
    Damage("archive", "a closed file cut off", on(segment, cut)),
    Damage("archive", "the open file cut off", on(kept("open.segment"), cut)),
    Damage("archive", "the checkpoints cut off", on(kept("checkpoints.log"), cut)),
    Damage("archive", "the tree cut off", on(kept("tree"), cut)),
    Damage("archive", "a closed file deleted", deleted(segment)),
    Damage("archive", "the open file deleted", deleted(kept("open.segment"))),
    Damage("archive", "the checkpoints deleted", deleted(kept("checkpoints.log"))),
    Damage("archive", "bytes added to a closed file", on(segment, added)),
    Damage("archive", "bytes added to the open file", on(kept("open.segment"), added)),
    Damage("archive", "two closed files swapped", swapped_files),
    Damage("archive", "an event forged", _rewritten(forged)),
    Damage("archive", "an event removed", _rewritten(one_less)),
    Damage("archive", "an event added", _rewritten(one_more)),
    Damage("archive", "two events in another order", _rewritten(turned)),
    Damage("archive", "an event forged in the open file", _open_rewritten(forged)),
    Damage("archive", "an event removed from the open file", _open_rewritten(one_less)),
    Damage("archive", "an event added to the open file", _open_rewritten(one_more)),
    Damage("archive", "two events of the open file in another order", _open_rewritten(turned)),
    Damage("archive", "the latest checkpoints taken away", rolled_back),
)
