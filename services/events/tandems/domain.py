"""A Tandem solidaire: an association and a school (or several) for one school year."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from shared.contract import Event
from shared.contract.events.tandems import (
    PupilsCounted,
    SchoolLevel,
    TandemCancelled,
    TandemFormed,
    TandemReinstated,
    TandemSchoolJoined,
    TandemSchoolLeft,
)
from shared.contract.fields import DepartmentCode, Line, Name, Pupils, Reason, SchoolYear
from shared.kernel.decider import Command, Context, Decider, Decision, Refers, Refused


class TandemCommand(Command):
    entity = "tandem"


class FormTandem(TandemCommand):
    """Form a tandem around an association for a school year."""

    refers = {"association": Refers("directory.structure", "open")}
    creates = True
    school_year: SchoolYear
    association: UUID | None = None
    association_name: Name
    theme: Line | None = None
    department: DepartmentCode | None = None
    pilot: bool = False


class AddTandemSchool(TandemCommand):
    """Let a school take part in a tandem."""

    refers = {"school": Refers("directory.structure", "open")}
    tandem: UUID
    school: UUID
    school_name: Name
    level: SchoolLevel | None = None


class RemoveTandemSchool(TandemCommand):
    """Take back that a school takes part."""

    tandem: UUID
    school: UUID


class CountPupils(TandemCommand):
    """Count the pupils who took part; a later count replaces this one."""

    tandem: UUID
    pupils: Pupils


class CancelTandem(TandemCommand):
    """Note that a tandem did not take place."""

    tandem: UUID
    reason: Reason


class ReinstateTandem(TandemCommand):
    """Take the cancellation of a tandem back."""

    tandem: UUID


@dataclass(frozen=True)
class Tandem:
    formed: bool = False
    schools: frozenset[UUID] = frozenset()
    pupils: int | None = None
    cancelled: bool = False


def evolve(state: Tandem, event: Event) -> Tandem:
    match event:
        case TandemFormed():
            return replace(state, formed=True)
        case TandemSchoolJoined():
            return replace(state, schools=state.schools | {event.school})
        case TandemSchoolLeft():
            return replace(state, schools=state.schools - {event.school})
        case PupilsCounted():
            return replace(state, pupils=event.pupils)
        case TandemCancelled():
            return replace(state, cancelled=True)
        case TandemReinstated():
            return replace(state, cancelled=False)
    return state


def _formed(command: FormTandem, state: Tandem, context: Context) -> Decision:
    if state.formed:
        raise Refused("already-registered")
    return [TandemFormed(**dict(command))]


def _school_joined(command: AddTandemSchool, state: Tandem, context: Context) -> Decision:
    _on(state)
    if command.school in state.schools:
        return []
    return [TandemSchoolJoined(school=command.school, school_name=command.school_name, level=command.level)]


def _school_left(command: RemoveTandemSchool, state: Tandem, context: Context) -> Decision:
    _on(state)
    return [TandemSchoolLeft(school=command.school)] if command.school in state.schools else []


def _counted(command: CountPupils, state: Tandem, context: Context) -> Decision:
    _on(state)
    return [] if command.pupils == state.pupils else [PupilsCounted(pupils=command.pupils)]


def _cancelled(command: CancelTandem, state: Tandem, context: Context) -> Decision:
    _known(state)
    return [] if state.cancelled else [TandemCancelled(reason=command.reason)]


def _reinstated(command: ReinstateTandem, state: Tandem, context: Context) -> Decision:
    _known(state)
    return [TandemReinstated()] if state.cancelled else []


def _known(state: Tandem) -> None:
    if not state.formed:
        raise Refused("unknown-tandem")


def _on(state: Tandem) -> None:
    _known(state)
    if state.cancelled:
        raise Refused("tandem-cancelled")


def allows(state: Tandem, event: Event) -> str | None:
    match event:
        case TandemFormed():
            return "already-registered" if state.formed else None
        case TandemSchoolJoined():
            return "already-noted" if event.school in state.schools else None
    return None


TANDEM = Decider(
    entity="tandem",
    initial=Tandem(),
    evolve=evolve,
    decisions={
        FormTandem: _formed,
        AddTandemSchool: _school_joined,
        RemoveTandemSchool: _school_left,
        CountPupils: _counted,
        CancelTandem: _cancelled,
        ReinstateTandem: _reinstated,
    },
    allows=allows,
    births=(TandemFormed,),
)
