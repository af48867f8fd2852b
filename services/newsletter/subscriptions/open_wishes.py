"""What is confirmed is open: a bulletin that was closed after somebody asked for it is not subscribed to."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from services.newsletter.bulletins.open_bulletins import must_be_open
from services.newsletter.subscriptions.domain import SUBSCRIBER, ConfirmSubscription
from shared.runtime.faces import Chronicle


async def only_open_ones(service: Chronicle, command: ConfirmSubscription, own: UUID) -> Mapping[str, int]:
    """Returns what must not change until it is written. Raises Refused for a bulletin that the network publishes no
    more. Of an unknown wish its own rules say it."""
    history = await service.log.load("newsletter", "subscriber", own)
    known = SUBSCRIBER.fold(event.data for event in history.events if event.readable)
    wish = known.requests.get(command.request)
    if wish is not None and not wish.confirmed:
        return await must_be_open(service, sorted(wish.bulletins - frozenset(command.without)))
    return {}
