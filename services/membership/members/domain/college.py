"""A college of the statutes. Before it opens it has no members to count: not measured, which is not zero."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from shared.contract import Event
from shared.contract.fields import Line, Name, Reason
from shared.contract.fields.codes import Code, Of, Tongue
from shared.contract.membership.members import CollegeClosed, CollegeCode, CollegeOpened, CollegeRevised
from shared.kernel.decider import Command, Context, Decider, Decision, Refused
from shared.notions.closings import Closing
from shared.notions.membership import college_id
from shared.notions.vocabularies import of_persons, unspoken
from shared.notions.vocabularies.referent import term_of


class CollegeCommand(Command):
    entity = "college"
    college: CollegeCode

    def target(self, context: Context) -> UUID:
        return college_id(self.college)


class OpenCollege(CollegeCommand):
    """Open a college, as the statutes say. `persons`: whether its members are persons, for good; `titles`: what lists
    call it, where that is not its title; `kinds`: the kinds of structures whose welcome proposes it. What is left out
    of one that was closed stays as it was."""

    refers = {"kinds": term_of("structure")}
    title: Name
    persons: bool | None = None
    titles: dict[Tongue, Line] = Field({}, max_length=10)
    rank: Annotated[int, Field(ge=1, le=1000)] | None = None
    kinds: Annotated[list[Annotated[Code, Of("structure")]], Field(max_length=100)] | None = None


class ReviseCollege(CollegeCommand):
    """Call a college otherwise, move it among the others, or say anew for which kinds of structures it is proposed
    (left out: as it was). It stays the same college, opened when it was."""

    refers = {"kinds": term_of("structure")}
    title: Name
    titles: dict[Tongue, Line] = Field({}, max_length=10)
    rank: Annotated[int, Field(ge=1, le=1000)] | None = None
    kinds: Annotated[list[Annotated[Code, Of("structure")]], Field(max_length=100)] | None = None


class CloseCollege(CollegeCommand, Closing):
    """Close a college, as the statutes say, or undo an opening."""

    reason: Reason

    def closing(self) -> CollegeClosed:
        return CollegeClosed(college=self.college, reason=self.reason)


@dataclass(frozen=True)
class College:
    said: CollegeOpened | None = None
    open: bool = False


def evolve(state: College, event: Event) -> College:
    match event:
        case CollegeOpened():
            return College(event, open=True)
        case CollegeRevised() if state.said is not None:
            return replace(state, said=_anew(event, state.said))
        case CollegeClosed():
            return College(state.said)
    return state


def _opened(command: OpenCollege, state: College, context: Context) -> Decision:
    _spoken(command.titles)
    said = CollegeOpened(**_kept(command, state.said))
    if _of_others(said, state):
        raise Refused("college-of-others", field="persons")
    return [] if state.open and state.said == said else [said]


def _of_others(event: CollegeOpened, state: College) -> bool:
    """Whether it says of a college of structures that it is of persons, or the other way: its members stay in it, also
    once it is closed, and are what they are."""
    return state.said is not None and of_persons(event) != of_persons(state.said)


def _kept(command: OpenCollege, before: CollegeOpened | None) -> dict[str, Any]:
    """What a command says; what it leaves out of a college that there was stays as it was."""
    said = command.model_dump()
    if before is not None:
        said["persons"] = before.persons if command.persons is None else command.persons
        said["titles"], said["rank"] = command.titles or before.titles, command.rank or before.rank
        said["kinds"] = before.kinds if command.kinds is None else command.kinds
    return said


def _revised(command: ReviseCollege, state: College, context: Context) -> Decision:
    _spoken(command.titles)
    if state.said is None:
        raise Refused("unknown-college", field="college")
    if not state.open:
        raise Refused("college-closed", field="college")
    said = CollegeRevised(**command.model_dump())
    return [] if _anew(said, state.said) == state.said else [said]


def _anew(event: CollegeRevised, before: CollegeOpened) -> CollegeOpened:
    """What a college is after it was said anew: what the event leaves out stays."""
    kinds = before.kinds if event.kinds is None else event.kinds
    said = {"title": event.title, "titles": event.titles, "rank": event.rank or before.rank, "kinds": kinds}
    return before.model_copy(update=said)


def _spoken(titles: Iterable[str]) -> None:
    if strange := unspoken(titles):
        raise Refused("unknown-language", field="titles", language=strange)


def _closed(command: CloseCollege, state: College, context: Context) -> Decision:
    if state.said is None:
        raise Refused("unknown-college", field="college")
    return [command.closing()] if state.open else []


def allows(state: College, event: Event) -> str | None:
    if isinstance(event, CollegeOpened) and _of_others(event, state):
        return "college-of-others"
    return "college-closed" if isinstance(event, CollegeClosed | CollegeRevised) and not state.open else None


COLLEGE = Decider(
    "college",
    College(),
    evolve,
    {OpenCollege: _opened, ReviseCollege: _revised, CloseCollege: _closed},
    allows=allows,
    births=(CollegeOpened,),
    rests={CollegeOpened: OpenCollege.refers, CollegeRevised: ReviseCollege.refers},
)
