"""A file on its way to an import: read once, its columns chosen, checked line by line, what is to become of each line.

All of it lies in sealed files (shared/persons/sealed_files.py), so any replica can show the next page, and a restart
loses nothing."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import orjson
import structlog
from pydantic import BaseModel

from services.directory.imports.files.apart import read_apart
from services.directory.imports.files.columns import check_columns
from services.directory.imports.files.table_reader import Line as RawLine
from services.directory.imports.files.table_reader import NotRead, Table
from services.directory.imports.files.uploads import alone
from services.directory.imports.plan import CheckedLine, Plan, Progress, import_id_of, preview
from services.directory.structures.domain.structure import RegisterStructure
from shared.base.translations import Lang
from shared.contract.fields import AS_STORED
from shared.persons.sealed_files import SealedFiles, new_token
from shared.runtime.faces import Views

log = structlog.get_logger()
SAMPLES = 3  # values shown of a column
LOOKED_AT = 1000  # lines from which they are taken
WIDE = 60  # characters shown of a cell
Show = Literal["all", "good", "doubtful", "wrong"]
SHOWS: tuple[Show, ...] = ("all", "doubtful", "wrong", "good")
Fate = Literal["skip", "register", "complete"]
"""What becomes of a line: left out, a structure of its own, or what a record there did not say"""


Wrong = tuple[str, dict[Lang, str]] | tuple[str, str, str]
"""A field, and what is wrong with it: `in_words(one[1:], lang)`. The longer ones were kept before there were
catalogues."""


class Draft(BaseModel):
    """What is known of an upload. `columns`: what each is read as, once chosen; `rest`: what becomes of likely
    duplicates that `choices` (line → "skip", "register" or the id of the record it completes) say nothing of."""

    token: str
    filename: str
    size: int
    file: str
    at: datetime
    header: list[str]
    samples: list[list[str]]
    lines: int
    sheet: str | None = None
    sheets: list[str] = []
    warnings: list[str] = []
    columns: list[str] | None = None
    kind: str = "association"
    source: str | None = None
    rest: Fate = "skip"
    choices: dict[int, str] = {}


class Checked(BaseModel):
    """A line as it was checked: the fields of its command, or its problems (field, words by language); `like`: records
    that may be the same already (key, likeness, reason)."""

    number: int
    name: str
    values: dict[str, Any] | None
    problems: list[Wrong]
    warnings: list[Wrong]
    like: list[tuple[str, float, str]]
    twin: int | None

    @classmethod
    def of(cls, line: CheckedLine) -> Checked:
        return cls.model_construct(
            number=line.number,
            name=line.name,
            values=line.command.model_dump(mode="json", exclude_defaults=True) if line.command else None,
            problems=[(one.field, dict(one.said)) for one in line.problems],
            warnings=[(one.field, dict(one.said)) for one in line.warnings],
            like=[(one.key, one.likeness, one.reason) for one in line.likely],
            twin=line.twin,
        )

    @property
    def doubtful(self) -> bool:
        return self.values is not None and bool(self.like or self.twin)

    def shown_in(self, show: Show) -> bool:
        match show:
            case "wrong":
                return self.values is None
            case "doubtful":
                return self.doubtful
            case "good":
                return self.values is not None and not self.doubtful
        return True

    def becomes(self, draft: Draft) -> tuple[Fate, str | None]:
        """What becomes of it, and the record that it completes."""
        if self.values is None:
            return "skip", None
        if not self.doubtful:
            return "register", None
        chosen = draft.choices.get(self.number, draft.rest)
        if chosen == "complete":
            return ("complete", self.like[0][0]) if self.like else ("skip", None)
        if chosen in ("skip", "register"):
            return ("register", None) if chosen == "register" else ("skip", None)
        return ("complete", chosen) if chosen in {key for key, _, _ in self.like} else ("skip", None)


class Drafts:
    """The uploads of one directory."""

    def __init__(self, service: Views, files: SealedFiles) -> None:
        self._service, self._files = service, files
        self._reading = asyncio.Semaphore(1)  # what reads one may hold 512 MB (table_reader): one at a time
        self._checks: dict[str, asyncio.Task[None]] = {}

    async def take(self, filename: str, data: bytes, sheet: str | None = None) -> Draft:
        """Keeps what was sent as a table, sealed. Raises NotRead; then nothing is kept."""
        async with self._reading:
            table = await asyncio.to_thread(read_apart, data, sheet)
        if not table.lines:
            raise NotRead("no-lines")
        draft = self._draft(new_token(), filename, len(data), table)
        await asyncio.to_thread(self._keep_table, draft.token, table)
        if len(table.sheets) > 1:
            await asyncio.to_thread(self._files.put, draft.token, "upload", data)
        await self.save(draft)
        return draft

    async def other_sheet(self, draft: Draft, sheet: str) -> Draft:
        """The same workbook, another sheet. Raises NotRead; then nothing changes."""
        data = await asyncio.to_thread(self._files.get, draft.token, "upload")
        if data is None:
            raise NotRead("no-such-sheet", sheet=sheet[:60], sheets=", ".join(draft.sheets)[:300])
        async with self._reading:
            table = await asyncio.to_thread(read_apart, data, sheet)
        if not table.lines:
            raise NotRead("no-lines")
        new = self._draft(draft.token, draft.filename, draft.size, table).model_copy(update={"at": draft.at})
        await asyncio.to_thread(self._keep_table, draft.token, table)
        await self.save(new)
        self._files.drop(draft.token, "checked")
        return new

    async def get(self, token: str) -> Draft | None:
        found = await asyncio.to_thread(self._files.get, token, "draft")
        return None if found is None else Draft.model_validate_json(found)

    async def save(self, draft: Draft) -> None:
        await asyncio.to_thread(self._files.put, draft.token, "draft", draft.model_dump_json().encode())

    async def choose(self, draft: Draft, columns: Sequence[str], kind: str) -> Draft:
        """Reads the file by these columns from now on. Raises NotRead."""
        check_columns(draft.header, columns)
        new = draft.model_copy(update={"columns": list(columns), "kind": kind, "choices": {}})
        await self.end_check(draft.token)
        self._files.drop(draft.token, "checked", "progress")
        await self.save(new)
        return new

    async def drop(self, token: str) -> None:
        await self.end_check(token)
        await asyncio.to_thread(self._files.drop, token)

    # checking: in this process, in the background, by one replica of all

    async def checked(self, draft: Draft, patience: float = 0.0) -> list[Checked] | None:
        """The lines as they were checked; None while that takes longer than `patience` seconds: then it goes on."""
        found = await asyncio.to_thread(self._load, draft)
        if found is not None:
            return found
        task = self._checks.get(draft.token)
        if task is None or task.done():
            task = self._checks[draft.token] = asyncio.create_task(self._check(draft))
            task.add_done_callback(lambda done: self._checked(draft.token, done))
        await asyncio.wait({task}, timeout=patience)
        return await asyncio.to_thread(self._load, draft) if task.done() else None

    def progress(self, draft: Draft) -> tuple[int, int]:
        """Lines checked so far, and all, by whichever replica it is that checks."""
        try:
            done, total = self._files.path(draft.token, "progress").read_text().split()
            return int(done), int(total)
        except (OSError, ValueError):
            return 0, draft.lines

    async def end_check(self, token: str) -> None:
        task = self._checks.pop(token, None)
        if task is not None:
            task.cancel()
            await asyncio.wait({task}, timeout=5)

    async def close(self) -> None:
        for token in list(self._checks):
            await self.end_check(token)

    def plan(self, draft: Draft, lines: Sequence[Checked], actor: str, source: str | None) -> Plan:
        """What is to be done, as it was chosen."""
        register: dict[int, RegisterStructure] = {}
        complete: dict[int, tuple[UUID, RegisterStructure]] = {}
        left_out = []
        for line in lines:
            fate, record = line.becomes(draft)
            if fate == "skip":
                left_out.append(line.number)
                continue
            command = RegisterStructure.model_validate(line.values, context=AS_STORED)
            if record is not None:
                complete[line.number] = (UUID(record), command)
            else:
                register[line.number] = command
        return Plan(draft.file, draft.columns or [], len(lines), register, complete, left_out, source, actor)

    def import_id(self, draft: Draft) -> UUID | None:
        """The import that the draft would be, once its columns are chosen."""
        if draft.columns is None:
            return None
        return import_id_of(self._service.network, Table(draft.file, "", draft.header, ()), draft.columns)

    async def wrong_lines(self, draft: Draft, lines: Sequence[Checked]) -> list[tuple[Checked, Sequence[str]]]:
        """The lines with problems, with their cells as they were sent."""
        table = await asyncio.to_thread(self._table, draft)
        cells = {line.number: line.cells for line in table.lines} if table else {}
        return [(line, cells.get(line.number, ())) for line in lines if line.values is None]

    def _draft(self, token: str, filename: str, size: int, table: Table) -> Draft:
        width = len(table.header)
        samples: list[list[str]] = [[] for _ in range(width)]
        for line in table.lines[:LOOKED_AT]:
            for n, cell in enumerate(line.cells[:width]):
                if cell and len(samples[n]) < SAMPLES and cell[:WIDE] not in samples[n]:
                    samples[n].append(cell[:WIDE])
        return Draft(
            token=token,
            filename=filename,
            size=size,
            file=table.file,
            at=self._service.now(),
            header=list(table.header),
            samples=samples,
            lines=len(table.lines),
            sheet=table.sheet,
            sheets=list(table.sheets),
            warnings=list(table.warnings),
        )

    def _keep_table(self, token: str, table: Table) -> None:
        lines = [(line.number, line.cells, line.broken) for line in table.lines]
        self._files.put(token, "table", orjson.dumps(lines))

    def _table(self, draft: Draft) -> Table | None:
        found = self._files.get(draft.token, "table")
        if found is None:
            return None
        lines = [RawLine(number, cells, broken) for number, cells, broken in orjson.loads(found)]
        return Table(draft.file, "", draft.header, lines, draft.sheet, draft.sheets)

    def _load(self, draft: Draft) -> list[Checked] | None:
        found = self._files.get(draft.token, "checked")
        said = None if found is None else orjson.loads(found)
        if said is None or (said["columns"], said["kind"]) != (draft.columns, draft.kind):
            return None  # of another replica, by columns that were changed meanwhile
        return [Checked.model_construct(**one) for one in said["lines"]]

    async def _check(self, draft: Draft) -> None:
        with alone(self._files.path(draft.token, "table")) as mine:
            if not mine or draft.columns is None:
                return
            table = await asyncio.to_thread(self._table, draft)
            if table is None:
                return
            path = self._files.path(draft.token, "progress")
            shown = await preview(self._service, table, draft.columns, default_kind=draft.kind, progress=written(path))
            lines = [Checked.of(line).__dict__ for line in shown.lines]
            content = {"columns": draft.columns, "kind": draft.kind, "lines": lines}
            await asyncio.to_thread(lambda: self._files.put(draft.token, "checked", orjson.dumps(content)))
            path.unlink(missing_ok=True)

    def _checked(self, token: str, task: asyncio.Task[None]) -> None:
        if self._checks.get(token) is task:
            del self._checks[token]
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("import.check_failed", error=type(error).__name__)  # not its text: it may quote a cell


def counted(draft: Draft, lines: Sequence[Checked]) -> Mapping[str, int]:
    """How many lines there are of each sort, and what becomes of them."""
    tally: Counter[str] = Counter()
    for line in lines:
        tally["wrong" if line.values is None else "doubtful" if line.doubtful else "good"] += 1
        tally[line.becomes(draft)[0]] += 1
    return {name: tally[name] for name in ("wrong", "doubtful", "good", "skip", "register", "complete")} | {
        "all": len(lines)
    }


def written(path: os.PathLike[str]) -> Progress:
    """Progress told by a small file, which any replica can read."""

    def tell(done: int, total: int) -> None:
        with open(path, "w") as file:
            file.write(f"{done} {total}")

    return tell
