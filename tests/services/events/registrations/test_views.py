"""How a registration stands, in the order of its line."""

from __future__ import annotations

from uuid import UUID

import pytest

from services.events.registrations.views import REGISTRATIONS
from shared.contract import Event
from shared.contract.events.gatherings import (
    AgoraAttended,
    ParticipantMovedUp,
    RegistrationCancelled,
    RegistrationReinstated,
)
from shared.kernel.views.projection import Document
from tests.fixtures.entity_lines import story

ID = UUID(int=1)
CAME = AgoraAttended(registration=ID, audience="students")
CANCELLED = RegistrationCancelled(registration=ID)
BACK = RegistrationReinstated(registration=ID, waiting=True)


@pytest.mark.parametrize(
    ("events", "standing"),
    [
        ([CANCELLED], "cancelled"),
        ([CANCELLED, BACK], "waiting"),
        ([CANCELLED, BACK, ParticipantMovedUp(registration=ID)], "registered"),
        ([CAME], "present"),
        ([CAME, CANCELLED], "present"),
        ([CAME, CANCELLED, BACK], "present"),
    ],
)
def test_who_came_was_there_whatever_became_of_the_registration(events: list[Event], standing: str) -> None:
    document: Document | None = {"gathering": "g", "standing": "registered", "present_at": None}
    for event in story(*((one, "2026-11-30") for one in events)).events:
        document = REGISTRATIONS.evolve(document, event)
    assert document is not None and document["standing"] == standing
    assert bool(document["present_at"]) == (standing == "present")
