"""What other services took back leaves the drafts, and comes back with what they restored; what they call otherwise, or
moved, the drafts say as it is now.

An approved issue stays as it was sent; what an editor took out stays out, what one wrote stays written, and the issue's
page says that its source says otherwise since. Each reaction reads at its own pace, so none goes by the event that it
hears: it looks where its source stands now. What we brought, corrected, took out or put back is looked at once more,
since the source may have moved on while we did.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from services.newsletter.bulletins.domain.issue import CorrectItem, DropItem, RestoreItem, item_id
from services.newsletter.bulletins.source_views import BEGINS, GATHERINGS, SOURCES, gone
from services.newsletter.bulletins.source_words import said_otherwise, written_in
from services.newsletter.bulletins.views import ISSUES, ITEMS
from shared.base.translations import L, Lang, languages, translated
from shared.contract.corrections import EventStruck, StrikeLifted
from shared.contract.directory.publications import (
    MemberEventPublished,
    MemberNewsPublished,
    MemberOfferPublished,
    MemberProjectPublished,
    PublicationWithdrawn,
)
from shared.contract.envelope import Recorded
from shared.contract.events.gatherings import (
    GatheringAnnounced,
    GatheringCancelled,
    GatheringMoved,
    GatheringPlanned,
    GatheringReinstated,
    GatheringRevised,
)
from shared.contract.newsletter.bulletins import Arrival, ItemAdded, ItemDropped, ItemRestored, ItemRevised
from shared.kernel.decider import Command
from shared.kernel.reactions import on
from shared.kernel.views.projection import Document
from shared.notions.bulletin import bulletin_id
from shared.runtime.faces import Library

PATIENCE = 60.0  # seconds to wait for an item that another reaction is about to add
LOOK = 0.1  # seconds between two looks
WITHDRAWN = L("Retiré par son auteur.")
CANCELLED = L("Annulé.")
STRUCK = L("Noté par erreur.")


def why(source: Document, lang: Lang) -> str:
    """What is said of an item whose source is gone."""
    said = STRUCK if source["struck"] else CANCELLED if source["service"] == "events" else WITHDRAWN
    return translated(said, lang)


def why_in(lang: Lang, reason: str) -> str:
    """Why an item was taken out, for a reader: what we say of it ourselves is read in the reader's language, whichever
    it was written in."""
    for said in (STRUCK, CANCELLED, WITHDRAWN):
        if any(reason == translated(said, one) for one in languages()):
            return translated(said, lang)
    return reason


@on(PublicationWithdrawn, name="withdrawn-from-draft")
async def withdrawn_from_draft(event: Recorded, service: Library) -> Sequence[Command]:
    """What a member took back leaves the draft, if that is not approved yet."""
    return await _settled(event, service, event.entity_id)


@on(GatheringCancelled, name="cancelled-from-draft")
async def cancelled_from_draft(event: Recorded, service: Library) -> Sequence[Command]:
    """A gathering that will not be held leaves the draft, if that is not approved yet."""
    return await _settled(event, service, event.entity_id)


@on(GatheringReinstated, name="reinstated-to-draft")
async def reinstated_to_draft(event: Recorded, service: Library) -> Sequence[Command]:
    """One that will be held after all comes back."""
    return await _settled(event, service, event.entity_id)


@on(EventStruck, of=BEGINS, name="struck-from-draft")
async def struck_from_draft(event: Recorded, service: Library) -> Sequence[Command]:
    """One that was planned by mistake leaves the draft."""
    return await _settled(event, service, event.entity_id)


@on(StrikeLifted, of=BEGINS, name="lifted-to-draft")
async def lifted_to_draft(event: Recorded, service: Library) -> Sequence[Command]:
    """One that was planned after all comes back."""
    return await _settled(event, service, event.entity_id)


@on(GatheringRevised, name="revised-in-draft")
async def revised_in_draft(event: Recorded, service: Library) -> Sequence[Command]:
    """One that is called otherwise is called so in the draft."""
    return await _settled(event, service, event.entity_id)


@on(GatheringMoved, name="moved-in-draft")
async def moved_in_draft(event: Recorded, service: Library) -> Sequence[Command]:
    """One that is on another day, or elsewhere, is so in the draft."""
    return await _settled(event, service, event.entity_id)


@on(GatheringPlanned, name="planned-in-draft")
async def planned_in_draft(event: Recorded, service: Library) -> Sequence[Command]:
    """What was planned is said again with another title or day, in the place of what was wrong."""
    return await _settled(event, service, event.entity_id)


@on(ItemAdded, name="added-looked-at-again")
async def added_looked_at_again(event: Recorded, service: Library) -> Sequence[Command]:
    """What we brought says what its source says by now."""
    return await _looked_at_again(event, service)


@on(ItemRevised, name="corrected-looked-at-again")
async def corrected_looked_at_again(event: Recorded, service: Library) -> Sequence[Command]:
    """What we corrected says what its source says by now."""
    return await _looked_at_again(event, service)


@on(ItemDropped, name="dropped-looked-at-again")
async def dropped_looked_at_again(event: Recorded, service: Library) -> Sequence[Command]:
    """What we took out comes back where its source did meanwhile."""
    return await _looked_at_again(event, service)


@on(ItemRestored, name="restored-looked-at-again")
async def restored_looked_at_again(event: Recorded, service: Library) -> Sequence[Command]:
    """What we put back leaves again where its source did meanwhile."""
    return await _looked_at_again(event, service)


async def _looked_at_again(event: Recorded, service: Library) -> Sequence[Command]:
    if event.actor != f"service:{service.name}":
        return []
    data = event.data
    assert isinstance(data, ItemAdded | ItemRevised | ItemDropped | ItemRestored)
    item = await service.store.get(ITEMS, str(data.item))
    return await _settled(event, service, item["source_entity"]) if item and item["source_entity"] else []


async def _settled(event: Recorded, service: Library, source_entity: str) -> Sequence[Command]:
    """What brings the items of a source to where it stands. Raises TimeoutError where items to take out do not come
    (they may be parked; this is then tried again, and parked too)."""
    source = await service.store.get(SOURCES, source_entity)
    if source is None or not source["said"]:
        return []
    brought = {str(item_id(UUID(id))): said["seq"] for id, said in source["said"].items() if said["seq"] < event.seq}
    out = gone(source)
    items = await (_arrived(service, event, brought) if out else service.store.get_many(ITEMS, [*brought]))
    issues = await service.store.get_many(ISSUES, sorted({item["issue"] for item in items.values()}))
    drafts = [key for key in brought if key in items and issues[items[key]["issue"]]["state"] == "draft"]
    if out:
        reason = why(source, await written_in(service))
        return [DropItem(issue=UUID(items[key]["issue"]), item=UUID(key), reason=reason) for key in drafts]
    ours = (None, f"service:{service.name}")
    back = [key for key in drafts if items[key]["dropped"] and items[key]["by"] in ours]
    theirs = sorted({items[key]["issue"] for key in drafts})
    return [
        *(RestoreItem(issue=UUID(items[key]["issue"]), item=UUID(key)) for key in back),
        *await _corrected(service, source_entity, [issues[id] for id in theirs]),
    ]


async def _corrected(service: Library, source_entity: str, drafts: Sequence[Document]) -> Sequence[Command]:
    """What has the items of a source, in these drafts, say what it says now."""
    gathering = await service.store.get(GATHERINGS, source_entity)
    lang, found = await written_in(service), list[Command]()
    for issue in drafts:
        for item in issue["items"]:
            now = said_otherwise(gathering, item, lang) if item["source_entity"] == source_entity else None
            if now is not None:
                was = item["said"]
                of = {"issue": UUID(issue["key"]), "item": UUID(item["item"])}
                said = {"title": now.title, "text": now.text, "was_title": was["title"], "was_text": was["text"]}
                found.append(CorrectItem.model_validate({**of, **said}))
    return found


async def _arrived(service: Library, event: Recorded, brought: Mapping[str, int]) -> dict[str, Document]:
    """The items that a source has brought, with those that it is about to bring. Raises TimeoutError."""
    wanted = await _on_their_way(service, event, brought)
    for _ in range(int(PATIENCE / LOOK)):
        items = await service.store.get_many(ITEMS, [*brought])
        if items.keys() >= wanted:
            return items
        await service.outside.sleep(LOOK)
    raise TimeoutError("an item to take out has not arrived yet")


ARRIVES: Mapping[str, Arrival] = {
    MemberNewsPublished.__name__: "news",
    MemberProjectPublished.__name__: "project",
    MemberOfferPublished.__name__: "offer",
    MemberEventPublished.__name__: "event",
    GatheringAnnounced.__name__: "gathering",
}


async def _on_their_way(service: Library, event: Recorded, brought: Mapping[str, int]) -> set[str]:
    """The items that are there or will be: those that were said when their bulletin was open. For what was said before
    nobody waits, since there may have been no bulletin to take it."""
    history = await service.log.load(event.service, event.entity, UUID(event.entity_id), shows=event.seq)
    types = {one.seq: one.type for one in history.events}
    since: dict[Arrival, int | None] = {}
    lists = await service.lists.now()
    for what in {ARRIVES[types[seq]] for seq in brought.values() if types.get(seq) in ARRIVES}:
        code = lists.first_marked("bulletin", what)
        opened = await service.log.load("newsletter", "bulletin", bulletin_id(code)) if code else None
        since[what] = opened.events[0].seq if opened and opened.events else None
    return {
        item
        for item, seq in brought.items()
        if types.get(seq) in ARRIVES and (begun := since[ARRIVES[types[seq]]]) is not None and begun < seq
    }


LEAVING = (
    withdrawn_from_draft,
    cancelled_from_draft,
    reinstated_to_draft,
    struck_from_draft,
    lifted_to_draft,
    revised_in_draft,
    moved_in_draft,
    planned_in_draft,
    added_looked_at_again,
    corrected_looked_at_again,
    dropped_looked_at_again,
    restored_looked_at_again,
)
