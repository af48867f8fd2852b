"""Delivery: each mail to each subscriber once."""

from __future__ import annotations

from services.newsletter.delivery.after_restore import RESTORES
from services.newsletter.delivery.domain import DELIVERY, DeliveryCommand
from services.newsletter.delivery.metrics import measuring
from services.newsletter.delivery.views import DELIVERIES
from services.newsletter.delivery.words import WORDS
from services.newsletter.delivery.worker import ROUNDS, SENDING, PostOffice, Sending
from services.newsletter.subscriptions.links import LINKS
from shared.kernel.command_handler import Outcome
from shared.kernel.decider import Command
from shared.runtime.feature import Feature
from shared.runtime.mail_transport import post_of
from shared.web.letters import Sender


async def opening(service: PostOffice) -> None:
    """What sends is there from now on. Pages that are still being read at the end may ask it, so it is kept."""
    address = service.public_url.rstrip("/")
    sender = Sender(service.network, lambda: service.ourselves.title, service.settings.mail_from, address)
    post = post_of(service.settings, service.data, service.outside)
    service.parts.put(SENDING, Sending(service, post, service.parts.of(LINKS), sender))


def page_of(command: Command, outcome: Outcome) -> str | None:
    """The page of the deliveries in doubt."""
    return "/newsletter/deliveries" if isinstance(command, DeliveryCommand) else None


FEATURE = Feature(
    name="delivery",
    deciders=(DELIVERY,),
    views=(DELIVERIES, RESTORES),
    words=WORDS,
    page_of=page_of,
    opening=opening,
    jobs=(ROUNDS,),
    measuring=measuring,
)
