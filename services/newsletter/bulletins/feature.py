"""The five bulletins, their issues, and what arrives in the drafts."""

from __future__ import annotations

from uuid import uuid5

from services.newsletter.base.fields import NEWSLETTER as NAMESPACE
from services.newsletter.bulletins.collecting import REACTIONS
from services.newsletter.bulletins.domain.bulletin import BULLETIN, FIVE, OpenBulletin, opening_of
from services.newsletter.bulletins.domain.issue import ISSUE, IssueCommand
from services.newsletter.bulletins.source_views import SOURCES
from services.newsletter.bulletins.views import BULLETINS, ISSUES, ITEMS
from services.newsletter.bulletins.words import WORDS
from shared.kernel.command_handler import Outcome
from shared.kernel.decider import Command
from shared.runtime.feature import Feature
from shared.runtime.service import Choices, Service

SAMPLE_NETWORK = "exemple"  # there the sample opens the bulletins, on the days when they were


async def opening(service: Service) -> None:
    """Opens the five bulletins where they are missing."""
    if service.network != SAMPLE_NETWORK:
        for code in FIVE:
            id = uuid5(NAMESPACE, f"open/{code}")
            await service.execute(opening_of(code), id=id, actor="service:newsletter", derived=True)


def page_of(command: Command, outcome: Outcome) -> str | None:
    """The page of the bulletin, of the issue."""
    match command:
        case OpenBulletin():
            return f"/newsletter/bulletins/{command.bulletin}"
        case IssueCommand():
            return f"/newsletter/issues/{outcome.entity_id}"
    return None


async def choices(service: Service, command: type[Command], lang: str) -> Choices:
    """The drafts by their names."""
    if not issubclass(command, IssueCommand) or "issue" not in command.model_fields:
        return {}
    issues = await service.store.find(ISSUES, {"state": "draft"}, sort=["bulletin", "number"], limit=200)
    return {"issue": [(d["key"], f"{FIVE[d['bulletin']][0]} n° {d['number']}") for d in issues.documents]}


FEATURE = Feature(
    name="bulletins",
    deciders=(BULLETIN, ISSUE),
    views=(BULLETINS, ISSUES, ITEMS, SOURCES),
    words=WORDS,
    reactions=REACTIONS,
    page_of=page_of,
    choices=choices,
    opening=opening,
)
