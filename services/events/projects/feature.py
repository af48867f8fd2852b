"""The projects that are presented at a gathering."""

from __future__ import annotations

from collections.abc import Sequence

from services.events.gatherings.queries import gatherings_offered
from services.events.projects.domain import PROJECT, PresentProject
from services.events.projects.pages import routes
from services.events.projects.views import PROJECTS
from services.events.projects.words import WORDS
from services.events.structures.queries import structures_offered
from shared.contract.events.projects import ProjectPresented
from shared.kernel.command_handler import Outcome
from shared.kernel.decider import Command
from shared.runtime.faces import Views
from shared.runtime.feature import Feature
from shared.runtime.service import Again, Choices, Retired
from shared.web.formatting import countries


def page_of(command: Command, outcome: Outcome) -> str | None:
    """The list of projects: none has a page of its own."""
    return "/events/projects" if command.entity == PROJECT.entity else None


async def choices(service: Views, command: type[Command], lang: str) -> Choices:
    """The yearly gatherings, members and countries by name."""
    if command is not PresentProject:
        return {}
    yearly = (await service.lists.now()).marked("gathering", "yearly")
    found: dict[str, Sequence[tuple[str, str]]] = {
        "country": countries(lang),
        "gathering": await gatherings_offered(service, {"kind": yearly}),
        "structure": await structures_offered(service, "structure"),
    }
    return found


RETIRED = {
    "WithdrawPresentation": Retired("project", "StrikeEvents"),
}

FEATURE = Feature(
    name="projects",
    deciders=(PROJECT,),
    views=(PROJECTS,),
    words=WORDS,
    routes=(routes,),
    page_of=page_of,
    choices=choices,
    retired=RETIRED,
    again={ProjectPresented: Again(PresentProject, lambda said: {**said, "project_title": said["title"]})},
)
