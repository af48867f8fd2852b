"""Membership's front: its pages wired, where one lands after a command, what its forms offer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import get_args

from fastapi import APIRouter

from services.membership.governance import pages as governance_pages
from services.membership.governance.domain.board_seat import TakeBoardSeat
from services.membership.governance.domain.working_group import GroupCommand, JoinWorkingGroup
from services.membership.governance.views import GROUPS
from services.membership.members import pages as member_pages
from services.membership.members.domain.charter import AdoptCharter
from services.membership.members.domain.member import ChangeCollege, JoinNetwork, MemberCommand, StructureCollege
from services.membership.members.views import MEMBERS
from services.membership.network import pages as network_pages
from services.membership.network.domain.network import NameNetwork
from services.membership.network.domain.peer_network import PeerNetworkCommand
from services.membership.network.views import COLLEGES, PEER_NETWORKS
from services.membership.queries import CURRENT, charter_versions, everything, label
from services.membership.team import pages as team_pages
from services.membership.team.views import POSTS
from shared.kernel.command_handler import Outcome
from shared.kernel.decider import Command
from shared.runtime.service import Choices, Service

LISTS: Mapping[str, str] = {
    "seat": "board",
    "volunteer": "volunteers",
    "civic-service": "civic-service",
    "civic-place": "civic-service",
    "post": "team",
    "college": "colleges",
}
"""Entity → the list on which it stands, for those without a page of their own."""


def routes(service: Service) -> APIRouter:
    """The routes of membership's own pages."""
    router = APIRouter(include_in_schema=False)
    for area in (member_pages, network_pages, governance_pages, team_pages):
        router.include_router(area.routes(service))
    return router


def page_of(command: Command, outcome: Outcome) -> str:
    """The record of what was changed, or the list it stands in."""
    match command:
        case MemberCommand():
            return f"/membership/members/{outcome.entity_id}"
        case GroupCommand():
            return f"/membership/groups/{outcome.entity_id}"
        case AdoptCharter():
            return "/membership/charter"
        case NameNetwork() | PeerNetworkCommand():
            return "/membership/peers"
    return f"/membership/{LISTS[command.entity]}"


async def choices(service: Service, command: type[Command], lang: str) -> Choices:
    """Members, groups, charters by their names. Whoever left may be chosen only where that makes sense."""
    asked = command.model_fields
    found: dict[str, Sequence[tuple[str, str]]] = {}
    if "member" in asked or "host" in asked:
        present = command in (JoinWorkingGroup, TakeBoardSeat) or "host" in asked
        members = await everything(service, MEMBERS, CURRENT if present else None, sort="sort")
        found["member"] = [(one["key"], label(one, service.keyring.reveal)) for one in members]
        found["host"] = [
            (one["structure"], label(one, service.keyring.reveal)) for one in members if one.get("structure")
        ]
    if "group" in asked:
        found["group"] = [(one["key"], one["name"]) for one in await everything(service, GROUPS, sort="sort")]
    if "post" in asked:
        found["post"] = [(one["key"], one["title"]) for one in await everything(service, POSTS)]
    if "peer_network" in asked:
        peers = await everything(service, PEER_NETWORKS, sort="sort")
        found["peer_network"] = [(one["key"], one["name"]) for one in peers]
    if "charter_version" in asked:
        versions = await charter_versions(service)
        found["charter_version"] = [(str(one["version"]), f"{one['version']}. {one['title']}") for one in versions]
    if command in (JoinNetwork, ChangeCollege):
        opened = {one["college"]: one["title"] for one in await everything(service, COLLEGES, {"open": True})}
        found["college"] = [(code, opened[code]) for code in get_args(StructureCollege) if code in opened]
    return {name: pairs for name, pairs in found.items() if name in asked}
