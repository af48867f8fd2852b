"""The view of the network’s lists, which every service has: a document for each list, by its name. It holds what was
said,
in the order of the list's line, so that a list can be asked for as of any day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from shared.base.paris_days import day_of
from shared.contract import Event, load_all
from shared.contract.envelope import Recorded
from shared.contract.membership.members import CollegeClosed, CollegeOpened
from shared.contract.membership.vocabularies import TermClosed, TermDefined, TermRevised
from shared.contract.newsletter.bulletins import BulletinOpened
from shared.kernel.views.projection import Document, Evolve, Store, View
from shared.notions.vocabularies import VOCABULARIES, Term, Terms, folded, in_use, vocabulary_id

ELSEWHERE: Mapping[str, tuple[str, str]] = {
    "membership.college": ("college", "college"),
    "newsletter.bulletin": ("bulletin", "bulletin"),
}
"""entity → the list that its events are of, and the field that says the code"""


def _said(document: Document | None, data: Event, event: Recorded) -> Document:
    before = document or {"said": [], "made_of": []}
    one = {"day": day_of(event.time).isoformat(), "type": event.type, "data": data.model_dump(mode="json")}
    entity = f"{event.service}.{event.entity}.{event.entity_id}"
    return {**before, "said": [*before["said"], one], "made_of": sorted({*before["made_of"], entity})}


def _list(event: Recorded) -> Sequence[str]:
    """The list that an event is of; a correction names none, and is of the lists that its entity's events are of."""
    data: Any = event.data
    elsewhere = ELSEWHERE.get(f"{event.service}.{event.entity}")
    return (data.vocabulary if elsewhere is None else elsewhere[0],)


def _made_of(key: str, document: Document | None) -> Sequence[str]:
    of = [] if key in VOCABULARIES and VOCABULARIES[key].elsewhere else [f"membership.vocabulary.{vocabulary_id(key)}"]
    return of or (document["made_of"] if document else [])


def vocabularies(version: int) -> View:
    """The view, declared by each service with a version of its own."""
    on: Mapping[type[Event], Evolve] = dict.fromkeys(
        (TermDefined, TermRevised, TermClosed, CollegeOpened, CollegeClosed, BulletinOpened), _said
    )
    return View(name="vocabularies", version=version, on=on, keys=_list, sources=_made_of, stamps=())


class Lists:
    """The lists of the network, as they were said up to a point of the log."""

    def __init__(self, documents: Mapping[str, Document]) -> None:
        types = load_all()
        self._said = {
            name: [
                (types[one["type"]].model_validate(one["data"]), date.fromisoformat(one["day"]))
                for one in document["said"]
            ]
            for name, document in documents.items()
        }

    def terms(self, vocabulary: str, day: date | None = None) -> Terms:
        """A list at the end of a day, None: now, with the terms that were closed."""
        return folded(vocabulary, ((one, on) for one, on in self._said.get(vocabulary, ()) if day is None or on <= day))

    def offered(self, vocabulary: str, day: date | None = None) -> list[Term]:
        """The terms that may be used on a day, in their order."""
        return in_use(self.terms(vocabulary, day))

    def marked(self, vocabulary: str, mark: str, day: date | None = None) -> list[str]:
        """The codes of which something is so, closed ones too: figures of then ask for them."""
        return [one.code for one in self.terms(vocabulary, day).values() if mark in one.marks]

    def title(self, vocabulary: str, code: str, lang: str, day: date | None = None) -> str:
        """What a code is called on a day; else now; a code that no list knows is said as it is written."""
        term = self.terms(vocabulary, day).get(code) or self.terms(vocabulary).get(code) or Term(code, {})
        return term.title(lang)


async def lists(store: Store, view: View) -> Lists:
    """As the view shows them."""
    return Lists(await store.get_many(view, sorted(VOCABULARIES)))
