"""What the worlds of the simulation are about: structures that are registered, revised, merged and closed, and the
memberships that a reaction gives them. Deciders and shared views are the product's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from services.directory.duplicates.domain import NAMESAKES
from services.directory.structures.domain.structure import STRUCTURE
from services.membership.members.domain.member import MEMBER, JoinNetwork, RenewMembership
from shared.contract import Event
from shared.contract.directory import structures as directory
from shared.contract.directory.structures import StructureRegistered
from shared.contract.envelope import Recorded
from shared.contract.membership.members import (
    MemberCollegeChanged,
    MemberJoined,
    MemberLeft,
    MembershipRenewed,
)
from shared.kernel.decider import Command, Decider, Refused, derived_id
from shared.kernel.eventlog.event_log import Conflict
from shared.kernel.reactions import Reaction, on
from shared.kernel.views.projection import Document, View
from shared.notions.structure_on_record import member_of, structures_on_record
from shared.runtime.jobs import Job, TryAgain
from tests.simulation.process import Process, Service

YEAR = 2027


def _told(document: Document | None, data: Any, event: Recorded) -> Document:
    """A document that notices whatever is missed, counted twice or out of order."""
    said = [event.type, event.seq, event.cloud.time[:10]]
    return {"said": [*(document or {"said": []})["said"], said], "version": event.version}


def told(name: str, *kinds: type[Event]) -> View:
    return View(name=name, version=1, on=dict.fromkeys(kinds, _told))


OF_STRUCTURES = told(
    "told_structures",
    *(
        getattr(directory, name)
        for name in (
            "StructureRegistered",
            "StructureRevised",
            "StructureClosed",
            "StructureReopened",
            "StructureListingWished",
            "StructureListed",
            "StructureUnlisted",
            "StructureAbsorbed",
            "StructuresMerged",
        )
    ),
)
OF_MEMBERS = told("told_members", MemberJoined, MembershipRenewed, MemberCollegeChanged, MemberLeft)
ON_RECORD = structures_on_record(9)


@on(StructureRegistered, name="sim-welcome")
async def welcome(event: Recorded, service: Process) -> Sequence[Command]:
    """Whoever is registered becomes a member, once."""
    return [
        JoinNetwork(structure=UUID(event.entity_id), name=event.data.name, college="public", charter_version=1)  # type: ignore[attr-defined]
    ]


async def renew(service: Process) -> None:
    """Each member is renewed for a year, once."""
    view = service.views[OF_MEMBERS.name]
    for one in await service.store.after(view, "", limit=1000):
        kinds = [kind for kind, _, _ in one["said"]]
        if "MembershipRenewed" in kinds or kinds[-1] == "MemberLeft":
            continue
        member = UUID(one["key"])
        try:
            await service.execute(
                RenewMembership(member=member, year=YEAR),
                id=derived_id(member, f"renewal {YEAR}"),
                actor="service:membership",
                derived=True,
            )
        except (Refused, Conflict) as no:
            raise TryAgain(str(no)) from no


RENEWALS: Job[Any] = Job(name="renewals", run=renew, every=1.5, at="the writer", pauses=(0.2, 1.0))
DIRECTORY = Service("directory", [STRUCTURE, NAMESAKES], [OF_STRUCTURES, ON_RECORD])
MEMBERSHIP = Service("membership", [MEMBER], [OF_MEMBERS], reactions=[welcome], jobs=[RENEWALS])
DECIDERS: Mapping[tuple[str, str], Decider[Any]] = {
    ("directory", "structure"): STRUCTURE,
    ("directory", "namesakes"): NAMESAKES,
    ("membership", "member"): MEMBER,
}
REACTION: Reaction[Any] = welcome
__all__ = ["DECIDERS", "DIRECTORY", "MEMBERSHIP", "REACTION", "member_of"]
