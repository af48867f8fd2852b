"""A selection of the log to take away: Parquet, JSON lines or CSV, with the hash of each event's leaf in the ledger.

`leaf` is what `maillage audit prove <seq>` and `/observatory/ledger/proof/<seq>` give for that event (RFC 6962,
base64): whoever has one of these files can have any row of it proven. What is sealed is not in it. The log is gone
through a piece at a time, so that memory stays flat and no reader waits for a slow download. A cell of a CSV file that
a spreadsheet would take for a formula gets an apostrophe (OWASP, CSV injection), also a leaf that begins with +.
"""

from __future__ import annotations

import csv
import io
from base64 import b64encode
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, get_args

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
from starlette.concurrency import run_in_threadpool

from services.observatory.event_table.table import EventTable
from services.observatory.ledger.notary import notary_of
from services.observatory.search import search_text as texts
from services.observatory.search.event_query import COLUMNS, Wanted, utc
from shared.contract.envelope import Message
from shared.ledger.archive_format import Archive
from shared.ledger.merkle import HASH, leaf_hash, leaf_of, place
from shared.runtime.faces import Chronicle
from shared.web.api import without_persons

Format = Literal["parquet", "jsonl", "csv"]
FORMATS = get_args(Format)
MEDIA: Mapping[str, str] = {
    "parquet": "application/vnd.apache.parquet",
    "jsonl": "application/jsonl",
    "csv": "text/csv; charset=utf-8",
}
PIECE = 10_000  # sequences that are gone through at once: as many rows at most are in memory
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")
SCHEMA = pa.schema(
    [
        ("seq", pa.int64()), ("id", pa.string()), ("service", pa.string()), ("entity", pa.string()),
        ("entity_id", pa.string()),
        ("version", pa.int32()), ("type", pa.string()), ("time", pa.timestamp("us", "UTC")),
        ("recorded", pa.timestamp("us", "UTC")),
        ("actor", pa.string()), ("command", pa.string()), ("correlation", pa.string()), ("cause", pa.string()),
        ("readable", pa.bool_()), ("data", pa.string()), ("leaf", pa.string()),
    ]
)  # fmt: skip
"""The columns of every format, by these names. `data` is the event's own data as JSON."""
Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Taken:
    """A selection at a moment: what is written while it is taken is not in it. `upto`: the last sequence."""

    service: Chronicle
    table: EventTable
    which: Wanted
    upto: int

    async def pieces(self) -> AsyncIterator[Rows]:
        """The rows, in the order of the log."""
        if self.which.searches:
            await texts.known(self.table)
        where, values = self.which.where
        sql = f"SELECT {COLUMNS} FROM events WHERE {where} AND seq > $low AND seq <= $high ORDER BY seq"
        for start in range(0, self.upto, PIECE):
            rows = await self.table.ask(sql, {**values, "low": start, "high": min(start + PIECE, self.upto)})
            if rows:
                hashes = await leaves(self.service, [row["seq"] for row in rows])
                yield [taken(row, leaf) for row, leaf in zip(rows, hashes, strict=True)]

    async def write(self, format: Format) -> AsyncIterator[bytes]:
        """The file, a part for each piece. The Parquet file's own metadata say what was asked for."""
        if format == "parquet":
            writer: Parquet | Lines = Parquet(
                {"network": self.service.network, "upto": str(self.upto), **self.which.asked}
            )
        else:
            writer = Lines(format)
        yield writer.begin()
        async for rows in self.pieces():
            yield await run_in_threadpool(writer.more, rows)
        yield await run_in_threadpool(writer.end)


def taken(row: Mapping[str, Any], leaf: str) -> dict[str, Any]:
    """A row of the table as it is taken away."""
    data = orjson.dumps(without_persons(orjson.loads(row["data"]))).decode() if row["data"] else None
    found = {name: row[name] for name in SCHEMA.names if name in row}
    return {**found, "correlation": row["correlation"] or row["command"], "data": data, "leaf": leaf}


async def leaves(service: Chronicle, sequences: Sequence[int]) -> list[str]:
    """The hash of the leaf of each event, in base64: from the tree of the archive as far as it goes, then from the
    log."""
    kept = await run_in_threadpool(partial(kept_leaves, notary_of(service).archive, sequences))
    found = []
    for seq, leaf in zip(sequences, kept, strict=True):
        if leaf is not None:
            found.append(b64encode(leaf).decode())
            continue
        message = await service.log.at(seq)
        assert message is not None  # the table has read it
        found.append(leaf_text(message))
    return found


def leaf_text(message: Message) -> str:
    """The hash of a message's leaf as proofs write it."""
    return b64encode(leaf_hash(leaf_of(message))).decode()


def kept_leaves(archive: Archive, sequences: Sequence[int]) -> list[bytes | None]:
    """These leaves as the file `tree` has them; None for what it does not have yet."""
    try:
        with archive.tree_path.open("rb") as file:
            found: list[bytes | None] = []
            for seq in sequences:
                file.seek(place(0, seq - 1) * HASH)
                leaf = file.read(HASH)
                found.append(leaf if len(leaf) == HASH else None)
            return found
    except OSError:
        return [None] * len(sequences)


class Lines:
    """JSON lines; or CSV as French spreadsheets read it: UTF-8 with its mark, `;`, CRLF (RFC 4180)."""

    def __init__(self, format: Format) -> None:
        self._csv = format == "csv"

    def begin(self) -> bytes:
        return ("\ufeff" + ";".join(SCHEMA.names) + "\r\n").encode() if self._csv else b""

    def more(self, rows: Rows) -> bytes:
        if not self._csv:
            return b"".join(line(row) for row in rows)
        text = io.StringIO()
        table = csv.writer(text, delimiter=";", lineterminator="\r\n")
        for row in rows:
            table.writerow(cells(row))
        return text.getvalue().encode(errors="replace")

    def end(self) -> bytes:
        return b""


def line(row: Mapping[str, Any]) -> bytes:
    """A row as a line of JSON."""
    told = {**row, "time": utc(row["time"]), "recorded": utc(row["recorded"])}
    told["data"] = orjson.Fragment(row["data"]) if row["data"] else None
    return orjson.dumps(told, option=orjson.OPT_APPEND_NEWLINE)


def cells(row: Mapping[str, Any]) -> list[str]:
    """A row as the cells of a table."""
    return [harmless(_cell(row[name])) for name in SCHEMA.names]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return utc(value) if hasattr(value, "isoformat") else str(value)


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(DANGEROUS) else cell


class Parquet:
    """Parquet, a row group a piece; what is written is given away at once."""

    def __init__(self, about: Mapping[str, str]) -> None:
        self._sink = _Sink()
        schema = SCHEMA.with_metadata({f"maillage.{name}": value for name, value in about.items()})
        self._writer = pq.ParquetWriter(pa.PythonFile(self._sink, "w"), schema, compression="zstd", compression_level=1)
        self._schema = schema

    def begin(self) -> bytes:
        return self._sink.taken()

    def more(self, rows: Rows) -> bytes:
        self._writer.write_table(pa.Table.from_pylist(list(rows), schema=self._schema))
        return self._sink.taken()

    def end(self) -> bytes:
        self._writer.close()
        return self._sink.taken()


class _Sink(io.RawIOBase):
    """Where pyarrow writes a file that nobody seeks in."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []
        self._at = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        part = bytes(data)
        self._parts.append(part)
        self._at += len(part)
        return len(part)

    def tell(self) -> int:
        return self._at

    def taken(self) -> bytes:
        found = b"".join(self._parts)
        self._parts.clear()
        return found
