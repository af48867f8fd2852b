"""Identification requests: who the network knows that answers to their criteria, what was answered, and that again.

An answer keeps the ids of the structures given and the sequence of the log that they were shown at;
structures/history.py folds from the log what they were then. So the answer can be given again, as it was, however the
records have changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import urlencode

from services.directory.search.finder import Finder
from shared.contract.corrections import EventStruck, StrikeLifted
from shared.contract.directory.casework import IdentificationAnswered
from shared.contract.envelope import Recorded
from shared.kernel.eventlog.event_log import History
from shared.kernel.views.projection import Document, folded
from shared.notions.vocabularies.view import known_lists

MOST = 10_000  # structures of one answer, as AnswerIdentification has it


@dataclass(frozen=True)
class Criteria:
    """A request as the search takes it: words, facets. `unknown`: themes that no record names, searched as words."""

    text: str
    where: Mapping[str, Sequence[str]]
    unknown: Sequence[str]

    @property
    def query(self) -> str:
        """The same as the address of the directory's search takes it."""
        words = [("q", self.text)] if self.text else []
        return urlencode([*words, *((name, value) for name, values in self.where.items() for value in values)])

    @property
    def asks(self) -> bool:
        """Whether anything narrows the search: a question in words alone does not."""
        return bool(self.text or self.where)


@dataclass(frozen=True)
class Candidates:
    """The structures that answer to the criteria, by name; `mark` changes whenever they do."""

    keys: Sequence[str]
    documents: Sequence[Document]

    @property
    def mark(self) -> str:
        return sha256("\n".join(self.keys).encode()).hexdigest()[:32]


def criteria_of(request: Document, themes: Sequence[str], more: str = "") -> Criteria:
    """The criteria of a request. `themes`: those that records name; one that is asked for means all that hold its words
    ("eau" means "Eau et assainissement"). `more`: words to narrow it."""
    terms = known_lists().themes()
    known: dict[str, None] = {}
    unknown = []
    for asked in request["themes"]:
        words = set(folded(asked).split())
        meant = terms.read(asked)
        same = [
            theme
            for theme in themes
            if theme == meant or any(words <= set(folded(word).split()) for word in terms.words(theme))
        ]
        known |= dict.fromkeys(same)
        unknown += [] if same else [asked]
    where = {
        "themes": list(known),
        "countries": request["countries"],
        "kind": request["kinds"],
        "department": request["departments"],
    }
    text = " ".join([*unknown, more]).strip()
    return Criteria(text, {name: values for name, values in where.items() if values}, unknown)


async def criteria_now(finder: Finder, request: Document, more: str = "") -> Criteria:
    """The criteria, by the themes that the directory knows now."""
    facets = (await finder.find(limit=0, count=("themes",))).facets
    return criteria_of(request, list(facets["themes"]), more)


async def candidates(finder: Finder, criteria: Criteria, shown: int) -> Candidates:
    """Who answers to the criteria now: all their ids, and the first `shown` records."""
    found = await finder.find(criteria.text, criteria.where, limit=shown, count=())
    return Candidates(await finder.keys(criteria.text, criteria.where), found.documents)


def answers_of(history: History) -> list[Recorded]:
    """The answers to a request, the latest first: it may have been answered more than once. Those that were noted by
    mistake are none; those to a request that was taken back as a whole can still be read."""
    struck: dict[str, bool] = {}
    for one in history.events:
        if isinstance(one.data, EventStruck | StrikeLifted):
            struck[str(one.data.event)] = isinstance(one.data, EventStruck)
    given = [one for one in history.events if one.type == IdentificationAnswered.__name__ and not struck.get(one.id)]
    return given[::-1]


def given_in(answer: Recorded) -> tuple[list[str], int]:
    """The ids of the structures of an answer, and the sequence that they were shown at."""
    data = answer.data
    assert isinstance(data, IdentificationAnswered)
    return [str(id) for id in data.found], data.shown_upto or answer.seq
