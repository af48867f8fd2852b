"""Cooperation projects."""

from __future__ import annotations

from services.directory.projects import form_pages, pages
from services.directory.projects.domain import AGAIN, PROJECT, ProjectCommand
from services.directory.projects.views import PROJECTS
from services.directory.projects.words import WORDS
from shared.kernel.command_handler import Outcome
from shared.kernel.decider import Command
from shared.runtime.feature import Feature


def page_of(command: Command, outcome: Outcome) -> str | None:
    return f"/directory/projects/{outcome.entity_id}" if isinstance(command, ProjectCommand) else None


FEATURE = Feature(
    name="projects",
    deciders=(PROJECT,),
    views=(PROJECTS,),
    words=WORDS,
    routes=(form_pages.routes, pages.routes),
    page_of=page_of,
    again=AGAIN,
)
