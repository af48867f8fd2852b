"""The archive of a log: every message as it lay in the stream, and every signed head of it, as plain files.

Under `<data>/archive/<network>/`, which is all that an auditor or a restore needs, beside the public key:

    segments/000000000001-000000010000.parquet   messages, 10,000 a file (fewer where they are large), in order, without
        a gap: seq (int64), subject (UTF-8), recorded (from the body, null where it says none), body (exact bytes);
        zstd, page checksums; written aside, fsynced, renamed, never touched again
    open.segment      the messages after the last file. `MLGOPEN1`, then a record each: the length of its leaf (4 bytes,
        big-endian), the leaf's hash (32 bytes), the leaf (`shared.ledger.leaf_of`); fsynced before a checkpoint covers
        it
    checkpoints.log   all checkpoints, oldest first, an empty line after each
    checkpoint        the latest of them
    public-key        what verifies them: a C2SP verifier key
    tree              the hashes of all nodes, in the order of `shared.ledger.place`: 64 bytes a message, only to be
        quick and to name what was changed; made again where it is missing or wrong
    lock, README

Nothing here is believed before it was compared with a checkpoint (`shared/ledger/archive_verifier.py`).
`shared/ledger/archiver.py` writes it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from shared.contract.envelope import Message
from shared.ledger.merkle import HASH, leaf_hash, message_of, place

if TYPE_CHECKING:
    import pyarrow as pa

SEGMENT = 10_000  # messages of a file, at most
SEGMENT_BYTES = 64 * 1024 * 1024  # bytes of bodies after which a file is closed early, so that it always fits in memory
MAGIC = b"MLGOPEN1"
_range = re.compile(r"([0-9]{12})-([0-9]{12})\.parquet").fullmatch
_instant = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z").fullmatch


class ArchiveDamaged(Exception):
    """The archive is not what was written. `place` is a file, and where in it."""

    def __init__(self, place: str, what: str) -> None:
        super().__init__(f"{place}: {what}")
        self.place, self.what = place, what


class Segment(NamedTuple):
    """A closed file, with the sequences that its name promises."""

    path: Path
    first: int
    last: int

    @property
    def place(self) -> str:
        return f"segments/{self.path.name}"


class OpenSegment(NamedTuple):
    """The messages of the open file up to the first record that is not whole, how many bytes they take with the head,
    and what is wrong there."""

    messages: list[Message]
    hashes: list[bytes]
    whole: int
    damage: ArchiveDamaged | None


class Note(NamedTuple):
    """A checkpoint as it lies there, not verified, and the line where it begins (0: in a file of its own)."""

    line: int
    text: str

    @property
    def place(self) -> str:
        return f"checkpoints.log, line {self.line}"


@dataclass(frozen=True)
class Archive:
    """An archive to be read. It may grow meanwhile."""

    folder: Path

    @property
    def segments_folder(self) -> Path:
        return self.folder / "segments"

    @property
    def open_path(self) -> Path:
        return self.folder / "open.segment"

    @property
    def tree_path(self) -> Path:
        return self.folder / "tree"

    @property
    def log_path(self) -> Path:
        return self.folder / "checkpoints.log"

    @property
    def latest_path(self) -> Path:
        return self.folder / "checkpoint"

    @property
    def key_path(self) -> Path:
        return self.folder / "public-key"

    def segments(self) -> list[Segment]:
        """All closed files, in order. Whether there is a gap between them is not asked here."""
        found = []
        for path in self.segments_folder.glob("*.parquet"):
            name = _range(path.name)
            if name is None or int(name[1]) > int(name[2]):
                raise ArchiveDamaged(f"segments/{path.name}", "no file of this archive is called so")
            found.append(Segment(path, int(name[1]), int(name[2])))
        return sorted(found, key=lambda segment: segment.first)

    def opened(self) -> OpenSegment:
        """What the open file holds; nothing where there is none."""
        return read_open(self.open_path.read_bytes() if self.open_path.exists() else MAGIC)

    def notes(self) -> tuple[list[Note], int]:
        """All checkpoints, and the bytes at the end of their file that are not a whole one."""
        return read_notes(self.log_path.read_bytes() if self.log_path.exists() else b"")

    def latest(self) -> str | None:
        """The latest checkpoint as its own file has it."""
        if not self.latest_path.exists():
            return None
        return self.latest_path.read_bytes().decode(errors="replace")

    def read(self, after: int = 0) -> Iterator[list[Message]]:
        """The messages with the sequences after+1, after+2, … in runs. Raises ArchiveDamaged where one is missing."""
        open_ = self.opened()  # before the list of files: what is closed meanwhile stands in one of them
        position = after
        for segment in self.segments():
            if segment.last <= position:
                continue
            if segment.first > position + 1:
                raise ArchiveDamaged("segments", f"events {position + 1} to {segment.first - 1} are missing")
            yield read_segment(segment, times=False)[position + 1 - segment.first :]
            position = segment.last
        rest = [message for message in open_.messages if message.seq > position]
        if rest and rest[0].seq != position + 1:
            raise ArchiveDamaged("open.segment", f"events {position + 1} to {rest[0].seq - 1} are missing")
        if rest:
            yield rest

    def kept_node(self, level: int, index: int) -> bytes:
        """A node as the file `tree` has it. Raises ArchiveDamaged where it has none."""
        try:
            with self.tree_path.open("rb") as file:
                file.seek(place(level, index) * HASH)
                found = file.read(HASH)
        except OSError as error:
            raise ArchiveDamaged("tree", "it can't be read") from error
        if len(found) != HASH:
            raise ArchiveDamaged("tree", "it is cut off")
        return found

    def kept_hashes(self, first: int, last: int) -> list[bytes] | None:
        """The hashes of these leaves as the file `tree` has them; None where it has not all of them."""
        start, end = place(0, first - 1), place(0, last - 1) + 1
        try:
            with self.tree_path.open("rb") as file:
                file.seek(start * HASH)
                data = file.read((end - start) * HASH)
        except OSError:
            return None
        if len(data) != (end - start) * HASH:
            return None
        offsets = [(2 * n - n.bit_count() - start) * HASH for n in range(first - 1, last)]
        return [data[at : at + HASH] for at in offsets]


@cache
def schema() -> pa.Schema:
    """The columns of a closed file."""
    import pyarrow as pa  # a tenth of what a service reads at its start, and four of five write no archive

    return pa.schema(
        [
            pa.field("seq", pa.int64(), nullable=False),
            pa.field("subject", pa.string(), nullable=False),
            pa.field("recorded", pa.timestamp("us", "UTC")),
            pa.field("body", pa.binary(), nullable=False),
        ]
    )


def read_segment(segment: Segment, *, times: bool = True) -> list[Message]:
    """The messages of a closed file, which are the ones that its name promises. Raises ArchiveDamaged. `times`: the
    column that says when each was recorded is held against its body as well; nothing is read from it here."""
    import pyarrow.parquet as pq  # as in `schema`

    try:
        with pq.ParquetFile(segment.path, page_checksum_verification=True) as file:
            if not file.schema_arrow.equals(schema()):
                raise ArchiveDamaged(segment.place, "its columns are not those of an archive")
            if file.metadata.num_rows != segment.last - segment.first + 1:
                raise ArchiveDamaged(
                    segment.place, f"it holds {file.metadata.num_rows} events, its name says otherwise"
                )
            table = file.read(use_threads=False)
        table.validate(full=True)
        sequences, subjects, bodies = (table.column(name).to_pylist() for name in ("seq", "subject", "body"))
        recorded = table.column("recorded").combine_chunks()
    except ArchiveDamaged:
        raise
    except Exception as error:  # pyarrow raises a dozen kinds for bytes that are not what they should be
        what = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        raise ArchiveDamaged(segment.place, f"it can't be read ({what})") from error
    wanted = range(segment.first, segment.last + 1)
    if sequences != list(wanted):
        row = next(n for n, (found, seq) in enumerate(zip(sequences, wanted, strict=True), 1) if found != seq)
        raise ArchiveDamaged(
            f"{segment.place}, row {row}", f"event {sequences[row - 1]} stands where {segment.first + row - 1} belongs"
        )
    if times and not recorded.equals(_recorded(bodies)):
        pairs = zip(recorded.to_pylist(), _recorded(bodies).to_pylist(), strict=True)
        row = next((n for n, (found, said) in enumerate(pairs, 1) if found != said), 1)
        raise ArchiveDamaged(f"{segment.place}, row {row}", "its time of recording is not the one that its body says")
    return list(map(Message, sequences, subjects, bodies))


def table_of(messages: Sequence[Message]) -> pa.Table:
    """Messages as the columns of a closed file."""
    import pyarrow as pa  # as in `schema`

    sequences, subjects, bodies = zip(*messages, strict=True)
    columns = [
        pa.array(sequences, pa.int64()),
        pa.array(subjects, pa.string()),
        _recorded(bodies),
        pa.array(bodies, pa.binary()),
    ]
    return pa.Table.from_arrays(columns, schema=schema())


class _Recorded(msgspec.Struct, gc=False):
    recordedtime: str = ""


_recorded_in = msgspec.json.Decoder(_Recorded).decode


def _recorded(bodies: Sequence[bytes]) -> pa.Array:
    """When each was recorded, by its own body."""
    import pyarrow as pa  # as in `schema`

    return pa.array(list(map(recorded_of, bodies)), pa.timestamp("us", "UTC"))


def recorded_of(body: bytes) -> datetime | None:
    """When an event was recorded, by its own body; None for what is no event or says it otherwise than events do."""
    try:
        said = _recorded_in(body).recordedtime
        return datetime.fromisoformat(said) if _instant(said) else None
    except (msgspec.DecodeError, ValueError, RecursionError):
        return None


def record_of(leaf: bytes, hash_: bytes) -> bytes:
    """A record of the open file."""
    return len(leaf).to_bytes(4, "big") + hash_ + leaf


def read_open(data: bytes) -> OpenSegment:
    """The records of an open file up to the first that is not whole."""
    messages: list[Message] = []
    hashes: list[bytes] = []
    if not data.startswith(MAGIC):
        return OpenSegment(
            messages, hashes, 0, ArchiveDamaged("open.segment, byte 0", "it does not begin as it should")
        )
    at = len(MAGIC)
    what = ""
    while at < len(data) and not what:
        start = at + 4 + HASH
        leaf = data[start : start + int.from_bytes(data[at : at + 4], "big")]
        hash_ = data[at + 4 : start]
        if leaf_hash(leaf) != hash_:
            what = "the record is cut off or changed"
            break
        try:
            message = message_of(leaf)
        except ValueError:
            what = "the record is no event of a log"
            break
        if messages and message.seq != messages[-1].seq + 1:
            what = f"event {message.seq} follows on event {messages[-1].seq}"
            break
        messages.append(message)
        hashes.append(hash_)
        at = start + len(leaf)
    damage = ArchiveDamaged(f"open.segment, record {len(messages) + 1}, byte {at}", what) if what else None
    return OpenSegment(messages, hashes, at, damage)


def read_notes(data: bytes) -> tuple[list[Note], int]:
    """The checkpoints in a file of them, and the bytes at its end that are not a whole one. What is no checkpoint at
    all comes as a note of its own, to be refused by who verifies it."""
    whole = data.rfind(b"\n\n") + 2 if b"\n\n" in data else 0
    parts = data[:whole].decode(errors="replace").split("\n\n")[:-1]
    notes: list[Note] = []
    line, at = 1, 0
    while at < len(parts):
        paired = at + 1 < len(parts) and parts[at + 1].startswith("— ")
        text = f"{parts[at]}\n\n{parts[at + 1]}\n" if paired else f"{parts[at]}\n"
        if not paired and at == len(parts) - 1 and not parts[at].startswith("— "):
            return notes, len(data) - whole + len(
                f"{parts[at]}\n\n".encode()
            )  # a text whose signature is not there yet
        notes.append(Note(line, text))
        line += text.count("\n") + 1
        at += 2 if paired else 1
    return notes, len(data) - whole


def last_of(archive: Archive) -> Message | None:
    """The last message of an archive, None of an empty one. Raises ArchiveDamaged."""
    open_ = archive.opened()  # before the list of files: what is closed meanwhile stands in one of them
    segments = archive.segments()
    if open_.messages and (not segments or open_.messages[-1].seq > segments[-1].last):
        return open_.messages[-1]
    return read_segment(segments[-1])[-1] if segments else None
