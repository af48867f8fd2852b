"""Writing mails: text and HTML from two templates, headers that nobody can break a line in, exact bytes for the post.

Headers are set through `email.message` with the SMTP policy, which refuses a line break in any of them.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from shared.base.translations import Lang, Lexicon, Words, said_in
from shared.runtime.mail_transport import Letter
from shared.web.formatting import day
from shared.web.templating import many
from shared.web.words.messages import WORDS as KERNEL

LETTERS = Path(__file__).parent / "templates"  # letter.html, which mails of all services extend
WIDTH = 72  # columns of a text part
LONG_HEADERS = SMTP.clone(max_line_length=998)  # links in List-Unsubscribe must not be folded apart (RFC 5322 §2.1.1)
CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


class BadAddress(Exception):
    """No mail can be written to this address."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Whose mails these are: the network's short name, its title as it is now, its address, where its fronts are
    reached."""

    network: str
    titled: Callable[[], str]
    address: str
    url: str

    @property
    def title(self) -> str:
        return self.titled()

    @property
    def host(self) -> str:
        return self.address.rpartition("@")[2]


def message(sender: Sender, delivery: UUID, to: str, subject: str, when: datetime) -> EmailMessage:
    """A mail without a text yet. Raises BadAddress."""
    made = EmailMessage(policy=SMTP)
    made["From"] = Address(CONTROLS.sub(" ", sender.title), addr_spec=sender.address)
    try:
        made["To"] = Address(addr_spec=to)
    except (ValueError, MessageError):
        raise BadAddress from None
    made["Subject"] = CONTROLS.sub(" ", subject)
    made["Date"] = format_datetime(when)
    # The same for a mail that is sent again, so that a mailbox may see that it has it.
    made["Message-ID"] = f"<{delivery}@{sender.host}>"
    return made


def letter(made: EmailMessage, sender: Sender, delivery: UUID, to: str, text: str, html: str) -> Letter:
    """The mail with its two parts, as bytes."""
    made.set_content(text, charset="utf-8", cte="quoted-printable")
    made.add_alternative(html, subtype="html", charset="utf-8", cte="quoted-printable")
    return Letter(delivery, sender.address, to, made.as_bytes(policy=LONG_HEADERS))


class Bodies:
    """The templates of a service's mails: `<name>.txt` and `<name>.html` in a folder, with the service's words."""

    def __init__(self, folder: Path, words: Words) -> None:
        self._text, self._html = _environment(folder, html=False), _environment(folder, html=True)
        self._lexicon = Lexicon(KERNEL, words)

    def render(self, name: str, lang: Lang, **context: Any) -> tuple[str, str]:
        """The text and the HTML of a mail."""
        given = {
            "lang": lang,
            "L": partial(said_in, lang),
            "L_in": said_in,
            "many": partial(many, lang),
            "say": lambda code: self._lexicon.say(code, lang),
            **context,
        }
        text = self._text.get_template(f"{name}.txt").render(given)
        return text, self._html.get_template(f"{name}.html").render(given)


def _wrapped(text: str, width: int = WIDTH, indent: str = "") -> str:
    """Paragraphs filled to `width`; a link is never broken."""
    return "\n".join(
        textwrap.fill(
            line, width, initial_indent=indent, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
        )
        for line in text.splitlines()
    )


def _environment(folder: Path, *, html: bool) -> Environment:
    made = Environment(
        loader=FileSystemLoader([folder, LETTERS]),
        autoescape=html,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["wrapped"] = _wrapped
    made.globals.update(day=day)
    return made
