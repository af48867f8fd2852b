"""The sending: approved issues go out, questions to confirm go out, each mail to each subscriber once.

A job of the service looks again and again at what is `due` and has each mail delivered (`delivering`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

import structlog

from services.newsletter.bulletins.domain.issue import CloseSending
from services.newsletter.bulletins.views import ISSUES
from services.newsletter.delivery.after_restore import restored_at
from services.newsletter.delivery.deliverer import Delivering, Pauses
from services.newsletter.delivery.pending import Due, Duties, everything
from services.newsletter.delivery.views import DELIVERIES
from services.newsletter.subscriptions.links import Links
from services.newsletter.subscriptions.views import SUBSCRIBERS
from shared.kernel.decider import derived_id
from shared.kernel.views.projection import Document
from shared.runtime.faces import Office, Premises, Upkeep
from shared.runtime.jobs import Job, Over, TryAgain
from shared.runtime.mail_transport import Post, Unreachable
from shared.runtime.parts import Key
from shared.web.letters import Sender

__all__ = ["PAUSES", "ROUNDS", "SENDING", "Pauses", "Sending"]

log = structlog.get_logger()
MANY = 500  # issues under way at a time
PATIENCE = 1.5  # seconds for the mail that is under way at the end
IDLE = 30.0  # seconds after which it looks again though nothing has been written


class Stopped(Exception):
    """The sending is to end after the mail that is under way."""


class PostOffice(Office, Upkeep, Protocol):
    """The newsletter, as whoever sends its issues needs it: they stop when its jobs do."""


class Sending:
    """What sends, round by round."""

    def __init__(self, service: PostOffice, post: Post, links: Links, sender: Sender) -> None:
        self._service, self._post, self.links, self.sender = service, post, links, sender
        self._pauses = service.parts.get(PAUSES) or Pauses()
        self._duties = Duties(service, links, sender)
        self._delivering = Delivering(service, post, self._pauses)
        self.writing = asyncio.Lock()
        """held from the opening of an address until the mail is out of our hands"""
        self._outside, self._stopping = service.outside, service.jobs.stopping
        self._whole, self._seen = False, 0
        self._indexed = 0
        self._restored = 0  # the sequence of the last restore: what was asked for before goes out only by hand
        self.trouble: str | None = None
        self.waiting = 0  # mails that were due at the last look and are not begun

    @property
    def under_way(self) -> UUID | None:
        """The delivery that is on its way right now."""
        return self._delivering.under_way

    async def go_round(self) -> float:
        """Sends all that is due now; the seconds until more is. Raises TryAgain where the mail server is away, and Over
        once the service is to end."""
        self._seen = self._service.runner.position
        if self._service.runner.damage is not None:
            return IDLE
        await self._views_whole()
        try:
            wait = await self._round()
        except Stopped:
            raise Over from None
        except Unreachable as away:
            self.trouble = away.why
            raise TryAgain(f"the mail server: {away.why}") from away
        finally:
            await self._post.close()
        self.trouble = None
        return wait

    async def news(self) -> None:
        """Returns when something new is in the log since the last round."""
        if not await self._service.runner.wait_for(self._seen + 1, timeout=IDLE):
            await asyncio.Event().wait()  # the round comes by itself
        await self._outside.sleep(0.05)  # what is written together is looked at together

    async def _views_whole(self) -> None:
        """Returns when views show all that was in the log at the first round. Before, they may not know of a restore
        yet. Raises Unavailable."""
        if not self._whole:
            last = await self._service.log.last()
            if not await self._service.runner.wait_for(last):
                raise TryAgain("views have not read the log yet")
            self._whole = True

    async def _round(self) -> float:
        """Sends all that is due now. Returns the seconds until more is."""
        self._restored = await restored_at(self._service)
        await self._index_addresses()
        await self._send([due async for due in self._duties.confirmations()])
        await self._send([due async for due in self._duties.again()])
        wait = IDLE
        for issue in (await self._service.store.find(ISSUES, {"state": "approved"}, limit=MANY)).documents:
            while due := self._delivering.ready(await self._duties.of_issue(issue)):
                await self._send(due)
            if not await self._duties.of_issue(issue):
                in_hand = await self._in_hand(issue)
                if in_hand > 0:
                    wait = min(wait, in_hand)
                else:
                    await self._close(issue)
        soon = self._delivering.next_try()
        return wait if soon is None else max(0.05, min(wait, soon))

    async def _in_hand(self, issue: Document) -> float:
        """The seconds that a mail of this issue, begun by another replica, may still be under way."""
        begun = await self._service.store.find(
            DELIVERIES, {"issue": issue["key"], "state": "begun"}, sort=["-begun"], limit=1
        )
        if not begun.documents:
            return 0.0
        since = self._service.now() - datetime.fromisoformat(begun.documents[0]["begun"])
        return self._pauses.in_hand - since.total_seconds()

    async def _send(self, due: Sequence[Due]) -> None:
        ready = self._delivering.ready(due)
        in_doubt = [one for one in ready if one.cause < self._restored]
        if in_doubt:
            log.warning("mail.in_doubt_since_restore", mails=len(in_doubt))
            await self._delivering.note_doubts(in_doubt)
            ready = [one for one in ready if one.cause > self._restored]
        for self.waiting, one in zip(range(len(ready), 0, -1), ready, strict=True):
            if self._stopping.is_set():
                raise Stopped
            async with self.writing:
                await self._delivering.deliver(one)
        self.waiting = 0
        if due:
            await self._delivering.caught_up()

    async def _close(self, issue: Document) -> None:
        """Writes that all subscribers of an issue have been dealt with."""
        counts = await self._service.store.count_by(DELIVERIES, "state", {"issue": issue["key"]})
        command = CloseSending(
            issue=UUID(issue["key"]),
            sent=counts.get("accepted", 0),
            refused=counts.get("refused", 0),
            doubtful=counts.get("begun", 0),
        )
        await self._delivering.say(command, derived_id(UUID(issue["key"]), "sent"))
        await self._delivering.caught_up()

    async def _index_addresses(self) -> None:
        """The keyring's index of addresses follows the log: so it also knows those of the sample, or of a restore."""
        last = (await self._service.store.find(SUBSCRIBERS, sort=["-asked_seq"], limit=1)).documents
        if not last or last[0]["asked_seq"] <= self._indexed:
            return
        for known in await everything(self._service, SUBSCRIBERS, {}, sort=["-asked_seq"]):
            if known["asked_seq"] <= self._indexed:
                break
            address = self._service.keyring.inside(known["email"])
            if address is not None and self._service.keyring.find(address) is None:
                person = UUID(known["email"]["person"])
                await self._outside.in_thread(self._service.keyring.person_at, address, person)
        self._indexed = last[0]["asked_seq"]


SENDING: Key[Sending] = Key("newsletter.sending")
"""What sends this service's mails, from its opening on."""
PAUSES: Key[Pauses] = Key("newsletter.sending-pauses")
"""How long it waits, where that was put there before the opening."""


async def _round(service: Premises) -> float:
    return await service.parts.of(SENDING).go_round()


async def _news(service: Premises) -> None:
    await service.parts.of(SENDING).news()


ROUNDS: Job[Premises] = Job("sending", _round, news=_news, pauses=(Pauses().first, Pauses().longest), patience=PATIENCE)
"""The mail that is under way at the end has its time, so that an end by Ctrl-C leaves none in doubt. On every replica:
each mail is begun by one of them."""
