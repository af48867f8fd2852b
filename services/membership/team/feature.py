"""The team: volunteers, civic services and the places approved for them, posts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from services.membership.base.queries import everything
from services.membership.members.queries import hosts_offered
from services.membership.team.domain import civic_place, civic_service, staff_post, volunteer
from services.membership.team.domain.civic_place import CIVIC_PLACE
from services.membership.team.domain.civic_service import (
    CIVIC_SERVICE,
)
from services.membership.team.domain.staff_post import POST
from services.membership.team.domain.volunteer import VOLUNTEER
from services.membership.team.pages import routes
from services.membership.team.views import CIVIC_PLACES, CIVIC_SERVICES, POSTS, VOLUNTEERS
from services.membership.team.words import WORDS
from shared.kernel.command_handler import Outcome
from shared.kernel.decider import Command
from shared.runtime.faces import OpenViews
from shared.runtime.feature import Feature
from shared.runtime.service import Choices, Retired

LISTS: Mapping[str, str] = {
    VOLUNTEER.entity: "volunteers",
    CIVIC_SERVICE.entity: "civic-service",
    CIVIC_PLACE.entity: "civic-service",
    POST.entity: "team",
}
"""Entity → the list on which it stands: none has a page of its own."""


def page_of(command: Command, outcome: Outcome) -> str | None:
    """The list in which stands what was changed."""
    return f"/membership/{LISTS[command.entity]}" if command.entity in LISTS else None


async def choices(service: OpenViews, command: type[Command], lang: str) -> Choices:
    """The members who may host, and the posts, by their names."""
    if command.entity not in LISTS:
        return {}
    asked = command.model_fields
    found: dict[str, Sequence[tuple[str, str]]] = {}
    if "host" in asked:
        found["host"] = await hosts_offered(service)
    if "post" in asked:
        found["post"] = [(one["key"], one["title"]) for one in await everything(service, POSTS)]
    return found


RETIRED = {
    "WithdrawVolunteer": Retired("volunteer", "StrikeEvents"),
    "RestoreVolunteer": Retired("volunteer", "LiftStrikes"),
    "WithdrawCivicService": Retired("civic-service", "StrikeEvents"),
    "RestoreCivicService": Retired("civic-service", "StrikeEvents"),
    "RestoreCivicServicePlace": Retired("civic-place", "StrikeEvents"),
    "WithdrawStaffPost": Retired("post", "StrikeEvents"),
    "RestoreStaffPost": Retired("post", "StrikeEvents"),
}

FEATURE = Feature(
    name="team",
    deciders=(VOLUNTEER, CIVIC_SERVICE, CIVIC_PLACE, POST),
    views=(VOLUNTEERS, CIVIC_SERVICES, CIVIC_PLACES, POSTS),
    words=WORDS,
    routes=(routes,),
    page_of=page_of,
    choices=choices,
    retired=RETIRED,
    again={**civic_place.AGAIN, **civic_service.AGAIN, **staff_post.AGAIN, **volunteer.AGAIN},
)
