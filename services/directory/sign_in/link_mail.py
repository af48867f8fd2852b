"""Mails with a link that lets somebody in. Sent beside the request that asks for one, so that a page takes the same
time whether an address is known or not; tried again while the link is good, then given up: one asks anew.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import structlog

from services.directory.accounts.words import WORDS
from services.directory.sign_in.signed_links import GOOD_FOR, INVITATION, Links
from shared.base.cancellation import end
from shared.base.outside import REAL, Outside
from shared.base.translations import L, Lang, translated
from shared.runtime.mail_transport import Declined, Doubt, Letter, Post, Unreachable, letter_for
from shared.web.formatting import day
from shared.web.letters import BadAddress, Bodies, Sender, letter, message

log = structlog.get_logger()
BODIES = Bodies(Path(__file__).parents[1] / "templates" / "mail", WORDS)
MOST = 500  # mails under way; beyond it none is taken in


class LinkMail:
    """Makes links and sends them. `to_files`: there is no mail server, so staff hand links over themselves. `pauses`:
    seconds between two tries, doubled from the first to the longest."""

    def __init__(self, links: Links, post: Post, sender: Sender, *, to_files: bool, outside: Outside = REAL) -> None:
        self._outside, self.pauses = outside, (2.0, 60.0)
        self._links, self._post, self.sender, self.to_files = links, post, sender, to_files
        self._turn = asyncio.Lock()  # one connection to the mail server
        self._under_way: set[asyncio.Task[None]] = set()

    def link(
        self, person: UUID, *, good_for: timedelta = GOOD_FOR, to: str | None = None, id: UUID | None = None
    ) -> str:
        """The address of a page that lets this person in, once. `to`: the address that it is sent to; `id`: its own."""
        token = self._links.token(person, id or self._outside.new_id(), self._outside.now() + good_for, to=to)
        return f"{self.sender.url}/directory/sign-in/link/{token}"

    def send(self, person: UUID, to: str, lang: Lang, *, invitation: bool = False) -> None:
        """Sends somebody a link, in the background."""
        good_for = INVITATION if invitation else GOOD_FOR
        link = self.link(person, good_for=good_for, to=to)
        self.write(person, lambda: self._letter(person, to, lang, link, invitation=invitation), good_for)

    def tell(
        self,
        person: UUID,
        to: str,
        lang: Lang,
        template: str,
        subject: str,
        good_for: timedelta,
        **said: str | bool | None,
    ) -> None:
        """Sends somebody what a template says, in the background."""

        def made() -> Letter:
            id = letter_for(person)
            mail = message(self.sender, id, to, f"{subject} · {self.sender.title}", self._outside.now())
            mail["Auto-Submitted"] = "auto-generated"  # RFC 3834
            return letter(mail, self.sender, id, to, *BODIES.render(template, lang, sender=self.sender, **said))

        self.write(person, made, good_for)

    def write(self, person: UUID, make: Callable[[], Letter], good_for: timedelta) -> None:
        """Sends somebody a letter, in the background, as long as it is good for something."""
        if len(self._under_way) >= MOST:
            log.error("sign_in.mail_crowded")
            return
        try:
            made = make()
        except BadAddress:
            log.warning("sign_in.mail_bad_address")
            return
        task = asyncio.create_task(self._deliver(made, self._outside.now() + good_for), name=f"sign-in-mail {person}")
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def stop(self, patience: float = 1.5) -> None:
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=patience)
        for task in list(self._under_way):
            await end(task)
        with contextlib.suppress(Exception):
            await self._post.close()

    async def drop(self, person: UUID) -> None:
        """Gives up what is under way to somebody."""
        for task in [one for one in self._under_way if one.get_name() == f"sign-in-mail {person}"]:
            await end(task)

    def _letter(self, person: UUID, to: str, lang: Lang, link: str, *, invitation: bool) -> Letter:
        sender, id, now = self.sender, letter_for(person), self._outside.now()
        subject = translated(L("Votre accès"), lang) if invitation else translated(L("Votre lien de connexion"), lang)
        made = message(sender, id, to, f"{subject} · {sender.title}", now)
        made["Auto-Submitted"] = "auto-generated"  # RFC 3834
        bodies = BODIES.render(
            "link",
            lang,
            sender=sender,
            link=link,
            invitation=invitation,
            until=day(now + INVITATION),
            minutes=int(GOOD_FOR.total_seconds() // 60),
            again=f"{sender.url}/directory/sign-in",
        )
        return letter(made, sender, id, to, *bodies)

    async def _deliver(self, made: Letter, until: datetime) -> None:
        pause, longest = self.pauses
        while self._outside.now() < until:
            try:
                async with self._turn:
                    try:
                        await self._post.offer(made)
                        await self._post.hand_over(made)
                    finally:
                        await self._post.close()
                return
            except Unreachable as away:
                log.warning("sign_in.mail_unreachable", why=away.why)
            except Declined as no:
                log.warning("sign_in.mail_declined", code=no.code, reason=no.reason)
                if no.for_good:
                    return
            except Doubt:  # a second mail with the same link does no harm, none at all would
                log.warning("sign_in.mail_in_doubt")
            await self._outside.sleep(pause)
            pause = min(longest, 2 * pause)
