"""What takes no day of the past refuses one: nobody is given today's answer for that of another day."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import Request
from fastapi.routing import APIRoute

from shared.base.paris_days import day_of
from shared.contract.fields import day_typed
from shared.kernel.decider import Refused
from shared.web.here import asks

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
        if any(asked.getlist(name)) and not asks(route.dependant, name) and not _today(request, asked.getlist(name)):
            raise Refused("takes-no-past-day" if name == "as_of" else "takes-no-knowledge", field=name)


def _today(request: Request, said: Sequence[str]) -> bool:
    """Whether all that was said is the day that it is: what stands is the answer to that."""
    today = day_of(request.app.state.service.now())
    try:
        return all(day_typed(one) == today for one in said if one)
    except ValueError:
        return False
