"""Two records of one structure become one: both change in one atomic batch, or neither. That this was a mistake is said
of the merge (StrikeEvents), in both."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid5

from pydantic import Field

from services.directory.structures.domain.structure_state import (
    Structure,
    open_facts,
    still_apart,
)
from shared.contract import Event
from shared.contract.directory.structure_facts import CLEARABLE, FACTS, LISTS, MergedField
from shared.contract.directory.structures import (
    StructureAbsorbed,
    StructureClosed,
    StructureListed,
    StructureRegistered,
    StructureRevised,
    StructuresMerged,
)
from shared.kernel.decider import Beside, Command, Context, Decision, Elsewhere, Refers, Refused

SOURCE = "fusion"
PAIRS = UUID("3d3c0f5e-7d0b-5b52-9f60-0a4f5c2d9a10")
"""Under which the ids of pairs of structures lie"""
CLOSED_BY_MERGE = "Fusionnée avec une autre fiche de la même structure."


def pair_id(one: UUID, other: UUID) -> UUID:
    """The id of a pair of structures, whatever their order: who tells them apart says it of the pair."""
    first, second = sorted((one, other))
    return uuid5(PAIRS, f"{first}/{second}")


UNDIVIDED = Refers(
    "directory.namesakes", "undivided", guarded=True, id=lambda merged, structure: pair_id(structure, merged)
)
"""Whoever merges two records, or says once more that they were merged, asks that nobody told them apart"""


class MergeStructures(Command):
    """Keep `structure`, and merge into it another record of the same structure. Not a pair that was told apart.
    `taken`: fields that come from that one; lists are joined."""

    entity = "structure"
    refers = {"merged": UNDIVIDED}
    structure: UUID
    merged: UUID
    taken: list[MergedField] = Field([], max_length=len(FACTS))

    def alongside(self) -> Sequence[Beside]:
        return () if self.merged == self.structure else (self.merged,)


def merged(command: MergeStructures, state: Structure, context: Context) -> Decision:
    if command.merged == command.structure:
        raise Refused("merge-with-itself", field="merged")
    other: Structure = context.others[command.merged]
    if other.facts is None:
        for fact in context.lines.get(command.merged, ()):
            if isinstance(fact.event, StructureRegistered):  # after this day
                raise Refused("merged-not-yet", field="merged", day=f"{fact.day:%d/%m/%Y}")
        raise Refused("unknown-structure", field="merged")
    if other.kept == command.structure and command.merged in state.merges:
        return []
    own = open_facts(state)
    facts = still_apart(other)
    taken: list[MergedField] = [n for n in dict.fromkeys(command.taken) if _joined(n, own, facts) != own.get(n)]
    there: list[Event] = [StructureAbsorbed(kept=command.structure, followers=list(other.followers))]
    if not other.closed:
        there.append(StructureClosed(reason=CLOSED_BY_MERGE))
    here: list[Event] = [StructuresMerged(merged=command.merged, followers=list(other.followers), taken=taken)]
    if taken:
        here.append(_revision(own, {n: _joined(n, own, facts) for n in taken}))
    if other.listed and not other.closed and not state.listed:
        here.append(StructureListed())  # what asked to be public stays public
    return [*(Elsewhere(command.merged, event) for event in there), *here]


def _joined(name: str, own: Any, other: Any) -> Any:
    """The value that taking a field gives: of lists both, of the rest the other's, if there is one."""
    if name in LISTS:
        return list(dict.fromkeys([*(own.get(name) or []), *(other.get(name) or [])]))
    return other.get(name) or own.get(name)


def _revision(facts: Any, wanted: dict[str, Any]) -> StructureRevised:
    changed = {n: v for n, v in wanted.items() if v != facts.get(n)}
    cleared = [n for n in CLEARABLE if n in changed and not changed[n]]
    return StructureRevised(**{n: v for n, v in changed.items() if v}, cleared=cleared, source=SOURCE)
