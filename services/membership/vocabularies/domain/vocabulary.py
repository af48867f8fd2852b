"""One of the network's own lists: its terms are defined, revised and closed, each from a day on."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from pydantic import Field

from shared.contract import Event
from shared.contract.fields import Line, Reason
from shared.contract.fields.codes import Code
from shared.contract.membership.vocabularies import TermClosed, TermDefined, TermRevised, VocabularyEvent
from shared.kernel.decider import Command, Context, Decider, Decision, Level, Refused
from shared.notions.vocabularies import VOCABULARIES, Term, Terms, after, general, vocabulary_id

MOST_TERMS = 500


class VocabularyCommand(Command):
    entity = "vocabulary"
    asks: ClassVar[Level] = "administrator"
    vocabulary: Code
    code: Code

    def target(self, context: Context) -> UUID:
        return vocabulary_id(self.vocabulary)


class DefineTerm(VocabularyCommand):
    """Add a term to a list of the network, or open one again that was closed."""

    titles: dict[str, Line] = Field(min_length=1, max_length=10)
    rank: int = Field(0, ge=0, le=10_000)
    marks: list[Code] = Field([], max_length=20)


class ReviseTerm(VocabularyCommand):
    """Call a term otherwise, move it in its list, or say what else is so of it."""

    titles: dict[str, Line] = Field(min_length=1, max_length=10)
    rank: int = Field(0, ge=0, le=10_000)
    marks: list[Code] = Field([], max_length=20)


class CloseTerm(VocabularyCommand):
    """Close a term: it is used no more; what it was used for stays."""

    into: list[Code] = Field([], max_length=20)
    reason: Reason | None = None
