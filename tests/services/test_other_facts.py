"""What each kind of entity allows on a line: whatever is in the log is folded, and only what can't be is called
wrong."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from services.directory.casework.domain.coverage import COVERAGE
from services.directory.casework.domain.request import REQUEST
from services.directory.casework.domain.support import SUPPORT
from services.directory.projects.domain import PROJECT as COOPERATION
from services.directory.structures.domain.contact import CONTACT
from services.directory.structures.domain.structure import STRUCTURE
from services.events.gatherings.domain.gathering import GATHERING
from services.events.projects.domain import PROJECT
from services.events.tandems.domain import TANDEM
from services.membership.governance.domain.board_seat import SEAT
from services.membership.governance.domain.working_group import GROUP
from services.membership.members.domain.college import COLLEGE
from services.membership.members.domain.member import MEMBER
from services.membership.network.domain.peer_network import PEER_NETWORK
from services.membership.team.domain.civic_place import CIVIC_PLACE
from services.membership.team.domain.civic_service import CIVIC_SERVICE
from services.membership.team.domain.staff_post import POST
from services.membership.team.domain.volunteer import VOLUNTEER
from services.newsletter.bulletins.domain.bulletin import BULLETIN
from shared.contract import Event, load_all
from shared.contract.personal import Personal
from shared.kernel.decider import Decider
from shared.kernel.line import Fact, standing

ONE, TWO = UUID(int=1), UUID(int=2)
SEALED = Personal(person=ONE, sealed="c2VhbGVk")
STARTS = datetime(2016, 6, 1, 9, tzinfo=UTC)
GIVEN: dict[str, dict[str, Any]] = {
    "StructureRegistered": {"name": "K", "kind": "association"}, "StructureClosed": {"reason": "x"},
    "StructureAbsorbed": {"kept": TWO}, "StructuresMerged": {"merged": TWO}, "StructureRevised": {"name": "L"},
    "ContactAdded": {"structure": ONE, "name": SEALED}, "ContactRevised": {"role": "r"},
    "SupportGiven": {"structure": ONE, "kind": "networking"}, "MediaCoverageNoted": {"structure": ONE, "medium": "m"},
    "IdentificationRequested": {"requester": "r"}, "IdentificationAnswered": {"structures": 1},
    "CooperationProjectDrafted": {"leader": ONE, "title": "t", "summary": "s", "country": "SN", "stage": "running"},
    "GatheringPlanned": {"kind": "thematic", "title": "t", "starts": STARTS},
    "GatheringHeld": {"kind": "thematic", "title": "t"}, "WorkshopHeld": {"workshop": ONE, "title": "t"},
    "ParticipantRegistered": {"registration": ONE, "ticket": 1, "audience": "students", "name": SEALED},
    "RegistrationCancelled": {"registration": ONE}, "GatheringAttended": {"registration": ONE, "audience": "students"},
    "ProjectPresented": {"title": "t"}, "TandemFormed": {"school_year": "2016-2017", "association_name": "a"},
    "TandemSchoolJoined": {"school": ONE, "school_name": "s"}, "PupilsCounted": {"pupils": 3},
    "BoardSeatTaken": {"role": "president"}, "WorkingGroupFormed": {"name": "g"},
    "WorkingGroupJoined": {"member": ONE}, "WorkingGroupLeft": {"member": ONE},
    "CollegeOpened": {"college": "public", "title": "t"}, "CollegeClosed": {"college": "public"},
    "CollegeRevised": {"college": "public", "title": "u"},
    "BulletinOpened": {"bulletin": "b", "title": "t", "purpose": "p"}, "BulletinClosed": {"bulletin": "b"},
    "BulletinRevised": {"bulletin": "b", "title": "u", "purpose": "p"},
    "MemberJoined": {"college": "public", "charter_version": 1}, "MemberLeft": {"reason": "lapse"},
    "MemberCollegeChanged": {"college": "economic"}, "MembershipRenewed": {"year": 2016},
    "PeerNetworkJoined": {"name": "n"}, "StaffPostCreated": {"title": "t", "fte": 1}, "StaffPostChanged": {"fte": 0.5},
    "VolunteerContributed": {"year": 2016},
}  # fmt: skip


def said(name: str) -> Event:
    name, _, more = name.partition(" ")
    given = {**GIVEN.get(name, {}), **({"waiting": True} if more == "waiting" else {})}
    return load_all()[name](**given)


def wrong(decider: Decider[Any], names: Sequence[str]) -> list[str]:
    """The codes of what is wrong where these events come one after the other, all on one day."""
    facts = [Fact(n, f"e{n}", f"c{n}", date(2016, 6, 1), said(name)) for n, name in enumerate(names, 1)]
    return [one.code for one in decider.wrong_after([], standing(facts))]


@pytest.mark.parametrize(
    ("decider", "names", "codes"),
    [
        (STRUCTURE, "StructureRegistered StructureRegistered", "already-registered"),
        (STRUCTURE, "StructureRegistered StructureClosed StructureClosed", "structure-closed"),
        (STRUCTURE, "StructureRegistered StructureReopened", "structure-open"),
        (STRUCTURE, "StructureRegistered StructureClosed StructureRevised", "structure-closed"),
        (STRUCTURE, "StructureRegistered StructureAbsorbed StructureAbsorbed", "structure-merged"),
        (STRUCTURE, "StructureRegistered StructuresMerged StructuresMerged", "already-merged"),
        (STRUCTURE, "StructureListed StructureRevised", "before-its-beginning"),
        (STRUCTURE, "StructureRegistered StructureRevised StructureRevised StructureListed", ""),
        (CONTACT, "ContactAdded ContactAdded", "already-registered"),
        (CONTACT, "ContactAdded ContactRemoved ContactRevised", "contact-removed"),
        (CONTACT, "ContactRevised ContactAdded", "before-its-beginning"),
        (SUPPORT, "SupportGiven SupportGiven", "already-registered"),
        (COVERAGE, "MediaCoverageNoted MediaCoverageNoted", "already-registered"),
        (REQUEST, "IdentificationRequested IdentificationAnswered IdentificationRequested", "already-registered"),
        (COOPERATION, "CooperationProjectDrafted CooperationProjectDrafted", "already-registered"),
        (GATHERING, "GatheringPlanned GatheringPlanned", "already-registered"),
        (GATHERING, "GatheringPlanned GatheringHeld GatheringHeld", "already-held"),
        (GATHERING, "GatheringPlanned WorkshopHeld WorkshopHeld", "already-noted"),
        (GATHERING, "GatheringPlanned GatheringAttended", "unknown-registration"),
        (GATHERING, "GatheringPlanned ParticipantRegistered GatheringAttended", ""),
        (GATHERING, "GatheringPlanned ParticipantRegistered GatheringAttended GatheringAttended", "already-present"),
        (
            GATHERING,
            "GatheringPlanned ParticipantRegistered RegistrationCancelled GatheringAttended",
            "registration-cancelled",
        ),
        (PROJECT, "ProjectPresented ProjectPresented", "already-registered"),
        (TANDEM, "TandemFormed TandemFormed", "already-registered"),
        (TANDEM, "TandemFormed TandemSchoolJoined TandemSchoolJoined PupilsCounted", "already-noted"),
        (SEAT, "BoardSeatTaken BoardSeatTaken", "already-noted"),
        (SEAT, "BoardSeatTaken BoardSeatVacated BoardSeatVacated", "seat-vacated"),
        (GROUP, "WorkingGroupFormed WorkingGroupFormed", "already-noted"),
        (GROUP, "WorkingGroupFormed WorkingGroupJoined WorkingGroupJoined", "already-in-group"),
        (GROUP, "WorkingGroupFormed WorkingGroupLeft", "not-in-group"),
        (
            GROUP,
            "WorkingGroupFormed WorkingGroupClosed WorkingGroupJoined WorkingGroupClosed",
            "group-closed group-closed",
        ),
        (COLLEGE, "CollegeOpened CollegeClosed CollegeClosed", "college-closed"),
        (COLLEGE, "CollegeOpened CollegeRevised CollegeClosed CollegeRevised CollegeOpened", "college-closed"),
        (BULLETIN, "BulletinOpened BulletinRevised BulletinClosed BulletinClosed", "bulletin-closed"),
        (BULLETIN, "BulletinOpened BulletinClosed BulletinRevised BulletinOpened BulletinRevised", "bulletin-closed"),
        (BULLETIN, "BulletinClosed BulletinOpened", "before-its-beginning"),
        (MEMBER, "MemberJoined MemberJoined", "already-member"),
        (MEMBER, "MemberJoined MemberLeft MemberLeft MemberCollegeChanged", "member-left member-left"),
        (MEMBER, "MemberJoined MembershipRenewed MembershipRenewed", "already-renewed"),
        (MEMBER, "MemberJoined MemberLeft MembershipRenewed MemberJoined", ""),
        (PEER_NETWORK, "PeerNetworkJoined PeerNetworkJoined", "already-on-the-map"),
        (PEER_NETWORK, "PeerNetworkJoined PeerNetworkLeft PeerNetworkLeft", "peer-network-left"),
        (CIVIC_PLACE, "CivicServicePlaceApproved CivicServicePlaceApproved", "already-noted"),
        (CIVIC_PLACE, "CivicServicePlaceApproved CivicServicePlaceEnded CivicServicePlaceEnded", "civic-place-ended"),
        (CIVIC_SERVICE, "CivicServiceRecruited CivicServiceSeconded", "already-noted"),
        (CIVIC_SERVICE, "CivicServiceRecruited CivicServiceEnded CivicServiceEnded", "civic-service-ended"),
        (POST, "StaffPostCreated StaffPostCreated", "already-noted"),
        (POST, "StaffPostCreated StaffPostClosed StaffPostChanged", "post-closed"),
        (VOLUNTEER, "VolunteerContributed VolunteerContributed", "already-noted"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.entity,
)
def test_what_can_not_follow_is_called_so_and_all_else_may(decider: Decider[Any], names: str, codes: str) -> None:
    assert wrong(decider, names.split()) == codes.split()


def test_who_waits_can_not_have_come() -> None:
    assert wrong(GATHERING, ["GatheringPlanned", "ParticipantRegistered waiting", "GatheringAttended"]) == [
        "still-waiting"
    ]
