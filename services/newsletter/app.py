"""The newsletter, wired."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid5

from services.newsletter.bulletins.collecting import REACTIONS
from services.newsletter.bulletins.domain.bulletin import BULLETIN, FIVE, opening_of
from services.newsletter.bulletins.domain.issue import ISSUE
from services.newsletter.delivery.domain import DELIVERY
from services.newsletter.delivery.metrics import measuring
from services.newsletter.delivery.worker import SENDING, Sending
from services.newsletter.fields import NEWSLETTER as NAMESPACE
from services.newsletter.retention import PERSONS
from services.newsletter.subscriptions.domain import SUBSCRIBER
from services.newsletter.subscriptions.links import Links
from services.newsletter.views import VIEWS
from services.newsletter.web import choices, page_of, routes
from services.newsletter.words import WORDS
from shared.runtime.mail_transport import post_of
from shared.runtime.service import Definition, Service
from shared.web.letters import Sender

SAMPLE_NETWORK = "exemple"  # there the sample opens the bulletins, on the days when they were


async def opening(service: Service) -> None:
    """Opens the five bulletins where they are missing, and begins to send, also what was left at the last end."""
    if service.network != SAMPLE_NETWORK:
        for code in FIVE:
            id = uuid5(NAMESPACE, f"open/{code}")
            await service.execute(opening_of(code), id=id, actor="service:newsletter", derived=True)
    around = service.around
    sender = Sender(service.network, service.settings.title, service.settings.mail_from, around.public_url.rstrip("/"))
    links = Links(around.data / "keys", service.network)
    sending = Sending(service, post_of(service.settings, around.data), links, sender)
    around.extra[SENDING] = sending
    sending.start()


async def closing(service: Service) -> None:
    sending = service.around.extra.get(SENDING)
    if sending is not None:
        await sending.stop()


NEWSLETTER = Definition(
    name="newsletter",
    folder=Path(__file__).parent,
    deciders=(BULLETIN, ISSUE, SUBSCRIBER, DELIVERY),
    views=VIEWS,
    words=WORDS,
    routes=routes,
    reactions=REACTIONS,
    page_of=page_of,
    choices=choices,
    opening=opening,
    closing=closing,
    measuring=measuring,
    persons=PERSONS,
)
