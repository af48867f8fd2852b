"""Two records of one structure become one, and two again: both records change in one atomic batch, or neither."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid5

from pydantic import Field

from services.directory.structures.domain.structure_state import (
    Structure,
    known,
    open_facts,
    still_apart,
)
from shared.contract import Event
from shared.contract.directory.structure_facts import CLEARABLE, FACTS, LISTS, MergedField
from shared.contract.directory.structures import (
    StructureAbsorbed,
    StructureClosed,
    StructureListed,
    StructureReleased,
    StructureReopened,
    StructureRevised,
    StructuresMerged,
    StructuresUnmerged,
    StructureUnlisted,
)
from shared.contract.fields import Reason
from shared.kernel.decider import Beside, Command, Context, Decision, Elsewhere, Place, Refers, Refused

SOURCE = "fusion"
PAIRS = UUID("3d3c0f5e-7d0b-5b52-9f60-0a4f5c2d9a10")
"""Under which the ids of pairs of structures lie"""
CLOSED_BY_MERGE = "Fusionnée avec une autre fiche de la même structure."


def pair_id(one: UUID, other: UUID) -> UUID:
    """The id of a pair of structures, whatever their order: who tells them apart says it of the pair."""
    first, second = sorted((one, other))
    return uuid5(PAIRS, f"{first}/{second}")


class MergeStructures(Command):
    """Keep `structure`, and merge into it another record of the same structure. Not a pair that was told apart.
    `taken`: fields that come from that one; lists are joined."""

    entity = "structure"
    refers = {"merged": Refers("directory.structure")}
    structure: UUID
    merged: UUID
    taken: list[MergedField] = Field([], max_length=len(FACTS))

    @property
    def pair(self) -> Place:
        return Place("namesakes", pair_id(self.structure, self.merged))

    def alongside(self) -> Sequence[Beside]:
        return () if self.merged == self.structure else (self.merged, self.pair)

    def guards(self) -> Sequence[Beside]:
        return () if self.merged == self.structure else (self.pair,)


class UnmergeStructures(Command):
    """Undo a merge. What was taken from the other record goes back, unless it was changed since."""

    entity = "structure"
    structure: UUID
    merged: UUID
    reason: Reason | None = None

    def alongside(self) -> Sequence[UUID]:
        return () if self.merged == self.structure else (self.merged,)


def merged(command: MergeStructures, state: Structure, context: Context) -> Decision:
    if command.merged == command.structure:
        raise Refused("merge-with-itself", field="merged")
    other: Structure = context.others[command.merged]
    if other.kept == command.structure and command.merged in state.merges:
        return []
    if context.others[command.pair].apart:
        said = context.lines[command.pair][-1]
        raise Refused("told-apart", field="merged", day=f"{said.day:%d/%m/%Y}", seq=said.seq, event=said.id)
    own = open_facts(state)
    facts = still_apart(other)
    taken: list[MergedField] = [n for n in dict.fromkeys(command.taken) if _joined(n, own, facts) != own.get(n)]
    there: list[Event] = [StructureAbsorbed(kept=command.structure)]
    if not other.closed:
        there.append(StructureClosed(reason=CLOSED_BY_MERGE))
    here: list[Event] = [StructuresMerged(merged=command.merged, followers=list(other.followers), taken=taken)]
    if taken:
        here.append(_revision(own, {n: _joined(n, own, facts) for n in taken}))
    if other.listed and not other.closed and not state.listed:
        here.append(StructureListed())  # what asked to be public stays public
    return [*(Elsewhere(command.merged, event) for event in there), *here]


def unmerged(command: UnmergeStructures, state: Structure, context: Context) -> Decision:
    known(state)
    merge = state.merges.get(command.merged)
    if merge is None:
        raise Refused("not-merged", field="merged")
    other: Structure = context.others[command.merged]
    still_apart(state)
    facts, current = other.facts or {}, state.facts or {}
    back = {n: merge.before.get(n) for n in merge.taken if current.get(n) == _joined(n, merge.before, facts)}
    there: list[Event] = [StructureReleased(kept=command.structure)]
    if other.open_before and other.closed:
        there.append(StructureReopened())
    here: list[Event] = [
        StructuresUnmerged(merged=command.merged, followers=list(merge.followers), reason=command.reason)
    ]
    if back:
        here.append(_revision(current, back))
    if other.listed and other.open_before and state.listed and not merge.listed:
        here.append(StructureUnlisted(reason=command.reason))
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
