"""The sending: approved issues go out, questions to confirm go out, each mail to each subscriber once.

For each mail: the server is asked whether it takes the address (`offer`), then `DeliveryBegun` is written, then the mail
is handed over, then the outcome is written. So a broken connection, a server that is away or a temporary refusal leave
no trace to be undone, and after a crash between the second and the last step the mail is in doubt: it is shown, and
sent again only by hand. README has the table.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import structlog

from services.newsletter.domain.bulletin import FIVE
from services.newsletter.domain.delivery import (
    AcceptDelivery,
    BeginConfirmation,
    BeginDelivery,
    DeferDelivery,
    DeliveryCommand,
    RefuseDelivery,
    delivery_id,
)  # fmt: skip
from services.newsletter.domain.issue import CloseSending
from services.newsletter.links import Links
from services.newsletter.mail import BadAddress, Sender, confirmation_letter, issue_letter
from services.newsletter.post import Declined, Doubt, Letter, Post, Unreachable
from services.newsletter.views import BULLETINS, DELIVERIES, ISSUES, SUBSCRIBERS
from shared.contract.newsletter import RefusalReason
from shared.decider import Command, Refused, derived_id
from shared.execute import Outcome, new_command_id
from shared.log import Conflict, Unavailable
from shared.service import Service
from shared.views import Document, View, Where

log = structlog.get_logger()
SENDING = "newsletter.sending"  # under which the service keeps it, for its pages
MANY = 500  # issues under way, or questions to ask, at a time
ALL = 10**7
IDLE = 30.0  # seconds after which it looks again though nothing has been written


@dataclass(frozen=True, slots=True)
class Pauses:
    """Seconds: between tries of a server that is away (doubled from `first` to `longest`), and of a mail that it did
    not take now. `tries` is how often such a mail is offered before it counts as refused: with these, four hours."""

    first: float = 5.0
    longest: float = 300.0
    mail: float = 30.0
    longest_mail: float = 1800.0
    tries: int = 14


@dataclass(frozen=True, slots=True)
class Due:
    """One mail that is to be sent: what notes its beginning, and what writes it (None: there is no address any more)."""

    delivery: UUID
    begin: DeliveryCommand
    write: Callable[[], Awaitable[Letter | None]]


class Gone(Exception):
    """Who was to get the mail does not want it any more."""


class Stopped(Exception):
    """The sending is to end after the mail that is under way."""


class Sending:
    """What sends, as one task of the service."""

    def __init__(
        self, service: Service, post: Post, links: Links, sender: Sender, pauses: Pauses | None = None
    ) -> None:
        self._service, self._post, self.links, self.sender = service, post, links, sender
        self._pauses = pauses or Pauses()
        self._task: asyncio.Task[None] | None = None
        self._stopping = asyncio.Event()
        self._later: dict[UUID, tuple[int, float]] = {}
        self._indexed = 0
        self._written = 0
        self.under_way: UUID | None = None
        self.trouble: str | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="newsletter-sending")

    async def stop(self, patience: float = 1.5) -> None:
        """Ends after the mail that is under way, so that an end by Ctrl-C leaves none in doubt."""
        self._stopping.set()
        if self._task is not None:
            await asyncio.wait({self._task}, timeout=patience)
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        pause = self._pauses.first
        runner = self._service.runner
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

    async def _until_news(self, seen: int, wait: float) -> None:
        """Returns when something new is in the log, at the end, or after `wait` seconds."""
        news = asyncio.create_task(self._service.runner.wait_for(seen + 1, timeout=wait))
        end = asyncio.create_task(self._stopping.wait())
        try:
            await asyncio.wait({news, end}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            news.cancel()
            end.cancel()
            await asyncio.gather(news, end, return_exceptions=True)
        await asyncio.sleep(0.05)  # what is written together is looked at together

    async def _sleep(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)

    async def _round(self) -> float:
        """Sends all that is due now. Returns the seconds until more is."""
        await self._index_addresses()
        await self._send([due async for due in self._confirmations()])
        await self._send([due async for due in self._released()])
        for issue in (await self._service.store.find(ISSUES, {"state": "approved"}, limit=MANY)).documents:
            while due := self._ready(await self._due(issue)):
                await self._send(due)
                await self._caught_up()
            if not await self._due(issue):
                await self._close(issue)
        soon = [at - asyncio.get_running_loop().time() for _, at in self._later.values()]
        return max(0.05, min([IDLE, *soon]))

    # What is due

    async def _index_addresses(self) -> None:
        """The keyring's index of addresses follows the log: so it also knows those of the sample, or of a restore."""
        last = (await self._service.store.find(SUBSCRIBERS, sort=["-asked_seq"], limit=1)).documents
        if not last or last[0]["asked_seq"] <= self._indexed:
            return
        for known in await self._all(SUBSCRIBERS, {}, sort=["-asked_seq"]):
            if known["asked_seq"] <= self._indexed:
                break
            address = self._service.keyring.reveal(known["email"])
            if address is not None and self._service.keyring.find(address) is None:
                person = UUID(known["email"]["person"])
                await asyncio.to_thread(self._service.keyring.person_at, address, person)
        self._indexed = last[0]["asked_seq"]

    async def _confirmations(self) -> AsyncIterator[Due]:
        """The newest questions that were not asked yet and can still be answered."""
        store = self._service.store
        found = await store.find(SUBSCRIBERS, {"awaiting": True}, sort=["-asked_seq"], limit=MANY)
        now = datetime.now(UTC)
        waiting = {
            delivery_id(UUID(d["pending"]["request"]), UUID(d["key"])): d
            for d in found.documents
            if datetime.fromisoformat(d["pending"]["expires"]) > now
        }
        begun = await store.get_many(DELIVERIES, [str(id) for id in waiting])
        for id, document in waiting.items():
            known = begun.get(str(id))
            if known is None or known["state"] in ("deferred", "released"):
                yield self._confirmation(id, document)

    def _confirmation(self, id: UUID, document: Document) -> Due:
        subscriber, pending = UUID(document["key"]), document["pending"]
        request = UUID(pending["request"])

        async def write() -> Letter | None:
            now = await self._service.store.get(SUBSCRIBERS, document["key"])
            if now is None or now["pending"] != pending:
                raise Gone  # confirmed, or asked for anew, since the list was made
            address = self._service.keyring.reveal(document["email"])
            if address is None:
                return None
            expires = datetime.fromisoformat(pending["expires"])
            token = self.links.confirming(subscriber, request, expires)
            return confirmation_letter(
                self.sender, [FIVE[code][0] for code in pending["bulletins"]], document["lang"], datetime.now(UTC),
                delivery=id, to=address, link=f"{self.sender.url}/newsletter/confirm/{token}", until=pending["expires"],
            )  # fmt: skip

        return Due(id, BeginConfirmation(request=request, subscriber=subscriber), write)

    async def _released(self) -> AsyncIterator[Due]:
        """Issues that an editor wants sent again, or that a server did not take, after the rest went out."""
        store = self._service.store
        for known in await self._all(DELIVERIES, {"state": ["released", "deferred"], "purpose": "issue"}):
            issue = await store.get(ISSUES, known["issue"])
            if issue is not None and issue["state"] == "sent":
                due = await self._to(issue, known["subscriber"])
                if due is not None:
                    yield due

    async def _due(self, issue: Document) -> list[Due]:
        """Who was a subscriber before the issue was approved, still is, and has not been dealt with."""
        done = {
            d["subscriber"]
            for d in await self._all(DELIVERIES, {"issue": issue["key"]})
            if d["state"] in ("begun", "accepted", "refused")
        }
        code = issue["bulletin"]
        return [
            self._issue_to(issue, UUID(d["key"]))
            for d in await self._all(SUBSCRIBERS, {"bulletins": code})
            if d["key"] not in done and d["proofs"][code] < issue["approved_seq"]
        ]

    async def _to(self, issue: Document, subscriber: str) -> Due | None:
        known = await self._service.store.get(SUBSCRIBERS, subscriber)
        wanted = known is not None and issue["bulletin"] in known["bulletins"]
        return self._issue_to(issue, UUID(subscriber)) if wanted else None

    def _issue_to(self, issue: Document, subscriber: UUID) -> Due:
        id = delivery_id(UUID(issue["key"]), subscriber)
        code = issue["bulletin"]

        async def write() -> Letter | None:
            store = self._service.store
            known, bulletin = await store.get(SUBSCRIBERS, str(subscriber)), await store.get(BULLETINS, code)
            assert known is not None and bulletin is not None
            if code not in known["bulletins"]:
                raise Gone  # since the list was made
            address = self._service.keyring.reveal(known["email"])
            if address is None:
                return None
            token = self.links.leaving(subscriber, code)
            return issue_letter(
                self.sender, bulletin, issue, known["lang"], datetime.fromisoformat(issue["approved"]),
                delivery=id, to=address, leaving=f"{self.sender.url}/newsletter/unsubscribe/{token}",
            )  # fmt: skip

        return Due(id, BeginDelivery(issue=UUID(issue["key"]), subscriber=subscriber), write)

    def _ready(self, due: Sequence[Due]) -> list[Due]:
        now = asyncio.get_running_loop().time()
        return [one for one in due if self._later.get(one.delivery, (0, 0.0))[1] <= now]

    # One mail

    async def _send(self, due: Sequence[Due]) -> None:
        for one in self._ready(due):
            if self._stopping.is_set():
                raise Stopped
            await self._deliver(one)
        if due:
            await self._caught_up()

    async def _deliver(self, due: Due) -> None:
        try:
            letter = await due.write()
        except Gone:
            return
        except BadAddress:  # one that can't be written to must not hold up the others
            await self._give_up(due, "address")
            return
        if letter is None:
            await self._give_up(due, "forgotten")
            return
        try:
            await self._post.offer(letter)
        except Declined as no:
            if self._tried_enough(due, no) and await self._begin(due):
                await self._say(self._refusal(due, no))
            return
        # From here on a crash leaves the mail in doubt, never sent twice.
        self.under_way = due.delivery
        try:
            if not await self._begin(due):
                await self._post.take_back()
                self._later[due.delivery] = (0, asyncio.get_running_loop().time() + 1.0)  # another has it
                return
            try:
                await self._post.hand_over(letter)
            except Declined as no:
                if self._tried_enough(due, no):
                    await self._say(self._refusal(due, no))
                else:
                    await self._say(DeferDelivery(delivery=due.delivery, code=no.code, reason=no.reason))
            except Doubt:
                log.warning("mail.in_doubt", delivery=str(due.delivery))
            else:
                await self._say(AcceptDelivery(delivery=due.delivery))
                self._later.pop(due.delivery, None)
        finally:
            self.under_way = None

    async def _give_up(self, due: Due, reason: RefusalReason) -> None:
        if await self._begin(due):
            await self._say(RefuseDelivery(delivery=due.delivery, reason=reason))

    def _tried_enough(self, due: Due, no: Declined) -> bool:
        """False where the mail is to be tried again later."""
        tries = self._later.get(due.delivery, (0, 0.0))[0] + 1
        if no.for_good or tries >= self._pauses.tries:
            self._later.pop(due.delivery, None)
            return True
        pause = min(self._pauses.longest_mail, self._pauses.mail * 2 ** (tries - 1))
        self._later[due.delivery] = (tries, asyncio.get_running_loop().time() + pause)
        return False

    @staticmethod
    def _refusal(due: Due, no: Declined) -> RefuseDelivery:
        reason = no.reason if no.for_good else "patience"
        return RefuseDelivery(delivery=due.delivery, code=no.code, status=no.status, reason=reason)

    async def _begin(self, due: Due) -> bool:
        """Writes that the mail is begun; False where somebody else began it."""
        try:
            await self._say(due.begin)
        except Refused:
            return False
        return True

    async def _say(self, command: Command, id: UUID | None = None) -> Outcome:
        """Executes a command, for as long as the log is away: what happened must be told."""
        id = id or new_command_id()
        while True:
            try:
                outcome = await self._service.execute(command, id=id, actor="service:newsletter")
            except (Unavailable, Conflict):
                await asyncio.sleep(1.0)
            else:
                self._written = max(self._written, outcome.seq)
                return outcome

    async def _close(self, issue: Document) -> None:
        counts = await self._service.store.count_by(DELIVERIES, "state", {"issue": issue["key"]})
        command = CloseSending(
            issue=UUID(issue["key"]), sent=counts.get("accepted", 0), refused=counts.get("refused", 0),
            doubtful=counts.get("begun", 0),
        )  # fmt: skip
        await self._say(command, derived_id(UUID(issue["key"]), "sent"))
        await self._caught_up()

    async def _caught_up(self) -> None:
        """The next look at the views must show what was just written."""
        if not await self._service.runner.wait_for(self._written, timeout=30.0):
            raise TimeoutError(f"views have not reached sequence {self._written}")

    async def _all(self, view: View, where: Where, **how: Any) -> list[Document]:
        """Every document that matches, in one reading: between two pages one could slip through."""
        return (await self._service.store.find(view, where, limit=ALL, **how)).documents
