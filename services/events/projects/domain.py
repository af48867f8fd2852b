"""A project presented at the Tribune des projets of an Agora."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from shared.contract import Event
from shared.contract.events.projects import ProjectPresentationWithdrawn, ProjectPresented
from shared.contract.fields import CountryCode, Name, Reason, Title
from shared.kernel.decider import Command, Context, Decider, Decision, Refers, Refused


class PresentProject(Command):
    """Note that a project was presented at the Tribune."""

    refers = {
        "gathering": Refers("events.gathering", "standing"),
        "structure": Refers("directory.structure", "open"),
    }
    entity = "project"
    creates = True
    gathering: UUID | None = None
    project_title: Title
    structure: UUID | None = None
    structure_name: Name | None = None
    country: CountryCode | None = None


class WithdrawPresentation(Command):
    """Take back a presentation that was noted by mistake."""

    entity = "project"
    project: UUID
    reason: Reason


@dataclass(frozen=True)
class Project:
    presented: bool = False
    withdrawn: bool = False


def evolve(state: Project, event: Event) -> Project:
    match event:
        case ProjectPresented():
            return Project(presented=True)
        case ProjectPresentationWithdrawn():
            return Project(presented=True, withdrawn=True)
    return state


def _presented(command: PresentProject, state: Project, context: Context) -> Decision:
    if state.presented:
        raise Refused("already-registered")
    if command.structure is None and command.structure_name is None:
        raise Refused("whose-project", field="structure_name")
    told = {name: value for name, value in command if name != "project_title"}
    return [ProjectPresented(title=command.project_title, **told)]


def _withdrawn(command: WithdrawPresentation, state: Project, context: Context) -> Decision:
    if not state.presented:
        raise Refused("unknown-project")
    return [] if state.withdrawn else [ProjectPresentationWithdrawn(reason=command.reason)]


PROJECT = Decider(
    "project",
    Project(),
    evolve,
    {PresentProject: _presented, WithdrawPresentation: _withdrawn},
    allows=lambda state, event: (
        "already-registered" if state.presented and isinstance(event, ProjectPresented) else None
    ),
    births=(ProjectPresented,),
)
