"""A file that is said of a network which has begun: what it has already and the file has otherwise is said anew, from
the day that is asked, by the command that revises it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from shared.base.translations import L, Phrase, Spoken
from shared.notions.network.beginning import Step
from shared.notions.vocabularies import PERSONS, VOCABULARIES, Term, Terms

ELSEWHERE: Mapping[str, str] = {"OpenCollege": "college", "OpenBulletin": "bulletin"}
"""Command → the list whose term it opens; it names its code by the same word"""
TermsOn = Callable[[str, date | None], Terms]
"""(list, day; None: now) → its terms, those that were closed too"""


def list_of(step: Step) -> str | None:
    """The list of which a step says a term; None where it says something else."""
    return ELSEWHERE.get(step.command) or step.fields.get("vocabulary")


def said_again(said: Sequence[Step], there: TermsOn, purposes: Mapping[str, str]) -> Sequence[Step]:
    """The steps, so that what is there and otherwise is revised. `purposes`: of the bulletins, by code."""
    return [step if (name := list_of(step)) is None else _again(step, there(name, step.day), purposes) for step in said]


def _again(step: Step, terms: Terms, purposes: Mapping[str, str]) -> Step:
    term = terms.get(step.fields[ELSEWHERE.get(step.command, "code")])
    if term is None or step.command == "CloseTerm":
        return step
    if step.command == "OpenCollege":
        return _college(step, term)
    if step.command == "OpenBulletin":
        return _bulletin(step, term, purposes.get(term.code))
    if term.closed is not None:
        return step if step.command == "DefineTerm" else replace(step, command="DefineTerm", first=step)
    said = step.fields
    rank, marks = said.get("rank") or term.rank, said.get("marks")  # what is left out stays
    same = marks is None or frozenset(marks) == term.marks
    if same and (dict(term.titles), term.rank) == (said["titles"], rank):
        return step
    called = next(iter(said["titles"].values()))
    values = {"list": Phrase(VOCABULARIES[said["vocabulary"]].title), "term": Spoken(called, {}, said["titles"])}
    says = Phrase(L("{list}\u00a0: {term}, dit autrement"), values)
    return replace(step, command="ReviseTerm", says=says, first=step)


def _college(step: Step, term: Term) -> Step:
    said = step.fields
    if said.get("persons") and PERSONS not in term.marks:
        return step  # of whom it is: that no revision says
    if term.closed is not None or not _otherwise(said, term, kinds=tuple(term.kinds)):
        return step
    fields = {name: value for name, value in said.items() if name != "persons"}
    says = Phrase(L("Collège dit autrement\u00a0: {title}"), {"title": said["title"]})
    return replace(step, command="ReviseCollege", fields=_kept(fields, term), says=says, first=step)


def _bulletin(step: Step, term: Term, purpose: str | None) -> Step:
    said, arrivals = step.fields, tuple(sorted(term.marks))
    same = purpose in (None, said["purpose"]) and not _otherwise(said, term, arrivals=arrivals)
    if term.closed is not None or same:
        return step
    says = Phrase(L("Bulletin dit autrement\u00a0: {title}"), {"title": said["title"]})
    fields = {"arrivals": [*arrivals], **_kept(said, term)}
    return replace(step, command="ReviseBulletin", fields=fields, says=says, first=step)


def _otherwise(said: Mapping[str, Any], term: Term, **known: tuple[str, ...]) -> bool:
    """Whether a file says of a term what it is not; what the file leaves out stays as it is."""
    titles = {term.tongue: said["title"], **term.in_lists, **said.get("titles", {})}
    lists = any(name in said and tuple(sorted(said[name])) != tuple(sorted(there)) for name, there in known.items())
    called = said["title"] != term.official or titles != dict(term.titles)
    return called or said.get("rank", term.rank) != term.rank or lists


def _kept(said: Mapping[str, Any], term: Term) -> Mapping[str, Any]:
    """With the titles that the file leaves out, which stay."""
    titles = said.get("titles") or dict(term.in_lists)
    return {**said, "titles": titles} if titles else said
