"""The newsletter's own metrics: how far its mails are."""

from __future__ import annotations

from services.newsletter.delivery.views import DELIVERIES
from services.newsletter.delivery.worker import SENDING
from shared.runtime.faces import Views
from shared.runtime.prometheus import gauge, only

STATES = ("begun", "accepted", "deferred", "refused", "released")
MAILS = gauge("mails", "Mails by how far they are: begun, accepted, deferred, refused, released.", "service", "state")
WAITING = gauge("mails_waiting", "Mails that the process was to send at its last look and has not begun.", "service")
DOUBTFUL = gauge(
    "mails_doubtful", "Mails that were begun and whose outcome nobody knows; an editor decides.", "service"
)
UNREACHABLE = gauge(
    "mail_server_unreachable", "Whether the mail server could not be reached at the last try (1).", "service"
)


async def measuring(service: Views) -> None:
    """Brings them up to date."""
    name, sending = service.name, service.parts.of(SENDING)
    counts = await service.store.count_by(DELIVERIES, "state")
    only(MAILS, {(name, state): float(counts.get(state, 0)) for state in STATES}, name)
    DOUBTFUL.labels(name).set(max(0, counts.get("begun", 0) - (sending.under_way is not None)))
    WAITING.labels(name).set(sending.waiting)
    UNREACHABLE.labels(name).set(sending.trouble is not None)
