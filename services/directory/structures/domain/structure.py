"""A structure of the directory: registered, revised, closed; what else happens to it stands in listing and merging."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from services.directory.structures.domain import listing, merging
from services.directory.structures.domain.facts import FactsCommand, StructureCommand, same
from services.directory.structures.domain.listing import (
    DeclineListing,
    ListStructure,
    PictureStructure,
    UnlistStructure,
    UnpictureStructure,
    WishListing,
)
from services.directory.structures.domain.merging import MergeStructures
from services.directory.structures.domain.structure_state import Structure, evolve, known, open_facts, still_apart
from shared.contract import Event
from shared.contract.corrections import EventStruck
from shared.contract.directory.structure_facts import CLEARABLE, FACTS
from shared.contract.directory.structures import (
    StructureAbsorbed,
    StructureClosed,
    StructureRegistered,
    StructureReopened,
    StructureRevised,
    StructuresMerged,
)
from shared.contract.fields import Reason
from shared.geo import commune
from shared.kernel.decider import Context, Decider, Decision, Refused

__all__ = [
    "STRUCTURE", "CloseStructure", "DeclineListing", "ListStructure", "MergeStructures",
    "PictureStructure", "RegisterStructure", "ReopenStructure", "ReviseStructure", "Structure", "StructureCommand",
    "UnlistStructure", "UnpictureStructure", "WishListing", "evolve",
]  # fmt: skip


SAME_DAY = "rouverte le jour même"


class RegisterStructure(FactsCommand):
    """Enter a structure in the directory."""

    creates = True
    invented: bool = False


class ReviseStructure(FactsCommand):
    """Change what is known of a structure. The whole record is given; what is empty is emptied."""

    structure: UUID


class CloseStructure(StructureCommand):
    """Count a structure no more: it ceased, or was entered by mistake."""

    structure: UUID
    reason: Reason


class ReopenStructure(StructureCommand):
    """Undo the closing of a structure. On the day of that closing there was none: it was noted by mistake."""

    structure: UUID


def _registered(command: RegisterStructure, state: Structure, context: Context) -> Decision:
    if state.facts is not None:
        raise Refused("already-registered")
    _agrees(command)
    said = {name: getattr(command, name) for name in type(command).model_fields}
    return [StructureRegistered(**said | {"department": _department(command)})]


def _revised(command: ReviseStructure, state: Structure, context: Context) -> Decision:
    facts = open_facts(state)
    _agrees(command)
    wanted = {name: getattr(command, name) for name in FACTS} | {"department": _department(command)}
    changed = {n: v for n, v in wanted.items() if not same(n, v, facts.get(n))}
    cleared = [n for n in CLEARABLE if n in changed and not changed[n]]
    kept = {n: v for n, v in changed.items() if n not in cleared}
    return [StructureRevised(**kept, cleared=cleared, source=command.source)] if changed else []


def _closed(command: CloseStructure, state: Structure, context: Context) -> Decision:
    known(state)
    return [] if state.closed else [StructureClosed(reason=command.reason)]


def _reopened(command: ReopenStructure, state: Structure, context: Context) -> Decision:
    still_apart(state)
    if not state.closed:
        return []
    of_the_day = [f for f in context.line if isinstance(f.event, StructureClosed) and f.day == context.day]
    if of_the_day:
        # A StructureReopened of that day is read as this word (shared/contract/earlier_corrections.py), by no name of
        # its own, for no reason, and never taken back: it is written no more.
        closing = of_the_day[-1]
        return [EventStruck(event=UUID(closing.id), kind=closing.event.type_name(), reason=SAME_DAY)]
    return [StructureReopened()]


def _department(command: FactsCommand) -> str | None:
    """The department that is given, or that of the commune."""
    place = commune(command.commune) if command.department is None and command.commune else None
    return place.department if place else command.department


def _agrees(command: FactsCommand) -> None:
    """What is given twice must say the same: a commune its department, a SIRET its SIREN."""
    place, department = command.commune, command.department
    if place is not None and department is not None and not place.startswith(department):
        raise Refused("commune-elsewhere", field="commune", commune=place, department=department)
    if command.siret is not None and command.siren is not None and not command.siret.startswith(command.siren):
        raise Refused("siret-of-another", field="siret", siren=command.siren)


def allows(state: Structure, event: Event) -> str | None:
    """It is registered once, closed when it is open, reopened when it is closed, merged once at a time."""
    match event:
        case StructureRegistered():
            return None if state.facts is None else "already-registered"
        case StructureClosed():
            return "structure-closed" if state.closed else None
        case StructureReopened():
            return None if state.closed else "structure-open"
        case StructureAbsorbed():
            if event.followers is not None and set(event.followers) != set(state.followers):
                return "copied-otherwise"  # of what it takes along, nothing is undone before it
            return None if state.kept is None else "structure-merged"
        case StructuresMerged():
            if state.kept is not None:
                return "structure-merged"  # into another one, which knows nothing of what would come with it now
            return "already-merged" if event.merged in state.merges else None
        case StructureRevised():
            return "structure-closed" if state.closed else None
    return None


def beside(event: Event) -> Sequence[UUID]:
    """A merge is said in both records."""
    match event:
        case StructuresMerged():
            return [event.merged]
        case StructureAbsorbed():
            return [event.kept]
    return ()


STRUCTURE = Decider(
    entity="structure",
    initial=Structure(),
    evolve=evolve,
    decisions={
        RegisterStructure: _registered,
        ReviseStructure: _revised,
        ListStructure: listing.listed,
        UnlistStructure: listing.unlisted,
        WishListing: listing.wished,
        DeclineListing: listing.declined,
        PictureStructure: listing.pictured,
        UnpictureStructure: listing.unpictured,
        MergeStructures: merging.merged,
        CloseStructure: _closed,
        ReopenStructure: _reopened,
    },
    allows=allows,
    births=(StructureRegistered,),
    beside=beside,
    rests={
        StructureRegistered: FactsCommand.refers,
        StructureRevised: FactsCommand.refers,
        StructuresMerged: {"merged": merging.UNDIVIDED},
    },
)
