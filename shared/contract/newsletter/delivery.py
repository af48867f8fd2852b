"""What the newsletter says of mails: who was sent what."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from shared.base.translations import L
from shared.contract import Event
from shared.contract.says import Says, Thing

RefusalReason = Literal[
    "address", "mailbox", "system", "routing", "protocol", "content", "policy", "patience", "forgotten", "other"
]
"""Why a mail was not taken: the subjects of RFC 3463 §3, and our own: tried too often, address forgotten. The words
of the mail server are not kept, since they often repeat the address."""


class DeliveryEvent(Event, abstract=True):
    service = "newsletter"
    entity = "delivery"
    live = True
    thing = Thing(L("message"))


class DeliveryBegun(DeliveryEvent):
    """A mail is about to be handed over; without an outcome after it, it is in doubt. `issue` or `request` is what
    it brings. `doubt`: it was not begun now; after a restore of the log nobody knows whether it had been sent."""

    says = Says(L("Message sur le point de partir"), here=L("Remise commencée"))

    subscriber: UUID
    purpose: Literal["issue", "confirmation"]
    issue: UUID | None = None
    request: UUID | None = None
    doubt: Literal["restored"] | None = None


class DeliveryAccepted(DeliveryEvent):
    """The mail server took the mail."""

    says = Says(L("Message remis"), sets={"accepted": True})


class DeliveryDeferred(DeliveryEvent):
    """The mail server did not take the mail now (a 4xx reply): it will be tried again."""

    says = Says(L("Message remis à plus tard"))

    code: int | None = None
    reason: RefusalReason = "other"


class DeliveryRefused(DeliveryEvent):
    """The mail server refused the mail for good, or was asked too often. `status` is RFC 3463's, such as 5.1.1."""

    says = Says(L("Message refusé"), sets={"accepted": False})

    code: int | None = None
    status: str | None = None
    reason: RefusalReason


class DeliveryReleased(DeliveryEvent):
    """An editor wants a mail whose outcome is in doubt, or that was refused, to be sent again."""

    says = Says(L("Nouvel envoi demandé"), here=L("Nouvel envoi demandé", context="DeliveryReleased"))
