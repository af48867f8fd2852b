"""One of the network's own lists: its terms are defined, revised and closed, each from a day on."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar
from uuid import UUID

from pydantic import Field

from shared.contract import Event
from shared.contract.fields import Line, Reason
from shared.contract.fields.codes import Code, Tongue
from shared.contract.membership.vocabularies import TermClosed, TermDefined, TermRevised
from shared.kernel.decider import Command, Context, Decider, Decision, Level, Refused
from shared.notions.closings import Closing
from shared.notions.vocabularies import VOCABULARIES, Term, Terms, general, own_marks, unspoken, used, vocabulary_id
from shared.notions.vocabularies.referent import NOTHING, terms_after

MOST_TERMS = 500
Rank = Annotated[int, Field(ge=0, le=10_000)]
Marks = Annotated[list[Code], Field(max_length=20)]


class VocabularyCommand(Command):
    entity = "vocabulary"
    asks: ClassVar[Level] = "administrator"
    vocabulary: Code
    code: Code

    def target(self, context: Context) -> UUID:
        return vocabulary_id(self.vocabulary)


class DefineTerm(VocabularyCommand):
    """Add a term to a list of the network, or open one again that was closed: what is left out of that stays as it
    was."""

    titles: dict[Tongue, Line] = Field(min_length=1, max_length=10)
    rank: Rank | None = None
    marks: Marks | None = None


class ReviseTerm(VocabularyCommand):
    """Call a term otherwise, move it in its list, or say what else is so of it. What is left out stays as it was."""

    titles: dict[Tongue, Line] = Field(min_length=1, max_length=10)
    rank: Rank | None = None
    marks: Marks | None = None


class CloseTerm(VocabularyCommand, Closing):
    """Close a term: it is used no more; what it was used for stays."""

    into: list[Code] = Field([], max_length=20)
    reason: Reason | None = None

    def closing(self) -> TermClosed:
        return TermClosed(**self.model_dump())


def _list(command: VocabularyCommand, state: Terms) -> Terms:
    """The list as it stands. Raises Refused for one that no network has, or that is kept elsewhere."""
    known = VOCABULARIES.get(command.vocabulary)
    if known is None:
        raise Refused("unknown-vocabulary", field="vocabulary")
    if known.elsewhere:
        raise Refused("list-kept-elsewhere", field="vocabulary")
    return state or general(known.name)


def _defined(command: DefineTerm, state: Terms, context: Context) -> Decision:
    terms = _list(command, state)
    term = terms.get(command.code)
    _fits(command)
    said = TermDefined(**_whole(command, term))
    if term is not None and term.closed is None:
        if _same(term, said):
            return []
        raise Refused("term-defined", field="code", title=term.title())
    if term is None and len(terms) >= MOST_TERMS:
        raise Refused("too-many-terms", field="code", limit=MOST_TERMS)
    return [said]


def _revised(command: ReviseTerm, state: Terms, context: Context) -> Decision:
    term = _open(command, state)
    _fits(command)
    said = TermRevised(**_whole(command, term))
    return [] if _same(term, said) else [said]


def _whole(command: DefineTerm | ReviseTerm, before: Term | None) -> dict[str, Any]:
    """What an event says of a term: the whole of it."""
    said = command.model_dump()
    if command.rank is None:
        said["rank"] = before.rank if before else 0
    if command.marks is None:
        said["marks"] = sorted(before.marks) if before else []
    return said


def _closed(command: CloseTerm, state: Terms, context: Context) -> Decision:
    terms = _list(command, state)
    if command.code not in terms:
        raise Refused("unknown-term", field="code")
    if terms[command.code].closed is not None:
        return []
    for code in command.into:
        if code == command.code or code not in terms or terms[code].closed is not None:
            raise Refused("unknown-term", field="into")
    return [command.closing()]


def _open(command: VocabularyCommand, state: Terms) -> Term:
    term = _list(command, state).get(command.code)
    if term is None:
        raise Refused("unknown-term", field="code")
    if term.closed is not None:
        raise Refused("term-closed", field="code")
    return term


def _fits(command: DefineTerm | ReviseTerm) -> None:
    if strange := unspoken(command.titles):
        raise Refused("unknown-language", field="titles", language=strange)
    if command.marks is None:
        return
    known = VOCABULARIES[command.vocabulary].marks
    if set(command.marks) - known.keys():
        raise Refused("unknown-mark", field="marks")
    if without := sorted(own_marks(command.vocabulary, command.code) - {*command.marks}):
        raise Refused("own-mark", field="marks", marks=", ".join(without))


def _same(term: Term, said: TermDefined | TermRevised) -> bool:
    return (dict(term.titles), term.rank, term.marks) == (said.titles, said.rank, frozenset(said.marks))


def allows(state: Terms, event: Event) -> str | None:
    match event:
        case TermDefined():
            return None if used(event.vocabulary, event.code, state) else "term-defined"
        case TermRevised() | TermClosed():
            return used(event.vocabulary, event.code, state)
    return None


VOCABULARY = Decider(
    "vocabulary",
    NOTHING,
    terms_after,
    {DefineTerm: _defined, ReviseTerm: _revised, CloseTerm: _closed},
    allows=allows,
    births=(TermDefined, TermRevised, TermClosed),
    alone=(TermDefined, TermRevised, TermClosed),
)
