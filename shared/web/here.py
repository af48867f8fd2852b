"""What a route's function asks for by its parameters: the service that it answers for, and that service's pages.

A function of a route stands at module level, so that it can be found, imported and tested: what it needs beside what
was asked is given to it, and of its service no more than it needs (shared/runtime/faces.py).
`async def claims(service: Here[Views], request: Request) -> Response`.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from typing import Annotated, TypeVar

from fastapi import Depends, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from shared.base.paris_days import day_of
from shared.contract.fields import day_typed
from shared.kernel.decider import Refused
from shared.kernel.eventlog.event_log import Unavailable
from shared.notions.vocabularies.view import answered_as_of
from shared.runtime.faces import AllFaces
from shared.runtime.service import Service
from shared.web.templating import Pages

Face = TypeVar("Face")


async def service_of(request: Request) -> AllFaces:
    """The service whose app was asked."""
    found: Service = request.app.state.service
    return found


async def pages_of(request: Request) -> Pages:
    """The pages of that app."""
    found: Pages = request.app.state.pages
    return found


Here = Annotated[Face, Depends(service_of)]
"""The service whose app was asked, as far as a face of it shows."""
ThesePages = Annotated[Pages, Depends(pages_of)]


async def position_first(request: Request) -> None:
    """The dependency of every page: notes where the views are before they are asked."""
    request.state.position = request.app.state.service.runner.position


def position(request: Request) -> int:
    """The sequence that a page of views says it is as current as: all up to there is in what it shows."""
    found: int = request.state.position
    return found


async def named_by_the_network(request: Request) -> None:
    """The dependency of every page: from here on texts name the terms of the network's lists as the network does; on a
    page as of a day that is over, in its export and in such an answer of the API, as it did on that day. A page that
    the store does not answer is shown with the names that were known."""
    answered_as_of(_past_day(request))
    with suppress(Unavailable):
        await request.app.state.service.lists.now()


DAYS = ("as_of", "known_at")
FORMS = ("/do/", "/choose/", "/again/")
"""Where the address fills a form in: what it says there is the form's own"""


async def no_other_day(request: Request) -> None:
    """The dependency of every page, export and answer of the API: what does not take a day of the past, or not what was
    known on one, refuses it. Nobody is given today's answer for that of another day. Raises Refused."""
    route, asked = request.scope.get("route"), request.query_params
    if request.method not in ("GET", "HEAD") or not isinstance(route, APIRoute) or route.path.startswith(FORMS):
        return
    for name in DAYS:
        if any(asked.getlist(name)) and not _asks(route.dependant, name) and not _today(request, asked.getlist(name)):
            raise Refused("takes-no-past-day" if name == "as_of" else "takes-no-knowledge", field=name)


def _today(request: Request, said: Sequence[str]) -> bool:
    """Whether all that was said is the day that it is: what stands is the answer to that."""
    today = day_of(request.app.state.service.now())
    try:
        return all(day_typed(one) == today for one in said if one)
    except ValueError:
        return False


def _of_days(route: APIRoute) -> bool:
    """Whether what a route answers may be of a day that is over."""
    return "GET" in (route.methods or ()) and _asks(route.dependant, "as_of")


def _asks(dependant: Dependant, name: str) -> bool:
    """Whether a function of a route, or one that it depends on, takes this from the address."""
    own = any(one.alias == name for one in dependant.query_params)
    return own or any(_asks(one, name) for one in dependant.dependencies)


def _past_day(request: Request) -> date | None:
    """The day that an address asks for as `as_of`, if it is over; what is no day, whoever reads it refuses."""
    asked, route = request.query_params.get("as_of"), request.scope.get("route")
    if not asked or not isinstance(route, APIRoute) or not _of_days(route):
        return None
    try:
        day = day_typed(asked)
    except ValueError:
        return None
    return day if day < day_of(request.app.state.service.now()) else None
