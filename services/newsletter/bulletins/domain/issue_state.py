"""An issue as its decisions see it: which one it is, its items in their order, whether it is approved and sent."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeVar
from uuid import UUID, uuid5

from shared.contract import Event
from shared.contract.newsletter.bulletins import (
    BulletinCode,
    IssueApproved,
    IssueSent,
    IssueStarted,
    ItemAdded,
    ItemDropped,
    ItemMoved,
    ItemRestored,
    ItemRevised,
)
from shared.kernel.decider import Command, Refers, Refused
from shared.notions.bulletin import NEWSLETTER

Id = TypeVar("Id", UUID, str)


def issue_id(bulletin: BulletinCode, number: int) -> UUID:
    """The id of the issue of a bulletin with this number."""
    return uuid5(NEWSLETTER, f"issue/{bulletin}/{number}")


def item_id(event: UUID) -> UUID:
    """The id of the item that comes from an event of another service."""
    return uuid5(event, "item")


BEGUN = {"issue": Refers("newsletter.issue")}
"""What a command refers to of which it is judged, too, whether the bulletin of its issue is open"""


class IssueCommand(Command):
    entity = "issue"


@dataclass(frozen=True, slots=True)
class Item:
    id: UUID
    facts: tuple[str, str, str | None]  # title, text, url
    dropped: bool = False
    revision: int = 0


@dataclass(frozen=True)
class Issue:
    """`bulletin` is None before it is started."""

    bulletin: BulletinCode | None = None
    number: int = 0
    items: tuple[Item, ...] = ()
    approved: bool = False
    sent: bool = False

    def item(self, id: UUID) -> Item | None:
        return next((i for i in self.items if i.id == id), None)


def moved(ids: list[Id], id: Id, position: int) -> list[Id]:
    """The ids with one of them at another place."""
    rest: list[Id] = [each for each in ids if each != id]
    rest.insert(position, id)
    return rest


def evolve(state: Issue, event: Event) -> Issue:
    match event:
        case IssueStarted():
            return replace(state, bulletin=event.bulletin, number=event.number)
        case ItemAdded() if state.item(event.item) is None:
            return replace(state, items=(*state.items, Item(event.item, (event.title, event.text, event.url))))
        case ItemRevised():
            return _changed(state, event.item, facts=(event.title, event.text, event.url))
        case ItemMoved() if state.item(event.item) is not None:
            order = moved([i.id for i in state.items], event.item, event.position)
            return replace(state, items=tuple(i for id in order if (i := state.item(id)) is not None))
        case ItemDropped():
            return _changed(state, event.item, dropped=True)
        case ItemRestored():
            return _changed(state, event.item, dropped=False)
        case IssueApproved():
            return replace(state, approved=True)
        case IssueSent():
            return replace(state, sent=True)
    return state


def _changed(
    state: Issue, id: UUID, *, facts: tuple[str, str, str | None] | None = None, dropped: bool | None = None
) -> Issue:
    def change(item: Item) -> Item:
        if facts is not None:
            return replace(item, facts=facts, revision=item.revision + 1)
        return replace(item, dropped=bool(dropped))

    return replace(state, items=tuple(change(i) if i.id == id else i for i in state.items))


def known_bulletin(state: Issue) -> BulletinCode:
    """The bulletin of an issue that was started. Raises Refused."""
    if state.bulletin is None:
        raise Refused("unknown-issue")
    return state.bulletin


def must_be_draft(state: Issue) -> None:
    """Raises Refused where an issue is unknown or approved."""
    known_bulletin(state)
    if state.approved:
        raise Refused("issue-closed")
