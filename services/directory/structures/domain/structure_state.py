"""A structure as its decisions see it: its facts, whether it is listed or closed, what was merged with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from shared.contract import Event
from shared.contract.directory.structure_facts import FACTS, nothing
from shared.contract.directory.structures import (
    StructureAbsorbed,
    StructureClosed,
    StructureListed,
    StructureListingDeclined,
    StructureListingWished,
    StructurePictured,
    StructureRegistered,
    StructureReleased,
    StructureReopened,
    StructureRevised,
    StructuresMerged,
    StructuresUnmerged,
    StructureUnlisted,
    StructureUnpictured,
)
from shared.kernel.decider import Refused


@dataclass(frozen=True)
class Merge:
    """What stood in the kept record before another was merged into it; `followers` came with that one."""

    before: Mapping[str, Any]
    listed: bool
    taken: tuple[str, ...]
    followers: tuple[UUID, ...]


@dataclass(frozen=True)
class Structure:
    """`facts` is None before it is registered. `kept`: the record that this one was merged into; `merges`: those that
    were merged into this one."""

    facts: dict[str, Any] | None = None
    listed: bool = False
    wished: bool = False
    closed: bool = False
    picture: tuple[str, str | None] | None = None
    kept: UUID | None = None
    open_before: bool = False
    merges: Mapping[UUID, Merge] = field(default_factory=dict)

    @property
    def followers(self) -> tuple[UUID, ...]:
        """All records that stand for this one, whenever they were merged."""
        return tuple(id for merged, merge in self.merges.items() for id in (merged, *merge.followers))


def revised(facts: Mapping[str, Any], event: StructureRevised) -> dict[str, Any]:
    """The facts after a revision."""
    changed = {n: v for n in FACTS if (v := getattr(event, n)) is not None}
    emptied: dict[str, Any] = {n: nothing(n) for n in event.cleared}
    return {**facts, **changed, **emptied}


def evolve(state: Structure, event: Event) -> Structure:
    match event:
        case StructureRegistered():
            return Structure({name: getattr(event, name) for name in FACTS})
        case StructureRevised():
            return replace(state, facts=revised(state.facts or {}, event))
        case StructureListed():
            return replace(state, listed=True, wished=False)
        case StructureUnlisted():
            return replace(state, listed=False)
        case StructureListingWished():
            return replace(state, wished=True)
        case StructureListingDeclined():
            return replace(state, wished=False)
        case StructureClosed():
            return replace(state, closed=True)
        case StructureReopened():
            return replace(state, closed=False)
        case StructurePictured():
            return replace(state, picture=(event.picture, event.picture_text))
        case StructureUnpictured():
            return replace(state, picture=None)
        case StructuresMerged():
            merge = Merge(state.facts or {}, state.listed, tuple(event.taken), tuple(event.followers))
            return replace(state, merges={**state.merges, event.merged: merge})
        case StructuresUnmerged():
            return replace(state, merges={id: merge for id, merge in state.merges.items() if id != event.merged})
        case StructureAbsorbed():
            return replace(state, kept=event.kept, open_before=not state.closed)
        case StructureReleased():
            return replace(state, kept=None)
    return state


def known(state: Structure) -> dict[str, Any]:
    """The facts. Raises Refused for a structure that nobody registered."""
    if state.facts is None:
        raise Refused("unknown-structure")
    return state.facts


def still_apart(state: Structure) -> dict[str, Any]:
    """The facts. Raises Refused for a record that was merged into another."""
    facts = known(state)
    if state.kept is not None:
        raise Refused("structure-merged", kept=str(state.kept))
    return facts


def open_facts(state: Structure) -> dict[str, Any]:
    """The facts. Raises Refused for a record that is merged or closed."""
    facts = still_apart(state)
    if state.closed:
        raise Refused("structure-closed")
    return facts
