"""The view of the network’s lists, which every service has: a document for each list, by its name. It holds what was
said, in the order of the list's line, so that a list can be asked for as of any day."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextvars import ContextVar
from datetime import date

from shared.base.paris_days import day_of
from shared.base.translations import Lang
from shared.contract import Event, load_all
from shared.contract.envelope import Recorded
from shared.contract.membership.members import CollegeClosed, CollegeOpened, CollegeRevised
from shared.contract.membership.vocabularies import TermClosed, TermDefined, TermRevised
from shared.contract.newsletter.bulletins import BulletinClosed, BulletinOpened, BulletinRevised
from shared.kernel.views.projection import Document, Store, View
from shared.notions.vocabularies import VOCABULARIES, Term, Terms, folded, in_order, in_use, vocabulary_id

ELSEWHERE: Mapping[str, str] = {"membership.college": "college", "newsletter.bulletin": "bulletin"}
"""entity → the list that its events are of"""
BY_ID: Mapping[str, str] = {str(vocabulary_id(name)): name for name in VOCABULARIES}


def _said(document: Document | None, data: Event, event: Recorded) -> Document:
    before = document or {"said": [], "made_of": []}
    one = {"day": day_of(event.time).isoformat(), "type": event.type, "data": data.model_dump(mode="json")}
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
    name="vocabularies", version=2, on=dict.fromkeys(SAYINGS, _said), keys=_list, sources=_made_of, stamps=()
)
"""What each service runs beside its own views."""


class Lists:
    """The lists of the network, as they were said up to a point of the log."""

    def __init__(self, documents: Mapping[str, Document]) -> None:
        types = load_all()
        self._now: dict[str, Terms] = {}
        self._said = {
            name: [
                (types[one["type"]].model_validate(one["data"]), date.fromisoformat(one["day"]))
                for one in document["said"]
            ]
            for name, document in documents.items()
        }

    def terms(self, vocabulary: str, day: date | None = None) -> Terms:
        """A list at the end of a day, None: now, with the terms that were closed."""
        said = self._said.get(vocabulary, ())
        if day is not None:
            return folded(vocabulary, ((one, on) for one, on in said if on <= day))
        if vocabulary not in self._now:
            self._now[vocabulary] = folded(vocabulary, said)
        return self._now[vocabulary]

    def spoken_of(self, vocabulary: str) -> bool:
        """Whether this network ever said something of a list, also if it was a mistake."""
        return vocabulary in self._said

    def offered(self, vocabulary: str, day: date | None = None) -> list[Term]:
        """The terms that may be used on a day, in their order."""
        return in_use(self.terms(vocabulary, day))

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
        """What a code is called on a day; else now; a code that no list knows is said as it is written."""
        term = self.terms(vocabulary, day).get(code) or self.terms(vocabulary).get(code) or Term(code, {})
        return term.title(lang)

    def said(self, vocabulary: str, code: str, lang: str) -> str | None:
        """What the network itself calls a term now, as `shared.base.translations.TITLES` asks it."""
        term = self.terms(vocabulary).get(code) if vocabulary in self._said else None
        return term.title(lang) if term is not None and term.said else None


BEGINNING = Lists({})
KNOWN: ContextVar[Callable[[], Lists]] = ContextVar("lists", default=lambda: BEGINNING)
"""Whoever knows the lists of the network that something is done for"""


def known_lists() -> Lists:
    """The lists of the network that a request is answered for, or a job done; outside of one, as any network begins."""
    return KNOWN.get()()


async def lists(store: Store) -> Lists:
    """As the view shows them."""
    return Lists(await store.get_many(VOCABULARIES_VIEW, sorted(VOCABULARIES)))
