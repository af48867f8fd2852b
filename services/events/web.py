"""The front of events: its pages wired, where one lands after a command, what its forms offer."""

from __future__ import annotations

from fastapi import APIRouter

from services.events import choosing, door_pages, gathering_pages, project_pages
from services.events.choosing import choices
from services.events.domain.attending import RegistrationCommand
from services.events.domain.project import PresentProject, WithdrawPresentation
from services.events.domain.tandem import TandemCommand
from shared.decider import Command
from shared.execute import Outcome
from shared.service import Service

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
