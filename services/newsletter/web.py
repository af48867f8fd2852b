"""The newsletter's front: its pages wired, where one lands after a command, what its forms offer."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter

from services.newsletter.bulletins import issue_pages
from services.newsletter.bulletins import pages as bulletin_pages
from services.newsletter.bulletins.domain.bulletin import FIVE, OpenBulletin
from services.newsletter.bulletins.domain.issue import IssueCommand
from services.newsletter.bulletins.views import ISSUES
from services.newsletter.delivery.domain import DeliveryCommand
from services.newsletter.subscriptions import pages as subscriber_pages
from services.newsletter.subscriptions import public_pages as public
from services.newsletter.subscriptions.domain import SubscriberCommand
from shared.kernel.command_handler import Outcome
from shared.kernel.decider import Command
from shared.runtime.service import Choices, Service


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
