"""The bulletins, their issues, and the items: which issue each one is in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from services.newsletter.bulletins.domain.issue import moved
from shared.contract.envelope import Recorded
from shared.contract.newsletter.bulletins import (
    EARLIER,
    BulletinClosed,
    BulletinOpened,
    BulletinRevised,
    IssueApproved,
    IssueSent,
    IssueStarted,
    ItemAdded,
    ItemDropped,
    ItemMoved,
    ItemRestored,
    ItemRevised,
)
from shared.kernel.views.projection import Document, Evolve, View


def _its_bulletin(event: Recorded) -> Sequence[str]:
    return (event.data.bulletin,)  # type: ignore[attr-defined]


def _said(document: Document | None, data: BulletinOpened | BulletinRevised, event: Recorded) -> Document:
    before = document or {"opened": event.cloud.time, "open": False, "until": None, "rank": None}
    arrivals = EARLIER.get(data.bulletin, ()) if data.arrivals is None else data.arrivals
    facts = data.model_dump(mode="json") | {"arrivals": sorted({*arrivals}), "rank": data.rank or before["rank"]}
    again = {"open": True, "until": None} if isinstance(data, BulletinOpened) else {}
    return {**before, **facts, **again, "version": event.version}


def _no_more(document: Document | None, data: BulletinClosed, event: Recorded) -> Document | None:
    if document is None:
        return None
    until = event.cloud.time if document["open"] else document["until"]
    return {**document, "open": False, "until": until, "version": event.version}


BULLETINS = View(
    name="bulletins",
    version=2,
    on={BulletinOpened: _said, BulletinRevised: _said, BulletinClosed: _no_more},
    fields=("bulletin", "open"),
)
"""What stands of a bulletin, by its id: `opened` first, `until`: since when it is closed."""


def _counted(document: Document | None) -> Document:
    return document or {"last": 0, "approved": []}


def _numbered(document: Document | None, data: IssueStarted, event: Recorded) -> Document:
    known = _counted(document)
    return {**known, "last": max(known["last"], data.number)}


def _gone_out(document: Document | None, data: IssueApproved, event: Recorded) -> Document:
    known = _counted(document)
    return {**known, "approved": sorted({*known["approved"], data.number})}


NUMBERS = View(
    name="issue_numbers",
    version=1,
    on={IssueStarted: _numbered, IssueApproved: _gone_out},
    keys=_its_bulletin,
    stamps=(),
)
"""By the code of a bulletin: its last number, and those that are approved, in their order."""


def first_open(numbers: Document | None) -> int:
    """The number of the first issue that is not approved, begun or not."""
    approved = set(numbers["approved"]) if numbers else set()
    return next(n for n in range(1, len(approved) + 2) if n not in approved)


def _issue(document: Document, event: Recorded) -> Document:
    waiting = sum(not item["dropped"] for item in document["items"])
    return {**document, "waiting": waiting, "version": event.version}


def _started(document: Document | None, data: IssueStarted, event: Recorded) -> Document:
    fresh: Document = {
        "bulletin": data.bulletin, "number": data.number, "state": "draft", "started": event.cloud.time, "items": [],
        "recipients": None, "approved": None, "approved_seq": None, "approved_by": None, "sent": None, "outcome": None,
    }  # fmt: skip
    return _issue(fresh, event)


def _item_added(document: Document | None, data: ItemAdded, event: Recorded) -> Document | None:
    if document is None:
        return None
    item = {**data.model_dump(mode="json"), "added": event.cloud.time, "dropped": False, "why": None, "revision": 0}
    item |= {"said": {"title": data.title, "text": data.text}, "hand": False, "corrected": None}
    return _issue({**document, "items": [*document["items"], item]}, event)


def _on_item(change: Callable[[Document, Any], Document]) -> Evolve:
    """An evolve that changes one item of an issue."""

    def evolve(document: Document | None, data: Any, event: Recorded) -> Document | None:
        if document is None:
            return None
        items = [{**i, **change(i, data)} if i["item"] == str(data.item) else i for i in document["items"]]
        return _issue({**document, "items": items}, event)

    return evolve


def _item_revised(document: Document | None, data: ItemRevised, event: Recorded) -> Document | None:
    """By an editor; or by the service, where its source says otherwise now."""
    ours = event.actor == f"service:{event.service}"

    def change(item: Document, data: ItemRevised) -> Document:
        facts = {**data.model_dump(mode="json", exclude={"item"}), "revision": item["revision"] + 1}
        if not ours:
            return {**facts, "hand": True}
        said = {name: facts[name] for name in ("title", "text") if facts[name] != item[name]}
        return {**facts, "said": {**item["said"], **said}, "corrected": event.cloud.time}

    return _on_item(change)(document, data, event)


def _item_moved(document: Document | None, data: ItemMoved, event: Recorded) -> Document | None:
    if document is None:
        return None
    by_id = {item["item"]: item for item in document["items"]}
    order = moved(list(by_id), str(data.item), data.position) if str(data.item) in by_id else list(by_id)
    return _issue({**document, "items": [by_id[id] for id in order]}, event)


def _approved(document: Document | None, data: IssueApproved, event: Recorded) -> Document | None:
    if document is None:
        return None
    facts = {"state": "approved", "recipients": data.recipients, "approved": event.cloud.time}
    return _issue({**document, **facts, "approved_seq": event.seq, "approved_by": event.actor}, event)


def _sent(document: Document | None, data: IssueSent, event: Recorded) -> Document | None:
    if document is None:
        return None
    return _issue({**document, "state": "sent", "sent": event.cloud.time, "outcome": data.model_dump()}, event)


ISSUES = View(
    name="issues",
    version=3,
    on={
        IssueStarted: _started,
        ItemAdded: _item_added,
        ItemRevised: _item_revised,
        ItemMoved: _item_moved,
        ItemDropped: _on_item(lambda item, data: {"dropped": True, "why": data.reason}),
        ItemRestored: _on_item(lambda item, data: {"dropped": False, "why": None}),
        IssueApproved: _approved,
        IssueSent: _sent,
    },
    fields=("bulletin", "number", "state", "sent"),
    text=lambda d: " ".join(f"{i['title']} {i['source_name'] or ''}" for i in d["items"]),
)
"""By issue, with its items. `said`: what the source of one had said when it arrived, or when it was corrected by that
last (`corrected`); `hand`: whether an editor changed it."""


def _its_item(event: Recorded) -> Sequence[str]:
    return (str(event.data.item),)  # type: ignore[attr-defined]


def _placed(document: Document | None, data: ItemAdded, event: Recorded) -> Document:
    source = str(data.source_entity) if data.source_entity else None
    return {"issue": event.entity_id, "source_entity": source, "dropped": False, "by": None}


def _dropped(document: Document | None, data: ItemDropped, event: Recorded) -> Document | None:
    return None if document is None else {**document, "dropped": True, "by": event.actor}


def _restored(document: Document | None, data: ItemRestored, event: Recorded) -> Document | None:
    return None if document is None else {**document, "dropped": False, "by": None}


ITEMS = View(
    name="items",
    version=2,
    on={ItemAdded: _placed, ItemDropped: _dropped, ItemRestored: _restored},
    keys=_its_item,
    fields=("issue", "source_entity"),
)
"""By item: in which issue it is, where it came from, who took it out."""
