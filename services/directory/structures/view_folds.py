"""How views of the directory take in what is said once of a structure."""

from __future__ import annotations

from typing import Any

from shared.base.paris_days import PARIS
from shared.contract.envelope import Recorded
from shared.kernel.views.projection import Document


def fact_of(**more: Any) -> Any:
    """A document with all that the event says, its day, its version and what else is given."""

    def evolve(document: Document | None, data: Any, event: Recorded) -> Document:
        facts = data.model_dump(mode="json")
        year = str(event.time.astimezone(PARIS).year)
        return {**facts, **more, "at": event.cloud.time, "year": year, "version": event.version}

    return evolve


def gone(document: Document | None, data: Any, event: Recorded) -> None:
    return None
