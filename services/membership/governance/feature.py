"""Who decides: the board and the working groups."""

from __future__ import annotations

from collections.abc import Sequence

from services.membership.base.queries import everything
from services.membership.governance.domain import board_seat, working_group
from services.membership.governance.domain.board_seat import SEAT, TakeBoardSeat
from services.membership.governance.domain.working_group import (
    GROUP,
    GroupCommand,
    JoinWorkingGroup,
)
from services.membership.governance.pages import routes
from services.membership.governance.views import GROUPS, SEATS
from services.membership.governance.words import WORDS
from services.membership.members.queries import members_offered
from shared.kernel.command_handler import Outcome
from shared.kernel.decider import Command
from shared.runtime.faces import OpenViews
from shared.runtime.feature import Feature
from shared.runtime.service import Choices, Retired


def page_of(command: Command, outcome: Outcome) -> str | None:
    """The group's record, the board."""
    if isinstance(command, GroupCommand):
        return f"/membership/groups/{outcome.entity_id}"
    return "/membership/board" if command.entity == SEAT.entity else None


async def choices(service: OpenViews, command: type[Command], lang: str) -> Choices:
    """Members and groups by their names. Whoever left may be chosen only where that makes sense."""
    if command.entity not in (SEAT.entity, GROUP.entity):
        return {}
    asked = command.model_fields
    found: dict[str, Sequence[tuple[str, str]]] = {}
    if "member" in asked:
        found["member"] = await members_offered(service, present=command in (JoinWorkingGroup, TakeBoardSeat))
    if "group" in asked:
        found["group"] = [(one["key"], one["name"]) for one in await everything(service, GROUPS, sort="sort")]
    return found


RETIRED = {
    "RestoreBoardSeat": Retired("seat", "StrikeEvents"),
    "RestoreWorkingGroup": Retired("group", "StrikeEvents"),
}

FEATURE = Feature(
    name="governance",
    deciders=(SEAT, GROUP),
    views=(SEATS, GROUPS),
    words=WORDS,
    routes=(routes,),
    page_of=page_of,
    choices=choices,
    retired=RETIRED,
    again={**board_seat.AGAIN, **working_group.AGAIN},
)
