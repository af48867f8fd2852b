"""What members and the events service say arrives in the drafts, exactly once. How it leaves them again: `leaving`.

Why once, under any redelivery, restart and approval: an item's id derives from the event that brings it; an approved
issue never opens again; a reaction reads which issues are approved *before* it reads whether the item is anywhere. So
an item that was not found is in no issue it saw approved, and the first issue that is not approved takes it: that issue
knows it already (nothing happens), or lets it in, or was approved meanwhile (`issue-closed`: the retry sees it, and
takes the next).
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from services.newsletter.bulletins.domain.issue import CollectItem, DropItem, StartIssue, issue_id, item_id
from services.newsletter.bulletins.leaving import why
from services.newsletter.bulletins.source_views import SOURCES, gone
from services.newsletter.bulletins.source_words import announced, fitting, one_line, when_and_where, written_in
from services.newsletter.bulletins.views import ITEMS, NUMBERS, first_open
from shared.base.translations import L, translated
from shared.contract.directory.publications import (
    MemberEventPublished,
    MemberNewsPublished,
    MemberOfferPublished,
    MemberProjectPublished,
)
from shared.contract.envelope import Recorded
from shared.contract.events.gatherings import GatheringAnnounced
from shared.contract.fields import is_web_address
from shared.contract.newsletter.bulletins import Arrival, SectionCode
from shared.kernel.decider import Command
from shared.kernel.reactions import on
from shared.runtime.faces import Views
from shared.web.formatting import day
from shared.web.markdown import as_lines


@on(MemberNewsPublished, name="news-to-echos")
async def news_to_echos(event: Recorded, service: Views) -> Sequence[Command]:
    """A member's news arrives in the bulletin that takes them."""
    news = event.data
    assert isinstance(news, MemberNewsPublished)
    return await _published(event, service, "news", "news", news, as_lines(news.text))


@on(MemberProjectPublished, name="project-to-echos")
async def project_to_echos(event: Recorded, service: Views) -> Sequence[Command]:
    """A project that a member presents arrives in the bulletin that takes them, among the projects."""
    project = event.data
    assert isinstance(project, MemberProjectPublished)
    return await _published(event, service, "project", "project", project, as_lines(project.text))


@on(MemberOfferPublished, name="offer-to-parcours")
async def offer_to_parcours(event: Recorded, service: Views) -> Sequence[Command]:
    """A member's offer arrives in the bulletin that takes them, with its deadline said."""
    offer = event.data
    assert isinstance(offer, MemberOfferPublished)
    text, until = as_lines(offer.text), offer.deadline
    if until:
        answer = translated(L("Réponse attendue avant le {day}."), await written_in(service), day=day(until))
        text = f"{text[:4900]}\n{answer}"
    return await _published(event, service, "offer", await _section(service, offer.kind), offer, text)


@on(MemberEventPublished, name="event-to-rendez-vous")
async def event_to_rendez_vous(event: Recorded, service: Views) -> Sequence[Command]:
    """An event that a member announces arrives in the bulletin that takes them, with its day and place."""
    theirs = event.data
    assert isinstance(theirs, MemberEventPublished)
    when = when_and_where(theirs.starts, theirs.place, await written_in(service))
    text = f"{when}\n{as_lines(theirs.text)}"
    return await _published(event, service, "event", "gathering", theirs, text)


@on(GatheringAnnounced, name="gathering-to-rendez-vous")
async def gathering_to_rendez_vous(event: Recorded, service: Views) -> Sequence[Command]:
    """An announced gathering arrives in the bulletin that takes them, with its day and town."""
    gathering = event.data
    assert isinstance(gathering, GatheringAnnounced)
    lang = await written_in(service)
    said = announced(gathering.title, gathering.starts, gathering.town, gathering.summary, lang)
    return await _arriving(event, service, "gathering", "gathering", said.title, said.text)


async def _section(service: Views, kind: str) -> SectionCode:
    """The section of an offer: the one of its kind, where the network has such a section."""
    return kind if kind in (await service.lists.now()).terms("section") else "news"


Publication = MemberNewsPublished | MemberOfferPublished | MemberProjectPublished | MemberEventPublished


async def _published(
    event: Recorded, service: Views, what: Arrival, section: SectionCode, said: Publication, text: str
) -> Sequence[Command]:
    """What a member published, with the public page where the whole of it stands, and its picture."""
    return await _arriving(
        event,
        service,
        what,
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
    service: Views,
    what: Arrival,
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
    bulletin = (await service.lists.now()).first_marked("bulletin", what)
    if bulletin is None:
        return []  # the network has no such bulletin now: one takes what is published while it is open
    approved = await service.store.get(NUMBERS, bulletin)
    item = item_id(UUID(event.id))
    if await service.store.get(ITEMS, str(item)) is not None:
        return []
    number = first_open(approved)
    lang = await written_in(service)
    issue, said = issue_id(bulletin, number), fitting(title, text, lang)
    commands: list[Command] = [
        StartIssue(bulletin=bulletin, number=number),
        CollectItem(
            issue=issue,
            item=item,
            section=section,
            title=said.title,
            text=said.text,
            url=url if url and len(url) <= 500 and is_web_address(url) else None,
            source_event=UUID(event.id),
            source_entity=UUID(event.entity_id),
            source_name=(one_line(source) or None) if source else None,
            source_page=page,
            picture=picture,
            picture_text=(one_line(picture_text) or None) if picture_text else None,
        ),
    ]
    known = await service.store.get(SOURCES, event.entity_id)
    if known is not None and gone(known):  # taken back before we came to it
        commands.append(DropItem(issue=issue, item=item, reason=why(known, lang)))
    return commands


ARRIVING = (
    news_to_echos,
    project_to_echos,
    offer_to_parcours,
    event_to_rendez_vous,
    gathering_to_rendez_vous,
)
