"""The front of events: its pages wired, where one lands after a command, what its forms offer."""

from __future__ import annotations

from fastapi import APIRouter

from services.events import structure_picker as choosing
from services.events.gatherings import pages as gathering_pages
from services.events.gatherings.domain.registrations import RegistrationCommand
from services.events.projects.domain import PresentProject, WithdrawPresentation
from services.events.registrations import check_in_pages as door_pages
from services.events.structure_picker import choices
from services.events.tandems import pages as project_pages
from services.events.tandems.domain import TandemCommand
from shared.kernel.command_handler import Outcome
from shared.kernel.decider import Command
from shared.runtime.service import Service

__all__ = ["choices", "page_of", "routes"]


def routes(service: Service) -> APIRouter:
    """The routes of the pages of events."""
    router = APIRouter(include_in_schema=False)
    for area in (gathering_pages, door_pages, project_pages, choosing):
        router.include_router(area.routes(service))
    return router


def page_of(command: Command, outcome: Outcome) -> str:
    """The record of the gathering or tandem; for what happens at the door, wherever one came from."""
    if isinstance(command, RegistrationCommand):
        return ""
    if isinstance(command, PresentProject | WithdrawPresentation):
        return "/events/projects"
    return f"/events/{'tandems' if isinstance(command, TandemCommand) else 'gatherings'}/{outcome.entity_id}"
