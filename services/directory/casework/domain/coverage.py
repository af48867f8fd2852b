"""A medium's coverage of a structure, thanks to the network."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from shared.contract import Event
from shared.contract.directory.casework import MediaCoverageNoted
from shared.contract.fields import Line, WebAddress
from shared.kernel.decider import Command, Context, Decider, Decision, Refers, Refused


class NoteMediaCoverage(Command):
    """Note that a medium spoke of a structure."""

    refers = {"structure": Refers("directory.structure", "apart")}
    entity = "coverage"
    creates = True
    structure: UUID
    medium: Line
    title: Line | None = None
    url: WebAddress | None = None


@dataclass(frozen=True)
class Coverage:
    noted: bool = False


def evolve(state: Coverage, event: Event) -> Coverage:
    match event:
        case MediaCoverageNoted():
            return Coverage(noted=True)
    return state


def _noted(command: NoteMediaCoverage, state: Coverage, context: Context) -> Decision:
    if state.noted:
        raise Refused("already-registered")
    return [
        MediaCoverageNoted(structure=command.structure, medium=command.medium, title=command.title, url=command.url)
    ]


COVERAGE = Decider(
    "coverage",
    Coverage(),
    evolve,
    {NoteMediaCoverage: _noted},
    allows=lambda state, event: "already-registered" if state.noted and isinstance(event, MediaCoverageNoted) else None,
    births=(MediaCoverageNoted,),
    rests={MediaCoverageNoted: NoteMediaCoverage.refers},
)
