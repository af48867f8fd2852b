"""The lists that a network has of its own, each a vocabulary of terms that have a code, titles, marks and days.

One fold for all who read or judge them (docs/adr/0053). A list begins with the terms that any such network has
(`general.yaml`); what a network says adds to them, calls them otherwise, closes them. Colleges and bulletins, which
open and close by events of their own, are folded into the same shape."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from pathlib import Path
from uuid import NAMESPACE_URL, UUID, uuid5

import yaml

from shared.base.translations import SOURCE, TERM, L, Lang, Words, among, humanised, languages, translated
from shared.contract import Event
from shared.contract.membership.members import EARLIER, EARLIER_KINDS, CollegeClosed, CollegeOpened, CollegeRevised
from shared.contract.membership.vocabularies import TermClosed, TermDefined, TermRevised
from shared.contract.newsletter.bulletins import EARLIER as EARLIER_BULLETINS
from shared.contract.newsletter.bulletins import BulletinClosed, BulletinOpened, BulletinRevised

NAMESPACE = uuid5(NAMESPACE_URL, "urn:maillage:vocabulary")
PERSONS = "persons"
"""The mark of a college whose members are persons"""
EARLIER_TITLES: Mapping[str, str] = {
    "associative": L("Associatif"),
    "public": L("Public"),
    "economic": L("Économique"),
    "qualified_persons": L("Personnalités qualifiées"),
}
"""What the colleges are called that there were while they were a closed list, where a network said no other title"""
GENERAL = Path(__file__).parent / "general.yaml"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """A list that a network may have of its own. `title`: what it is called; `marks`: what may be so of its terms, each
    with what it means; `elsewhere`: its terms are opened by events of their own, not by `TermDefined`."""

    name: str
    title: str
    marks: Mapping[str, str] = field(default_factory=dict)
    elsewhere: bool = False


VOCABULARIES: Mapping[str, Vocabulary] = {
    one.name: one
    for one in (
        Vocabulary("college", L("Collèges"), {"persons": L("de personnes, non de structures")}, elsewhere=True),
        Vocabulary("office", L("Fonctions du conseil")),
        Vocabulary(
            "structure",
            L("Natures de structures"),
            {"public": L("organisme public"), "enterprise": L("entreprise")},
        ),
        Vocabulary(
            "gathering",
            L("Natures de rencontres"),
            {
                "yearly": L("une fois l’an, avec ses ateliers et ses projets"),
                "modules": L("par modules, comme une formation"),
                "tour": L("de ville en ville"),
                "authorities": L("entre collectivités, par sujets"),
                "guests": L("avec des structures invitées"),
            },
        ),
        Vocabulary("audience", L("Publics")),
        Vocabulary("level", L("Niveaux scolaires")),
        Vocabulary("offer", L("Natures d’offres")),
        Vocabulary("support", L("Natures d’appuis")),
        Vocabulary("section", L("Rubriques des bulletins")),
        Vocabulary(
            "bulletin",
            L("Bulletins"),
            {
                "news": L("les nouvelles des membres y arrivent"),
                "project": L("les projets des membres y arrivent"),
                "offer": L("les offres des membres y arrivent"),
                "event": L("les événements des membres y arrivent"),
                "gathering": L("les rencontres annoncées y arrivent"),
            },
            elsewhere=True,
        ),
        Vocabulary("theme", L("Thèmes")),
    )
}
"""name → the list. A list is added here, and a field says that it is of it (`Of`)."""


@dataclass(frozen=True, slots=True)
class Term:
    """One entry of a list on a day. `since`: None for one of the general list; `closed`: since when it is not used;
    `said`: whether the network itself said what it is called; `kinds`: of a college, the kinds of structures that it is
    proposed for; `official`: of a college or a bulletin, the title that it was given, which is in the language
    `tongue`."""

    code: str
    titles: Mapping[Lang, str]
    rank: int = 0
    marks: frozenset[str] = frozenset()
    since: date | None = None
    closed: date | None = None
    into: Sequence[str] = ()
    said: bool = False
    kinds: Sequence[str] = ()
    official: str = ""
    tongue: Lang = SOURCE

    @property
    def earlier(self) -> bool:
        """Whether it is only read where a log has it: of a list of an earlier release, and never opened since."""
        return self.closed == date.min

    def title(self, lang: Lang = SOURCE) -> str:
        """What it is called: in this language, else in the network's first, else in any."""
        return among(self.titles, lang) or humanised(self.code)

    @property
    def in_lists(self) -> Mapping[Lang, str]:
        """What lists were told to call it, beside the title that it was given."""
        return {lang: said for lang, said in self.titles.items() if (lang, said) != (self.tongue, self.official)}


Terms = Mapping[str, Term]
"""code → term, those that were closed too"""


def vocabulary_id(name: str) -> UUID:
    """The id of a list, the same in every network."""
    return uuid5(NAMESPACE, name)


@cache
def general(vocabulary: str) -> Terms:
    """How a list begins, in every network."""
    read = yaml.safe_load(GENERAL.read_text()).get(vocabulary) or {}
    return {
        code: Term(
            code,
            _titles(vocabulary, said["title"]),
            rank,
            frozenset(said.get("marks", ())),
            closed=date.min if said.get("earlier") else None,
        )
        for rank, (code, said) in enumerate(read.items(), 1)
    }


def own_marks(vocabulary: str, code: str) -> frozenset[str]:
    """What is so of a term in every network, whatever one says of it: the product's rules hang on it (ADR 53)."""
    term = general(vocabulary).get(code)
    return term.marks if term else frozenset()


def general_words() -> Words:
    """The terms of every network as words, for whatever is said outside of a network: `term.<list>.<code>` → French."""
    read = yaml.safe_load(GENERAL.read_text())
    return {
        f"{TERM}{vocabulary}.{code}": _marked(vocabulary, said["title"])
        for vocabulary, terms in read.items()
        for code, said in terms.items()
    }


def _titles(vocabulary: str, title: str) -> Mapping[Lang, str]:
    return {lang: translated(_marked(vocabulary, title), lang) for lang in languages()}


def _marked(vocabulary: str, title: str) -> str:
    return L(title, context=f"{TERM}{vocabulary}")


def after(terms: Terms, event: Event, day: date, tongue: Lang = SOURCE) -> Terms:
    """The list after an event of its line, on that event's day. Total, as every reader's fold is. `tongue`: the
    network's first language on that day, which a title is in that says none of its own."""
    match event:
        case TermDefined() | TermRevised():
            before = terms.get(event.code, Term(event.code, {}, since=day))
            marks = own_marks(event.vocabulary, event.code) | {*event.marks}
            term = replace(before, titles=event.titles, rank=event.rank, marks=marks, said=True)
            opened = isinstance(event, TermDefined)
            return {**terms, event.code: replace(term, closed=None, into=()) if opened else term}
        case CollegeOpened():
            return _college(_opened(terms, event, event.college, day, tongue), event, terms.get(event.college))
        case BulletinOpened():
            return _bulletin(_opened(terms, event, event.bulletin, day, tongue), event)
        case CollegeRevised():
            return _renamed(terms, event.college, event, day, tongue)
        case BulletinRevised():
            return _renamed(terms, event.bulletin, event, day, tongue, frozenset(event.arrivals))
        case TermClosed():
            return _closed(terms, event.code, day, event.into)
        case CollegeClosed():
            return _closed(terms, event.college, day, ())
        case BulletinClosed():
            return _closed(terms, event.bulletin, day, ())
    return terms


def _opened(terms: Terms, event: CollegeOpened | BulletinOpened, code: str, day: date, tongue: Lang) -> Terms:
    before = _titled(terms.get(code, Term(code, {}, rank=len(terms) + 1, since=day)), event, tongue)
    return {**terms, code: replace(before, closed=None, into=())}


def _titled(term: Term, event: CollegeOpened | CollegeRevised | BulletinOpened | BulletinRevised, tongue: Lang) -> Term:
    """Called as an event says."""
    titles = {tongue: event.title, **event.titles}
    return replace(term, titles=titles, official=event.title, tongue=tongue, said=True)


def _college(terms: Terms, event: CollegeOpened, before: Term | None) -> Terms:
    """With what is said of colleges alone. Those that there were while they were a closed list stand in its order, and
    are called as the words of the product have it where nothing else was said of them: another title is."""
    term = terms[event.college]
    same = before is None or (not before.said and before.official == event.title)
    earlier = event.college in EARLIER and not event.titles and same
    if earlier:
        called = EARLIER_TITLES[event.college]
        term = replace(term, titles={lang: translated(called, lang) for lang in languages()}, said=False)
    rank = event.rank or (EARLIER.index(event.college) + 1 if event.college in EARLIER else term.rank)
    marks = frozenset({PERSONS} if of_persons(event) else ())
    kinds = EARLIER_KINDS.get(event.college, ()) if event.kinds is None else event.kinds
    return {**terms, event.college: replace(term, rank=rank, marks=marks, kinds=tuple(kinds))}


def _bulletin(terms: Terms, event: BulletinOpened) -> Terms:
    """The same for bulletins."""
    term, earlier = terms[event.bulletin], [*EARLIER_BULLETINS]
    rank = event.rank or (earlier.index(event.bulletin) + 1 if event.bulletin in earlier else term.rank)
    marks = EARLIER_BULLETINS.get(event.bulletin, ()) if event.arrivals is None else event.arrivals
    return {**terms, event.bulletin: replace(term, rank=rank, marks=frozenset(marks))}


def _renamed(
    terms: Terms,
    code: str,
    event: CollegeRevised | BulletinRevised,
    day: date,
    tongue: Lang,
    marks: frozenset[str] | None = None,
) -> Terms:
    """What is said anew of a college or a bulletin; `marks`: None where they stay. It is open or closed as it was."""
    before = terms.get(code, Term(code, {}, rank=len(terms) + 1, since=day))
    rank = event.rank or before.rank
    marks = before.marks if marks is None else marks
    anew = event.kinds if isinstance(event, CollegeRevised) else None
    kinds = before.kinds if anew is None else anew
    term = replace(before, rank=rank, marks=marks, kinds=tuple(kinds))
    return {**terms, code: _titled(term, event, tongue)}


def of_persons(event: CollegeOpened) -> bool:
    """Whether a college is of persons, not of structures."""
    return event.college == EARLIER[-1] if event.persons is None else event.persons


def _closed(terms: Terms, code: str, day: date, into: Sequence[str]) -> Terms:
    return {**terms, code: replace(terms[code], closed=day, into=tuple(into))} if code in terms else terms


def french(day: date) -> Lang:
    """The first language of a network that said nothing of its languages."""
    return SOURCE


def folded(vocabulary: str, events: Iterable[tuple[Event, date]], first: Callable[[date], Lang] = french) -> Terms:
    """A list after events in the order of its line: (event, its day). `first`: the network's first language on a
    day."""
    terms = general(vocabulary)
    for event, day in events:
        terms = after(terms, event, day, first(day))
    return terms


def unspoken(titles: Iterable[Lang]) -> Lang | None:
    """A language of these in which nothing is said here, None where all are known."""
    return min(set(titles) - set(languages()), default=None)


def used(vocabulary: str, code: str, terms: Terms) -> str | None:
    """Why a code may not be used, None where it may. `terms`: the list as far as something was said of it."""
    term = (terms or general(vocabulary)).get(code)
    return "unknown-term" if term is None else "term-closed" if term.closed is not None else None


def in_order(terms: Terms) -> list[Term]:
    """All of them, closed ones too, in their order."""
    return sorted(terms.values(), key=lambda one: (one.rank, one.code))


def in_use(terms: Terms) -> list[Term]:
    """Those that may be used, in their order."""
    return [one for one in in_order(terms) if one.closed is None]
