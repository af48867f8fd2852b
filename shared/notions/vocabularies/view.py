"""The view of the network’s lists, which every service has: a document for each list, by its name. It holds what was
said, in the order of the list's line, so that a list can be asked for as of any day."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date

from shared.base.paris_days import day_of
from shared.base.translations import TERM, Lang, spoken_in
from shared.contract import Event, load_all
from shared.contract.envelope import Recorded
from shared.contract.membership.members import CollegeClosed, CollegeOpened, CollegeRevised
from shared.contract.membership.vocabularies import TermClosed, TermDefined, TermRevised
from shared.contract.newsletter.bulletins import BulletinClosed, BulletinOpened, BulletinRevised
from shared.kernel.views.projection import Document, Store, View
from shared.notions.vocabularies import VOCABULARIES, Term, Terms, folded, french, in_order, in_use, vocabulary_id
from shared.notions.vocabularies.themes import NO_THEMES, THEME, Themes, named

ELSEWHERE: Mapping[str, str] = {"membership.college": "college", "newsletter.bulletin": "bulletin"}
"""entity → the list that its events are of"""
BY_ID: Mapping[str, str] = {str(vocabulary_id(name)): name for name in VOCABULARIES}


def _said(document: Document | None, data: Event, event: Recorded) -> Document:
    before = document or {"said": [], "made_of": []}
    said = {"type": event.type, "data": data.model_dump(mode="json")}
    one = {"day": day_of(event.time).isoformat(), "seq": event.seq, **said}
    entity = f"{event.service}.{event.entity}.{event.entity_id}"
    return {**before, "said": [*before["said"], one], "made_of": sorted({*before["made_of"], entity})}


def _list(event: Recorded) -> Sequence[str]:
    """The list that an event is of, by its entity."""
    elsewhere = ELSEWHERE.get(f"{event.service}.{event.entity}")
    name = BY_ID.get(event.entity_id) if elsewhere is None else elsewhere
    return () if name is None else (name,)


def _made_of(key: str, document: Document | None) -> Sequence[str]:
    if key in VOCABULARIES and not VOCABULARIES[key].elsewhere:
        return [f"membership.vocabulary.{vocabulary_id(key)}"]
    return document["made_of"] if document else ()


SAYINGS: Sequence[type[Event]] = (
    TermDefined,
    TermRevised,
    TermClosed,
    CollegeOpened,
    CollegeRevised,
    CollegeClosed,
    BulletinOpened,
    BulletinRevised,
    BulletinClosed,
)
VOCABULARIES_VIEW = View(
    name="vocabularies", version=3, on=dict.fromkeys(SAYINGS, _said), keys=_list, sources=_made_of, stamps=()
)
"""What each service runs beside its own views."""


@dataclass(frozen=True, slots=True)
class Renamed:
    """A name of the day that is answered as of: what it was, what it is now, and since when. `lang`: of its readers, ""
    of all; `word`: the code of its words, where it was called as each service has it."""

    then: str
    now: str
    since: date
    lang: Lang = ""
    word: str = ""


@dataclass(frozen=True, slots=True)
class Then:
    """The day that is answered as of, and the names that were said of it and are others today: (list, code, language) →
    how. The network's own name is that of the list "network", in no language. `told`: those of them that a page has
    told already. `upto`: the last event that was known, None: all are, so that what was published keeps its names."""

    day: date
    upto: int | None = None
    renamed: dict[tuple[str, str, Lang], Renamed] = field(default_factory=dict)
    told: set[Renamed] = field(default_factory=set)


THEN: ContextVar[Then | None] = ContextVar("then", default=None)
"""Of which day a request is answered, or a document made; None: of now. Whatever names a term, the region or the
network asks it, so that a page of the past, an export and an API's answer say what was said then (ADR 57)."""


def answered_as_of(day: date | None, upto: int | None = None) -> None:
    """From here on, in whatever goes on from here: names are those of this day, None: of now; as they were known when
    `upto` was the last event, None: now."""
    THEN.set(Then(day, upto) if day is not None else None)


@contextmanager
def as_of(day: date | None, upto: int | None = None) -> Iterator[None]:
    """The same for as long as something is made that is of another day than what goes on around it."""
    before = THEN.set(Then(day, upto) if day is not None else None)
    try:
        yield
    finally:
        THEN.reset(before)


def renamed(lang: Lang) -> list[Renamed]:
    """The names that were said so far, to readers of a language, of the day that is answered as of, and are others
    today; each once, since a page that is sent in parts tells those of each part there."""
    if (then := THEN.get()) is None:
        return []
    found = {one for one in then.renamed.values() if one.lang in ("", lang)} - then.told
    then.told.update(found)
    return sorted(found, key=lambda one: (one.since, one.now))


MOST_DAYS = 200  # lists of days that are kept


class Lists:
    """The lists of the network, as they were said up to a point of the log. `first`: the first language of the network
    on a day."""

    def __init__(self, documents: Mapping[str, Document], first: Callable[[date], Lang] = french) -> None:
        types = load_all()
        self._first = first
        self._now: dict[str, Terms] = {}
        self._then: dict[tuple[str, date, int | None], Terms] = {}
        self._themes: dict[tuple[date | None, int | None], Themes] = {}
        self._said = {
            name: [
                (types[one["type"]].model_validate(one["data"]), date.fromisoformat(one["day"]), one["seq"])
                for one in document["said"]
            ]
            for name, document in documents.items()
        }

    def terms(self, vocabulary: str, day: date | None = None, upto: int | None = None) -> Terms:
        """A list at the end of a day, None: now, with the terms that were closed. `upto`: as it was known when this was
        the last event."""
        said = self._said.get(vocabulary, ())
        if day is not None:
            key = (vocabulary, day, upto)
            if key not in self._then:
                if len(self._then) >= MOST_DAYS:
                    self._then.clear()
                known = ((one, on) for one, on, seq in said if on <= day and (upto is None or seq <= upto))
                self._then[key] = folded(vocabulary, known, self._first)
            return self._then[key]
        if vocabulary not in self._now:
            self._now[vocabulary] = folded(vocabulary, ((one, on) for one, on, _ in said), self._first)
        return self._now[vocabulary]

    def spoken_of(self, vocabulary: str) -> bool:
        """Whether this network ever said something of a list, also if it was a mistake."""
        return vocabulary in self._said

    def offered(self, vocabulary: str, day: date | None = None) -> list[Term]:
        """The terms that may be used on a day, in their order."""
        return in_use(self.terms(vocabulary, day))

    def closed(self, vocabulary: str, code: str, day: date | None = None) -> bool:
        """Whether a list has a code that may be used no more on a day."""
        term = self.terms(vocabulary, day).get(code)
        return term is not None and term.closed is not None

    def choices(
        self, vocabulary: str, lang: Lang, day: date | None = None, kept: str | None = None
    ) -> list[tuple[str, str]]:
        """What a form offers: (code, title). `kept`: what stands as the answer already, also once it is closed."""
        found = [(one.code, one.title(lang)) for one in self.offered(vocabulary, day)]
        more = kept is not None and kept not in dict(found)
        return [*found, (kept, self.title(vocabulary, kept, lang))] if more and kept is not None else found

    def marked(self, vocabulary: str, mark: str, day: date | None = None) -> list[str]:
        """The codes of which something is so, closed ones too: figures of then ask for them."""
        return [one.code for one in self.terms(vocabulary, day).values() if mark in one.marks]

    def first_marked(self, vocabulary: str, mark: str) -> str | None:
        """Of the terms in use of which something is so, the one that was opened first; None where there is none."""
        terms = self.terms(vocabulary).values()
        return next((one.code for one in terms if mark in one.marks and one.closed is None), None)

    def listed(self, vocabulary: str, used: Iterable[str] = (), day: date | None = None) -> list[str]:
        """The codes of a list in their order, closed ones too, and after them those that were used and are in no list
        (any more): for facets and tables, which leave out what nothing counts."""
        there = set(used)
        known = [one.code for one in in_order(self.terms(vocabulary, day)) if not one.earlier or one.code in there]
        return [*known, *sorted(there - set(known))]

    def title(self, vocabulary: str, code: str, lang: str, day: date | None = None) -> str:
        """What a code is called on a day, None: on that which is answered as of; else now; a code that no list knows is
        said as it is written."""
        term = self._term(vocabulary, code, lang, day) or Term(code, {})
        return term.title(lang)

    def themes(self, day: date | None = None) -> Themes:
        """What said themes mean on a day, None: on that which is answered as of; else now."""
        if THEME not in self._said:
            return NO_THEMES
        then = THEN.get() if day is None else Then(day)
        key = (then.day, then.upto) if then else (None, None)
        if key not in self._themes:
            if len(self._themes) >= MOST_DAYS:
                self._themes.clear()
            day, upto = key
            known = ((one, on) for one, on, seq in self._said[THEME] if upto is None or seq <= upto)
            self._themes[key] = named(known, day)
        return self._themes[key]

    def theme(self, word: str, lang: str) -> str:
        """What a said theme, a word or a code, is called on the day that is answered as of; else now."""
        code = self.themes().read(word)
        return self.title(THEME, code, lang) if code in self.terms(THEME) else word

    def theme_titles(self, words: Iterable[str], lang: str) -> list[str]:
        """The same for several, each term once."""
        return list(dict.fromkeys(self.theme(word, lang) for word in words))

    def said(self, vocabulary: str, code: str, lang: str) -> str | None:
        """What the network itself called a term on the day that is answered as of, as
        `shared.base.translations.TITLES` asks it."""
        term = self._term(vocabulary, code, lang) if vocabulary in self._said else None
        return term.title(lang) if term is not None and term.said else None

    def _term(self, vocabulary: str, code: str, lang: str, day: date | None = None) -> Term | None:
        """A term as it was on a day, None: on that which is answered as of. One that there was not yet is as it is
        now."""
        then = THEN.get() if day is None else Then(day)
        now = self.terms(vocabulary).get(code)
        if then is None:
            return now
        term = self.terms(vocabulary, then.day, then.upto).get(code)
        if term is None or now is None:
            return now
        # a title in one more language is no other name, so those are compared that are in the one that is said
        tongue, key = spoken_in(term.titles, lang), (vocabulary, code, lang)
        if tongue and key not in then.renamed and (called := term.titles[tongue]) != now.titles.get(tongue):
            since = self._since(vocabulary, code, tongue, then.day)
            word = "" if term.said else f"{TERM}{vocabulary}.{code}"
            then.renamed[key] = Renamed(called, now.title(lang), since, lang, word)
        return term

    def _since(self, vocabulary: str, code: str, tongue: Lang, day: date) -> date:
        """Since when the title of a term, which was another on a day, is in one language what it is now."""
        last, since = self.terms(vocabulary)[code].titles.get(tongue), day
        for on in sorted({on for _, on, _ in self._said.get(vocabulary, ())}, reverse=True):
            of_then = self.terms(vocabulary, on).get(code)
            if of_then is None or of_then.titles.get(tongue) != last:
                break
            since = on
        return since


BEGINNING = Lists({})
KNOWN: ContextVar[Callable[[], Lists]] = ContextVar("lists", default=lambda: BEGINNING)
"""Whoever knows the lists of the network that something is done for"""


def known_lists() -> Lists:
    """The lists of the network that a request is answered for, or a job done; outside of one, as any network begins."""
    return KNOWN.get()()


async def lists(store: Store, first: Callable[[date], Lang] = french) -> Lists:
    """As the view shows them. `first`: the first language of the network on a day."""
    return Lists(await store.get_many(VOCABULARIES_VIEW, sorted(VOCABULARIES)), first)
