"""A structure of the directory: registered, revised, listed on its own wish, closed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from pydantic import Field

from services.directory.domain.fields import (
    CommuneCode,
    CountryCode,
    DepartmentCode,
    Line,
    Name,
    Reason,
    Rna,
    Sdg,
    Siren,
    Siret,
    Website,
)  # fmt: skip
from shared.contract import Event
from shared.contract.directory import (
    StructureClosed,
    StructureField,
    StructureKind,
    StructureListed,
    StructureRegistered,
    StructureReopened,
    StructureRevised,
    StructureUnlisted,
)  # fmt: skip
from shared.decider import Command, Context, Decider, Decision, Refused


class StructureCommand(Command):
    entity = "structure"


class RegisterStructure(StructureCommand):
    """Enter a structure in the directory."""

    creates = True
    name: Name
    kind: StructureKind
    department: DepartmentCode | None = None
    commune: CommuneCode | None = None
    acronym: Line | None = None
    address: Line | None = None
    website: Website | None = None
    themes: list[Line] = Field([], max_length=30)
    countries: list[CountryCode] = Field([], max_length=200)
    sdgs: list[Sdg] = Field([], max_length=17)
    siren: Siren | None = None
    siret: Siret | None = None
    rna: Rna | None = None
    source: Line | None = None
    invented: bool = False


class ReviseStructure(StructureCommand):
    """Change what is known of a structure. The whole record is given; what is empty is emptied."""

    structure: UUID
    name: Name
    kind: StructureKind
    department: DepartmentCode | None = None
    commune: CommuneCode | None = None
    acronym: Line | None = None
    address: Line | None = None
    website: Website | None = None
    themes: list[Line] = Field([], max_length=30)
    countries: list[CountryCode] = Field([], max_length=200)
    sdgs: list[Sdg] = Field([], max_length=17)
    siren: Siren | None = None
    siret: Siret | None = None
    rna: Rna | None = None
    source: Line | None = None


class ListStructure(StructureCommand):
    """Show a structure in the public directory, on its own wish."""

    structure: UUID


class UnlistStructure(StructureCommand):
    """Take a structure out of the public directory."""

    structure: UUID
    reason: Reason | None = None


class CloseStructure(StructureCommand):
    """Count a structure no more: it ceased, or was entered by mistake."""

    structure: UUID
    reason: Reason


class ReopenStructure(StructureCommand):
    """Undo the closing of a structure."""

    structure: UUID


@dataclass(frozen=True)
class Structure:
    """`facts` is None before it is registered."""

    facts: dict[str, Any] | None = None
    listed: bool = False
    closed: bool = False
    cleared: frozenset[str] = field(default_factory=frozenset)


FACTS = tuple(name for name in ReviseStructure.model_fields if name not in ("structure", "source"))
CLEARABLE = tuple(name for name in FACTS if name not in ("name", "kind"))


def evolve(state: Structure, event: Event) -> Structure:
    match event:
        case StructureRegistered():
            return Structure({name: getattr(event, name) for name in FACTS})
        case StructureRevised():
            changed = {n: v for n in FACTS if (v := getattr(event, n)) is not None}
            emptied: dict[str, Any] = {n: [] if n in ("themes", "countries", "sdgs") else None for n in event.cleared}
            return replace(state, facts={**(state.facts or {}), **changed, **emptied})
        case StructureListed():
            return replace(state, listed=True)
        case StructureUnlisted():
            return replace(state, listed=False)
        case StructureClosed():
            return replace(state, closed=True)
        case StructureReopened():
            return replace(state, closed=False)
    return state


def _registered(command: RegisterStructure, state: Structure, context: Context) -> Decision:
    if state.facts is not None:
        raise Refused("already-registered")
    _in_its_department(command.department, command.commune)
    return [StructureRegistered(**{name: getattr(command, name) for name in type(command).model_fields})]


def _revised(command: ReviseStructure, state: Structure, context: Context) -> Decision:
    facts = _open(state)
    _in_its_department(command.department, command.commune)
    wanted = {name: getattr(command, name) for name in FACTS}
    changed = {n: v for n, v in wanted.items() if v != facts.get(n)}
    cleared: list[StructureField] = [n for n in CLEARABLE if n in changed and not changed[n]]  # type: ignore[misc]
    kept = {n: v for n, v in changed.items() if n not in cleared}
    return [StructureRevised(**kept, cleared=cleared, source=command.source)] if changed else []


def _listed(command: ListStructure, state: Structure, context: Context) -> Decision:
    _open(state)
    return [] if state.listed else [StructureListed()]


def _unlisted(command: UnlistStructure, state: Structure, context: Context) -> Decision:
    _known(state)
    return [StructureUnlisted(reason=command.reason)] if state.listed else []


def _closed(command: CloseStructure, state: Structure, context: Context) -> Decision:
    _known(state)
    return [] if state.closed else [StructureClosed(reason=command.reason)]


def _reopened(command: ReopenStructure, state: Structure, context: Context) -> Decision:
    _known(state)
    return [StructureReopened()] if state.closed else []


def _known(state: Structure) -> dict[str, Any]:
    if state.facts is None:
        raise Refused("unknown-structure")
    return state.facts


def _open(state: Structure) -> dict[str, Any]:
    facts = _known(state)
    if state.closed:
        raise Refused("structure-closed")
    return facts


def _in_its_department(department: str | None, commune: str | None) -> None:
    if commune is not None and department is not None and not commune.startswith(department):
        raise Refused("commune-elsewhere", commune=commune, department=department)


STRUCTURE = Decider(
    entity="structure",
    initial=Structure(),
    evolve=evolve,
    decisions={
        RegisterStructure: _registered,
        ReviseStructure: _revised,
        ListStructure: _listed,
        UnlistStructure: _unlisted,
        CloseStructure: _closed,
        ReopenStructure: _reopened,
    },
)
