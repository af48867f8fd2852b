"""Which mails are due, and to whom: the questions to confirm, the approved issues, what is to be sent again.

Everything is read from the views when it is asked; nothing is written here.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.newsletter.bulletins.queries import bulletin_of, opened, titles
from services.newsletter.bulletins.views import ISSUES
from services.newsletter.delivery.domain import BeginConfirmation, BeginDelivery, DeliveryCommand, delivery_id
from services.newsletter.delivery.letters import confirmation_letter, issue_letter
from services.newsletter.delivery.views import DELIVERIES
from services.newsletter.subscriptions.links import Links
from services.newsletter.subscriptions.views import SUBSCRIBERS
from shared.kernel.views.projection import Document, View, Where
from shared.runtime.faces import OpenViews, Views
from shared.runtime.mail_transport import Letter
from shared.web.letters import Sender

MANY = 500  # questions to ask at a time
ALL = 10**7


class Gone(Exception):
    """Who was to get the mail does not want it any more."""


@dataclass(frozen=True, slots=True)
class Due:
    """One mail that is to be sent: what notes its beginning, and what writes it (None: there is no address any more;
    raises Gone and BadAddress). `cause`: the sequence of the last event that asks for it."""

    delivery: UUID
    begin: DeliveryCommand
    cause: int
    write: Callable[[], Awaitable[Letter | None]]


async def everything(service: Views, view: View, where: Where, **how: Any) -> list[Document]:
    """Every document that matches, in one reading: between two pages one could slip through."""
    return (await service.store.find(view, where, limit=ALL, **how)).documents


class Duties:
    """What is due of one service's mails."""

    def __init__(self, service: OpenViews, links: Links, sender: Sender) -> None:
        self._service, self._links, self._sender = service, links, sender

    async def confirmations(self) -> AsyncIterator[Due]:
        """The newest questions that were not asked yet and can still be answered."""
        store = self._service.store
        found = await store.find(SUBSCRIBERS, {"awaiting": True}, sort=["-asked_seq"], limit=MANY)
        now = self._service.now()
        waiting = {
            delivery_id(UUID(d["pending"]["request"]), UUID(d["key"])): d
            for d in found.documents
            if datetime.fromisoformat(d["pending"]["expires"]) > now
        }
        begun = await store.get_many(DELIVERIES, [str(id) for id in waiting])
        there = {one["code"] for one in await opened(self._service)}
        for id, document in waiting.items():
            known = begun.get(str(id))
            if there.isdisjoint(document["pending"]["bulletins"]):
                continue  # all of them were closed since: there is nothing to confirm
            if known is None or known["state"] in ("deferred", "released"):
                yield self._confirmation(id, document, known)

    def _confirmation(self, id: UUID, document: Document, known: Document | None) -> Due:
        subscriber, pending = UUID(document["key"]), document["pending"]
        request = UUID(pending["request"])

        async def write() -> Letter | None:
            now = await self._service.store.get(SUBSCRIBERS, document["key"])
            if now is None or now["pending"] != pending:
                raise Gone  # confirmed, or asked for anew, since the list was made
            address = self._service.keyring.inside(document["email"])
            if address is None:
                return None
            expires = datetime.fromisoformat(pending["expires"])
            token = self._links.confirming(subscriber, request, expires)
            named = await titles(self._service, document["lang"])
            there = {one["code"] for one in await opened(self._service)}
            asked = [named[code] for code in pending["bulletins"] if code in there]
            if not asked:
                raise Gone  # closed since the list was made
            return confirmation_letter(
                self._sender,
                asked,
                document["lang"],
                self._service.now(),
                delivery=id,
                to=address,
                link=f"{self._sender.url}/newsletter/confirm/{token}",
                until=pending["expires"],
            )

        return Due(
            id, BeginConfirmation(request=request, subscriber=subscriber), _last(document["asked_seq"], known), write
        )

    async def again(self) -> AsyncIterator[Due]:
        """Issues that an editor wants sent again, or that a server did not take, after the rest went out."""
        store = self._service.store
        where = {"state": ["released", "deferred"], "purpose": "issue"}
        for known in await everything(self._service, DELIVERIES, where):
            issue = await store.get(ISSUES, known["issue"])
            if issue is None or issue["state"] != "sent":
                continue
            subscriber = await store.get(SUBSCRIBERS, known["subscriber"])
            if subscriber is not None and issue["bulletin"] in subscriber["bulletins"]:
                yield self._issue_to(issue, UUID(known["subscriber"]), known)

    async def of_issue(self, issue: Document) -> list[Due]:
        """To who was a subscriber before the issue was approved, still is, and has not been dealt with."""
        known = {d["subscriber"]: d for d in await everything(self._service, DELIVERIES, {"issue": issue["key"]})}
        done = {key for key, d in known.items() if d["state"] in ("begun", "accepted", "refused")}
        code = issue["bulletin"]
        return [
            self._issue_to(issue, UUID(d["key"]), known.get(d["key"]))
            for d in await everything(self._service, SUBSCRIBERS, {"bulletins": code})
            if d["key"] not in done and d["proofs"][code] < issue["approved_seq"]
        ]

    def _issue_to(self, issue: Document, subscriber: UUID, before: Document | None) -> Due:
        id = delivery_id(UUID(issue["key"]), subscriber)
        code = issue["bulletin"]

        async def write() -> Letter | None:
            store = self._service.store
            known = await store.get(SUBSCRIBERS, str(subscriber))
            assert known is not None
            bulletin = await bulletin_of(self._service, code, known["lang"])
            if code not in known["bulletins"]:
                raise Gone  # since the list was made
            address = self._service.keyring.inside(known["email"])
            if address is None:
                return None
            token = self._links.leaving(subscriber, code)
            return issue_letter(
                self._sender,
                bulletin,
                issue,
                known["lang"],
                datetime.fromisoformat(issue["approved"]),
                delivery=id,
                to=address,
                leaving=f"{self._sender.url}/newsletter/unsubscribe/{token}",
            )

        begin = BeginDelivery(issue=UUID(issue["key"]), subscriber=subscriber)
        return Due(id, begin, _last(issue["approved_seq"], before), write)


def _last(asked: int, delivery: Document | None) -> int:
    """The sequence of what asked for a mail last: a delivery that is due again was put off or released meanwhile."""
    return max(asked, delivery["last_seq"]) if delivery else asked
