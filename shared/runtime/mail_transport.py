"""Handing mails over: to a mail server by SMTP (RFC 5321), or, where none is set, into a folder of `.eml` files.

Both do it in two steps, since what comes between them is what keeps people from getting a mail twice: `offer` asks the
server whether it takes mail for an address, and hands nothing over; `hand_over` gives it the mail.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any, Literal, Protocol, TypeVar, cast
from uuid import UUID, uuid5

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPDataError,
    SMTPException,
    SMTPRecipientRefused,
    SMTPResponseException,
    SMTPSenderRefused,
    SMTPServerDisconnected,
)

from shared.base import tracing
from shared.base.outside import REAL, Outside
from shared.base.secret_files import SecretUnfit
from shared.base.secure_delete import erase
from shared.base.settings import Settings
from shared.kernel.stores import password_in

TIMEOUT = 60.0  # seconds for one reply of the server
CLOSING = 421  # "service not available, closing transmission channel", RFC 5321 §4.2.2
Reason = Literal["address", "mailbox", "system", "routing", "protocol", "content", "policy", "other"]
SUBJECTS: dict[str, Reason] = {
    "1": "address", "2": "mailbox", "3": "system", "4": "routing", "5": "protocol", "6": "content", "7": "policy",
}  # fmt: skip
"""The second figure of an enhanced status code, RFC 3463 §3"""
BARE: dict[int, Reason] = {**dict.fromkeys((550, 551, 553), "address"), **dict.fromkeys((450, 452, 552), "mailbox")}


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail ready to go: the id of its delivery, the envelope, the exact bytes (ASCII, lines of at most 998)."""

    delivery: UUID
    sender: str
    recipient: str
    content: bytes


class Unreachable(Exception):
    """There is no way to the server now, for any mail. `why`: connect, sign-in, sender or busy."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Declined(Exception):
    """The server did not take this mail. Its words are not kept, since they often repeat the address."""

    def __init__(self, code: int | None, text: str = "") -> None:
        super().__init__(str(code))
        found = re.search(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b", text)
        self.code = code if code is not None and 200 <= code <= 599 else None
        self.status = found[0] if found else None
        self.for_good = code is None or code >= 500
        self.reason: Reason = (SUBJECTS.get(found[2]) if found else BARE.get(code or 0)) or "other"


class Doubt(Exception):
    """The mail was on its way when the connection broke: the server may have it or not."""


class Post(Protocol):
    """A way for mails, kept open for many of them."""

    async def offer(self, letter: Letter) -> None:
        """Asks whether the server takes mail for this address. Raises Unreachable or Declined."""

    async def hand_over(self, letter: Letter) -> None:
        """Gives it the mail that was just offered. Raises Declined or Doubt."""

    async def take_back(self) -> None:
        """Nothing is to be sent of what was just offered."""

    async def close(self) -> None: ...


def post_of(settings: Settings, data: Path, outside: Outside = REAL) -> Post:
    """The way that the settings say."""
    return SmtpPost(settings) if settings.smtp_host else FolderPost(mails_in(data), outside)


Step = TypeVar("Step", bound=Callable[..., Any])


def traced(name: str) -> Callable[[Step], Step]:
    """A step of the way of a mail as a span of its trace, without its address."""

    def around(step: Step) -> Step:
        @wraps(step)
        async def spanned(self: Any, letter: Letter) -> None:
            with tracing.span(name, "client", maillage__delivery=str(letter.delivery)):
                await step(self, letter)

        return cast(Step, spanned)

    return around


def mails_in(data: Path) -> Path:
    """The folder of mails where there is no mail server."""
    return data / "mail"


def letter_for(person: UUID, outside: Outside = REAL) -> UUID:
    """An id for a mail to a person that no event names. Its first half is the same for all of theirs, so that they are
    found again (`erase_letters`); the rest is random."""
    return UUID(bytes=_share(person) + outside.random(8))


def erase_letters(data: Path, person: UUID, deliveries: Iterable[UUID] = ()) -> int:
    """Erases the files of all mails to a person, also half-written ones: those of `letter_for` and of these deliveries.
    How many there were."""
    folder = mails_in(data)
    share = str(UUID(bytes=_share(person) + bytes(8)))[:18]
    found = {path for pattern in (f"{share}*.eml", f".{share}*.new") for path in folder.glob(pattern)}
    named = {folder / name for id in deliveries for name in (f"{id}.eml", f".{id}.new")}
    return sum(erase(path) for path in found | named)


def _share(person: UUID) -> bytes:
    return uuid5(person, "letters").bytes[:8]


class SmtpPost:
    """One connection to the mail server, opened when it is first needed and again after it was lost."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._smtp: SMTP | None = None

    @traced("smtp offer")
    async def offer(self, letter: Letter) -> None:
        fresh = self._smtp is None
        smtp = self._smtp or await self._open()
        try:
            await self._envelope(smtp, letter)
        except (SMTPServerDisconnected, OSError) as lost:
            await self.close()
            if fresh:
                raise Unreachable("connect") from lost
            try:  # a server may close a connection that has been idle or has brought enough mails
                await self._envelope(await self._open(), letter)
            except (SMTPServerDisconnected, OSError) as again:
                await self.close()
                raise Unreachable("connect") from again

    async def _envelope(self, smtp: SMTP, letter: Letter) -> None:
        try:
            await smtp.mail(letter.sender)
            await smtp.rcpt(letter.recipient)
        except (SMTPSenderRefused, SMTPRecipientRefused) as no:
            if no.code == CLOSING:
                await self.close()
                raise Unreachable("busy") from None
            if isinstance(no, SMTPSenderRefused):  # our own account is at fault, not the one who is written to
                await self.close()
                raise Unreachable("sender") from None
            await self.take_back()
            raise Declined(no.code, no.message) from None
        except UnicodeEncodeError:
            await self.take_back()
            raise Declined(None) from None
        except SMTPServerDisconnected:
            raise
        except SMTPResponseException as odd:
            await self.close()
            raise Unreachable("busy") from odd

    @traced("smtp hand over")
    async def hand_over(self, letter: Letter) -> None:
        if self._smtp is None:
            raise Doubt
        try:
            await self._smtp.data(letter.content)
        except SMTPDataError as no:
            if no.code < 400:
                await self.close()
                raise Doubt from None
            if no.code == CLOSING:
                await self.close()
            raise Declined(no.code, no.message) from None
        except (SMTPException, OSError) as lost:
            await self.close()
            raise Doubt from lost
        except asyncio.CancelledError:  # no QUIT now: it would become the last line of half a mail
            self._smtp.close()
            self._smtp = None
            raise

    async def take_back(self) -> None:
        if self._smtp is not None:
            try:
                await self._smtp.rset()
            except (SMTPException, OSError):
                await self.close()

    async def close(self) -> None:
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            with contextlib.suppress(SMTPException, OSError):
                await smtp.quit(timeout=2)
            smtp.close()

    async def _open(self) -> SMTP:
        s = self._settings
        try:
            password = password_in(s.smtp_password_file) if s.smtp_user and s.smtp_password_file else s.smtp_password
        except SecretUnfit:  # it was there at the start
            raise Unreachable("sign-in") from None
        smtp = SMTP(
            hostname=s.smtp_host,
            port=s.smtp_port,
            timeout=TIMEOUT,
            use_tls=s.smtp_tls == "tls",
            start_tls=s.smtp_tls == "starttls",
            username=s.smtp_user,
            password=password,
        )
        try:
            await smtp.connect()
        except SMTPAuthenticationError:
            smtp.close()
            raise Unreachable("sign-in") from None
        except (SMTPException, OSError, ValueError) as error:
            smtp.close()
            raise Unreachable("connect") from error
        self._smtp = smtp
        return smtp


class FolderPost:
    """A file a mail, named like its delivery: whole or not there at all, and for its owner's eyes: there are addresses
    in it, and links that let somebody in."""

    def __init__(self, folder: Path, outside: Outside = REAL) -> None:
        self._folder, self._outside = folder, outside

    async def offer(self, letter: Letter) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise Unreachable("folder") from error

    @traced("mail file")
    async def hand_over(self, letter: Letter) -> None:
        try:
            await self._outside.in_thread(self._write, letter)
        except OSError as error:  # nothing took its name, so there is no doubt: later there may be room
            raise Declined(452) from error

    def _write(self, letter: Letter) -> None:
        draft = self._folder / f".{letter.delivery}.new"
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(letter.content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._folder / f"{letter.delivery}.eml")

    async def take_back(self) -> None:
        return None

    async def close(self) -> None:
        return None
