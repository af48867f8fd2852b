"""The bulletins that the network opened, their issues, and what arrives in the drafts."""

from __future__ import annotations

from typing import Any

from services.newsletter.bulletins.approving import permitted
from services.newsletter.bulletins.collecting import ARRIVING
from services.newsletter.bulletins.domain.bulletin import (
    BULLETIN,
    BulletinCommand,
    CloseBulletin,
    OpenBulletin,
    ReviseBulletin,
)
from services.newsletter.bulletins.domain.editing import AddItem, CollectItem
from services.newsletter.bulletins.domain.issue import ISSUE, ApproveIssue, IssueCommand, StartIssue
from services.newsletter.bulletins.leaving import LEAVING
from services.newsletter.bulletins.open_bulletins import in_an_open_bulletin
from services.newsletter.bulletins.queries import bulletins, titles
from services.newsletter.bulletins.source_views import GATHERINGS, SOURCES
from services.newsletter.bulletins.views import BULLETINS, ISSUES, ITEMS, NUMBERS
from services.newsletter.bulletins.words import WORDS
from shared.base.translations import L, translated
from shared.contract.newsletter.bulletins import BulletinClosed, BulletinOpened, BulletinRevised
from shared.identity.capabilities import SCOPES
from shared.kernel.command_handler import Outcome
from shared.kernel.decider import Command, Refused
from shared.kernel.views.projection import Document
from shared.notions.bulletin import bulletin_id
from shared.notions.vocabularies import VOCABULARIES
from shared.notions.vocabularies.uses import BULLETIN_USES
from shared.runtime.faces import Correspondence, Views
from shared.runtime.feature import Feature, Sayings
from shared.runtime.service import Choices


def page_of(command: Command, outcome: Outcome) -> str | None:
    """The page of the bulletin, of the issue."""
    match command:
        case BulletinCommand():
            return f"/newsletter/bulletins/{command.bulletin}"
        case IssueCommand():
            return f"/newsletter/issues/{outcome.entity_id}"
    return None


async def choices(service: Views, command: type[Command], lang: str) -> Choices:
    """What may arrive in a bulletin; those that have issues; the drafts by their names."""
    if issubclass(command, BulletinCommand):
        marks = VOCABULARIES["bulletin"].marks
        found = {"arrivals": [(mark, translated(text, lang)) for mark, text in marks.items()]}
        if command in (ReviseBulletin, CloseBulletin):
            # Closed ones too: the day that is given may be one on which they were open.
            found["bulletin"] = [(one["code"], _closed(one, lang)) for one in await bulletins(service, lang)]
        return {name: of for name, of in found.items() if name in command.model_fields}
    if command is StartIssue:
        return {"bulletin": [(one["code"], one["title"]) for one in await bulletins(service, lang) if one["open"]]}
    if not issubclass(command, IssueCommand) or "issue" not in command.model_fields:
        return {}
    issues = await service.store.find(ISSUES, {"state": "draft"}, sort=["bulletin", "number"], limit=200)
    named = await titles(service, lang)
    numbered = L("{title} n° {number}")
    numbers = [(d["key"], {"title": named[d["bulletin"]], "number": d["number"]}) for d in issues.documents]
    return {"issue": [(key, translated(numbered, lang, **said)) for key, said in numbers]}


def _closed(bulletin: Document, lang: str) -> str:
    title = bulletin["title"]
    return str(title if bulletin["open"] else translated(L("{bulletin} (fermé)"), lang, bulletin=title))


async def answering(service: Correspondence) -> None:
    """Tells the directory the bulletins by name, at which approving is given."""

    async def scopes(body: dict[str, Any]) -> dict[str, Any]:
        if body.get("capability") != "approver":
            raise Refused("question-malformed", topic=SCOPES)
        found = await bulletins(service, str(body.get("lang") or "fr"))
        return {"scopes": [[str(bulletin_id(one["code"])), one["title"]] for one in found if one["open"]]}

    await service.asking.answer(SCOPES, scopes, askers=("directory",))


AGAIN: Sayings = {BulletinOpened: OpenBulletin, BulletinRevised: ReviseBulletin, BulletinClosed: CloseBulletin}

FEATURE = Feature(
    name="bulletins",
    deciders=(BULLETIN, ISSUE),
    views=(BULLETINS, NUMBERS, ISSUES, ITEMS, SOURCES, GATHERINGS, BULLETIN_USES),
    words=WORDS,
    reactions=(*ARRIVING, *LEAVING),
    page_of=page_of,
    choices=choices,
    judging=dict.fromkeys((AddItem, CollectItem, ApproveIssue), in_an_open_bulletin),
    permitting={ApproveIssue: permitted},
    opening=answering,
    again=AGAIN,
)
