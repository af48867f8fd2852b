"""The log as a table in DuckDB: one row an event, with both its times. The only reader that indicators ask.

It judges messages as every reader does (`shared/kernel/views/projector.py`): what is no event, or out of its turn, is
passed over and noted. Rows and checkpoint are written in one transaction; the file can be deleted, and is built again
from the log. One process owns the file: nobody else can open it, not even to read.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from contextvars import copy_context
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import duckdb
import pyarrow as pa
import structlog

from services.observatory.event_table.columns import LEAST, SCHEMA, Row, columns_of, end_of, fingerprint, row_of
from services.observatory.event_table.corrections import EVER, write_corrections
from services.observatory.indicators import MACROS
from shared.base.cancellation import end
from shared.base.gc_pause import uncollected
from shared.base.outside import REAL, Outside
from shared.contract import load_all
from shared.contract.envelope import GUARD, Message, Void, opened
from shared.kernel.eventlog.event_log import Log, LogDamaged

log = structlog.get_logger()
T = TypeVar("T")
STEP = 10_000  # messages written in one transaction, at most
NEAR = 1000  # rows that become columns at once: few enough to be in the processor's cache still
AHEAD = 3  # runs that are judged and wait to be written, at most
QUERIES = 2  # queries at once; more would only take the processor from each other

SQL_TYPES = {
    "string": "VARCHAR", "int64": "BIGINT", "int32": "INTEGER", "double": "DOUBLE", "bool": "BOOLEAN",
    "timestamp[us]": "TIMESTAMP", "date32[day]": "DATE", "list<item: string>": "VARCHAR[]",
    "list<item: int64>": "BIGINT[]",
}  # fmt: skip
TABLES = f"""
CREATE TABLE versions ({", ".join(f'"{f.name}" {SQL_TYPES[str(f.type)]}' for f in SCHEMA)},
    since BIGINT, until BIGINT, again BOOLEAN);
CREATE VIEW events AS SELECT * EXCLUDE (since, until, again) FROM versions WHERE NOT again;
CREATE VIEW told AS FROM versions;
CREATE TABLE voids (seq BIGINT, subject VARCHAR, reason VARCHAR, bytes BIGINT);
CREATE TABLE region (department VARCHAR);
CREATE TABLE checkpoint (seq BIGINT, id VARCHAR, peak TIMESTAMP, schema VARCHAR);
CREATE TABLE corrections (about BIGINT, since BIGINT, kind VARCHAR, moved DATE, entity_id VARCHAR);
CREATE TABLE texts (seq BIGINT, said VARCHAR);
CREATE TABLE indexed (upto BIGINT);
INSERT INTO checkpoint VALUES (0, '', NULL, '{{schema}}');
"""


UNCOUNTED = (
    "id, network, version, recorded, believed, peak, actor, command, correlation, cause, readable, data, countries, "
    "sdgs"
)
"""Columns that no indicator counts by."""
Values = Mapping[str, Any] | Sequence[Any]
Rows = Callable[[str, Values], list[dict[str, Any]]]


class Judged(NamedTuple):
    """A run of messages as the table will hold them: rows in the columns of `SCHEMA`, what is passed over, its end."""

    rows: pa.Table
    voids: list[tuple[int, str, str, int]]
    last: int
    id: str
    peak: datetime | None


class EventTable:
    """The table in the file `path`. `region`: the codes of the departments that are the network's own. `contract`:
    names the shapes of events that it is made for.

    `take`, `take_all`, `rows` and `open` block; pages use `ask`, `wait_for` and what `follow` keeps current. Whoever
    follows or takes all judges the next runs while DuckDB, which leaves Python alone meanwhile, writes the last ones.
    """

    def __init__(
        self, path: Path, region: Iterable[str] = (), outside: Outside = REAL, contract: str | None = None
    ) -> None:
        self._outside, self._contract = outside, contract
        self._path, self._region = path, tuple(region)
        self._db: duckdb.DuckDBPyConnection
        self._versions: dict[str, int] = {}  # as far as it is judged, as are the next two
        self._peak = LEAST
        self._judged = 0
        self.position, self._id = 0, ""
        self.damage: str | None = None
        self._waiting: deque[Judged] = deque()
        self._judge = outside.threads(1, "observatory-judge")
        self._writer = outside.threads(1, "observatory-write")
        self._readers = outside.threads(QUERIES, "observatory-read")
        self._moved = asyncio.Condition()

    # -- the file -------------------------------------------------------------------------------------------------

    def open(self) -> None:
        """Opens the file, or begins a new one where there is none, where it can't be read, or where it was made with
        other columns or another contract. Raises duckdb.IOException where another process has it open."""
        load_all()
        self._path.parent.mkdir(parents=True, exist_ok=True)
        schema = f"{self._contract or fingerprint()}/{duckdb.__version__}/told"
        try:
            self._connect()
            row = self._db.execute("SELECT seq, id, peak, schema FROM checkpoint").fetchone()
        except duckdb.Error as error:
            if "lock" in str(error).lower():
                raise
            row = None
        if row is None or row[3] != schema:
            self._begin_again(schema)
            row = (0, "", None, schema)
        self.position, self._id, self._peak = row[0], row[1], row[2] or LEAST
        self._judged = self.position
        self._db.execute("DELETE FROM region")
        self._db.execute("INSERT INTO region SELECT unnest(?::VARCHAR[])", [list(self._region)])
        self._db.execute(MACROS.read_text(encoding="utf-8"))
        self._db.execute("SET enable_external_access = false; SET lock_configuration = true")
        self._versions = dict(
            self._db.execute(
                "SELECT network || '.' || service || '.' || entity || '.' || entity_id, max(version) FROM events "
                "GROUP BY ALL"
            ).fetchall()
        )

    def _connect(self) -> None:
        # A write-ahead log of up to 64 MB: folding it into the file at every 16 MB costs half of the ingest.
        config: dict[str, str | bool | int | float | list[str]] = {
            "threads": QUERIES,
            "memory_limit": "1GB",
            "checkpoint_threshold": "64MB",
        }
        self._db = duckdb.connect(str(self._path), config=config)

    def _begin_again(self, schema: str) -> None:
        if hasattr(self, "_db"):
            self._db.close()
        for path in (self._path, self._path.with_suffix(self._path.suffix + ".wal")):
            path.unlink(missing_ok=True)
        self._connect()
        self._db.execute(TABLES.format(schema=schema))

    def close(self) -> None:
        self._judge.shutdown()
        self._writer.shutdown()
        self._readers.shutdown()
        self._db.close()

    # -- writing --------------------------------------------------------------------------------------------------

    def take(self, messages: Sequence[Message]) -> None:
        """Writes the next messages of the log, and how far it is read, in one transaction."""
        self._waiting.append(self._judgement(messages))
        self._write_waiting()

    def take_all(self, runs: Iterable[Sequence[Message]]) -> None:
        """The same with run after run. What was judged while another transaction was written is one transaction."""
        writing: Future[None] | None = None
        for run in runs:
            self._waiting.append(self._judgement(run))
            if writing is not None and (writing.done() or len(self._waiting) >= AHEAD):
                writing.result()
                writing = None
            if writing is None:
                writing = self._writer.submit(self._write_waiting)
        if writing is not None:
            writing.result()
        self._write_waiting()

    def _judgement(self, messages: Sequence[Message]) -> Judged:
        """What the next messages are, after all that were judged before. Nothing is changed where it raises."""
        with uncollected():
            tables: list[pa.Table] = []
            rows: list[Row] = []
            voids: list[tuple[int, str, str, int]] = []
            versions: dict[str, int] = {}
            peak, id = self._peak, ""
            for message in messages:
                try:
                    event = opened(message)
                    entity = message.subject.rpartition(".")[0]
                    before = versions.get(entity)
                    if before is None:
                        before = self._versions.get(entity, 0)
                    if event.version != before + 1:
                        raise Void("out-of-turn")
                except Void as void:
                    id = ""
                    if void.reason != GUARD:
                        voids.append((message.seq, message.subject, void.reason, len(message.body)))
                    continue
                id, versions[entity] = event.id, event.version
                rows.append(row_of(event))
                if len(rows) == NEAR:
                    columns, peak = columns_of(rows, peak)
                    tables.append(columns)
                    rows.clear()
            last = messages[-1].seq
            columns, peak = columns_of(rows, peak)
            judged = Judged(pa.concat_tables([*tables, columns]), voids, last, id, None if peak == LEAST else peak)
            self._versions.update(versions)
            self._peak, self._judged = peak, last
            return judged

    def _write_waiting(self) -> None:
        """Writes the runs that wait, in one transaction; where it raises, they wait again."""
        runs = list(self._waiting)
        if not runs:
            return
        db = self._db.cursor()
        try:
            # Each statement waits for its turn in Python, behind whoever judges: the fewer runs of their own, the
            # better.
            db.register("batch", pa.concat_tables([run.rows for run in runs]))
            db.execute("BEGIN")
            db.execute(f"INSERT INTO versions SELECT *, seq, {EVER}, false FROM batch")
            write_corrections(db, self.position)
            if voids := [void for run in runs for void in run.voids]:
                db.executemany("INSERT INTO voids VALUES (?, ?, ?, ?)", voids)
            ending = runs[-1]
            db.execute("UPDATE checkpoint SET seq = ?, id = ?, peak = ?", (ending.last, ending.id, ending.peak))
            db.execute("COMMIT")
        finally:
            db.close()  # what is not committed is rolled back
        for _ in runs:
            self._waiting.popleft()
        self._id, self.position = ending.id, ending.last

    async def agree(self, log_: Log) -> None:
        """Raises LogDamaged where the table was built from another log."""
        last = await log_.last(seen=self.position)
        if last < self.position:
            raise LogDamaged(f"the log ends at sequence {last}, but {self.position} was read before: restore it")
        if self.position:
            message = await log_.at(self.position, seen=True)
            if message is None or _id(message) != self._id:
                raise LogDamaged(f"sequence {self.position} of the log is not the event that was read there before")

    async def follow(self, log_: Log) -> None:
        """Reads `log_` from now on, until it is cut off, the log is damaged for good (`damage`), or something is in the
        way, which it raises: then it is to be called again."""
        loop = asyncio.get_running_loop()
        writing: asyncio.Task[None] | None = None
        try:
            async for run in log_.read(self._judged, follow=True):
                for start in range(0, len(run), STEP):
                    part = run[start : start + STEP]
                    self._waiting.append(await loop.run_in_executor(self._judge, self._judgement, part))
                    if len(self._waiting) > AHEAD and writing is not None:
                        await writing
                    if writing is None or writing.done():
                        writing = asyncio.create_task(self._written(), name="observatory-writing")
        except LogDamaged as damage:
            if writing is not None:
                await writing
            self.damage = str(damage)
            log.error("observatory.log_damaged", damage=self.damage)
            async with self._moved:
                self._moved.notify_all()
        finally:
            await end(writing)

    async def _written(self) -> None:
        """Returns once nothing waits any more: a full disk may pass."""
        while self._waiting:
            try:
                await asyncio.get_running_loop().run_in_executor(self._writer, self._write_waiting)
            except Exception:
                log.exception("observatory.failed")
                await self._outside.sleep(2)
            else:
                async with self._moved:
                    self._moved.notify_all()

    async def stop(self) -> None:
        """Closes the file, once nothing follows any more."""
        await self._outside.in_thread(self.close)

    # -- reading --------------------------------------------------------------------------------------------------

    async def wait_for(self, seq: int, timeout: float = 5.0) -> bool:
        """True once the table holds this sequence, False if it does not within `timeout` seconds."""
        async with self._moved:
            try:
                async with asyncio.timeout(timeout):
                    await self._moved.wait_for(lambda: self.position >= seq or self.damage is not None)
            except TimeoutError:
                return False
        return self.position >= seq

    @property
    def known_now(self) -> str:
        """What stands by now, of all days: for the FROM of a query."""
        return f"standing(DATE '{date.max}', {self.position:d})"

    def rows(self, sql: str, values: Values = ()) -> list[dict[str, Any]]:
        """What a query finds, a row as a dict by the names of its columns."""
        cursor = self._db.cursor()
        try:
            return _rows(cursor, sql, values)
        finally:
            cursor.close()

    @contextmanager
    def at(self, as_of: date, known: int, redated: Sequence[tuple[int, date]] = ()) -> Iterator[Rows]:
        """`rows` for several questions that are asked of this day (or earlier ones) and this sequence: what stands then
        is found once, in a table of this connection, which hides `standing` and `dated`. `redated`: as if it had been
        said of these sequences, too, that they were on these days. Blocks."""
        cursor = self._db.cursor()
        try:
            if redated:
                cursor.execute("CREATE TEMP TABLE corrections AS SELECT * FROM corrections")
                cursor.executemany(
                    "DELETE FROM temp.corrections WHERE about = ? AND kind = 'redated'", [[seq] for seq, _ in redated]
                )
                more = [(seq, known, "redated", day, "") for seq, day in redated]
                cursor.executemany("INSERT INTO temp.corrections VALUES (?, ?, ?, ?, ?)", more)
                cursor.execute(f"CREATE TEMP VIEW told AS SELECT * FROM told_by({known:d})")
            there = f"standing(DATE '{as_of:%Y-%m-%d}', {known:d})"
            kept = f"CREATE TEMP TABLE standing_at AS SELECT * EXCLUDE ({UNCOUNTED}) FROM {there}"
            cursor.execute(kept)
            cursor.execute(f"CREATE TEMP TABLE planned_at AS SELECT * FROM planned_days({known:d})")
            cursor.execute("CREATE TEMP MACRO planned_days(upto) AS TABLE SELECT * FROM temp.planned_at")
            cursor.execute(f"CREATE TEMP TABLE called_at AS SELECT * FROM themes_called({known:d})")
            cursor.execute("CREATE TEMP MACRO themes_called(upto) AS TABLE SELECT * FROM temp.called_at")
            cursor.execute(f"CREATE TEMP TABLE merges_at AS SELECT * FROM merges(DATE '{as_of:%Y-%m-%d}', {known:d})")
            cursor.execute(
                "CREATE TEMP MACRO merges(as_of, upto) AS TABLE SELECT * FROM temp.merges_at WHERE day <= as_of"
            )
            for name, since in (("standing", "shown"), ("dated", "day")):
                cursor.execute(
                    f"CREATE TEMP MACRO {name}(as_of, upto) AS TABLE SELECT * FROM temp.standing_at "
                    f"WHERE {since} <= as_of AND seq <= upto"
                )
            yield partial(_rows, cursor)
        finally:
            cursor.close()

    @contextmanager
    def together(self) -> Iterator[Rows]:
        """`rows` for several questions on one connection, whose temporary tables are gone afterwards. Blocks."""
        cursor = self._db.cursor()
        try:
            yield partial(_rows, cursor)
        finally:
            cursor.close()

    async def ask(self, sql: str, values: Values = ()) -> list[dict[str, Any]]:
        """`rows` in a thread; at most `QUERIES` at once."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self.rows, sql, values)

    async def change(self, function: Callable[[duckdb.DuckDBPyConnection], T]) -> T:
        """A function that writes what is made from the rows, in the thread that writes them
        (`search/search_text.py`)."""
        return await asyncio.get_running_loop().run_in_executor(self._writer, function, self._db)

    async def work(self, function: Any, *arguments: Any) -> Any:
        """A function that asks several queries, in one of the threads of `ask`; what is known where it is asked (the
        network's lists) is known there."""
        run = copy_context().run
        return await asyncio.get_running_loop().run_in_executor(self._readers, run, function, *arguments)

    def known_on(self, day: date | None) -> int:
        """The last sequence that was known when a day was over in Paris: the last before whose `peak` the day
        ended, since clocks differ. None: what is known now."""
        if day is None:
            return self.position
        last = self.position
        found = self.rows("SELECT max(seq) AS seq FROM events WHERE peak < ? AND seq <= ?", [end_of(day), last])[0][
            "seq"
        ]
        return int(found or 0)


def _rows(cursor: duckdb.DuckDBPyConnection, sql: str, values: Values = ()) -> list[dict[str, Any]]:
    found = cursor.execute(sql, values)
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _id(message: Message) -> str:
    try:
        return opened(message).id
    except Void:
        return ""
