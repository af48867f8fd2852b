"""Delivering one mail, once: the steps of the README's table, in their order.

The server is asked whether it takes the address (`offer`), then `DeliveryBegun` is written, then the mail is handed
over, then the outcome is written. So a broken connection, a server that is away or a temporary refusal leave no trace
to be undone, and after a crash between the second and the last step the mail is in doubt: it is shown, and sent again
only by hand.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import structlog

from services.newsletter.delivery.domain import AcceptDelivery, DeferDelivery, DeliveryCommand, RefuseDelivery
from services.newsletter.delivery.pending import Due, Gone
from shared.base import tracing
from shared.contract.envelope import opened
from shared.contract.newsletter.delivery import RefusalReason
from shared.kernel.decider import Command, Refused
from shared.kernel.eventlog.event_log import Conflict, Unavailable
from shared.runtime.faces import Desk
from shared.runtime.mail_transport import Declined, Doubt, Letter, Post
from shared.web.letters import BadAddress

log = structlog.get_logger()
TOGETHER = 100  # notes written at the same time
TAKEN = 1.0  # seconds before a mail is looked at again that another one began


@dataclass(frozen=True, slots=True)
class Pauses:
    """Seconds: between tries of a server that is away (doubled from `first` to `longest`), and of a mail that it did
    not take now. `tries` is how often such a mail is offered before it counts as refused: with these, four hours.
    `in_hand` is how long a mail that was begun may be under way elsewhere before its outcome is in doubt."""

    first: float = 5.0
    longest: float = 300.0
    mail: float = 30.0
    longest_mail: float = 1800.0
    tries: int = 14
    in_hand: float = 120.0


@dataclass(frozen=True, slots=True)
class Later:
    """A mail that is to be tried again: how often it was, and from when on, by the monotonic clock."""

    tries: int
    at: float


class Delivering:
    """Delivers mails one by one, and remembers which are to be tried later."""

    def __init__(self, service: Desk, post: Post, pauses: Pauses) -> None:
        self._service, self._post, self._pauses = service, post, pauses
        self._later: dict[UUID, Later] = {}
        self._written = 0
        self.under_way: UUID | None = None

    def ready(self, due: Sequence[Due]) -> list[Due]:
        """Those that need not wait for another try."""
        now = self._service.outside.monotonic()
        return [one for one in due if one.delivery not in self._later or self._later[one.delivery].at <= now]

    def next_try(self) -> float | None:
        """In how many seconds the next of those that wait is ready; None where none waits."""
        now = self._service.outside.monotonic()
        return min((one.at - now for one in self._later.values()), default=None)

    async def deliver(self, due: Due) -> None:
        """Sends a mail, or writes down why not, in the trace of the event that asks for it. Raises Unreachable."""
        asked = await self._service.log.at(due.cause) if tracing.on() else None
        parent = opened(asked).cloud.traceparent if asked else None
        with tracing.span("deliver", "consumer", parent, maillage__delivery=str(due.delivery)):
            await self._deliver(due)

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
                await self.say(_refusal(due, no))
            return
        # From here on a crash leaves the mail in doubt, never sent twice.
        self.under_way = due.delivery
        try:
            if await self._begin(due):
                await self._hand_over(due, letter)
            else:
                await self._post.take_back()
                self._try_later(due, 0, TAKEN)
        finally:
            self.under_way = None

    async def _hand_over(self, due: Due, letter: Letter) -> None:
        try:
            await self._post.hand_over(letter)
        except Declined as no:
            if self._tried_enough(due, no):
                await self.say(_refusal(due, no))
            else:
                await self.say(DeferDelivery(delivery=due.delivery, code=no.code, reason=no.reason))
        except Doubt:
            log.warning("mail.in_doubt", delivery=str(due.delivery))
        else:
            await self.say(AcceptDelivery(delivery=due.delivery))
            self._later.pop(due.delivery, None)

    async def _give_up(self, due: Due, reason: RefusalReason) -> None:
        if await self._begin(due):
            await self.say(RefuseDelivery(delivery=due.delivery, reason=reason))

    async def note_doubts(self, due: Sequence[Due]) -> None:
        """Writes of mails that they may have been sent, before a restore; nothing is sent."""
        for start in range(0, len(due), TOGETHER):
            commands = [one.begin.model_copy(update={"doubt": "restored"}) for one in due[start : start + TOGETHER]]
            await asyncio.gather(*map(self._note, commands))

    async def _note(self, command: DeliveryCommand) -> None:
        with contextlib.suppress(Refused):  # the log knows better by now
            await self.say(command)

    async def _begin(self, due: Due) -> bool:
        """Writes that the mail is begun; False where somebody else began it."""
        try:
            await self.say(due.begin)
        except Refused:
            return False
        return True

    def _tried_enough(self, due: Due, no: Declined) -> bool:
        """False where the mail is to be tried again later."""
        before = self._later.get(due.delivery)
        tries = (before.tries if before else 0) + 1
        if no.for_good or tries >= self._pauses.tries:
            self._later.pop(due.delivery, None)
            return True
        self._try_later(due, tries, min(self._pauses.longest_mail, self._pauses.mail * 2 ** (tries - 1)))
        return False

    def _try_later(self, due: Due, tries: int, pause: float) -> None:
        self._later[due.delivery] = Later(tries, self._service.outside.monotonic() + pause)

    async def say(self, command: Command, id: UUID | None = None) -> None:
        """Executes a command, for as long as the log is away: what happened must be told. Raises Refused."""
        id = id or self._service.outside.new_id()
        while True:
            try:
                outcome = await self._service.execute(command, id=id, actor="service:newsletter", derived=True)
            except (Unavailable, Conflict):
                await self._service.outside.sleep(1.0)
            else:
                self._written = max(self._written, outcome.seq)
                return

    async def caught_up(self) -> None:
        """The next look at the views must show what was just written. Raises TimeoutError."""
        if not await self._service.runner.wait_for(self._written, timeout=30.0):
            raise TimeoutError(f"views have not reached sequence {self._written}")


def _refusal(due: Due, no: Declined) -> RefuseDelivery:
    reason = no.reason if no.for_good else "patience"
    return RefuseDelivery(delivery=due.delivery, code=no.code, status=no.status, reason=reason)
