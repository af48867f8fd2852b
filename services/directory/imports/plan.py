"""Importing structures: a file is read, checked line by line and shown; once confirmed, each good line is a command.

Nothing is written before it is confirmed. The command of a line derives from the file's own hash, how its columns are
read, and the line's number: an import that was interrupted goes on where it stood, and one that is started twice writes
each line once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from services.directory.duplicates.matching import Likely, Likeness, Named
from services.directory.duplicates.worklist import duplicates_of
from services.directory.imports.domain import FinishImport, StartImport, line_id, start_id
from services.directory.imports.files.columns import check_columns, guessed, read_line
from services.directory.imports.files.table_reader import NotRead, Table
from services.directory.imports.words import WORDS
from services.directory.structures.domain.structure import STRUCTURE, RegisterStructure, ReviseStructure, Structure
from services.directory.structures.domain.structure_state import known
from services.directory.structures.words import WORDS as STRUCTURE_WORDS
from shared.base.translations import SOURCE, Lexicon, languages
from shared.contract.directory.imports import ImportFinished, ImportStarted
from shared.contract.directory.structure_facts import FACTS, LISTS, NUMBERS
from shared.contract.fields import stored
from shared.kernel.command_handler import Stale, facts_in
from shared.kernel.decider import Context, Refused, derived_id
from shared.runtime.faces import Commands, Desk, Views
from shared.web.forms.validation_messages import sentences
from shared.web.words.messages import WORDS as KERNEL_WORDS

IN_FLIGHT = 256  # commands under way at once
BREATH = 100  # lines checked before others have their turn
LEXICON = Lexicon(KERNEL_WORDS, STRUCTURE_WORDS, WORDS)
TRIES = 8  # readings of a record that others change while a line completes it
SOMEBODY = UUID(int=0)

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Problem:
    """What is wrong in a line: of which field, and what to do, by language (`said["fr"]`)."""

    line: int
    field: str
    said: Mapping[str, str]


@dataclass
class CheckedLine:
    """A line: its command, if it can be one; else why not. `likely`: records that may be the same structure already;
    `twin`: an earlier line of the same file that is."""

    number: int
    name: str
    command: RegisterStructure | None = None
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    likely: list[Likely] = field(default_factory=list)
    twin: int | None = None

    @property
    def good(self) -> bool:
        return self.command is not None


@dataclass(frozen=True)
class Preview:
    """A table, read by columns and checked. Nothing of it is written yet."""

    table: Table
    columns: Sequence[str]
    lines: Sequence[CheckedLine]

    @property
    def good(self) -> list[CheckedLine]:
        return [line for line in self.lines if line.good]

    @property
    def wrong(self) -> list[CheckedLine]:
        return [line for line in self.lines if not line.good]

    @property
    def doubtful(self) -> list[CheckedLine]:
        """Good lines that may be there already, in the directory or earlier in the file."""
        return [line for line in self.lines if line.good and (line.likely or line.twin)]

    def counts(self) -> dict[str, int]:
        return {
            "lines": len(self.lines),
            "good": len(self.good),
            "wrong": len(self.wrong),
            "doubtful": len(self.doubtful),
        }


@dataclass(frozen=True)
class Report:
    """What an import came to. `registered`: lines that are structures now; `new`: of these, those that this run wrote;
    `skipped`: left out; `completed`: lines that completed a record; `refused`: line → why the directory
    refused it after all; `finished`: whether it is whole."""

    import_id: UUID
    lines: int
    registered: int
    new: int
    skipped: int
    refused: Mapping[int, str]
    finished: bool
    seconds: float
    completed: int = 0


def in_words(said: Sequence[Any], lang: str) -> str:
    """What is wrong in a line, as it was kept: by language; before there were catalogues, in French and in English."""
    first = said[0]
    if isinstance(first, Mapping):
        return str(first.get(lang) or first[SOURCE])
    return str(said[0 if lang == SOURCE else 1])


def said(code: str, **values: Any) -> dict[str, str]:
    """A word of the directory in each language."""
    return {lang: LEXICON.say(code, lang, **values) for lang in languages()}


def said_of(why: NotRead) -> dict[str, str]:
    """Why a file was not read, in each language."""
    return said(f"import.{why.code}", **why.values)


async def checked(
    table: Table,
    likeness: Likeness,
    columns: Sequence[str] | None = None,
    *,
    now: datetime,
    default_kind: str = "association",
    own: frozenset[str] = frozenset(),
    progress: Progress = lambda done, total: None,
) -> Preview:
    """Reads every line as `columns` say (guessed, if not given) and compares it with the records known. `own`: records
    that this very file made already. Raises NotRead where the columns can't be read by."""
    columns = list(columns) if columns is not None else guessed(table.header)
    check_columns(table.header, columns)
    if not table.lines:
        raise NotRead("no-lines")
    before: dict[Any, int] = {}
    lines = []
    for n, raw in enumerate(table.lines):
        line = _checked(raw.number, columns, raw.cells, raw.broken, default_kind, now)
        if line.command is not None:
            one = _named(line)
            line.likely = likeness.like(one, but=own)
            signs: list[Any] = [*one.numbers, (one.words, one.department)]
            line.twin = next((before[sign] for sign in signs if sign in before), None)
            for sign in signs:
                before.setdefault(sign, line.number)
        lines.append(line)
        if n % BREATH == BREATH - 1:
            progress(n + 1, len(table.lines))
            await asyncio.sleep(0)  # noqa: TID251 - waits for nothing, lets others in
    progress(len(table.lines), len(table.lines))
    return Preview(table, columns, lines)


async def preview(
    service: Views,
    table: Table,
    columns: Sequence[str] | None = None,
    *,
    default_kind: str = "association",
    progress: Progress = lambda done, total: None,
) -> Preview:
    """`checked` beside the directory as it is now."""
    read = list(columns) if columns is not None else guessed(table.header)
    import_id = import_id_of(service.network, table, read)
    own = frozenset(str(structure_id(import_id, line.number)) for line in table.lines)
    likeness = await duplicates_of(service).likeness()
    return await checked(
        table, likeness, read, now=service.now(), default_kind=default_kind, own=own, progress=progress
    )


@dataclass(frozen=True)
class Plan:
    """What is to become of each line of a file, once somebody has confirmed it.

    `register`: line → the structure that it becomes; `complete`: line → the record that it is about,
    and what it knows of
    it. All other lines are left out.
    """

    file: str
    columns: Sequence[str]
    lines: int
    register: Mapping[int, RegisterStructure]
    complete: Mapping[int, tuple[UUID, RegisterStructure]]
    left_out: Sequence[int]
    source: str | None
    actor: str


async def write(
    service: Desk,
    shown: Preview,
    *,
    actor: str,
    skip: Collection[int] = (),
    source: str | None = None,
    progress: Progress = lambda done, total: None,
) -> Report:
    """Registers the good lines of a preview but those to `skip`; the wrong ones are left out. Goes on where an
    interrupted import of the same file stood: then what was to be skipped at its start still is."""
    left_out = sorted({line.number for line in shown.wrong} | set(skip))
    register = {line.number: line.command for line in shown.lines if line.command is not None}
    plan = Plan(shown.table.file, list(shown.columns), len(shown.lines), register, {}, left_out, source, actor)
    return await carry_out(service, plan, progress)


@dataclass(frozen=True)
class Begun:
    """An import that has begun in the log. `lines`: those that become something, in order, none where it is finished
    already; `source`: where the data come from, as it was said at its start."""

    import_id: UUID
    lines: Sequence[int]
    source: str | None
    finished: ImportFinished | None
    seq: int


@dataclass
class Done:
    """What became of lines. `new`: structures that this run wrote; `there`: that were there already."""

    new: int = 0
    there: int = 0
    completed: int = 0
    refused: dict[int, str] = field(default_factory=dict)

    @property
    def lines(self) -> int:
        return self.new + self.there + self.completed + len(self.refused)


async def carry_out(service: Desk, plan: Plan, progress: Progress = lambda done, total: None) -> Report:
    """Does what a plan says, in one go: each line once, however often and by however many it is called."""
    start = service.outside.monotonic()
    begun = await begin(service, plan)
    done = await write_lines(service, plan, begun, begun.lines, progress=progress)
    finished = begun.finished or await finish(service, plan, done)
    await service.runner.wait_for(await service.log.last(), timeout=60)
    seconds = service.outside.monotonic() - start
    return Report(
        begun.import_id,
        plan.lines,
        finished.registered,
        done.new,
        finished.skipped,
        done.refused,
        True,
        seconds,
        finished.completed,
    )


async def begin(service: Commands, plan: Plan) -> Begun:
    """Says that an import begins, or finds how it did."""
    id = start_id(service.network, plan.file, list(plan.columns))
    import_id = derived_id(id, "import")
    skipped = sorted({*plan.left_out, *plan.complete})
    command = StartImport(
        file=plan.file, lines=plan.lines, columns=list(plan.columns), skipped=skipped, source=plan.source
    )
    outcome = await service.execute(command, id=id, actor=plan.actor, derived=True)
    finished: ImportFinished | None = None
    source = plan.source
    for event in (await service.execute.history("import", import_id)).events:
        match event.data:
            case ImportStarted() as first:
                skipped, source = first.skipped, first.source
            case ImportFinished() as last:
                finished = last
    left_out = set(skipped)
    lines = [] if finished else sorted([*(n for n in plan.register if n not in left_out), *plan.complete])
    return Begun(import_id, lines, source, finished, outcome.seq)


async def write_lines(
    service: Commands,
    plan: Plan,
    begun: Begun,
    lines: Sequence[int],
    *,
    progress: Progress = lambda done, total: None,
    in_flight: int = IN_FLIGHT,
) -> Done:
    """Makes of these lines what the plan says, so many commands at once."""
    done, waiting = Done(), iter(lines)

    def sourced(command: RegisterStructure) -> RegisterStructure:
        return command if command.source or not begun.source else command.model_copy(update={"source": begun.source})

    async def one(number: int) -> None:
        id = line_id(begun.import_id, number)
        try:
            if number in plan.complete:
                record, command = plan.complete[number]
                await completed(service, record, sourced(command), id=id, actor=plan.actor)
                done.completed += 1
            else:
                outcome = await service.execute(sourced(plan.register[number]), id=id, actor=plan.actor, derived=True)
                done.new, done.there = done.new + outcome.new, done.there + (not outcome.new)
        except Refused as no:
            if no.code == "already-registered":
                done.there += 1
            else:
                done.refused[number] = no.code
        if done.lines % 100 == 0 or done.lines == len(lines):
            progress(done.lines, len(lines))

    async def worker() -> None:
        for number in waiting:
            await one(number)

    async with asyncio.TaskGroup() as group:
        for _ in range(min(in_flight, len(lines))):
            group.create_task(worker())
    return done


async def finish(service: Commands, plan: Plan, done: Done) -> ImportFinished:
    """Says that all lines are done."""
    id = start_id(service.network, plan.file, list(plan.columns))
    registered = done.new + done.there
    skipped = plan.lines - registered - done.completed
    command = FinishImport(
        import_id=derived_id(id, "import"), registered=registered, skipped=skipped, completed=done.completed
    )
    await service.execute(command, id=derived_id(id, "finish"), actor=plan.actor, derived=True)
    return ImportFinished(registered=registered, skipped=skipped, completed=done.completed)


async def completed(service: Commands, record: UUID, line: RegisterStructure, *, id: UUID, actor: str) -> None:
    """Writes what a line knows of a record and the record does not: empty fields are filled, lists are joined, nothing
    that stands there is changed. Raises Refused where the record is closed or nobody's."""
    for _ in range(TRIES):
        history = await service.execute.history("structure", record)
        state = STRUCTURE.fold(facts_in(history.events))
        if state.kept is not None:
            record = state.kept  # it was merged meanwhile: what is kept is meant
            continue
        facts = known(state)
        try:
            wanted = {"structure": record, "source": line.source, **_filled(facts, line)}
            command = ReviseStructure.model_validate(wanted, context=stored(facts, line.model_dump()))
            await service.execute(command, id=id, actor=actor, version=history.version, derived=True)
            return
        except Stale:
            continue
    raise Refused("changes-too-fast")


def _filled(facts: Mapping[str, Any], line: RegisterStructure) -> dict[str, Any]:
    after: dict[str, Any] = {}
    for name in FACTS:
        own, new = facts.get(name), getattr(line, name)
        after[name] = list(dict.fromkeys([*(own or []), *new])) if name in LISTS else own or new
    # What does not agree with what stands there is another structure's, or a mistake of the file's.
    if after["commune"] and after["department"] and not after["commune"].startswith(after["department"]):
        after["commune"] = facts.get("commune")
    if after["siret"] and after["siren"] and not after["siret"].startswith(after["siren"]):
        after["siret"], after["siren"] = facts.get("siret"), facts.get("siren")
    return after


def import_id_of(network: str, table: Table, columns: Sequence[str]) -> UUID:
    """The id of the import of a file, read by these columns."""
    return derived_id(start_id(network, table.file, list(columns)), "import")


def structure_id(import_id: UUID, line: int) -> UUID:
    """The id of the structure that a line becomes."""
    return derived_id(line_id(import_id, line), "structure")


def _checked(
    number: int, columns: Sequence[str], cells: Sequence[str], broken: str, default_kind: str, now: datetime
) -> CheckedLine:
    name = next((cell for column, cell in zip(columns, cells, strict=False) if column == "name"), "")[:200]
    line = CheckedLine(number, name)
    if broken:
        line.problems.append(Problem(number, "", said(f"import.{broken}")))
        return line
    read = read_line(columns, cells, default_kind)
    line.problems = [Problem(number, where, said(code, **values)) for where, code, values in read.problems]
    line.warnings = [Problem(number, where, said(code, **values)) for where, code, values in read.warnings]
    try:
        command = RegisterStructure.model_validate(read.values)
        STRUCTURE.decide(command, Structure(), Context(now, now, SOMEBODY, "import"))
    except ValidationError as error:
        each = {lang: sentences(error, RegisterStructure, LEXICON, lang) for lang in languages()}
        told = {problem.field for problem in line.problems}
        line.problems += [
            Problem(number, where, {lang: found[where] for lang, found in each.items()})
            for where in each["fr"]
            if where not in told
        ]
    except Refused as no:
        line.problems.append(Problem(number, no.field or "", said(f"refused.{no.code}", **no.values)))
    else:
        if not line.problems:
            line.command = command
    return line


def _named(line: CheckedLine) -> Named:
    command = line.command
    assert command is not None
    numbers = tuple(n for name in NUMBERS if (n := getattr(command, name)))
    return Named(f"line/{line.number}", command.name, command.acronym, command.department, command.commune, numbers)
