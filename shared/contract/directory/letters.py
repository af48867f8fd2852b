"""What the directory says of letters that it writes to the contacts of structures for other services, since it alone
may open their addresses (ADR 22). Nothing personal is in these events."""

from __future__ import annotations

from typing import ClassVar, Literal
from uuid import UUID

from shared.base.translations import L
from shared.contract import Event
from shared.contract.says import Says, Thing

LetterReason = Literal["address", "mailbox", "system", "routing", "protocol", "content", "policy", "other"]
"""Of an enhanced status code, RFC 3463 §3"""
LetterState = Literal["begun", "sent", "refused", "unaddressed"]
"""How a letter went as far as is known: `begun` and nothing more is in doubt"""


class LetterEvent(Event, abstract=True):
    """`about`: what the letter is about, such as a survey; `structure`: whose contact it is for. `went`: how, by this
    type."""

    service = "directory"
    entity = "letter"
    live = True
    thing = Thing(L("courriel à un contact"))
    went: ClassVar[LetterState]
    about: UUID
    structure: UUID


class LetterBegun(LetterEvent):
    """The mail server takes a letter for a contact, and is given it now. If nothing follows, it may have it or not."""

    went = "begun"
    says = Says(
        L("Courriel à un contact confié au serveur"),
        here=L("Courrier en cours d’envoi"),
        sets={"handed_over": True},
    )


class LetterSent(LetterEvent):
    """The mail server has a letter."""

    went = "sent"
    says = Says(L("Courriel à un contact envoyé"), here=L("Courrier envoyé"))


class LetterRefused(LetterEvent):
    """The mail server did not take a letter."""

    went = "refused"
    says = Says(
        L("Courriel à un contact refusé"),
        detail="reason",
        here=L("Courrier refusé par le serveur"),
        sets={"handed_over": False},
    )

    reason: LetterReason


class LetterUnaddressed(LetterEvent):
    """A structure has no contact with an address, so there was nobody to write to."""

    went = "unaddressed"
    says = Says(
        L("Aucune adresse où écrire à une structure"),
        here=L("Courrier sans adresse"),
    )


LETTERS: tuple[type[LetterEvent], ...] = (LetterBegun, LetterSent, LetterRefused, LetterUnaddressed)
