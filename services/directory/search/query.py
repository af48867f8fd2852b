"""What an address of the search asks for: words, facets, an order, a day. The page, its map and its exports read it
alike."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Query, Request

from services.directory.search.finder import Results, finder_of
from services.directory.search.past_days import past_of
from services.directory.structures.view_walk import chosen
from services.directory.structures.views import STRUCTURES
from shared.base.paris_days import PARIS
from shared.contract.fields import EMPTIED, Day
from shared.geo import DEPARTMENTS
from shared.kernel.views.projection import Document
from shared.runtime.faces import Premises, Views
from shared.web.lists import PAGE, Chosen, Words

FACETS = ("department", "commune", "kind", "member", "college", "listed", "themes", "countries", "sdgs", "state")
COUNTED = ("department", "kind", "member", "college", "listed", "themes", "countries", "sdgs", "state")
OF_TODAY = ("member", "college")  # facets that no past day knows
ORDERS = ("name", "-name", "-seen", "seen")
AsOf = Annotated[
    Day | None,
    EMPTIED,
    Query(description="The directory as it was at the end of that day (YYYY-MM-DD), in Paris."),
]


def past_day(day: date | None, now: datetime) -> date | None:
    """The day, if it is over in Paris; None for today and later, which are the directory as it stands."""
    return None if day is None or day >= now.astimezone(PARIS).date() else day


@dataclass(frozen=True)
class Asked:
    """`where`: facet → values; `order`: one of ORDERS; `as_of`: a day that is over, or None."""

    q: str = ""
    where: Mapping[str, Sequence[str]] = field(default_factory=dict)
    order: str = "name"
    as_of: date | None = None

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
        said += [("as_of", self.as_of.isoformat())] if self.as_of else []
        return urlencode(said)


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
    day = past_day(as_of, service.now())
    left_out = OF_TODAY if day else ()
    said = {name: values for name, values in where.items() if values and name not in left_out}
    return Asked(q.strip(), said, sort if sort in ORDERS else ORDERS[0], day)


async def found(service: Views, question: Asked, page: int = 1) -> Results:
    """One page of the answer with all that its facets count; communes are counted in the one department chosen."""
    counted = [name for name in COUNTED if not (question.as_of and name in OF_TODAY)]
    prefixes = {"commune": question.closer} if question.closer else {}
    find = past_of(service).day(question.as_of).find if question.as_of else finder_of(service).find
    return await find(
        question.q,
        question.where,
        order=question.order,
        limit=PAGE,
        offset=(page - 1) * PAGE,
        count=[*counted, *prefixes],
        prefixes=prefixes,
    )


async def records(service: Views, question: Asked) -> AsyncIterator[Document]:
    """Every record of the answer in its order, read as it is written: for an export."""
    if question.as_of:
        day = past_of(service).day(question.as_of)
        return day.documents(await day.keys(question.q, question.where, order=question.order))
    keys = await finder_of(service).keys(question.q, question.where, order=question.order)
    return chosen(service.store, STRUCTURES, keys)
