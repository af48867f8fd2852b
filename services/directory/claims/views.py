"""Claims to look after a record, as the team reads them."""

from __future__ import annotations

from shared.contract.directory.claims import ClaimAccepted, ClaimConfirmed, ClaimRefused, ListingClaimed
from shared.contract.envelope import Recorded
from shared.kernel.views.projection import Document, View, kept


def _claimed(document: Document | None, data: ListingClaimed, event: Recorded) -> Document:
    plain = data.model_dump(mode="json", exclude={"name", "email", "message"})
    sealed = {name: kept(getattr(data, name), event, name) for name in ("name", "email", "message")}
    return {**plain, **sealed, "state": "unconfirmed", "reason": None, "at": event.cloud.time, "version": event.version}


def _confirmed(document: Document | None, data: ClaimConfirmed, event: Recorded) -> Document | None:
    return None if document is None else {**document, "state": "open", "version": event.version}


def _accepted(document: Document | None, data: ClaimAccepted, event: Recorded) -> Document | None:
    if document is None:
        return None
    return {**document, "state": "accepted", "structure": str(data.structure), "version": event.version}


def _refused(document: Document | None, data: ClaimRefused, event: Recorded) -> Document | None:
    return (
        None if document is None else {**document, "state": "refused", "reason": data.reason, "version": event.version}
    )


CLAIMS = View(
    name="claims",
    version=2,
    on={ListingClaimed: _claimed, ClaimConfirmed: _confirmed, ClaimAccepted: _accepted, ClaimRefused: _refused},
    fields=("structure", "state", "at"),
)
"""`state`: unconfirmed, until the link in the mail was followed; open, accepted or refused."""
