"""A college of the statutes. Before it opens it has no members to count: not measured, which is not zero."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.contract import Event
from shared.contract.fields import Line, Name, Reason
from shared.contract.fields.codes import Code, Of, Tongue
from shared.contract.membership.members import CollegeClosed, CollegeCode, CollegeOpened
from shared.kernel.decider import Command, Context, Decider, Decision, Refused
from shared.notions.membership import college_id
from shared.notions.vocabularies.referent import term_of


class CollegeCommand(Command):
    entity = "college"
    college: CollegeCode

    def target(self, context: Context) -> UUID:
        return college_id(self.college)


class OpenCollege(CollegeCommand):
    """Open a college, as the statutes say. `persons`: whether its members are persons; `titles`: what lists call it,
    where that is not its title; `kinds`: the kinds of structures whose welcome proposes it."""

    refers = {"kinds": term_of("structure")}
    title: Name
    persons: bool | None = None
    titles: dict[Tongue, Line] = Field({}, max_length=10)
    rank: Annotated[int, Field(ge=1, le=1000)] | None = None
    kinds: Annotated[list[Annotated[Code, Of("structure")]], Field(max_length=100)] | None = None


class CloseCollege(CollegeCommand):
    """Close a college, as the statutes say, or undo an opening."""

    reason: Reason


@dataclass(frozen=True)
class College:
    said: CollegeOpened | None = None
    open: bool = False


def evolve(state: College, event: Event) -> College:
    match event:
        case CollegeOpened():
            return College(event, open=True)
        case CollegeClosed():
            return College(state.said)
    return state


def _opened(command: OpenCollege, state: College, context: Context) -> Decision:
    said = CollegeOpened(**command.model_dump())
    return [] if state.open and state.said == said else [said]


def _closed(command: CloseCollege, state: College, context: Context) -> Decision:
    if state.said is None:
        raise Refused("unknown-college", field="college")
    return [CollegeClosed(college=command.college, reason=command.reason)] if state.open else []


def allows(state: College, event: Event) -> str | None:
    return "college-closed" if isinstance(event, CollegeClosed) and not state.open else None


COLLEGE = Decider(
    "college",
    College(),
    evolve,
    {OpenCollege: _opened, CloseCollege: _closed},
    allows=allows,
    births=(CollegeOpened,),
    rests={CollegeOpened: OpenCollege.refers},
)
