"""A subscriber: one address of mail, asked twice (double opt-in) before it gets a bulletin."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID, uuid5

from pydantic import Field

from services.newsletter.base.fields import Bulletins
from services.newsletter.bulletins.domain.bulletin import KNOWN, PUBLISHED
from shared.contract import Event
from shared.contract.fields import MailAddress
from shared.contract.newsletter.bulletins import BulletinCode
from shared.contract.newsletter.subscriptions import (
    SubscriptionConfirmed,
    SubscriptionRequested,
    Unsubscribed,
    UnsubscribeMeans,
)
from shared.kernel.decider import Command, Context, Decider, Decision, Refused

VALID = timedelta(days=7)  # how long the link of a request can be followed
QUIET = timedelta(hours=1)  # how long the same wish sends no second mail


def subscriber_id(person: UUID) -> UUID:
    """The id of the subscriber who is this person: one address is one person is one subscriber."""
    return uuid5(person, "subscriber")


class SubscriberCommand(Command):
    entity = "subscriber"


class RequestSubscription(SubscriberCommand):
    """Ask for bulletins at an address. `person`: who is reached there, as the keyring knows (`Keyring.person_at`)."""

    internal = True
    refers = {"bulletins": PUBLISHED}

    email: MailAddress
    bulletins: Bulletins
    lang: Annotated[str, Field(pattern=r"^[a-z]{2,3}$")] = "fr"
    person: UUID

    def target(self, context: Context) -> UUID:
        return subscriber_id(self.person)


class ConfirmSubscription(SubscriberCommand):
    """Confirm what was asked for, from the mail that only the owner of the address can read. `without`: bulletins of it
    that were closed since."""

    internal = True
    refers = {"without": KNOWN}

    subscriber: UUID
    request: UUID
    without: list[BulletinCode] = Field([], max_length=20)


class Unsubscribe(SubscriberCommand):
    """Send these bulletins no more."""

    subscriber: UUID
    bulletins: Bulletins
    means: UnsubscribeMeans


@dataclass(frozen=True, slots=True)
class Wish:
    bulletins: frozenset[BulletinCode]
    expires: datetime
    confirmed: bool = False


@dataclass(frozen=True)
class Subscriber:
    """`requests` holds every wish by its id; `bulletins` is what is sent."""

    requests: dict[UUID, Wish] = field(default_factory=dict)
    bulletins: frozenset[BulletinCode] = frozenset()


def evolve(state: Subscriber, event: Event) -> Subscriber:
    match event:
        case SubscriptionRequested():
            wish = Wish(frozenset(event.bulletins), event.expires)
            return replace(state, requests={**state.requests, event.request: wish})
        case SubscriptionConfirmed():
            known = state.requests.get(event.request)
            requests = {**state.requests, event.request: replace(known, confirmed=True)} if known else state.requests
            return Subscriber(requests, state.bulletins | frozenset(event.bulletins))
        case Unsubscribed():
            return replace(state, bulletins=state.bulletins - frozenset(event.bulletins))
    return state


def _requested(command: RequestSubscription, state: Subscriber, context: Context) -> Decision:
    wanted = [code for code in command.bulletins if code not in state.bulletins]
    lately = context.at + VALID - QUIET
    for wish in state.requests.values():
        if not wish.confirmed and wish.expires > lately and wish.bulletins.issuperset(wanted):
            return []  # a mail about this has just been sent: nobody's box is flooded from our page
    if not wanted:
        return []
    return [
        SubscriptionRequested(
            request=context.new_id("request"),
            email=command.email.of(command.person),
            bulletins=wanted,
            expires=context.at + VALID,
            lang=command.lang,
        )
    ]


def _confirmed(command: ConfirmSubscription, state: Subscriber, context: Context) -> Decision:
    wish = state.requests.get(command.request)
    if wish is None:
        raise Refused("unknown-request")
    if wish.confirmed:
        return []
    if context.at > wish.expires:
        raise Refused("link-expired")
    bulletins = wish.bulletins - frozenset(command.without)
    if not bulletins:
        raise Refused("reference-bulletin-closed")
    return [SubscriptionConfirmed(bulletins=sorted(bulletins), request=command.request)]


def _unsubscribed(command: Unsubscribe, state: Subscriber, context: Context) -> Decision:
    if not state.requests:
        raise Refused("unknown-subscriber")
    unwanted = [code for code in command.bulletins if code in state.bulletins]
    return [Unsubscribed(bulletins=unwanted, means=command.means)] if unwanted else []


SUBSCRIBER = Decider(
    "subscriber",
    Subscriber(),
    evolve,
    {RequestSubscription: _requested, ConfirmSubscription: _confirmed, Unsubscribe: _unsubscribed},
    takes="now",
)
