"""Subscribers, what they asked for and confirmed."""

from __future__ import annotations

from typing import Any

from shared.contract.envelope import Recorded
from shared.contract.newsletter.subscriptions import SubscriptionConfirmed, SubscriptionRequested, Unsubscribed
from shared.kernel.views.projection import Document, View, kept
from shared.web.past.moments import Moment


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


def _told(document: Document, event: Recorded, **said: Any) -> Document:
    """The document with what was said, so that it can be read as of any day (`as_of`)."""
    one = {"at": event.cloud.time, "recorded": event.cloud.recordedtime, "seq": event.seq, **said}
    return {**document, "said": [*document.get("said", []), one]}


def as_of(document: Document, moment: Moment) -> Document | None:
    """A subscriber as it was: what was confirmed and not left by then, what waited; None before it asked for anything.
    Its address is that of now."""
    confirmed: dict[str, tuple[str, int]] = {}
    pending: Document | None = None
    asked = None
    for one in document["said"]:
        if not moment.has(one["at"], one["recorded"]):
            continue
        if "asked" in one:
            pending, asked = (
                {"request": one["request"], "bulletins": one["asked"], "expires": one["expires"]},
                one["at"],
            )
        elif "confirmed" in one:
            confirmed = {**dict.fromkeys(one["confirmed"], (one["at"], one["seq"])), **confirmed}
            pending = None if pending and pending["request"] == one["request"] else pending
        else:
            confirmed = {code: known for code, known in confirmed.items() if code not in one["left"]}
    if asked is None:
        return None
    facts = {
        "bulletins": sorted(confirmed),
        "since": {code: at for code, (at, _) in confirmed.items()},
        "proofs": {code: seq for code, (_, seq) in confirmed.items()},
        "pending": pending,
        "asked": asked,
    }
    return {**document, **facts, "state": _state(facts)}


def _state(document: Document) -> str:
    return "active" if document["bulletins"] else "awaiting" if document["pending"] else "left"


def _with_state(document: Document, event: Recorded) -> Document:
    return {
        **document,
        "state": _state(document),
        "awaiting": document["pending"] is not None,
        "version": event.version,
    }


def _requested(document: Document | None, data: SubscriptionRequested, event: Recorded) -> Document:
    pending = {"request": str(data.request), "bulletins": data.bulletins, "expires": data.expires.isoformat()}
    known = {**_subscriber(document), "email": kept(data.email, event, "email"), "lang": data.lang}
    wish = {"request": str(data.request), "expires": data.expires.isoformat()}
    known = _told(known, event, asked=data.bulletins, **wish)
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
    told = _told({**known, **facts}, event, confirmed=data.bulletins, request=str(data.request))
    return _with_state(told, event)


def _unsubscribed(document: Document | None, data: Unsubscribed, event: Recorded) -> Document:
    known = _subscriber(document)

    def without(values: dict[str, Any]) -> dict[str, Any]:
        return {code: value for code, value in values.items() if code not in data.bulletins}

    left = [code for code in known["bulletins"] if code not in data.bulletins]
    facts = {"bulletins": left, "since": without(known["since"]), "proofs": without(known["proofs"])}
    return _with_state(_told({**known, **facts}, event, left=data.bulletins), event)


SUBSCRIBERS = View(
    name="subscribers",
    version=2,
    on={SubscriptionRequested: _requested, SubscriptionConfirmed: _confirmed, Unsubscribed: _unsubscribed},
    fields=("bulletins", "state", "awaiting", "asked", "asked_seq"),
)
"""`proofs`: for each bulletin the sequence of the event that confirmed it; `said`: what it was made of. The address
stays sealed."""
