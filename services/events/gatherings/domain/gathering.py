"""A gathering: an Agora, a stop of the tour, a training… Its rules stand by what they are about: planning, attending,
counting; its state in `state`."""

from __future__ import annotations

from services.events.gatherings.domain import headcounts as counting
from services.events.gatherings.domain import planning
from services.events.gatherings.domain import registrations as attending
from services.events.gatherings.domain.state import Gathering, evolve
from shared.kernel.decider import Decider

GATHERING = Decider(
    entity="gathering",
    initial=Gathering(),
    evolve=evolve,
    decisions={**planning.DECISIONS, **attending.DECISIONS, **counting.DECISIONS},
)
