"""The newsletter's front: its pages wired, where one lands after a command, what its forms offer."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter

from services.newsletter import bulletin_pages, issue_pages, public, subscriber_pages
from services.newsletter.domain.bulletin import FIVE, OpenBulletin
from services.newsletter.domain.delivery import DeliveryCommand
from services.newsletter.domain.issue import IssueCommand
from services.newsletter.domain.subscriber import SubscriberCommand
from services.newsletter.issue_views import ISSUES
from shared.decider import Command
from shared.execute import Outcome
from shared.service import Choices, Service


def routes(service: Service) -> APIRouter:
    """The routes of the newsletter's own pages, those for the team before those for everybody."""
    router = APIRouter(include_in_schema=False)
    for area in (bulletin_pages, issue_pages, subscriber_pages, public):
        router.include_router(area.routes(service))
    return router


def page_of(command: Command, outcome: Outcome) -> str:
    """The page of the issue, the bulletin, the subscriber or the deliveries that a command was about."""
    if isinstance(command, OpenBulletin):
        return f"/newsletter/bulletins/{command.bulletin}"
    if isinstance(command, IssueCommand):
        return f"/newsletter/issues/{outcome.entity_id}"
    if isinstance(command, SubscriberCommand):
        return f"/newsletter/subscribers/{outcome.entity_id}"
    if isinstance(command, DeliveryCommand):
        return "/newsletter/deliveries"
    return ""


async def choices(service: Service, command: type[Command], lang: str) -> Choices:
    """The names of what a form is about."""
    found: dict[str, Sequence[tuple[str, str]]] = {}
    if "issue" in command.model_fields:
        issues = await service.store.find(ISSUES, {"state": "draft"}, sort=["bulletin", "number"], limit=200)
        found["issue"] = [(d["key"], f"{FIVE[d['bulletin']][0]} n° {d['number']}") for d in issues.documents]
    return found
