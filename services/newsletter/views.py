"""What the newsletter's pages, its reactions and the sending read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.newsletter.domain.issue import moved
from shared.contract.directory import MemberNewsPublished, MemberOfferPublished, PublicationWithdrawn
from shared.contract.events import GatheringAnnounced, GatheringCancelled, GatheringReinstated
from shared.contract.newsletter import (
    BulletinOpened,
    DeliveryAccepted,
    DeliveryBegun,
    DeliveryDeferred,
    DeliveryRefused,
    DeliveryReleased,
    IssueApproved,
    IssueSent,
    IssueStarted,
    ItemAdded,
    ItemDropped,
    ItemMoved,
    ItemRestored,
    ItemRevised,
    SubscriptionConfirmed,
    SubscriptionRequested,
    Unsubscribed,
)  # fmt: skip
from shared.envelope import Recorded
from shared.views import Document, View, kept


def _its_bulletin(event: Recorded) -> Sequence[str]:
    return (event.data.bulletin,)  # type: ignore[attr-defined]


def _bulletin(document: Document | None) -> Document:
    return document or {"title": None, "purpose": None, "opened": None, "last": 0, "closed": [], "version": 0}


def _opened(document: Document | None, data: BulletinOpened, event: Recorded) -> Document:
    facts = {"title": data.title, "purpose": data.purpose, "opened": event.cloud.time, "version": event.version}
    return {**_bulletin(document), **facts}


def _numbered(document: Document | None, data: IssueStarted, event: Recorded) -> Document:
    known = _bulletin(document)
    return {**known, "last": max(known["last"], data.number)}


def _closed(document: Document | None, data: IssueApproved, event: Recorded) -> Document:
    known = _bulletin(document)
    return {**known, "closed": sorted({*known["closed"], data.number})}


BULLETINS = View(
    name="bulletins",
    version=1,
    on={BulletinOpened: _opened, IssueStarted: _numbered, IssueApproved: _closed},
    keys=_its_bulletin,
)
"""By code. `closed`: the numbers of the issues that are approved, in their order."""


def first_open(bulletin: Document | None) -> int:
    """The number of the first issue that is not approved, begun or not."""
    closed = set(bulletin["closed"]) if bulletin else set()
    return next(n for n in range(1, len(closed) + 2) if n not in closed)


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
    return _issue({**document, "items": [*document["items"], item]}, event)


def _on_item(change: Any) -> Any:
    """An evolve that changes one item of an issue."""

    def evolve(document: Document | None, data: Any, event: Recorded) -> Document | None:
        if document is None:
            return None
        items = [{**i, **change(i, data)} if i["item"] == str(data.item) else i for i in document["items"]]
        return _issue({**document, "items": items}, event)

    return evolve


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
    version=1,
    on={
        IssueStarted: _started,
        ItemAdded: _item_added,
        ItemRevised: _on_item(
            lambda item, data: {**data.model_dump(mode="json", exclude={"item"}), "revision": item["revision"] + 1}
        ),
        ItemMoved: _item_moved,
        ItemDropped: _on_item(lambda item, data: {"dropped": True, "why": data.reason}),
        ItemRestored: _on_item(lambda item, data: {"dropped": False, "why": None}),
        IssueApproved: _approved,
        IssueSent: _sent,
    },
    fields=("bulletin", "number", "state", "sent"),
    text=lambda d: " ".join(f"{i['title']} {i['source_name'] or ''}" for i in d["items"]),
)


def _its_item(event: Recorded) -> Sequence[str]:
    return (str(event.data.item),)  # type: ignore[attr-defined]


def _placed(document: Document | None, data: ItemAdded, event: Recorded) -> Document:
    source = str(data.source_entity) if data.source_entity else None
    return {"issue": event.entity_id, "source_entity": source, "dropped": False}


def _dropped(value: bool) -> Any:
    def evolve(document: Document | None, data: Any, event: Recorded) -> Document | None:
        return None if document is None else {**document, "dropped": value}

    return evolve


ITEMS = View(
    name="items",
    version=1,
    on={ItemAdded: _placed, ItemDropped: _dropped(True), ItemRestored: _dropped(False)},
    keys=_its_item,
    fields=("issue", "source_entity"),
)
"""By item: in which issue it is, where it came from."""


def _said(document: Document | None, data: Any, event: Recorded) -> Document:
    structure = getattr(data, "structure", None)
    known = document or {"withdrawn": False, "said": {}}
    said = {**known["said"], event.id: {"seq": event.seq, "at": event.cloud.time}}
    return {**known, "service": event.service, "structure": str(structure) if structure else None, "said": said}


def _withdrawn(value: bool) -> Any:
    def evolve(document: Document | None, data: Any, event: Recorded) -> Document:
        return {"service": event.service, "structure": None, "said": {}, **(document or {}), "withdrawn": value}

    return evolve


SOURCES = View(
    name="sources",
    version=1,
    on={
        MemberNewsPublished: _said,
        MemberOfferPublished: _said,
        GatheringAnnounced: _said,
        PublicationWithdrawn: _withdrawn(True),
        GatheringCancelled: _withdrawn(True),
        GatheringReinstated: _withdrawn(False),
    },
)
"""What other services said, by their entity: which events bring items, and whether it was taken back."""


def _subscriber(document: Document | None) -> Document:
    fresh: Document = {
        "email": None,
        "lang": "fr",
        "bulletins": [],
        "since": {},
        "proofs": {},
        "pending": None,
        "asked": None,
    }
    return document or {**fresh, "asked_seq": 0}


def _with_state(document: Document, event: Recorded) -> Document:
    state = "active" if document["bulletins"] else "awaiting" if document["pending"] else "left"
    return {**document, "state": state, "awaiting": document["pending"] is not None, "version": event.version}


def _requested(document: Document | None, data: SubscriptionRequested, event: Recorded) -> Document:
    pending = {"request": str(data.request), "bulletins": data.bulletins, "expires": data.expires.isoformat()}
    known = {**_subscriber(document), "email": kept(data.email, event, "email"), "lang": data.lang}
    return _with_state({**known, "pending": pending, "asked": event.cloud.time, "asked_seq": event.seq}, event)


def _confirmed(document: Document | None, data: SubscriptionConfirmed, event: Recorded) -> Document:
    known = _subscriber(document)
    new = [code for code in data.bulletins if code not in known["bulletins"]]
    pending = known["pending"]
    if pending is not None and pending["request"] == str(data.request):
        pending = None
    facts = {
        "bulletins": sorted({*known["bulletins"], *new}),
        "since": {**known["since"], **dict.fromkeys(new, event.cloud.time)},
        "proofs": {**known["proofs"], **dict.fromkeys(new, event.seq)},
        "pending": pending,
    }
    return _with_state({**known, **facts}, event)


def _unsubscribed(document: Document | None, data: Unsubscribed, event: Recorded) -> Document:
    known = _subscriber(document)

    def without(values: dict[str, Any]) -> dict[str, Any]:
        return {code: value for code, value in values.items() if code not in data.bulletins}

    left = [code for code in known["bulletins"] if code not in data.bulletins]
    facts = {"bulletins": left, "since": without(known["since"]), "proofs": without(known["proofs"])}
    return _with_state({**known, **facts}, event)


SUBSCRIBERS = View(
    name="subscribers",
    version=1,
    on={SubscriptionRequested: _requested, SubscriptionConfirmed: _confirmed, Unsubscribed: _unsubscribed},
    fields=("bulletins", "state", "awaiting", "asked", "asked_seq"),
)
"""`proofs`: for each bulletin the sequence of the event that confirmed it. The address stays sealed."""


def _begun(document: Document | None, data: DeliveryBegun, event: Recorded) -> Document:
    facts = data.model_dump(mode="json")
    times = 1 if document is None else document["times"] + 1
    fresh = {
        "state": "begun",
        "code": None,
        "status": None,
        "reason": None,
        "begun": event.cloud.time,
        "begun_seq": event.seq,
    }
    return {**facts, **fresh, "times": times, "version": event.version}


def _outcome(state: str) -> Any:
    def evolve(document: Document | None, data: Any, event: Recorded) -> Document | None:
        if document is None:
            return None
        why = {name: getattr(data, name, None) for name in ("code", "status", "reason")}
        return {**document, **why, "state": state, "version": event.version}

    return evolve


DELIVERIES = View(
    name="deliveries",
    version=1,
    on={
        DeliveryBegun: _begun,
        DeliveryAccepted: _outcome("accepted"),
        DeliveryDeferred: _outcome("deferred"),
        DeliveryRefused: _outcome("refused"),
        DeliveryReleased: _outcome("released"),
    },
    fields=("issue", "request", "subscriber", "purpose", "state", "begun"),
)

VIEWS = (BULLETINS, ISSUES, ITEMS, SOURCES, SUBSCRIBERS, DELIVERIES)
