"""A gathering: a yearly one, a stop of a tour, a training… Its rules stand by what they are about: planning, attending,
counting; its state in `state`."""

from __future__ import annotations

from services.events.gatherings.domain import headcounts as counting
from services.events.gatherings.domain import planning
from services.events.gatherings.domain import registrations as attending
from services.events.gatherings.domain.planning import HELD, PlanGathering
from services.events.gatherings.domain.state import Gathering, dated, evolve
from shared.contract import Event
from shared.contract.events.gatherings import (
    AgoraAttended,
    GatheringAttended,
    GatheringHeld,
    GatheringPlanned,
    HeadsCounted,
    WorkshopHeld,
)
from shared.kernel.decider import Decider


def allows(state: Gathering, event: Event) -> str | None:
    """It is held once, and who came had a place. Registrations are judged when they come, first come first served."""
    match event:
        case GatheringPlanned():
            return None if state.facts is None else "already-registered"
        case GatheringHeld():
            return "already-held" if state.held else None
        case WorkshopHeld():
            return "already-noted" if event.workshop in state.workshops else None
        case AgoraAttended() | GatheringAttended():
            place = state.places.get(event.registration)
            if place is None:
                return "unknown-registration"
            return {
                "present": "already-present",
                "waiting": "still-waiting",
                "cancelled": "registration-cancelled",
            }.get(place.standing)
    return None


def anew(state: Gathering, event: Event) -> str | None:
    """What was struck is not said again of a gathering that was cancelled since, nor what it came to; nor that it was
    held elsewhere, or called otherwise, than where it was moved and what it was made since."""
    come = (GatheringHeld, HeadsCounted, WorkshopHeld, AgoraAttended, GatheringAttended)
    if state.cancelled and isinstance(event, come):
        return "gathering-cancelled"
    if isinstance(event, GatheringHeld) and state.facts is not None:
        return "held-otherwise" if any(getattr(event, name) != state.facts[name] for name in HELD) else None
    return None


GATHERING = Decider(
    entity="gathering",
    initial=Gathering(),
    evolve=evolve,
    decisions={**planning.DECISIONS, **attending.DECISIONS, **counting.DECISIONS},
    allows=allows,
    births=(GatheringPlanned,),
    alone=(HeadsCounted,),
    anew=anew,
    rests={GatheringPlanned: PlanGathering.refers, HeadsCounted: counting.CountAudience.refers},
    dated=dated,
)
