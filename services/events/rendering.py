"""How the history of a thing is told on the pages of events."""

from __future__ import annotations

from shared.envelope import Recorded
from shared.log import History


def newest_first(history: History) -> list[Recorded]:
    """By when it happened; what was learnt later first on the same day."""
    return sorted(history.events, key=lambda event: (event.time, event.seq), reverse=True)
