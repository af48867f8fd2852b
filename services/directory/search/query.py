"""What an address of the search asks for: words, facets, an order, a day. The page, its map and its exports read it
alike."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Query, Request

from services.directory.search.finder import Results, finder_of
from services.directory.search.past_days import Day as PastDay
from services.directory.search.past_days import past_of
from services.directory.structures.view_walk import chosen
from services.directory.structures.views import STRUCTURES
from shared.geo import DEPARTMENTS
from shared.kernel.views.projection import Document
from shared.notions.vocabularies.view import known_lists
from shared.runtime.faces import Premises, Views
from shared.web.lists import PAGE, Chosen, Words
from shared.web.past.moments import TODAY, AsOf, KnownAt, Moment, moment_of

FACETS = ("department", "commune", "kind", "member", "college", "listed", "themes", "countries", "sdgs", "state")
COUNTED = ("department", "kind", "member", "college", "listed", "themes", "countries", "sdgs", "state")
ORDERS = ("name", "-name", "-seen", "seen")
College = Callable[[str], str | None]
"""structure → the college that it is in as a member, None for no member; on the day that is asked for"""


@dataclass(frozen=True)
class Asked:
    """`where`: facet → values; `order`: one of ORDERS; `moment`: days that are over, or none."""

    q: str = ""
    where: Mapping[str, Sequence[str]] = field(default_factory=dict)
    order: str = "name"
    moment: Moment = TODAY

    @property
    def past(self) -> bool:
        """Whether it asks for another day than today, or for what was known on another."""
        return self.moment.past

    @property
    def closer(self) -> str | None:
        """The one department that the map shows from nearby, with its communes."""
        chosen = self.where.get("department", ())
        return chosen[0] if len(chosen) == 1 and chosen[0] in DEPARTMENTS else None

    def query(self) -> str:
        """The same question as the query of an address, without its page; "" for the whole directory."""
        said: list[tuple[str, str]] = [("q", self.q)] if self.q else []
        said += [(name, value) for name, values in self.where.items() for value in values]
        said += [("sort", self.order)] if self.order != "name" else []
        return "&".join(filter(None, (urlencode(said), self.moment.query.removeprefix("?"))))


def asked(
    request: Request,
    q: Words = "",
    department: Chosen = None,
    commune: Chosen = None,
    kind: Chosen = None,
    member: Chosen = None,
    college: Chosen = None,
    listed: Chosen = None,
    themes: Chosen = None,
    countries: Chosen = None,
    sdgs: Chosen = None,
    state: Chosen = None,
    sort: Annotated[str, Query(max_length=20)] = "name",
    as_of: AsOf = None,
    known_at: KnownAt = None,
) -> Asked:
    """The question of a request; an order that there is not is the usual one."""
    given = {
        "department": department,
        "commune": commune,
        "kind": kind,
        "member": member,
        "college": college,
        "listed": listed,
        "themes": themes,
        "countries": countries,
        "sdgs": sdgs,
        "state": state,
    }
    where = {name: tuple(dict.fromkeys(filter(None, values or ()))) for name, values in given.items()}
    service: Premises = request.app.state.service
    moment = moment_of(as_of, known_at, service.now())
    where["themes"] = tuple(known_lists().themes(moment.as_of).read_all(where["themes"]))
    said = {name: values for name, values in where.items() if values}
    return Asked(q.strip(), said, sort if sort in ORDERS else ORDERS[0], moment)


async def found(service: Views, question: Asked, page: int = 1) -> Results:
    """One page of the answer with all that its facets count; communes are counted in the one department chosen."""
    prefixes = {"commune": question.closer} if question.closer else {}
    find = _day(service, question.moment).find if question.past else finder_of(service).find
    return await find(
        question.q,
        question.where,
        order=question.order,
        limit=PAGE,
        offset=(page - 1) * PAGE,
        count=[*COUNTED, *prefixes],
        prefixes=prefixes,
    )


async def records(service: Views, question: Asked) -> tuple[AsyncIterator[Document], College]:
    """Every record of the answer in its order, read as it is written, and who of them is a member: for an export."""
    if question.past:
        day = _day(service, question.moment)
        return day.documents(await day.keys(question.q, question.where, order=question.order)), day.college
    finder = finder_of(service)
    keys = await finder.keys(question.q, question.where, order=question.order)
    return chosen(service.store, STRUCTURES, keys), finder.college


def _day(service: Views, moment: Moment) -> PastDay:
    return past_of(service).day(moment.as_of, moment.known_at)
