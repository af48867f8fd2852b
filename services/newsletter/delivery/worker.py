"""The sending: approved issues go out, questions to confirm go out, each mail to each subscriber once.

One task of the service looks again and again at what is `due` and has each mail delivered (`delivering`).
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from datetime import UTC, datetime
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
from shared.base.cancellation import end
from shared.kernel.decider import derived_id
from shared.kernel.eventlog.event_log import Unavailable
from shared.kernel.projection import Document
from shared.runtime.mail_transport import Post, Unreachable
from shared.runtime.parts import Key
from shared.runtime.service import Service
from shared.web.letters import Sender

__all__ = ["SENDING", "Pauses", "Sending"]

log = structlog.get_logger()
MANY = 500  # issues under way at a time
IDLE = 30.0  # seconds after which it looks again though nothing has been written


class Stopped(Exception):
    """The sending is to end after the mail that is under way."""


class Sending:
    """What sends, as one task of the service."""

    def __init__(
        self, service: Service, post: Post, links: Links, sender: Sender, pauses: Pauses | None = None
    ) -> None:
        self._service, self._post, self.links, self.sender = service, post, links, sender
        self._pauses = pauses or Pauses()
        self._duties = Duties(service, links, sender)
        self._delivering = Delivering(service, post, self._pauses)
        self.writing = asyncio.Lock()
        """held from the opening of an address until the mail is out of our hands"""
        self._task: asyncio.Task[None] | None = None
        self._stopping = asyncio.Event()
        self._indexed = 0
        self._restored = 0  # the sequence of the last restore: what was asked for before goes out only by hand
        self.trouble: str | None = None
        self.waiting = 0  # mails that were due at the last look and are not begun

    @property
    def under_way(self) -> UUID | None:
        """The delivery that is on its way right now."""
        return self._delivering.under_way

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="newsletter-sending")

    async def stop(self, patience: float = 1.5) -> None:
        """Ends after the mail that is under way, so that an end by Ctrl-C leaves none in doubt."""
        self._stopping.set()
        if self._task is not None:
            await asyncio.wait({self._task}, timeout=patience)
            await end(self._task)

    async def _run(self) -> None:
        pause = self._pauses.first
        runner = self._service.runner
        await self._views_whole()
        while not self._stopping.is_set() and runner.damage is None:
            seen = runner.position
            try:
                wait = await self._round()
            except Stopped:
                return
            except Unreachable as away:
                self.trouble = away.why
                log.warning("mail.unreachable", why=away.why, again_in=pause)
                await self._sleep(pause)
                pause = min(self._pauses.longest, 2 * pause)
            except Exception:
                log.exception("mail.failed")
                await self._sleep(pause)
                pause = min(self._pauses.longest, 2 * pause)
            else:
                self.trouble, pause = None, self._pauses.first
                await self._until_news(seen, wait)
            finally:
                await self._post.close()

    async def _views_whole(self) -> None:
        """Returns when views show all that is in the log now. Before, they may not know of a restore yet."""
        while not self._stopping.is_set() and self._service.runner.damage is None:
            try:
                if await self._service.runner.wait_for(await self._service.log.last()):
                    return
            except Unavailable:
                await self._sleep(self._pauses.first)

    async def _until_news(self, seen: int, wait: float) -> None:
        """Returns when something new is in the log, at the end, or after `wait` seconds."""
        news = asyncio.create_task(self._service.runner.wait_for(seen + 1, timeout=wait))
        stopping = asyncio.create_task(self._stopping.wait())
        try:
            await asyncio.wait({news, stopping}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await asyncio.gather(end(news), end(stopping))
        await asyncio.sleep(0.05)  # what is written together is looked at together

    async def _sleep(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)

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
        since = datetime.now(UTC) - datetime.fromisoformat(begun.documents[0]["begun"])
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
            issue=UUID(issue["key"]), sent=counts.get("accepted", 0), refused=counts.get("refused", 0),
            doubtful=counts.get("begun", 0),
        )  # fmt: skip
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
            address = self._service.keyring.reveal(known["email"])
            if address is not None and self._service.keyring.find(address) is None:
                person = UUID(known["email"]["person"])
                await asyncio.to_thread(self._service.keyring.person_at, address, person)
        self._indexed = last[0]["asked_seq"]


SENDING: Key[Sending] = Key("newsletter.sending")
"""What sends this service's mails, from its opening on."""
