"""A structure is one member, by whichever of its records: who joins is told of the membership that runs already."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from services.membership.members.domain.member import JoinNetwork, NotePastMembership
from shared.kernel.decider import Refused
from shared.notions.one_membership import memberships_of, records_of
from shared.runtime.faces import Chronicle


async def one_structure_once(service: Chronicle, command: JoinNetwork, own: UUID) -> Mapping[str, int]:
    """Raises Refused, which names the membership of a record that was merged into this one: where it runs, or, for a
    past period, where it ran then. What its own record says, its own line judges."""
    _, *merged = await records_of(service.log, command.structure)
    for one in await memberships_of(service.log, merged):
        past = isinstance(command, NotePastMembership)
        if one.meets(command.since, command.until) if isinstance(command, NotePastMembership) else one.runs:
            code = "was-member-through" if past else "member-through"
            raise Refused(code, page=f"/membership/members/{one.id}", named=one.name)
    return {}
