"""What is asked of the cooperation projects by the address of a page, and how it is found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Query

from services.directory.projects.views import OLDEST, PROJECTS, between, periods
from services.directory.search.finder import Finder, ProjectSource, Results
from services.directory.search.query import Asked
from shared.kernel.views.projection import folded
from shared.notions.vocabularies.view import known_lists
from shared.web.lists import Chosen, Words

FACETS = ("countries", "themes", "sdgs", "stage", "departments", "state", "structures", "partners")
LATEST = 2100
ORDERS = ("title", "-begins", "-seen")
PROJECT_SOURCE = ProjectSource(PROJECTS, periods)
Year = Annotated[str, Query(max_length=4)]


class ProjectSearch:
    """A search as its address says it: words, filters that may be given several times, years, an order.

    `first` and `last` are years; what is no year asks nothing. One alone means that year. Used as a dependency.
    """

    def __init__(
        self,
        q: Words = "",
        countries: Chosen = None,
        themes: Chosen = None,
        sdgs: Chosen = None,
        stage: Chosen = None,
        departments: Chosen = None,
        structures: Chosen = None,
        partners: Chosen = None,
        state: Chosen = None,
        first: Year = "",
        last: Year = "",
        sort: Annotated[str, Query(max_length=20)] = "title",
    ) -> None:
        self.q, self.order = q.strip(), sort if sort in ORDERS else ORDERS[0]
        given = {
            "countries": countries,
            "themes": themes,
            "sdgs": sdgs,
            "stage": stage,
            "departments": departments,
            "structures": structures,
            "partners": partners,
            "state": state,
        }
        self.chosen: Mapping[str, Sequence[str]] = {
            name: list(dict.fromkeys(filter(None, values or ()))) for name, values in given.items()
        }
        self.chosen = {**self.chosen, "themes": known_lists().themes().read_all(self.chosen["themes"])}
        years = sorted(int(text) for text in (first, last) if is_year(text))
        self.years = (years[0], years[-1]) if years else None

    @property
    def narrowed(self) -> bool:
        """Whether anything is asked at all."""
        return bool(self.q or self.years or any(self.chosen.values()))

    @property
    def where(self) -> dict[str, Sequence[str]]:
        """The filters as the finder takes them."""
        periods = {"periods": between(*self.years)} if self.years else {}
        return {**{name: values for name, values in self.chosen.items() if values}, **periods}

    async def page(
        self, finder: Finder, limit: int, offset: int = 0, count: Sequence[str] = FACETS, *, without: Sequence[str] = ()
    ) -> Results:
        """What is found. `without`: filters that are left out."""
        where = {name: values for name, values in self.where.items() if name not in without}
        return await finder.find_projects(self.q, where, order=self.order, limit=limit, offset=offset, count=count)


def is_year(text: str) -> bool:
    return text.isascii() and text.isdigit() and OLDEST <= int(text) <= LATEST


ALIKE = {"themes": "themes", "countries": "countries", "sdgs": "sdgs", "department": "departments"}
"""What a search of structures and one of projects both narrow by: the names that each has for it."""
ASKED_FOR = {"themes": "themes", "countries": "countries", "kind": "kinds", "department": "departments"}
"""The same for an identification request."""


@dataclass(frozen=True)
class Beside:
    """What stands beside the structures that a search finds: how many projects answer it too, the address that shows
    these, and that of a request with the same criteria ("" where there are none)."""

    projects: int
    href: str
    request: str


async def beside(finder: Finder, question: Asked) -> Beside | None:
    """None for a search that asks nothing, or a past day."""
    if question.past or not (question.q or question.where):
        return None
    where = {ALIKE[name]: values for name, values in question.where.items() if name in ALIKE}
    asks = bool(question.q or where)
    projects = (await finder.find_projects(question.q, where, limit=0, count=())).total if asks else 0
    criteria = [
        (ASKED_FOR[name], value) for name, values in question.where.items() if name in ASKED_FOR for value in values
    ]
    criteria += await _words_as_criteria(finder, question.q) if question.q else []
    return Beside(
        projects,
        f"/directory/projects?{urlencode([*([('q', question.q)] if question.q else []), *_flat(where)])}",
        f"/directory/do/RequestIdentification?{urlencode(criteria)}" if criteria else "",
    )


async def _words_as_criteria(finder: Finder, words: str) -> list[tuple[str, str]]:
    """What words of a search are in a request: the themes that hold them, else a question."""
    themes = (await finder.find(limit=0, count=("themes",))).facets["themes"]
    asked = set(folded(words).split())
    known = known_lists().themes()
    same = [one for one in themes if any(asked <= set(folded(word).split()) for word in known.words(one))]
    return [("themes", theme) for theme in same] or [("question", words)]


def _flat(where: Mapping[str, Sequence[str]]) -> list[tuple[str, str]]:
    return [(name, value) for name, values in where.items() for value in values]
