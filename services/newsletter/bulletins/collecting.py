"""What members and the events service say arrives in the drafts, exactly once.

Why once, under any redelivery, restart and approval: an item's id derives from the event that brings it; an approved
issue never opens again; a reaction reads which issues are approved *before* it reads whether the item is anywhere. So
an item that was not found is in no issue it saw approved, and the first issue that is not approved takes it: that issue
knows it already (nothing happens), or lets it in, or was approved meanwhile (`issue-closed`: the retry sees it, and
takes the next).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from services.newsletter.bulletins.domain.bulletin import bulletin_id
from services.newsletter.bulletins.domain.issue import CollectItem, DropItem, StartIssue, issue_id, item_id
from services.newsletter.bulletins.source_views import SOURCES
from services.newsletter.bulletins.views import BULLETINS, ISSUES, ITEMS, first_open
from shared.contract.cleaning import mended_line, mended_text
from shared.contract.directory.publications import (
    MemberEventPublished,
    MemberNewsPublished,
    MemberOfferPublished,
    MemberProjectPublished,
    PublicationWithdrawn,
)
from shared.contract.envelope import Recorded
from shared.contract.events.gatherings import GatheringAnnounced, GatheringCancelled
from shared.contract.fields import is_web_address
from shared.contract.newsletter.bulletins import BulletinCode, SectionCode
from shared.kernel.decider import Command
from shared.kernel.reactions import on
from shared.runtime.service import Service
from shared.web.formatting import clock, day, long_day
from shared.web.markdown import as_lines

PATIENCE = 60.0  # seconds to wait for an item that another reaction is about to add
LOOK = 0.1  # seconds between two looks
WITHDRAWN = "Retiré par son auteur."
CANCELLED = "Annulé."


@on(MemberNewsPublished, name="news-to-echos")
async def news_to_echos(event: Recorded, service: Service) -> Sequence[Command]:
    """A member's news arrives in *Les Échos du Réseau*."""
    news = event.data
    assert isinstance(news, MemberNewsPublished)
    return await _published(event, service, "echos", "news", news, as_lines(news.text))


@on(MemberProjectPublished, name="project-to-echos")
async def project_to_echos(event: Recorded, service: Service) -> Sequence[Command]:
    """A project that a member presents arrives in *Les Échos du Réseau*, among the projects."""
    project = event.data
    assert isinstance(project, MemberProjectPublished)
    return await _published(event, service, "echos", "project", project, as_lines(project.text))


@on(MemberOfferPublished, name="offer-to-parcours")
async def offer_to_parcours(event: Recorded, service: Service) -> Sequence[Command]:
    """A member's offer arrives in *Parcours*, with its deadline said."""
    offer = event.data
    assert isinstance(offer, MemberOfferPublished)
    text, until = as_lines(offer.text), offer.deadline
    text = f"{text[:4900]}\nRéponse attendue avant le {day(until)}." if until else text
    return await _published(event, service, "parcours", offer.kind, offer, text)


@on(MemberEventPublished, name="event-to-rendez-vous")
async def event_to_rendez_vous(event: Recorded, service: Service) -> Sequence[Command]:
    """An event that a member announces arrives in *Rendez-vous*, with its day and place."""
    theirs = event.data
    assert isinstance(theirs, MemberEventPublished)
    text = f"{_when_and_where(theirs.starts, theirs.place)}\n{as_lines(theirs.text)}"
    return await _published(event, service, "rendez-vous", "gathering", theirs, text)


@on(GatheringAnnounced, name="gathering-to-rendez-vous")
async def gathering_to_rendez_vous(event: Recorded, service: Service) -> Sequence[Command]:
    """An announced gathering arrives in *Rendez-vous*, with its day and town."""
    gathering = event.data
    assert isinstance(gathering, GatheringAnnounced)
    said = _when_and_where(gathering.starts, gathering.town)
    text = f"{said}\n{gathering.summary}" if gathering.summary else said
    return await _arriving(event, service, "rendez-vous", "gathering", gathering.title, text)


def _when_and_where(starts: datetime, place: str | None) -> str:
    when = f"{long_day(starts).capitalize()} à {clock(starts)}"
    return f"{when}, {place}." if place else f"{when}."


Publication = MemberNewsPublished | MemberOfferPublished | MemberProjectPublished | MemberEventPublished


async def _published(
    event: Recorded, service: Service, bulletin: BulletinCode, section: SectionCode, said: Publication, text: str
) -> Sequence[Command]:
    """What a member published, with the public page where the whole of it stands, and its picture."""
    return await _arriving(
        event,
        service,
        bulletin,
        section,
        said.title,
        text,
        url=said.url,
        source=said.structure_name,
        page=f"/directory/public/publications/{event.entity_id}",
        picture=said.picture,
        picture_text=said.picture_text,
    )


async def _arriving(
    event: Recorded,
    service: Service,
    bulletin: BulletinCode,
    section: SectionCode,
    title: str,
    text: str,
    *,
    url: str | None = None,
    source: str | None = None,
    page: str | None = None,
    picture: str | None = None,
    picture_text: str | None = None,
) -> Sequence[Command]:
    # The order of these two reads is what "once" rests on; see the head of this file.
    approved = await service.store.get(BULLETINS, bulletin)
    if approved is None or approved["opened"] is None:
        return []  # the network has no such bulletin: it begins with what is published after it was opened
    item = item_id(UUID(event.id))
    if await service.store.get(ITEMS, str(item)) is not None:
        return []
    number = first_open(approved)
    issue = issue_id(bulletin, number)
    commands: list[Command] = [
        StartIssue(bulletin=bulletin, number=number),
        CollectItem(
            issue=issue,
            item=item,
            section=section,
            title=_one_line(title) or "Sans titre",
            text=mended_text(text)[:5000].strip() or "…",
            url=url if url and len(url) <= 500 and is_web_address(url) else None,
            source_event=UUID(event.id),
            source_entity=UUID(event.entity_id),
            source_name=(_one_line(source) or None) if source else None,
            source_page=page,
            picture=picture,
            picture_text=(_one_line(picture_text) or None) if picture_text else None,
        ),
    ]
    known = await service.store.get(SOURCES, event.entity_id)
    if known is not None and known["withdrawn"]:  # taken back before we came to it
        commands.append(DropItem(issue=issue, item=item, reason=WITHDRAWN))
    return commands


def _one_line(text: str) -> str:
    """What another service allowed may be longer or wilder than a line of ours."""
    return mended_line(text)[:200].strip()


@on(PublicationWithdrawn, name="withdrawn-from-draft")
async def withdrawn_from_draft(event: Recorded, service: Service) -> Sequence[Command]:
    """What a member took back leaves the draft, if that is not approved yet."""
    return await _leaving(event, service, WITHDRAWN)


@on(GatheringCancelled, name="cancelled-from-draft")
async def cancelled_from_draft(event: Recorded, service: Service) -> Sequence[Command]:
    """A gathering that will not be held leaves the draft, if that is not approved yet."""
    return await _leaving(event, service, CANCELLED)


async def _leaving(event: Recorded, service: Service, reason: str) -> Sequence[Command]:
    """Waits for the items that the source has brought or is about to bring: each reaction reads at its own pace.
    Raises TimeoutError where they do not come (they may be parked; this is then tried again, and parked too)."""
    source = await service.store.get(SOURCES, event.entity_id) or {"said": {}}
    brought = {str(item_id(UUID(id))): said["seq"] for id, said in source["said"].items() if said["seq"] < event.seq}
    wanted = await _on_their_way(service, event, brought)
    for _ in range(int(PATIENCE / LOOK)):
        items = await service.store.get_many(ITEMS, [*brought])
        if items.keys() >= wanted:
            break
        await service.outside.sleep(LOOK)
    else:
        raise TimeoutError("an item to take out has not arrived yet")
    there = {key: item for key, item in items.items() if not item["dropped"]}
    issues = await service.store.get_many(ISSUES, sorted({item["issue"] for item in there.values()}))
    return [
        DropItem(issue=UUID(item["issue"]), item=UUID(key), reason=reason)
        for key, item in there.items()
        if issues[item["issue"]]["state"] == "draft"
    ]


BULLETIN_OF: Mapping[str, BulletinCode] = {
    MemberNewsPublished.__name__: "echos",
    MemberProjectPublished.__name__: "echos",
    MemberOfferPublished.__name__: "parcours",
    MemberEventPublished.__name__: "rendez-vous",
    GatheringAnnounced.__name__: "rendez-vous",
}


async def _on_their_way(service: Service, event: Recorded, brought: Mapping[str, int]) -> set[str]:
    """The items that are there or will be: those that were said when their bulletin was open. For what was said before
    nobody waits, since there may have been no bulletin to take it."""
    history = await service.log.load(event.service, event.entity, UUID(event.entity_id), shows=event.seq)
    types = {one.seq: one.type for one in history.events}
    since: dict[BulletinCode, int | None] = {}
    for code in {BULLETIN_OF[types[seq]] for seq in brought.values() if types.get(seq) in BULLETIN_OF}:
        opened = await service.log.load("newsletter", "bulletin", bulletin_id(code))
        since[code] = opened.events[0].seq if opened.events else None
    return {
        item
        for item, seq in brought.items()
        if types.get(seq) in BULLETIN_OF and (begun := since[BULLETIN_OF[types[seq]]]) is not None and begun < seq
    }


REACTIONS = (
    news_to_echos,
    project_to_echos,
    offer_to_parcours,
    event_to_rendez_vous,
    gathering_to_rendez_vous,
    withdrawn_from_draft,
    cancelled_from_draft,
)
