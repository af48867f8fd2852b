"""An import: a file whose lines become structures. Started once, finished once; each line is a command of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID, uuid5

from pydantic import Field

from shared.contract import Event
from shared.contract.directory.imports import ImportFinished, ImportStarted
from shared.contract.fields import AS_LINE, Line, Sha256
from shared.kernel.decider import Command, Context, Decider, Decision, Refused

SPACE = UUID("8a1f2f44-3e61-5c0e-8d43-6b1f35a0c7d2")
MOST_LINES = 50_000
Column = Annotated[str, Field(max_length=40), AS_LINE]  # what a column is read as; nothing for one that is not read
Count = Annotated[int, Field(ge=0, le=MOST_LINES)]
LineNumber = Annotated[int, Field(ge=1, le=10 * MOST_LINES)]


def start_id(network: str, file: str, columns: list[str], again: int = 0) -> UUID:
    """The id of the command that starts importing a file: the same file read the same way is one import.

    `again`: counts how often somebody, knowing that, wants it once more."""
    return uuid5(SPACE, f"{network}/{file}/{'|'.join(columns)}/{again}")


def line_id(import_id: UUID, line: int) -> UUID:
    """The id of the command that registers a line (numbered as a spreadsheet does)."""
    return uuid5(import_id, f"line/{line}")


class StartImport(Command):
    """Begin to register the lines of a file as structures."""

    entity = "import"
    creates = True
    file: Sha256
    lines: Count
    columns: list[Column] = Field([], max_length=100)
    skipped: list[LineNumber] = Field([], max_length=MOST_LINES)
    source: Line | None = None


class FinishImport(Command):
    """Say that all lines of an import are registered."""

    entity = "import"
    import_id: UUID
    registered: Count
    skipped: Count = 0
    completed: Count = 0

    def target(self, context: Context) -> UUID:
        return self.import_id


@dataclass(frozen=True)
class Import:
    started: bool = False
    finished: bool = False


def evolve(state: Import, event: Event) -> Import:
    match event:
        case ImportStarted():
            return Import(started=True)
        case ImportFinished():
            return Import(started=True, finished=True)
    return state


def _started(command: StartImport, state: Import, context: Context) -> Decision:
    if state.started:
        raise Refused("already-registered")
    return [ImportStarted(**{name: getattr(command, name) for name in type(command).model_fields})]


def _finished(command: FinishImport, state: Import, context: Context) -> Decision:
    if not state.started:
        raise Refused("unknown-import")
    if state.finished:
        return []
    return [ImportFinished(registered=command.registered, skipped=command.skipped, completed=command.completed)]


IMPORT = Decider(
    "import",
    Import(),
    evolve,
    {StartImport: _started, FinishImport: _finished},
    takes="now",
)
