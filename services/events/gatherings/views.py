"""Gatherings as the pages show them: planned, held or cancelled, with their heads counted by public (`heads`)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from services.events.gatherings.domain.headcounts import UNSPECIFIED, CountHeads
from services.events.gatherings.domain.state import EMPTY
from shared.base.paris_days import PARIS
from shared.contract.envelope import Recorded
from shared.contract.events.gatherings import (
    AgoraAttended,
    AttendanceUndone,
    GatheringAnnounced,
    GatheringAttended,
    GatheringCancelled,
    GatheringHeld,
    GatheringHoldingUndone,
    GatheringMoved,
    GatheringPlanned,
    GatheringReinstated,
    GatheringRevised,
    HeadCountWithdrawn,
    HeadsCounted,
    ParticipantMovedUp,
    ParticipantRegistered,
    RegistrationCancelled,
    RegistrationReinstated,
    WorkshopHeld,
    WorkshopWithdrawn,
)
from shared.kernel.views.projection import Document, Evolve, View
from shared.notions import gathering as notion

ANSWERS = CountHeads.model_fields.keys() - {"gathering"}
AT_THE_DOOR = (
    ParticipantRegistered,
    ParticipantMovedUp,
    RegistrationCancelled,
    RegistrationReinstated,
    AgoraAttended,
    GatheringAttended,
    AttendanceUndone,
)
"""What happens to one registration. It changes a gathering's version and nothing else: places are counted where they
are kept."""


def _gathering(document: Document, event: Recorded) -> Document:
    """What follows from the facts: its days, its year, its sum of heads, its state, its version."""
    starts = datetime.fromisoformat(document["starts"])
    first = starts.astimezone(PARIS).date()
    return {
        **document,
        "starts": starts.astimezone(PARIS).isoformat(),
        "day": first.isoformat(),
        "last_day": (first + timedelta(days=document["days"] - 1)).isoformat(),
        "year": first.isoformat()[:4],
        "people": notion.heads(document["heads"].values()),
        "state": notion.state(bool(document["held"]), bool(document["cancelled"])),
        "version": event.version,
    }


def _planned(document: Document | None, data: GatheringPlanned, event: Recorded) -> Document:
    fresh: Document = {
        "announced": None,
        "summary": None,
        "cancelled": None,
        "held": None,
        "guests": [],
        "workshops": [],
        "heads": {},
    }
    return _gathering({**fresh, **data.model_dump(mode="json")}, event)


def _changed(change: Callable[[Document, Any, Recorded], Document]) -> Evolve:
    """An evolve for events about a gathering that was planned."""

    def evolve(document: Document | None, data: Any, event: Recorded) -> Document | None:
        return None if document is None else _gathering({**document, **change(document, data, event)}, event)

    return evolve


def _revised(document: Document, data: GatheringRevised, event: Recorded) -> Document:
    given = {n: v for n, v in data.model_dump(mode="json").items() if v is not None and n != "cleared"}
    return {**given, **{name: EMPTY[name] for name in data.cleared}}


def _moved(document: Document, data: GatheringMoved, event: Recorded) -> Document:
    return {name: value for name, value in data.model_dump(mode="json").items() if value is not None}


def _counted(document: Document, audience: str | None, people: int | None) -> Document:
    """The heads of one public; those of any network also as the answers that the form of `CountHeads` shows."""
    public = audience or UNSPECIFIED
    answer = {public: people} if public in ANSWERS else {}
    return {"heads": {**document["heads"], public: people}, **answer}


def _workshop(document: Document, data: WorkshopHeld, event: Recorded) -> Document:
    return {"workshops": [*document["workshops"], {"workshop": str(data.workshop), "title": data.title}]}


def _no_workshop(document: Document, data: WorkshopWithdrawn, event: Recorded) -> Document:
    return {"workshops": [one for one in document["workshops"] if one["workshop"] != str(data.workshop)]}


GATHERINGS = View(
    name="gatherings",
    version=2,
    on={
        GatheringPlanned: _planned,
        GatheringRevised: _changed(_revised),
        GatheringMoved: _changed(_moved),
        GatheringAnnounced: _changed(lambda d, e, at: {"announced": at.cloud.time, "summary": e.summary}),
        GatheringCancelled: _changed(lambda d, e, at: {"cancelled": e.reason}),
        GatheringReinstated: _changed(lambda d, e, at: {"cancelled": None}),
        GatheringHeld: _changed(lambda d, e, at: {"held": at.cloud.time, "guests": e.guests}),
        GatheringHoldingUndone: _changed(lambda d, e, at: {"held": None, "guests": []}),
        HeadsCounted: _changed(lambda d, e, at: _counted(d, e.audience, e.people)),
        HeadCountWithdrawn: _changed(lambda d, e, at: _counted(d, e.audience, None)),
        WorkshopHeld: _changed(_workshop),
        WorkshopWithdrawn: _changed(_no_workshop),
        **dict.fromkeys(AT_THE_DOOR, _changed(lambda d, e, at: {})),
    },
    fields=("kind", "state", "year", "day", "last_day", "town", "department", "module"),
    text=lambda d: " ".join([d["title"], d["town"] or "", d["module"] or "", *d["topics"]]),
)
