"""What the newsletter says: bulletins, issues and their items, subscribers, who was sent what."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from shared.contract import Event
from shared.personal import Personal

BulletinCode = Literal["bloc-note", "echos", "parcours", "rendez-vous", "info-flash"]
UnsubscribeMeans = Literal["one-click", "page", "staff"]


class BulletinEvent(Event, abstract=True):
    service = "newsletter"
    entity = "bulletin"


class BulletinOpened(BulletinEvent):
    """The network publishes this bulletin."""

    bulletin: BulletinCode
    title: str
    purpose: str


class IssueEvent(Event, abstract=True):
    service = "newsletter"
    entity = "issue"


class IssueStarted(IssueEvent):
    """A new issue of a bulletin is a draft. Numbers count from 1 for each bulletin."""

    bulletin: BulletinCode
    number: int


class ItemAdded(IssueEvent):
    """An item came into the draft; `source_event` is the event that it came from, if it came by itself."""

    item: UUID
    section: str
    title: str
    text: str
    url: str | None = None
    source_event: UUID | None = None
    source_entity: UUID | None = None
    source_name: str | None = None


class ItemRevised(IssueEvent):
    """An editor changed an item."""

    item: UUID
    title: str
    text: str
    url: str | None = None


class ItemMoved(IssueEvent):
    """An editor moved an item to a place of the draft, counted from 0."""

    item: UUID
    position: int


class ItemDropped(IssueEvent):
    """An item was taken out of the draft."""

    item: UUID
    reason: str | None = None


class IssueApproved(IssueEvent):
    """An editor approved an issue: it changes no more and goes out to `recipients` subscribers."""

    recipients: int


class IssueSent(IssueEvent):
    """Every subscriber of the issue has been dealt with: sent, refused or doubtful."""

    sent: int
    refused: int
    doubtful: int


class SubscriberEvent(Event, abstract=True):
    service = "newsletter"
    entity = "subscriber"


class SubscriptionRequested(SubscriberEvent):
    """Somebody gave an address and asked for bulletins; nothing is sent there but one mail that asks to confirm."""

    email: Personal
    bulletins: list[BulletinCode]
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


class DeliveryBegun(DeliveryEvent):
    """A mail is about to be handed over; without one of the next two after it, its outcome is in doubt."""

    subscriber: UUID
    issue: UUID | None = None
    purpose: Literal["issue", "confirmation"]


class DeliveryAccepted(DeliveryEvent):
    """The mail server took the mail."""


class DeliveryRefused(DeliveryEvent):
    """The mail server refused the mail for good."""

    code: int | None = None
    reason: str
