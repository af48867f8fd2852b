"""A Tandem solidaire: an association and a school (or several) for one school year."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from shared.contract import Event
from shared.contract.events.tandems import (
    PupilsCounted,
    SchoolLevel,
    TandemFormed,
    TandemSchoolJoined,
)
from shared.contract.fields import DepartmentCode, Line, Name, Pupils, SchoolYear
from shared.kernel.decider import Command, Context, Decider, Decision, Refers, Refused
from shared.notions.vocabularies.referent import term_of, theme_said


class TandemCommand(Command):
    entity = "tandem"


class FormTandem(TandemCommand):
    """Form a tandem around an association for a school year."""

    refers = {"association": Refers("directory.structure", "open"), "theme": theme_said()}
    creates = True
    school_year: SchoolYear
    association: UUID | None = None
    association_name: Name
    theme: Line | None = None
    department: DepartmentCode | None = None
    pilot: bool = False


class AddTandemSchool(TandemCommand):
    """Let a school take part in a tandem."""

    refers = {"school": Refers("directory.structure", "open"), "level": term_of("level")}
    tandem: UUID
    school: UUID
    school_name: Name
    level: SchoolLevel | None = None


class CountPupils(TandemCommand):
    """Count the pupils who took part; a later count replaces this one."""

    tandem: UUID
    pupils: Pupils


@dataclass(frozen=True)
class Tandem:
    formed: bool = False
    schools: frozenset[UUID] = frozenset()
    pupils: int | None = None


def evolve(state: Tandem, event: Event) -> Tandem:
    match event:
        case TandemFormed():
            return replace(state, formed=True)
        case TandemSchoolJoined():
            return replace(state, schools=state.schools | {event.school})
        case PupilsCounted():
            return replace(state, pupils=event.pupils)
    return state


def _formed(command: FormTandem, state: Tandem, context: Context) -> Decision:
    if state.formed:
        raise Refused("already-registered")
    return [TandemFormed(**dict(command))]


def _school_joined(command: AddTandemSchool, state: Tandem, context: Context) -> Decision:
    _known(state)
    if command.school in state.schools:
        return []
    return [TandemSchoolJoined(school=command.school, school_name=command.school_name, level=command.level)]


def _counted(command: CountPupils, state: Tandem, context: Context) -> Decision:
    _known(state)
    return [] if command.pupils == state.pupils else [PupilsCounted(pupils=command.pupils)]


def _known(state: Tandem) -> None:
    if not state.formed:
        raise Refused("unknown-tandem")


def allows(state: Tandem, event: Event) -> str | None:
    match event:
        case TandemFormed():
            return "already-registered" if state.formed else None
        case TandemSchoolJoined():
            return "already-noted" if event.school in state.schools else None
    return None


AGAIN: Mapping[type[Event], type[Command]] = {
    TandemFormed: FormTandem,
    TandemSchoolJoined: AddTandemSchool,
    PupilsCounted: CountPupils,
}
"""Fact → the command that says it again with other answers"""
TANDEM = Decider(
    entity="tandem",
    initial=Tandem(),
    evolve=evolve,
    decisions={
        FormTandem: _formed,
        AddTandemSchool: _school_joined,
        CountPupils: _counted,
    },
    allows=allows,
    births=(TandemFormed,),
    rests={TandemFormed: FormTandem.refers, TandemSchoolJoined: AddTandemSchool.refers},
)
