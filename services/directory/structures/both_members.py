"""Two records of one structure are not merged while both are members: it would be counted twice, or once less, and only
the team knows which membership stays."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from services.directory.structures.domain.merging import MergeStructures
from shared.kernel.decider import Refused
from shared.notions.one_membership import Known, memberships_of, records_of
from shared.runtime.faces import Chronicle


async def both_members(service: Chronicle, one: UUID, other: UUID) -> tuple[Known, Known] | None:
    """The memberships that run of two structures, by whichever record; None where not both are members."""
    found = []
    for structure in (one, other):
        known = await memberships_of(service.log, await records_of(service.log, structure))
        running = [each for each in known if each.runs]
        if not running:
            return None
        found.append(running[0])
    return found[0], found[1]


async def not_both_members(service: Chronicle, command: MergeStructures, own: UUID) -> Mapping[str, int]:
    """Raises Refused, which names the membership of the record that would be merged."""
    if command.structure == command.merged:
        return {}
    both = await both_members(service, command.structure, command.merged)
    if both is not None and both[0].id != both[1].id:
        raise Refused("both-members", page=f"/membership/members/{both[1].id}", named=both[1].name)
    return {}
