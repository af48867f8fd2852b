"""An issue of a bulletin: a draft that fills, is edited, approved once and for all, and sent.

An approved issue never opens again. That an item of a member comes in exactly once rests on this (README).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeVar
from uuid import UUID, uuid5

from pydantic import Field

from services.newsletter.domain.fields import NEWSLETTER, Count, Line, Number, Reason, Text, WebAddress
from shared.contract import Event
from shared.contract.newsletter import (
    BulletinCode,
    IssueApproved,
    IssueSent,
    IssueStarted,
    ItemAdded,
    ItemDropped,
    ItemMoved,
    ItemRestored,
    ItemRevised,
    SectionCode,
)  # fmt: skip
from shared.decider import Command, Context, Decider, Decision, Refused

Id = TypeVar("Id", UUID, str)
MOST_ITEMS = 500  # of one issue; a bulletin with more is read by nobody


def issue_id(bulletin: BulletinCode, number: int) -> UUID:
    """The id of the issue of a bulletin with this number."""
    return uuid5(NEWSLETTER, f"issue/{bulletin}/{number}")


def item_id(event: UUID) -> UUID:
    """The id of the item that comes from an event of another service."""
    return uuid5(event, "item")


class IssueCommand(Command):
    entity = "issue"


class StartIssue(IssueCommand):
    """Begin the draft of an issue."""

    bulletin: BulletinCode
    number: Number

    def target(self, context: Context) -> UUID:
        return issue_id(self.bulletin, self.number)


class AddItem(IssueCommand):
    """Write an item into a draft by hand."""

    issue: UUID
    section: SectionCode
    title: Line
    text: Text
    url: WebAddress | None = None


class CollectItem(IssueCommand):
    """Take what another service published into a draft."""

    issue: UUID
    item: UUID
    section: SectionCode
    title: Line
    text: Text
    url: WebAddress | None = None
    source_event: UUID
    source_entity: UUID
    source_name: Line | None = None


class ReviseItem(IssueCommand):
    """Change an item. `revision`: how many changes of it the editor had seen."""

    issue: UUID
    item: UUID
    title: Line
    text: Text
    url: WebAddress | None = None
    revision: int | None = Field(None, ge=0, le=100_000)


class MoveItem(IssueCommand):
    """Move an item to a place of the draft, counted from 0."""

    issue: UUID
    item: UUID
    position: int = Field(ge=0, le=MOST_ITEMS)


class DropItem(IssueCommand):
    """Take an item out of a draft."""

    issue: UUID
    item: UUID
    reason: Reason | None = None


class RestoreItem(IssueCommand):
    """Put an item back that was taken out of a draft."""

    issue: UUID
    item: UUID


class ApproveIssue(IssueCommand):
    """Approve an issue: it is sent to `recipients` subscribers, and changes no more."""

    issue: UUID
    recipients: Count


class CloseSending(IssueCommand):
    """State that every subscriber of an issue has been dealt with."""

    issue: UUID
    sent: Count
    refused: Count
    doubtful: Count


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


def _started(command: StartIssue, state: Issue, context: Context) -> Decision:
    return [] if state.bulletin else [IssueStarted(bulletin=command.bulletin, number=command.number)]


def _added(command: AddItem, state: Issue, context: Context) -> Decision:
    _room(state)
    item = context.new_id("item")
    if state.item(item) is not None:
        return []
    return [ItemAdded(item=item, section=command.section, title=command.title, text=command.text, url=command.url)]


def _collected(command: CollectItem, state: Issue, context: Context) -> Decision:
    # Asked before the rest: an item that is here, in whatever issue, has come in once and for all.
    if state.item(command.item) is not None:
        return []
    _room(state)
    return [ItemAdded(**{name: getattr(command, name) for name in type(command).model_fields if name != "issue"})]


def _revised(command: ReviseItem, state: Issue, context: Context) -> Decision:
    item = _item(state, command.item)
    facts = (command.title, command.text, command.url)
    if item.facts == facts:
        return []
    if command.revision is not None and command.revision != item.revision:
        raise Refused("item-changed")
    return [ItemRevised(item=item.id, title=command.title, text=command.text, url=command.url)]


def _moved(command: MoveItem, state: Issue, context: Context) -> Decision:
    item = _item(state, command.item)
    position = min(command.position, len(state.items) - 1)
    return [] if state.items[position] == item else [ItemMoved(item=item.id, position=position)]


def _dropped(command: DropItem, state: Issue, context: Context) -> Decision:
    item = _item(state, command.item)
    return [] if item.dropped else [ItemDropped(item=item.id, reason=command.reason)]


def _restored(command: RestoreItem, state: Issue, context: Context) -> Decision:
    item = _item(state, command.item)
    return [ItemRestored(item=item.id)] if item.dropped else []


def _approved(command: ApproveIssue, state: Issue, context: Context) -> Decision:
    bulletin = _known(state)
    if state.approved:
        return []
    if all(item.dropped for item in state.items):
        raise Refused("issue-empty")
    return [IssueApproved(bulletin=bulletin, number=state.number, recipients=command.recipients)]


def _closed(command: CloseSending, state: Issue, context: Context) -> Decision:
    _known(state)
    if not state.approved:
        raise Refused("issue-not-approved")
    if state.sent:
        return []
    return [IssueSent(sent=command.sent, refused=command.refused, doubtful=command.doubtful)]


def _known(state: Issue) -> BulletinCode:
    if state.bulletin is None:
        raise Refused("unknown-issue")
    return state.bulletin


def _draft(state: Issue) -> None:
    _known(state)
    if state.approved:
        raise Refused("issue-closed")


def _room(state: Issue) -> None:
    _draft(state)
    if len(state.items) >= MOST_ITEMS:
        raise Refused("issue-full", most=MOST_ITEMS)


def _item(state: Issue, id: UUID) -> Item:
    _draft(state)
    item = state.item(id)
    if item is None:
        raise Refused("unknown-item")
    return item


ISSUE = Decider(
    entity="issue",
    initial=Issue(),
    evolve=evolve,
    decisions={
        StartIssue: _started,
        AddItem: _added,
        CollectItem: _collected,
        ReviseItem: _revised,
        MoveItem: _moved,
        DropItem: _dropped,
        RestoreItem: _restored,
        ApproveIssue: _approved,
        CloseSending: _closed,
    },
)
