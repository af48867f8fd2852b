"""Closing what others name: a college, a term of a list, a bulletin. Who closes it of an earlier day, or moves a
closing there, is told what used it after that day, and refused: a fact that names what was closed on its day could not
have been said. What was in use on the day stays: members stay in a college that is closed (docs/adr/0046)."""

from __future__ import annotations

from shared.contract import Event
from shared.contract.membership.members import CollegeClosed
from shared.contract.membership.vocabularies import TermClosed
from shared.contract.newsletter.bulletins import BulletinClosed

CLOSINGS = (CollegeClosed, TermClosed, BulletinClosed)


class Closing:
    """Of a command that closes what records of any kind may name."""

    def closing(self) -> Event:
        """What is said by it, if anything is."""
        raise NotImplementedError


def closed_code(event: Event) -> tuple[str, str] | None:
    """What a closing ends, where it is named by its code: (list, code)."""
    match event:
        case TermClosed():
            return event.vocabulary, event.code
        case BulletinClosed():
            return "bulletin", event.bulletin
    return None
