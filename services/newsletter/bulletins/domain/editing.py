"""What an editor and the reactions do to the items of a draft; how a member's item comes in exactly once (README)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from pydantic import Field

from services.newsletter.bulletins.domain.issue_state import BEGUN, Issue, IssueCommand, Item, must_be_draft
from shared.contract.fields import Line, LongText, Path, Reason, Sha256, WebAddress
from shared.contract.newsletter.bulletins import (
    ItemAdded,
    ItemDropped,
    ItemMoved,
    ItemRestored,
    ItemRevised,
    SectionCode,
)
from shared.kernel.decider import Command, Context, Decision, Refused
from shared.notions.vocabularies.referent import term_of

MOST_ITEMS = 500  # of one issue; a bulletin with more is read by nobody


class AddItem(IssueCommand):
    """Write an item into a draft by hand."""

    refers = {"section": term_of("section")}
    issue: UUID
    section: SectionCode
    title: Line
    text: LongText
    url: WebAddress | None = None


class CollectItem(IssueCommand):
    """Take what another service published into a draft."""

    internal = True
    refers = BEGUN

    issue: UUID
    item: UUID
    section: SectionCode
    title: Line
    text: LongText
    url: WebAddress | None = None
    source_event: UUID
    source_entity: UUID
    source_name: Line | None = None
    source_page: Path | None = None
    picture: Sha256 | None = None
    picture_text: Line | None = None


class ReviseItem(IssueCommand):
    """Change an item. `revision`: how many changes of it the editor had seen."""

    issue: UUID
    item: UUID
    title: Line
    text: LongText
    url: WebAddress | None = None
    revision: int | None = Field(None, ge=0, le=100_000)


class CorrectItem(IssueCommand):
    """Have an item say what its source says now, where it still says what that was: what an editor wrote stays."""

    internal = True

    issue: UUID
    item: UUID
    title: Line
    text: LongText
    was_title: Line
    was_text: LongText


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


def _corrected(command: CorrectItem, state: Issue, context: Context) -> Decision:
    item = _item(state, command.item)
    title, text, url = item.facts
    facts = (
        command.title if title == command.was_title else title,
        command.text if text == command.was_text else text,
        url,
    )
    return [] if item.facts == facts else [ItemRevised(item=item.id, title=facts[0], text=facts[1], url=url)]


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


def _room(state: Issue) -> None:
    must_be_draft(state)
    if len(state.items) >= MOST_ITEMS:
        raise Refused("issue-full", most=MOST_ITEMS)


def _item(state: Issue, id: UUID) -> Item:
    must_be_draft(state)
    item = state.item(id)
    if item is None:
        raise Refused("unknown-item", field="item")
    return item


DECISIONS: Mapping[type[Command], Callable[[Any, Issue, Context], Decision]] = {
    AddItem: _added,
    CollectItem: _collected,
    ReviseItem: _revised,
    CorrectItem: _corrected,
    MoveItem: _moved,
    DropItem: _dropped,
    RestoreItem: _restored,
}
