"""What the newsletter says of subscribers."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from shared.base.translations import L
from shared.contract import Event
from shared.contract.fields import SaidMoment
from shared.contract.newsletter.bulletins import BulletinCode
from shared.contract.personal import Personal
from shared.contract.says import Says, Thing

UnsubscribeMeans = Literal["one-click", "page", "staff", "forgotten"]


class SubscriberEvent(Event, abstract=True):
    service = "newsletter"
    entity = "subscriber"
    live = True
    thing = Thing(L("abonné"), "/newsletter/subscribers/{}")


class SubscriptionRequested(SubscriberEvent):
    """Somebody gave an address and asked for bulletins; nothing is sent there but one mail that asks to confirm, which
    can be done until `expires`. `lang`: the language of its mails, by its code (ISO 639)."""

    says = Says(
        L("Abonnement demandé"),
        here=L("Abonnement demandé", context="SubscriptionRequested"),
        mails=("delivery", "request"),
    )

    request: UUID
    email: Personal
    bulletins: list[BulletinCode]
    expires: SaidMoment
    lang: str = "fr"


class SubscriptionConfirmed(SubscriberEvent):
    """The link in the mail was followed: the second opt-in, and its proof."""

    says = Says(L("Abonnement confirmé"))

    bulletins: list[BulletinCode]
    request: UUID


class Unsubscribed(SubscriberEvent):
    """A subscriber wants these bulletins no more."""

    says = Says(L("Désabonnement"))

    bulletins: list[BulletinCode]
    means: UnsubscribeMeans
