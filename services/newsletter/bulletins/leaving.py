"""What other services took back leaves the drafts, and comes back with what they restored.

An approved issue stays as it was sent; what an editor took out stays out. Each reaction reads at its own pace, so none
goes by the event that it hears: it looks where its source stands now. What we took out or put back is looked at once
more, since the source may have moved on while we did.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from services.newsletter.bulletins.domain.bulletin import bulletin_id
from services.newsletter.bulletins.domain.issue import DropItem, RestoreItem, item_id
from services.newsletter.bulletins.source_views import BEGINS, SOURCES, gone
from services.newsletter.bulletins.views import ISSUES, ITEMS
from shared.contract.corrections import EventStruck, StrikeLifted
from shared.contract.directory.publications import (
    MemberEventPublished,
    MemberNewsPublished,
    MemberOfferPublished,
    MemberProjectPublished,
    PublicationWithdrawn,
)
from shared.contract.envelope import Recorded
from shared.contract.events.gatherings import GatheringAnnounced, GatheringCancelled, GatheringReinstated
from shared.contract.newsletter.bulletins import Arrival, ItemDropped, ItemRestored
from shared.kernel.decider import Command
from shared.kernel.reactions import on
from shared.kernel.views.projection import Document
from shared.runtime.faces import Library

PATIENCE = 60.0  # seconds to wait for an item that another reaction is about to add
LOOK = 0.1  # seconds between two looks
WITHDRAWN = "Retiré par son auteur."
CANCELLED = "Annulé."
STRUCK = "Noté par erreur."


def why(source: Document) -> str:
    """What is said of an item whose source is gone."""
    return STRUCK if source["struck"] else CANCELLED if source["service"] == "events" else WITHDRAWN


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
    assert isinstance(data, ItemDropped | ItemRestored)
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
        return [DropItem(issue=UUID(items[key]["issue"]), item=UUID(key), reason=why(source)) for key in drafts]
    ours = (None, f"service:{service.name}")
    return [RestoreItem(issue=UUID(items[key]["issue"]), item=UUID(key)) for key in drafts if items[key]["by"] in ours]


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
    dropped_looked_at_again,
    restored_looked_at_again,
)
