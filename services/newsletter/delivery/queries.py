"""What is asked of mails on their way."""

from __future__ import annotations

from services.newsletter.delivery.views import DELIVERIES
from services.newsletter.delivery.worker import SENDING
from shared.kernel.views.projection import Document
from shared.runtime.faces import Views


async def in_doubt(service: Views, issue: str | None = None) -> list[Document]:
    """Deliveries that began and have no outcome, without the one that is on its way right now."""
    where = {"state": "begun", **({"issue": issue} if issue else {})}
    found = await service.store.find(DELIVERIES, where, sort=["begun"], limit=500)
    now = str(service.parts.of(SENDING).under_way)
    return [d for d in found.documents if d["key"] != now]
