"""What a route's function asks for by its parameters: the service that it answers for, and that service's pages.

A function of a route stands at module level, so that it can be found, imported and tested: what it needs beside what
was asked is given to it, and of its service no more than it needs (shared/runtime/faces.py).
`async def claims(service: Here[Views], request: Request) -> Response`.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from typing import Annotated, TypeVar

from fastapi import Depends, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from shared.base.paris_days import day_of
from shared.contract.fields import day_typed
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


def _of_days(route: APIRoute) -> bool:
    """Whether what a route answers may be of a day that is over."""
    return "GET" in (route.methods or ()) and asks(route.dependant, "as_of")


def asks(dependant: Dependant, name: str) -> bool:
    """Whether a function of a route, or one that it depends on, takes this from the address."""
    own = any(one.alias == name for one in dependant.query_params)
    return own or any(asks(one, name) for one in dependant.dependencies)


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
