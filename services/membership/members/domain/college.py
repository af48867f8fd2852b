"""A college of the statutes. Before it opens it has no members to count: not measured, which is not zero."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from shared.contract import Event
from shared.contract.fields import Name, Reason
from shared.contract.membership.members import CollegeClosed, CollegeCode, CollegeOpened
from shared.kernel.decider import Command, Context, Decider, Decision, Refused
from shared.notions.membership import college_id


class CollegeCommand(Command):
    entity = "college"
    college: CollegeCode

    def target(self, context: Context) -> UUID:
        return college_id(self.college)


class OpenCollege(CollegeCommand):
    """Open a college, as the statutes say."""

    title: Name


class CloseCollege(CollegeCommand):
    """Close a college, as the statutes say, or undo an opening."""

    reason: Reason


@dataclass(frozen=True)
class College:
    title: str | None = None
    open: bool = False


def evolve(state: College, event: Event) -> College:
    match event:
        case CollegeOpened():
            return College(event.title, open=True)
        case CollegeClosed():
            return College(state.title)
    return state


def _opened(command: OpenCollege, state: College, context: Context) -> Decision:
    if state.open and state.title == command.title:
        return []
    return [CollegeOpened(college=command.college, title=command.title)]


def _closed(command: CloseCollege, state: College, context: Context) -> Decision:
    if state.title is None:
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
)
