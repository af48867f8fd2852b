"""Planning a gathering, announcing, moving, revising, cancelling and holding it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from pydantic import Field

from services.events.base.fields import Beginning, Days
from services.events.gatherings.domain.registrations import moved_up
from services.events.gatherings.domain.state import EMPTY, Gathering, days_of, in_its_days, known, on, over
from shared.contract.events.gatherings import (
    GatheringAnnounced,
    GatheringCancelled,
    GatheringHeld,
    GatheringKind,
    GatheringMoved,
    GatheringPlanned,
    GatheringReinstated,
    GatheringRevised,
)
from shared.contract.fields import Capacity, DepartmentCode, Line, Reason, Text, Title
from shared.kernel.decider import Command, Context, Decision, On, Refused
from shared.notions.vocabularies.referent import term_of


class GatheringCommand(Command):
    entity = "gathering"


class PlanGathering(GatheringCommand):
    """Plan a gathering; also one of the past, before noting that it was held."""

    creates = True
    refers = {"kind": term_of("gathering")}
    kind: GatheringKind
    title: Title
    starts: Beginning
    days: Days = 1
    town: Line | None = None
    department: DepartmentCode | None = None
    place: Line | None = None
    capacity: Capacity | None = None
    module: Line | None = None
    topics: list[Line] = Field([], max_length=30)
    organiser: Line | None = None


class ReviseGathering(GatheringCommand):
    """Change what is known of a gathering, but for its time and place. All is given; what is empty is emptied."""

    takes = "now"
    gathering: UUID
    title: Title
    days: Days = 1
    capacity: Capacity | None = None
    module: Line | None = None
    topics: list[Line] = Field([], max_length=30)
    organiser: Line | None = None


class AnnounceGathering(GatheringCommand):
    """Make a gathering known to the public: it goes into the next draft of the diary's newsletter."""

    takes = "now"
    gathering: UUID
    summary: Text | None = None


class MoveGathering(GatheringCommand):
    """Change time or place of a gathering; what is left empty stays."""

    takes = "now"
    gathering: UUID
    starts: Beginning | None = None
    town: Line | None = None
    department: DepartmentCode | None = None
    place: Line | None = None


class CancelGathering(GatheringCommand):
    """Note that a gathering will not be held."""

    takes = "now"
    gathering: UUID
    reason: Reason


class ReinstateGathering(GatheringCommand):
    """Take a cancellation back."""

    takes = "now"
    gathering: UUID


class HoldGathering(GatheringCommand):
    """Note that a gathering took place, on its day. `guests`: bodies that were invited, never a person's name."""

    gathering: UUID
    guests: list[Line] = Field([], max_length=30)


FACTS = tuple(name for name in ReviseGathering.model_fields if name != "gathering")
HELD = ("kind", "title", "town", "department", "module", "days", "topics", "organiser")


def _planned(command: PlanGathering, state: Gathering, context: Context) -> Decision:
    if state.facts is not None:
        raise Refused("already-registered")
    _module_fits(command.kind, command.module)
    return [GatheringPlanned(**dict(command))]


def _revised(command: ReviseGathering, state: Gathering, context: Context) -> Decision:
    facts = _to_come(state)
    _module_fits(facts["kind"], command.module)
    changed = {name: value for name in FACTS if (value := getattr(command, name)) != facts[name]}
    if not changed:
        return []
    cleared = [name for name in EMPTY if name in changed and not changed[name]]
    given = {name: value for name, value in changed.items() if name not in cleared}
    after = Gathering({**facts, **changed}, places=state.places)
    revised = GatheringRevised(**given, cleared=cleared)
    return [revised, *([] if over(after.facts or {}, context) else moved_up(after))]


def _announced(command: AnnounceGathering, state: Gathering, context: Context) -> Decision:
    facts = on(state)
    if state.announced:
        return []
    if over(facts, context):
        raise Refused("gathering-over")
    said = {name: facts[name] for name in ("kind", "title", "starts", "town")}
    return [GatheringAnnounced(**said, summary=command.summary)]


def _moved(command: MoveGathering, state: Gathering, context: Context) -> Decision:
    facts = _to_come(state)
    wanted = {n: v for n, v in command if n != "gathering" and v is not None}
    changed = {name: value for name, value in wanted.items() if value != facts[name]}
    return [GatheringMoved(**changed)] if changed else []


def _cancelled(command: CancelGathering, state: Gathering, context: Context) -> Decision:
    known(state)
    if state.held:
        raise Refused("already-held")
    return [] if state.cancelled else [GatheringCancelled(reason=command.reason)]


def _reinstated(command: ReinstateGathering, state: Gathering, context: Context) -> Decision:
    known(state)
    return [GatheringReinstated()] if state.cancelled else []


def _held(command: HoldGathering, state: Gathering, context: Context) -> Decision:
    facts = on(state)
    if state.held:
        return []
    in_its_days(facts, context)
    held = GatheringHeld(**{name: facts[name] for name in HELD}, guests=command.guests)
    _, last = days_of(facts)  # noted in the days of grace, it was held in its own: a figure belongs to that year
    return [On(last, held) if context.day > last else held]


def _to_come(state: Gathering) -> Mapping[str, Any]:
    facts = on(state)
    if state.held:
        raise Refused("already-held")
    return facts


def _module_fits(kind: GatheringKind, module: str | None) -> None:
    if kind == "training" and module is None:
        raise Refused("training-without-module", field="module")
    if kind != "training" and module is not None:
        raise Refused("module-without-training", field="module")


DECISIONS: Mapping[type[Command], Callable[[Any, Gathering, Context], Decision]] = {
    PlanGathering: _planned,
    ReviseGathering: _revised,
    AnnounceGathering: _announced,
    MoveGathering: _moved,
    CancelGathering: _cancelled,
    ReinstateGathering: _reinstated,
    HoldGathering: _held,
}
