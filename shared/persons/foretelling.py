"""Who will be forgotten at the end of a term is foretold; whoever was not, and is one of many, is asked about first.

A term can end for many at once by a mistake: a setting that lost a figure, an old history that was imported, a clock
that was wrong by less than `shared/runtime/times/clock.py` notices. So each look at the terms notes, for good, who will
fall due; who was foretold long enough before goes unasked, and so do a few others. More wait for an operator
(docs/adr/0028). What is kept are ids and times.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import msgspec

from shared.base.whole_files import KeptFile

FORETELLING = timedelta(days=90)  # before their day persons are noted
NOTICE = timedelta(days=7)  # before their day they must have been; half of the term where that is shorter
FEW = 20  # who were not go unasked
PATIENCE = timedelta(days=3)  # for which a question may be unanswered
ANSWER = "`maillage person due` shows them, and with --confirm they are forgotten"


@dataclass(frozen=True)
class Due:
    """A person whose every record has come to the end of its term: the last of them ended at `ends`."""

    person: UUID
    purpose: str
    ends: datetime


@dataclass(frozen=True)
class Question:
    """Persons that nothing is done about before an operator has answered; asked `since`."""

    persons: int
    since: datetime


class Note(msgspec.Struct, frozen=True):
    """That a person falls due at `ends`, foretold `since`; whether an operator has confirmed it."""

    ends: datetime
    since: datetime
    confirmed: bool = False


class Notes(msgspec.Struct, frozen=True):
    """By the ids of persons. `asked`: since when an operator is asked about `unforeseen` of them."""

    persons: dict[UUID, Note] = {}
    asked: datetime | None = None
    unforeseen: int = 0


class Foretold:
    """The notes of one service. They are in no view, and so survive its rebuild. `term`: how long a purpose is kept.
    Blocks."""

    def __init__(self, path: Path, term: Callable[[str], timedelta | None]) -> None:
        self._file, self._term = KeptFile(path, Notes), term

    @property
    def question(self) -> Question | None:
        """What an operator is asked now."""
        notes = self._file.read()
        return None if notes.asked is None else Question(notes.unforeseen, notes.asked)

    def may_go(self, coming: Iterable[Due], now: datetime) -> Sequence[Due]:
        """Notes who falls due, and says who may be forgotten now. `coming`: all that are due, or will be soon."""
        every = list(coming)
        due = [one for one in every if one.ends <= now]

        def change(before: Notes) -> Notes:
            notes = {one.person: _noted(one, before.persons.get(one.person), now) for one in every}
            unforeseen = sum(not self._foreseen(one, notes[one.person]) for one in due)
            if unforeseen <= FEW:
                return Notes(notes)
            return Notes(notes, before.asked or now, unforeseen)

        notes = self._file.change(change)
        return due if notes.asked is None else [one for one in due if self._foreseen(one, notes.persons[one.person])]

    def confirm(self, some: Iterable[Due], now: datetime) -> None:
        """An operator says that these are to be forgotten, as long as their terms end as they do now."""

        def change(before: Notes) -> Notes:
            said = {one.person: Note(one.ends, now, confirmed=True) for one in some}
            return msgspec.structs.replace(before, persons={**before.persons, **said})

        self._file.change(change)

    def since(self, due: Iterable[Due]) -> dict[UUID, datetime | None]:
        """Since when each of these is foretold; None where that is not long enough to go unasked, or not at all."""
        notes = self._file.read().persons
        found = ((one, notes.get(one.person)) for one in due)
        return {one.person: note.since if note and self._foreseen(one, note) else None for one, note in found}

    def _foreseen(self, one: Due, note: Note) -> bool:
        term = self._term(one.purpose)
        notice = NOTICE if term is None else min(NOTICE, term / 2)
        return note.ends <= one.ends and (note.confirmed or note.since + notice <= one.ends)


def _noted(one: Due, before: Note | None, now: datetime) -> Note:
    """What is noted of a person from now on. An earlier end than the one that was foretold is foretold anew."""
    if before is None or one.ends < before.ends:
        return Note(one.ends, now)
    return before if one.ends == before.ends else Note(one.ends, before.since)
