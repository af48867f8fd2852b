"""Gatherings: planned, moved, cancelled, held; who registers, who came. All of it is decided on one history."""

from __future__ import annotations

from collections.abc import Sequence

from services.events.base.places import departments_offered
from services.events.gatherings.domain.gathering import GATHERING
from services.events.gatherings.domain.headcounts import NoteWorkshop, counted_by, counts
from services.events.gatherings.domain.planning import HoldGathering, PlanGathering
from services.events.gatherings.domain.registrations import RegistrationCommand
from services.events.gatherings.queries import gatherings_offered
from services.events.gatherings.views import GATHERINGS
from services.events.gatherings.words import WORDS
from services.events.structures.queries import structures_offered
from shared.contract.events.gatherings import (
    AgoraAttended,
    GatheringAttended,
    GatheringHeld,
    GatheringPlanned,
    HeadsCounted,
    WorkshopHeld,
)
from shared.kernel.command_handler import Outcome
from shared.kernel.decider import Command
from shared.runtime.faces import Views
from shared.runtime.feature import Feature, Sayings
from shared.runtime.service import Again, Choices, Retired


def page_of(command: Command, outcome: Outcome) -> str | None:
    """The record of the gathering; for what happens at the door, wherever one came from."""
    if isinstance(command, RegistrationCommand):
        return ""
    return f"/events/gatherings/{outcome.entity_id}" if command.entity == GATHERING.entity else None


async def choices(service: Views, command: type[Command], lang: str) -> Choices:
    """Departments and gatherings by name; for whom somebody comes, the members."""
    if command.entity != GATHERING.entity:
        return {}
    fields = command.model_fields
    found: dict[str, Sequence[tuple[str, str]]] = {}
    if "department" in fields:
        found["department"] = departments_offered()
    if "gathering" in fields:
        found["gathering"] = await gatherings_offered(service)
    if "structure" in fields:
        found["structure"] = await structures_offered(service, "structure")
    return found


RETIRED = {
    "UndoHolding": Retired("gathering", "StrikeEvents"),
    "UndoCheckIn": Retired("gathering", "StrikeEvents"),
    "WithdrawWorkshop": Retired("gathering", "StrikeEvents"),
}

CAME = "it says nothing but who came and when: whoever else came is checked in"

AGAIN: Sayings = {
    GatheringPlanned: PlanGathering,
    GatheringHeld: HoldGathering,
    HeadsCounted: Again(counted_by, counts),
    WorkshopHeld: Again(NoteWorkshop, lambda said: {"workshop_title": said["title"]}),
    GatheringAttended: Again(never=CAME),
    AgoraAttended: Again(never=CAME),
}

FEATURE = Feature(
    name="gatherings",
    deciders=(GATHERING,),
    views=(GATHERINGS,),
    words=WORDS,
    page_of=page_of,
    choices=choices,
    retired=RETIRED,
    again=AGAIN,
)
