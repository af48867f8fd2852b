"""Writing mails: an issue to a subscriber, the question whether an address wants to subscribe. Text and HTML.

Headers are set through `email.message` with the SMTP policy, which refuses a line break in any of them.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.newsletter.domain.fields import CONTROLS
from services.newsletter.post import Letter
from services.newsletter.words import WORDS
from shared.views import Document
from shared.web.formats import day, long_day
from shared.web.pages import many, side_by_side
from shared.web.words import WORDS as KERNEL
from shared.words import Lang, Lexicon

WIDTH = 72  # columns of a text part
LONG_HEADERS = SMTP.clone(max_line_length=998)  # links in List-Unsubscribe must not be folded apart (RFC 5322 §2.1.1)
TEMPLATES = Path(__file__).parent / "templates" / "mail"


class BadAddress(Exception):
    """No mail can be written to this address."""


def _wrapped(text: str, width: int = WIDTH, indent: str = "") -> str:
    """Paragraphs filled to `width`; a link is never broken."""
    return "\n".join(
        textwrap.fill(
            line, width, initial_indent=indent, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
        )
        for line in text.splitlines()
    )


def _environment(html: bool) -> Environment:
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=html,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["wrapped"] = _wrapped
    made.globals.update(day=day)
    return made


HTML, TEXT = _environment(True), _environment(False)
LEXICON = Lexicon(KERNEL, WORDS)


@dataclass(frozen=True, slots=True)
class Sender:
    """Whose mails these are: the network's name and title, its address, where its fronts are reached."""

    network: str
    title: str
    address: str
    url: str

    @property
    def host(self) -> str:
        return self.address.rpartition("@")[2]


def sections(issue: Document) -> Sequence[tuple[str, Sequence[Document]]]:
    """The items of an issue that go out, by section, in the order in which each section first occurs."""
    found: dict[str, list[Document]] = {}
    for item in issue["items"]:
        if not item["dropped"]:
            found.setdefault(item["section"], []).append(item)
    return list(found.items())


def issue_bodies(
    sender: Sender, bulletin: Document, issue: Document, lang: Lang, when: datetime, leaving: str | None
) -> tuple[str, str]:
    """The text and the HTML of an issue. `leaving`: the link to unsubscribe, None in a preview."""
    return _bodies(
        "issue", lang, sender=sender, bulletin=bulletin, issue=issue, sections=sections(issue),
        date=long_day(when, lang), leaving=leaving,
    )  # fmt: skip


def issue_letter(
    sender: Sender, bulletin: Document, issue: Document, lang: Lang, when: datetime, *,
    delivery: UUID, to: str, leaving: str,
) -> Letter:  # fmt: skip
    """An issue for one subscriber."""
    title, number = bulletin["title"] or issue["bulletin"], issue["number"]
    message = _message(sender, delivery, to, f"{title} n° {number}" if lang == "fr" else f"{title} no. {number}", when)
    message["List-Id"] = f"<{issue['bulletin']}.{sender.network}.{sender.host}>"
    message["List-Unsubscribe"] = f"<{leaving}>"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"  # RFC 8058
    return _letter(message, sender, delivery, to, *issue_bodies(sender, bulletin, issue, lang, when, leaving))


def confirmation_letter(
    sender: Sender, titles: Sequence[str], lang: Lang, when: datetime, *, delivery: UUID, to: str, link: str, until: str
) -> Letter:
    """The mail that asks whether an address wants these bulletins."""
    subject = side_by_side(lang, "Confirmez votre abonnement", "Please confirm your subscription")
    message = _message(sender, delivery, to, f"{subject} · {sender.title}", when)
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834
    bodies = _bodies("confirm", lang, sender=sender, titles=titles, link=link, until=day(until))
    return _letter(message, sender, delivery, to, *bodies)


def _message(sender: Sender, delivery: UUID, to: str, subject: str, when: datetime) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(CONTROLS.sub(" ", sender.title), addr_spec=sender.address)
    try:
        message["To"] = Address(addr_spec=to)
    except (ValueError, MessageError):
        raise BadAddress from None
    message["Subject"] = CONTROLS.sub(" ", subject)
    message["Date"] = format_datetime(when)
    # The same for a mail that is sent again, so that a mailbox may see that it has it.
    message["Message-ID"] = f"<{delivery}@{sender.host}>"
    return message


def _letter(message: EmailMessage, sender: Sender, delivery: UUID, to: str, text: str, html: str) -> Letter:
    message.set_content(text, charset="utf-8", cte="quoted-printable")
    message.add_alternative(html, subtype="html", charset="utf-8", cte="quoted-printable")
    return Letter(delivery, sender.address, to, message.as_bytes(policy=LONG_HEADERS))


def _bodies(name: str, lang: Lang, **context: Any) -> tuple[str, str]:
    given = {
        "lang": lang,
        "L": lambda fr, en, **values: side_by_side(lang, fr, en, **values),
        "many": lambda n, *words: many(lang, n, *words),
        "say": lambda code: LEXICON.say(code, lang),
        **context,
    }
    return TEXT.get_template(f"{name}.txt").render(given), HTML.get_template(f"{name}.html").render(given)
