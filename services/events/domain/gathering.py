"""A gathering: an Agora, a stop of the tour, a training… Its rules stand by what they are about: planning, attending,
counting; its state in `state`."""

from __future__ import annotations

from services.events.domain import attending, counting, planning
from services.events.domain.state import Gathering, evolve
from shared.decider import Decider

GATHERING = Decider(
    entity="gathering",
    initial=Gathering(),
    evolve=evolve,
    decisions={**planning.DECISIONS, **attending.DECISIONS, **counting.DECISIONS},
)
