"""A letter is begun once, and is over once: nobody gets one twice."""

from __future__ import annotations

from uuid import uuid4

from services.directory.letters.domain import (
    LETTER,
    BeginLetter,
    NoteLetterRefused,
    NoteLetterSent,
    NoteNobodyToWriteTo,
)
from shared.contract.directory.letters import LetterBegun, LetterRefused, LetterSent, LetterUnaddressed
from tests.fixtures.deciding import decided

WHOSE = {"about": uuid4(), "structure": uuid4()}
OF = {"letter": uuid4(), **WHOSE}
BEGUN, SENT = LetterBegun(**WHOSE), LetterSent(**WHOSE)
REFUSED, NOBODY = LetterRefused(reason="mailbox", **WHOSE), LetterUnaddressed(**WHOSE)


def test_a_letter_is_begun_before_the_mail_server_has_it_and_only_once() -> None:
    assert decided(LETTER, [], BeginLetter(**OF)) == [BEGUN]
    assert decided(LETTER, [BEGUN], BeginLetter(**OF)) == []
    assert decided(LETTER, [BEGUN], NoteLetterSent(**OF)) == [SENT]
    assert decided(LETTER, [], NoteLetterSent(**OF)) == decided(LETTER, [BEGUN, SENT], NoteLetterSent(**OF)) == []


def test_a_letter_that_is_not_taken_is_over_and_says_why() -> None:
    no = NoteLetterRefused(reason="mailbox", **OF)
    assert decided(LETTER, [], no) == decided(LETTER, [BEGUN], no) == [REFUSED]
    assert decided(LETTER, [BEGUN, SENT], no) == decided(LETTER, [REFUSED], no) == []
    assert decided(LETTER, [REFUSED], BeginLetter(**OF)) == []


def test_where_there_is_nobody_to_write_to_that_is_said_instead() -> None:
    assert decided(LETTER, [], NoteNobodyToWriteTo(**OF)) == [NOBODY]
    assert decided(LETTER, [BEGUN], NoteNobodyToWriteTo(**OF)) == decided(LETTER, [NOBODY], BeginLetter(**OF)) == []
