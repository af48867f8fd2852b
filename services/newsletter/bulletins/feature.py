"""The bulletins that the network opened, their issues, and what arrives in the drafts."""

from __future__ import annotations

from services.newsletter.bulletins.collecting import ARRIVING
from services.newsletter.bulletins.domain.bulletin import BULLETIN, OpenBulletin
from services.newsletter.bulletins.domain.issue import ISSUE, IssueCommand, StartIssue
from services.newsletter.bulletins.leaving import LEAVING
from services.newsletter.bulletins.queries import opened, titles
from services.newsletter.bulletins.source_views import GATHERINGS, SOURCES
from services.newsletter.bulletins.views import BULLETINS, ISSUES, ITEMS
from services.newsletter.bulletins.words import WORDS
from shared.base.translations import translated
from shared.kernel.command_handler import Outcome
from shared.kernel.decider import Command
from shared.notions.vocabularies import VOCABULARIES
from shared.runtime.faces import Views
from shared.runtime.feature import Feature
from shared.runtime.service import Choices


def page_of(command: Command, outcome: Outcome) -> str | None:
    """The page of the bulletin, of the issue."""
    match command:
        case OpenBulletin():
            return f"/newsletter/bulletins/{command.bulletin}"
        case IssueCommand():
            return f"/newsletter/issues/{outcome.entity_id}"
    return None


async def choices(service: Views, command: type[Command], lang: str) -> Choices:
    """What may arrive in a bulletin; those that have issues; the drafts by their names."""
    if command is OpenBulletin:
        marks = VOCABULARIES["bulletin"].marks
        return {"arrivals": [(mark, translated(text, lang)) for mark, text in marks.items()]}
    if command is StartIssue:
        return {"bulletin": [(one["key"], one["title"]) for one in await opened(service) if one["opened"]]}
    if not issubclass(command, IssueCommand) or "issue" not in command.model_fields:
        return {}
    issues = await service.store.find(ISSUES, {"state": "draft"}, sort=["bulletin", "number"], limit=200)
    named = await titles(service, lang)
    return {"issue": [(d["key"], f"{named[d['bulletin']]} n° {d['number']}") for d in issues.documents]}


FEATURE = Feature(
    name="bulletins",
    deciders=(BULLETIN, ISSUE),
    views=(BULLETINS, ISSUES, ITEMS, SOURCES, GATHERINGS),
    words=WORDS,
    reactions=(*ARRIVING, *LEAVING),
    page_of=page_of,
    choices=choices,
)
