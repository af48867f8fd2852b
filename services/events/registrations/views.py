"""Registrations, by their own ids: who is registered, waits, came or cancelled. Names stay sealed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shared.contract.envelope import Recorded
from shared.contract.events.gatherings import (
    AgoraAttended,
    AttendanceUndone,
    GatheringAttended,
    ParticipantMovedUp,
    ParticipantRegistered,
    RegistrationCancelled,
    RegistrationReinstated,
)
from shared.kernel.views.projection import Document, Evolve, View, kept


def _registration(event: Recorded) -> Sequence[str]:
    return (str(event.data.registration),)  # type: ignore[attr-defined]


def _registered(document: Document | None, data: ParticipantRegistered, event: Recorded) -> Document:
    return {
        "gathering": event.entity_id,
        "ticket": data.ticket,
        "audience": data.audience,
        "name": kept(data.name, event, "name"),
        "email": kept(data.email, event, "email"),
        "structure": str(data.structure) if data.structure else None,
        "structure_name": data.structure_name,
        "standing": "waiting" if data.waiting else "registered",
        "since": event.cloud.time,
        "present_at": None,
    }


def _stands(standing: str, *, whoever: bool = False) -> Evolve:
    """An evolve after which a registration stands so, or waits where the event says that; not of who came, but
    `whoever`. That somebody came may be restored after the place was given away: they were there all the same."""

    def evolve(document: Document | None, data: Any, event: Recorded) -> Document | None:
        if document is None or (document["standing"] == "present" and not whoever):
            return document
        now = "waiting" if getattr(data, "waiting", False) else standing
        return {**document, "standing": now, "present_at": event.cloud.time if now == "present" else None}

    return evolve


REGISTRATIONS = View(
    name="registrations",
    version=2,
    on={
        ParticipantRegistered: _registered,
        ParticipantMovedUp: _stands("registered"),
        RegistrationCancelled: _stands("cancelled"),
        RegistrationReinstated: _stands("registered"),
        AgoraAttended: _stands("present", whoever=True),
        GatheringAttended: _stands("present", whoever=True),
        AttendanceUndone: _stands("registered", whoever=True),
    },
    keys=_registration,
    sources=lambda key, document: [f"events.gathering.{document['gathering']}"] if document else [],
    fields=("gathering", "ticket", "audience", "standing", "present_at"),
)
