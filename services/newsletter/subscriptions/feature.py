"""Subscriptions: asked for, confirmed by mail, left; by everybody, without an account."""

from __future__ import annotations

from services.newsletter.subscriptions.domain import SUBSCRIBER, ConfirmSubscription, SubscriberCommand
from services.newsletter.subscriptions.links import LINKS, Links
from services.newsletter.subscriptions.open_wishes import only_open_ones
from services.newsletter.subscriptions.pages import asking_routes, confirming_routes, leaving_routes
from services.newsletter.subscriptions.views import SUBSCRIBERS
from services.newsletter.subscriptions.words import WORDS
from shared.kernel.command_handler import Outcome
from shared.kernel.decider import Command
from shared.runtime.faces import Premises
from shared.runtime.feature import Feature


async def opening(service: Premises) -> None:
    """Begins to make and to read the links of mails."""
    service.parts.put(LINKS, Links(service.data / "keys", service.network))


def page_of(command: Command, outcome: Outcome) -> str | None:
    """The page of the subscriber."""
    return f"/newsletter/subscribers/{outcome.entity_id}" if isinstance(command, SubscriberCommand) else None


FEATURE = Feature(
    name="subscriptions",
    deciders=(SUBSCRIBER,),
    views=(SUBSCRIBERS,),
    words=WORDS,
    routes=(asking_routes, confirming_routes, leaving_routes),
    page_of=page_of,
    judging={ConfirmSubscription: only_open_ones},
    opening=opening,
)
