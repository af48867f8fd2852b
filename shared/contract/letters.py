"""What the directory says of letters that it writes to the contacts of structures for other services, since it alone may
open their addresses (ADR 22). Nothing personal is in these events."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from shared.contract import Event

LetterReason = Literal["address", "mailbox", "system", "routing", "protocol", "content", "policy", "other"]
"""Of an enhanced status code, RFC 3463 §3"""


class LetterEvent(Event, abstract=True):
    """`about`: what the letter is about, such as a survey; `structure`: whose contact it is for."""

    service = "directory"
    entity = "letter"
    live = True
    about: UUID
    structure: UUID


class LetterBegun(LetterEvent):
    """The mail server takes a letter for a contact, and is given it now. If nothing follows, it may have it or not."""


class LetterSent(LetterEvent):
    """The mail server has a letter."""


class LetterRefused(LetterEvent):
    """The mail server did not take a letter."""

    reason: LetterReason


class LetterUnaddressed(LetterEvent):
    """A structure has no contact with an address, so there was nobody to write to."""
