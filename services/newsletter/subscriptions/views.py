"""Subscribers, what they asked for and confirmed."""

from __future__ import annotations

from typing import Any

from shared.contract.envelope import Recorded
from shared.contract.newsletter.subscriptions import SubscriptionConfirmed, SubscriptionRequested, Unsubscribed
from shared.kernel.views.projection import Document, View, kept


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
