"""A project presented at a yearly gathering."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from shared.contract import Event
from shared.contract.events.projects import ProjectPresented
from shared.contract.fields import CountryCode, Name, Title
from shared.kernel.decider import Command, Context, Decider, Decision, Refers, Refused


class PresentProject(Command):
    """Note that a project was presented at a yearly gathering."""

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


@dataclass(frozen=True)
class Project:
    presented: bool = False


def evolve(state: Project, event: Event) -> Project:
    match event:
        case ProjectPresented():
            return Project(presented=True)
    return state


def _presented(command: PresentProject, state: Project, context: Context) -> Decision:
    if state.presented:
        raise Refused("already-registered")
    if command.structure is None and command.structure_name is None:
        raise Refused("whose-project", field="structure_name")
    told = {name: value for name, value in command if name != "project_title"}
    return [ProjectPresented(title=command.project_title, **told)]


PROJECT = Decider(
    "project",
    Project(),
    evolve,
    {PresentProject: _presented},
    allows=lambda state, event: (
        "already-registered" if state.presented and isinstance(event, ProjectPresented) else None
    ),
    births=(ProjectPresented,),
    rests={ProjectPresented: PresentProject.refers},
)
