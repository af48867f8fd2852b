"""`maillage audit compare`: a selection that was taken away (CSV, JSON lines, Parquet) beside the signed archive."""

from __future__ import annotations

import csv
import itertools
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import typer

from deploy.cli.archive.audit import ArchiveOption, KeyOption, archive_of, audit, plain_errors, trusted_key
from deploy.cli.console import DataOption, JsonOption, out
from deploy.host.data_folder import CannotStart
from services.observatory.event_table.columns import fields_of
from services.observatory.journal.exports import SCHEMA, cells, leaf_text, line, taken
from shared.contract import load_all
from shared.contract.envelope import Message, Void, opened
from shared.ledger.archive_format import Archive
from shared.ledger.archive_verifier import verify

UNJUDGED = frozenset({"readable"})
"""What depends on the release that wrote the file."""
SHOWN = 20  # rows that are named


def add_to(app: typer.Typer) -> None:
    """Puts this command under `maillage audit`."""
    audit.command("compare")(audit_compare)


def audit_compare(
    file: Annotated[Path, typer.Argument(help="A file of events, taken from the journal.", show_default=False)],
    archive: ArchiveOption = None,
    key: KeyOption = None,
    data: DataOption = None,
    json: JsonOption = False,
) -> None:
    """Compare a file of events with the signed archive, row by row. Exit code 1 where they differ; it says where."""
    load_all()
    found = archive_of(archive, data)
    with plain_errors():
        report = verify(found, trusted_key(found, key, quiet=json))
        if not report.good:
            raise CannotStart("This archive is not what was signed; `maillage audit verify` says where.")
        differ, rows = [], 0
        for seq, wrong in compared(found, file, report.signed):
            rows += 1
            if wrong:
                differ.append({"seq": seq, "what": wrong})
    if json:
        out.print_json(data={"good": not differ, "rows": rows, "signed": report.signed, "differ": differ[:SHOWN]})
    else:
        for one in differ[:SHOWN]:
            out.print(
                f"BAD   event {one['seq']}: {one['what']}", style="red", highlight=False, soft_wrap=True, markup=False
            )
        word = "good" if not differ else "BAD "
        out.print(f"{word}  {rows} events, {len(differ)} that differ from the signed archive", highlight=False)
    if differ:
        raise typer.Exit(1)


def compared(archive: Archive, file: Path, signed: int) -> Iterator[tuple[int, str]]:
    """Each row's sequence, and in what it is not as the archive has it ("": it is). Raises CannotStart for a file of
    another kind."""
    messages: Iterator[Message] = iter(())
    at: Message | None = None
    for given in read(file):
        seq = _sequence(given)
        if seq is None:
            yield 0, "it has no sequence"
            continue
        if at is None or at.seq >= seq or seq - at.seq > 50_000:
            messages = itertools.chain.from_iterable(archive.read(max(0, seq - 1)))
        at = next((message for message in messages if message.seq >= seq), None)
        if seq > signed or at is None or at.seq != seq:
            yield seq, "it is not in the signed archive"
            continue
        yield seq, _differs(given, at, file.suffix)


def _sequence(given: Mapping[str, Any]) -> int | None:
    try:
        found = int(given["seq"])
    except (KeyError, TypeError, ValueError):
        return None
    return found if found > 0 else None


def _differs(given: Mapping[str, Any], message: Message, suffix: str) -> str:
    try:
        event = opened(message)
    except Void as void:
        return f"it is no event there ({void.reason})"
    expected: Mapping[str, Any] = taken(fields_of(event), leaf_text(message))
    if suffix == ".csv":
        expected = dict(zip(SCHEMA.names, cells(expected), strict=True))
    elif suffix == ".jsonl":
        expected = orjson.loads(line(expected))
    wrong = [
        name for name in SCHEMA.names if name not in UNJUDGED and _plain(given.get(name)) != _plain(expected[name])
    ]
    return ", ".join(wrong)


def _plain(value: Any) -> Any:
    return value.replace(tzinfo=None) if isinstance(value, datetime) else value


def read(file: Path) -> Iterator[Mapping[str, Any]]:
    """The rows of a file that was taken away. Raises CannotStart."""
    try:
        if file.suffix == ".parquet":
            with pq.ParquetFile(file) as found:
                for batch in found.iter_batches(batch_size=5000):
                    yield from batch.to_pylist()
        elif file.suffix == ".jsonl":
            with file.open("rb") as lines:
                for one in lines:
                    given = orjson.loads(one)
                    yield given if isinstance(given, dict) else {}
        elif file.suffix == ".csv":
            before = csv.field_size_limit(1 << 24)
            try:
                with file.open(encoding="utf-8-sig", newline="") as text:
                    yield from csv.DictReader(text, delimiter=";")
            finally:
                csv.field_size_limit(before)  # it is one for the whole process
        else:
            raise CannotStart(f"{file} is none of .csv, .jsonl, .parquet.")
    except (pa.ArrowException, orjson.JSONDecodeError, csv.Error, UnicodeDecodeError) as wrong:
        raise CannotStart(f"{file} can't be read as {file.suffix[1:]}: {str(wrong).splitlines()[0][:200]}.") from None
