"""What the pages of events read: gatherings, registrations, workshops' titles, projects, tandems, structures' names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from services.events.domain.counting import AUDIENCES, UNSPECIFIED
from services.events.domain.state import EMPTY, PARIS
from shared.contract.directory import StructureClosed, StructureRegistered, StructureReopened, StructureRevised
from shared.contract.events import (
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
    ProjectPresentationWithdrawn,
    ProjectPresented,
    PupilsCounted,
    RegistrationCancelled,
    RegistrationReinstated,
    TandemCancelled,
    TandemFormed,
    TandemReinstated,
    TandemSchoolJoined,
    TandemSchoolLeft,
    WorkshopHeld,
    WorkshopWithdrawn,
)  # fmt: skip
from shared.contract.membership import MemberJoined
from shared.envelope import Recorded
from shared.views import Document, View, kept

COUNTED = (*AUDIENCES, UNSPECIFIED)
Change = Callable[[Document, Any, Recorded], Document]


def _gathering(document: Document, event: Recorded) -> Document:
    """What follows from the facts: its days, its year, its sum of heads, its state, its version."""
    starts = datetime.fromisoformat(document["starts"])
    first = starts.astimezone(PARIS).date()
    counts = [document[name] for name in COUNTED if document.get(name) is not None]
    state = "cancelled" if document["cancelled"] else "held" if document["held"] else "planned"
    return {
        **document,
        "starts": starts.astimezone(PARIS).isoformat(),
        "day": first.isoformat(),
        "last_day": (first + timedelta(days=document["days"] - 1)).isoformat(),
        "year": first.isoformat()[:4],
        "people": sum(counts) if counts else None,
        "state": state,
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
    }
    return _gathering({**fresh, **data.model_dump(mode="json")}, event)


def _changed(change: Change) -> Callable[[Document | None, Any, Recorded], Document | None]:
    """An evolve for events about a gathering that was planned."""

    def evolve(document: Document | None, data: Any, event: Recorded) -> Document | None:
        return None if document is None else _gathering({**document, **change(document, data, event)}, event)

    return evolve


def _revised(document: Document, data: GatheringRevised, event: Recorded) -> Document:
    given = {n: v for n, v in data.model_dump(mode="json").items() if v is not None and n != "cleared"}
    return {**given, **{name: EMPTY[name] for name in data.cleared}}


def _moved(document: Document, data: GatheringMoved, event: Recorded) -> Document:
    return {name: value for name, value in data.model_dump(mode="json").items() if value is not None}


def _workshop(document: Document, data: WorkshopHeld, event: Recorded) -> Document:
    return {"workshops": [*document["workshops"], {"workshop": str(data.workshop), "title": data.title}]}


def _no_workshop(document: Document, data: WorkshopWithdrawn, event: Recorded) -> Document:
    return {"workshops": [one for one in document["workshops"] if one["workshop"] != str(data.workshop)]}


def _nothing(document: Document, data: Any, event: Recorded) -> Document:
    """A registration changes a gathering's version and nothing else: places are counted where they are kept."""
    return {}


GATHERINGS = View(
    name="gatherings",
    version=1,
    on={
        GatheringPlanned: _planned,
        GatheringRevised: _changed(_revised),
        GatheringMoved: _changed(_moved),
        GatheringAnnounced: _changed(lambda d, e, at: {"announced": at.cloud.time, "summary": e.summary}),
        GatheringCancelled: _changed(lambda d, e, at: {"cancelled": e.reason}),
        GatheringReinstated: _changed(lambda d, e, at: {"cancelled": None}),
        GatheringHeld: _changed(lambda d, e, at: {"held": at.cloud.time, "guests": e.guests}),
        GatheringHoldingUndone: _changed(lambda d, e, at: {"held": None, "guests": []}),
        HeadsCounted: _changed(lambda d, e, at: {e.audience or UNSPECIFIED: e.people}),
        HeadCountWithdrawn: _changed(lambda d, e, at: {e.audience or UNSPECIFIED: None}),
        WorkshopHeld: _changed(_workshop),
        WorkshopWithdrawn: _changed(_no_workshop),
        **{
            kind: _changed(_nothing)
            for kind in (
                ParticipantRegistered, ParticipantMovedUp, RegistrationCancelled, RegistrationReinstated,
                AgoraAttended, GatheringAttended, AttendanceUndone,
            )
        },
    },
    fields=("kind", "state", "year", "day", "last_day", "town", "department", "module"),
    text=lambda d: " ".join([d["title"], d["town"] or "", d["module"] or "", *d["topics"]]),
)  # fmt: skip


def _registrations(event: Recorded) -> Sequence[str]:
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


def _standing(standing: str) -> Callable[[Document | None, Any, Recorded], Document | None]:
    def evolve(document: Document | None, data: Any, event: Recorded) -> Document | None:
        if document is None:
            return None
        now = "waiting" if getattr(data, "waiting", False) else standing
        return {**document, "standing": now, "present_at": event.cloud.time if now == "present" else None}

    return evolve


REGISTRATIONS = View(
    name="registrations",
    version=1,
    on={
        ParticipantRegistered: _registered,
        ParticipantMovedUp: _standing("registered"),
        RegistrationCancelled: _standing("cancelled"),
        RegistrationReinstated: _standing("registered"),
        AgoraAttended: _standing("present"),
        GatheringAttended: _standing("present"),
        AttendanceUndone: _standing("registered"),
    },
    keys=_registrations,
    fields=("gathering", "ticket", "audience", "standing", "present_at"),
)


def _presented(document: Document | None, data: ProjectPresented, event: Recorded) -> Document:
    when = {"at": event.cloud.time, "year": event.time.astimezone(PARIS).date().isoformat()[:4]}
    return {**data.model_dump(mode="json"), **when, "version": event.version}


def _gone(document: Document | None, data: Any, event: Recorded) -> None:
    return None


PROJECTS = View(
    name="projects",
    version=1,
    on={ProjectPresented: _presented, ProjectPresentationWithdrawn: _gone},
    fields=("gathering", "structure", "year", "country", "at", "title"),
    text=lambda d: f"{d['title']} {d['structure_name'] or ''}",
)


def _formed(document: Document | None, data: TandemFormed, event: Recorded) -> Document:
    fresh: Document = {"schools": [], "pupils": None, "cancelled": None, "state": "on"}
    return {**data.model_dump(mode="json"), **fresh, "since": event.cloud.time, "version": event.version}


def _of_tandem(change: Change) -> Callable[[Document | None, Any, Recorded], Document | None]:
    def evolve(document: Document | None, data: Any, event: Recorded) -> Document | None:
        return None if document is None else {**document, **change(document, data, event), "version": event.version}

    return evolve


def _school(document: Document, data: TandemSchoolJoined, event: Recorded) -> Document:
    others = [one for one in document["schools"] if one["school"] != str(data.school)]
    return {"schools": [*others, data.model_dump(mode="json")]}


def _no_school(document: Document, data: TandemSchoolLeft, event: Recorded) -> Document:
    return {"schools": [one for one in document["schools"] if one["school"] != str(data.school)]}


TANDEMS = View(
    name="tandems",
    version=1,
    on={
        TandemFormed: _formed,
        TandemSchoolJoined: _of_tandem(_school),
        TandemSchoolLeft: _of_tandem(_no_school),
        PupilsCounted: _of_tandem(lambda d, e, at: {"pupils": e.pupils}),
        TandemCancelled: _of_tandem(lambda d, e, at: {"cancelled": e.reason, "state": "cancelled"}),
        TandemReinstated: _of_tandem(lambda d, e, at: {"cancelled": None, "state": "on"}),
    },
    fields=("school_year", "state", "department", "association_name", "pilot"),
    text=lambda d: " ".join([d["association_name"], d["theme"] or "", *(s["school_name"] for s in d["schools"])]),
)


def _structures(event: Recorded) -> Sequence[str]:
    data = event.data
    if isinstance(data, MemberJoined):
        return (str(data.structure),) if data.structure else ()
    return (event.entity_id,)


def _named(document: Document | None, data: StructureRegistered, event: Recorded) -> Document:
    member = bool(document and document["member"])
    return {"name": data.name, "kind": data.kind, "department": data.department, "member": member, "closed": False}


def _renamed(document: Document | None, data: StructureRevised, event: Recorded) -> Document | None:
    if document is None:
        return None
    given = {name: value for name in ("name", "kind", "department") if (value := getattr(data, name)) is not None}
    return {**document, **given}


def _joined(document: Document | None, data: MemberJoined, event: Recorded) -> Document:
    return {
        **(document or {"name": data.name or "", "kind": None, "department": None, "closed": False}),
        "member": True,
    }


def _closed(closed: bool) -> Callable[[Document | None, Any, Recorded], Document | None]:
    def evolve(document: Document | None, data: Any, event: Recorded) -> Document | None:
        return None if document is None else {**document, "closed": closed}

    return evolve


STRUCTURES = View(
    name="structures",
    version=1,
    on={
        StructureRegistered: _named,
        StructureRevised: _renamed,
        MemberJoined: _joined,
        StructureClosed: _closed(True),
        StructureReopened: _closed(False),
    },
    keys=_structures,
    fields=("name", "kind", "department", "member", "closed"),
    text=lambda d: d["name"],
)
"""What directory and membership say of structures, as far as a registration or a tandem names one."""

VIEWS = (GATHERINGS, REGISTRATIONS, PROJECTS, TANDEMS, STRUCTURES)
