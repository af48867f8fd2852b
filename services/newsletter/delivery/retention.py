"""What the newsletter keeps about persons: who subscribed, and what they were sent."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AsyncExitStack
from uuid import UUID

from services.newsletter.delivery.pending import everything
from services.newsletter.delivery.views import DELIVERIES
from services.newsletter.delivery.worker import SENDING
from services.newsletter.subscriptions.domain import Unsubscribe, subscriber_id
from services.newsletter.subscriptions.retention import HELD, PURPOSES
from services.newsletter.subscriptions.views import SUBSCRIBERS
from shared.contract.persons import PersonForgottenByNewsletter
from shared.kernel.decider import Command
from shared.kernel.views.projection import Document
from shared.persons.data_subjects import PersonalData
from shared.runtime.faces import Views
from shared.runtime.mail_transport import erase_letters
from shared.runtime.service import Service


async def follows(service: Views, person: UUID, records: Sequence[Document]) -> Sequence[Command]:
    """All bulletins are left, and the files of all mails to the address erased."""
    sending = service.parts.get(SENDING)
    async with AsyncExitStack() as turn:
        if sending is not None:  # a mail that was written before the key went is out first, then erased
            await turn.enter_async_context(sending.writing)
        where = {"subscriber": str(subscriber_id(person))}
        sent = [UUID(one["key"]) for one in await everything(service, DELIVERIES, where)]
        await service.outside.in_thread(erase_letters, service.data, person, sent)
    known = await service.store.get(SUBSCRIBERS, str(subscriber_id(person)))
    if known is None or not known["bulletins"]:
        return ()
    return [Unsubscribe(subscriber=subscriber_id(person), bulletins=known["bulletins"], means="forgotten")]


def page(record: Document) -> str:
    return f"/newsletter/subscribers/{record['key']}"


PERSONS: PersonalData[Service] = PersonalData(
    event=PersonForgottenByNewsletter,
    purposes=PURPOSES,
    held=HELD,
    follows=follows,
    page=page,
    trail=frozenset({"delivery"}),
)
