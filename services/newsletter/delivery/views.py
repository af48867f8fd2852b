"""The mails that were sent, each with how far it is."""

from __future__ import annotations

from typing import Any

from shared.contract.envelope import Recorded
from shared.contract.newsletter.delivery import (
    DeliveryAccepted,
    DeliveryBegun,
    DeliveryDeferred,
    DeliveryRefused,
    DeliveryReleased,
)
from shared.kernel.views.projection import Document, Evolve, View


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
        "last_seq": event.seq,
    }
    return {**facts, **fresh, "times": times, "version": event.version}


def _outcome(state: str) -> Evolve:
    def evolve(document: Document | None, data: Any, event: Recorded) -> Document | None:
        if document is None:
            return None
        why = {name: getattr(data, name, None) for name in ("code", "status", "reason")}
        return {**document, **why, "state": state, "last_seq": event.seq, "version": event.version}

    return evolve


DELIVERIES = View(
    name="deliveries",
    version=2,
    on={
        DeliveryBegun: _begun,
        DeliveryAccepted: _outcome("accepted"),
        DeliveryDeferred: _outcome("deferred"),
        DeliveryRefused: _outcome("refused"),
        DeliveryReleased: _outcome("released"),
    },
    fields=("issue", "request", "subscriber", "purpose", "state", "begun"),
)
