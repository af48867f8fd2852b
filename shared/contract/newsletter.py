"""What the newsletter says: bulletins, issues and their items, subscribers, who was sent what."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from shared.contract import Event
from shared.contract.personal import Personal

BulletinCode = Literal["bloc-note", "echos", "parcours", "rendez-vous", "info-flash"]
SectionCode = Literal[
    "news", "project", "call", "training", "job", "internship", "volunteering", "civic_service", "gathering", "alert"
]
UnsubscribeMeans = Literal["one-click", "page", "staff", "forgotten"]
RefusalReason = Literal[
    "address", "mailbox", "system", "routing", "protocol", "content", "policy", "patience", "forgotten", "other"
]
"""Why a mail was not taken: the subjects of RFC 3463 §3, and our own: tried too often, address forgotten. The words
of the mail server are not kept, since they often repeat the address."""


class BulletinEvent(Event, abstract=True):
    service = "newsletter"
    entity = "bulletin"
    live = True


class BulletinOpened(BulletinEvent):
    """The network publishes this bulletin."""

    bulletin: BulletinCode
    title: str
    purpose: str


class IssueEvent(Event, abstract=True):
    service = "newsletter"
    entity = "issue"
    live = True


class IssueStarted(IssueEvent):
    """A new issue of a bulletin is a draft. Numbers count from 1 for each bulletin."""

    bulletin: BulletinCode
    number: int


class ItemAdded(IssueEvent):
    """An item came into the draft; `source_event` is the event that it came from, if it came by itself.

    `source_page`: where the whole of it stands, a path of the installation; `picture`: the SHA-256 of the picture there.
    """

    item: UUID
    section: SectionCode
    title: str
    text: str
    url: str | None = None
    source_event: UUID | None = None
    source_entity: UUID | None = None
    source_name: str | None = None
    source_page: str | None = None
    picture: str | None = None
    picture_text: str | None = None


class ItemRevised(IssueEvent):
    """An editor changed an item. An absent `url` means that it has none."""

    item: UUID
    title: str
    text: str
    url: str | None = None


class ItemMoved(IssueEvent):
    """An editor moved an item to a place among all items of the draft, dropped ones too, counted from 0."""

    item: UUID
    position: int


class ItemDropped(IssueEvent):
    """An item was taken out of the draft."""

    item: UUID
    reason: str | None = None


class ItemRestored(IssueEvent):
    """An item that was taken out of the draft is back at its place."""

    item: UUID


class IssueApproved(IssueEvent):
    """An editor approved an issue: it changes no more and goes out to those who were subscribers before this event,
    `recipients` of them when the editor looked."""

    bulletin: BulletinCode
    number: int
    recipients: int


class IssueSent(IssueEvent):
    """Every subscriber of the issue has been dealt with: sent, refused or doubtful."""

    sent: int
    refused: int
    doubtful: int


class SubscriberEvent(Event, abstract=True):
    service = "newsletter"
    entity = "subscriber"
    live = True


class SubscriptionRequested(SubscriberEvent):
    """Somebody gave an address and asked for bulletins; nothing is sent there but one mail that asks to confirm, which
    can be done until `expires`."""

    request: UUID
    email: Personal
    bulletins: list[BulletinCode]
    expires: datetime
    lang: Literal["fr", "en"] = "fr"


class SubscriptionConfirmed(SubscriberEvent):
    """The link in the mail was followed: the second opt-in, and its proof."""

    bulletins: list[BulletinCode]
    request: UUID


class Unsubscribed(SubscriberEvent):
    """A subscriber wants these bulletins no more."""

    bulletins: list[BulletinCode]
    means: UnsubscribeMeans


class DeliveryEvent(Event, abstract=True):
    service = "newsletter"
    entity = "delivery"
    live = True


class DeliveryBegun(DeliveryEvent):
    """A mail is about to be handed over; without an outcome after it, it is in doubt. `issue` or `request` is what
    it brings. `doubt`: it was not begun now; after a restore of the log nobody knows whether it had been sent."""

    subscriber: UUID
    purpose: Literal["issue", "confirmation"]
    issue: UUID | None = None
    request: UUID | None = None
    doubt: Literal["restored"] | None = None


class DeliveryAccepted(DeliveryEvent):
    """The mail server took the mail."""


class DeliveryDeferred(DeliveryEvent):
    """The mail server did not take the mail now (a 4xx reply): it will be tried again."""

    code: int | None = None
    reason: RefusalReason = "other"


class DeliveryRefused(DeliveryEvent):
    """The mail server refused the mail for good, or was asked too often. `status` is RFC 3463's, such as 5.1.1."""

    code: int | None = None
    status: str | None = None
    reason: RefusalReason


class DeliveryReleased(DeliveryEvent):
    """An editor wants a mail whose outcome is in doubt, or that was refused, to be sent again."""
