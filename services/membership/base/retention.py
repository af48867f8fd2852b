"""What the capabilities share that keep something about persons."""

from __future__ import annotations

from typing import Any

from shared.base.translations import L
from shared.contract.envelope import Recorded
from shared.contract.personal import Personal
from shared.kernel.views.projection import Document, Evolve

TEAM: str = L("L’équipe qui suit les adhésions")


def begins(purpose: str, field: str = "person") -> Evolve:
    """What begins to be kept of the person whom this field of the event names, for a purpose."""

    def evolve(document: Document | None, data: Any, event: Recorded) -> Document | None:
        value = getattr(data, field) or data.email
        if not isinstance(value, Personal):
            return document  # a structure, or nobody was named
        return {"person": str(value.person), "purpose": purpose, "since": None}

    return evolve
