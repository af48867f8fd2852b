"""What membership says: charter, colleges, members, board, groups, volunteers, posts, the network among its peers.

What holds on a day is what the entity's last event says, by the time it happened (and, at the same time, by its place
in the log). `…Withdrawn`, and a leaving for the reason `mistake`, say that the thing never was, whatever day they have: it is
counted nowhere. `…Restored` says that an ending, a leaving or a withdrawal was a mistake and all is as before; it has
the day of the ending that it undoes as its time, so that no count in between keeps the mistake.
"""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from shared.contract import Event
from shared.contract.personal import Personal

CollegeCode = Literal["public", "associative", "economic", "qualified_persons"]
"""The four colleges of the statutes of March 2017."""
SeatRole = Literal["president", "vice_president", "administrator", "delegate_administrator"]
LeaveReason = Literal["withdrawal", "lapse", "dissolution", "exclusion", "mistake"]


class CharterEvent(Event, abstract=True):
    service = "membership"
    entity = "charter"


class CharterAdopted(CharterEvent):
    """A version of the charter was adopted; members sign this version from then on. Versions count from 1."""

    version: int
    title: str
    principles: list[str]


class CollegeEvent(Event, abstract=True):
    service = "membership"
    entity = "college"


class CollegeOpened(CollegeEvent):
    """The statutes opened a college. Before, it has no members to count: not measured, which is not zero."""

    college: CollegeCode
    title: str


class CollegeClosed(CollegeEvent):
    """The statutes closed a college, or it was opened by mistake."""

    college: CollegeCode
    reason: str | None = None


class MemberEvent(Event, abstract=True):
    service = "membership"
    entity = "member"


class MemberJoined(MemberEvent):
    """A structure (`structure`, `name`) or a person (`person`) became a member and signed a version of the charter.

    A structure is one member whatever happens: one that left and joins again is the same entity.
    """

    college: CollegeCode
    charter_version: int
    structure: UUID | None = None
    name: str | None = None
    person: Personal | None = None
    email: Personal | None = None


class MembershipRenewed(MemberEvent):
    """A member renewed for a year."""

    year: int


class MemberCollegeChanged(MemberEvent):
    """A member went to another college and kept its history."""

    college: CollegeCode


class MemberLeft(MemberEvent):
    """A member left the network. `mistake`: it had been noted by mistake that it joined."""

    reason: LeaveReason


class MemberRestored(MemberEvent):
    """The leaving of a member was noted by mistake: it is a member as before. Carries again who it is and where."""

    college: CollegeCode
    structure: UUID | None = None
    reason: str | None = None


class SeatEvent(Event, abstract=True):
    service = "membership"
    entity = "seat"


class BoardSeatTaken(SeatEvent):
    """A member took a seat on the board."""

    role: SeatRole
    member: UUID | None = None
    holder: Personal | None = None
    email: Personal | None = None


class BoardSeatVacated(SeatEvent):
    """A seat on the board was given up."""

    reason: str | None = None


class BoardSeatRestored(SeatEvent):
    """It was noted by mistake that a seat was given up: it is taken as before."""

    reason: str | None = None


class GroupEvent(Event, abstract=True):
    service = "membership"
    entity = "group"


class WorkingGroupFormed(GroupEvent):
    """Members formed a working group."""

    name: str
    purpose: str | None = None


class WorkingGroupJoined(GroupEvent):
    """A member takes part in a working group."""

    member: UUID


class WorkingGroupLeft(GroupEvent):
    """A member takes part in a working group no more."""

    member: UUID


class WorkingGroupClosed(GroupEvent):
    """A working group ended."""

    reason: str | None = None


class WorkingGroupRestored(GroupEvent):
    """It was noted by mistake that a working group ended: it goes on."""

    reason: str | None = None


class VolunteerEvent(Event, abstract=True):
    service = "membership"
    entity = "volunteer"


class VolunteerContributed(VolunteerEvent):
    """A volunteer gave time to the network in that year: one such event for each volunteer and year."""

    year: int
    person: Personal | None = None
    email: Personal | None = None
    task: str | None = None


class VolunteerWithdrawn(VolunteerEvent):
    """A volunteer was noted by mistake."""

    reason: str


class VolunteerRestored(VolunteerEvent):
    """The withdrawal of a volunteer was a mistake: the volunteer counts as before."""

    reason: str | None = None


class CivicServiceEvent(Event, abstract=True):
    service = "membership"
    entity = "civic-service"


class CivicServiceRecruited(CivicServiceEvent):
    """A young person in civic service was recruited into the network's own team."""

    person: Personal | None = None
    email: Personal | None = None
    mission: str | None = None


class CivicServiceSeconded(CivicServiceEvent):
    """A young person in civic service was seconded to a member or a local authority."""

    host: UUID | None = None
    host_name: str | None = None
    person: Personal | None = None
    email: Personal | None = None
    mission: str | None = None


class CivicServiceEnded(CivicServiceEvent):
    """A civic service came to its end."""

    reason: str | None = None


class CivicServiceWithdrawn(CivicServiceEvent):
    """A civic service was noted by mistake."""

    reason: str


class CivicServiceRestored(CivicServiceEvent):
    """The end or the withdrawal of a civic service was a mistake: it stands as before."""

    reason: str | None = None


class CivicServicePlaceEvent(Event, abstract=True):
    service = "membership"
    entity = "civic-place"


class CivicServicePlaceApproved(CivicServicePlaceEvent):
    """The State approved one place of civic service; one event for each place."""

    authority: str | None = None


class CivicServicePlaceEnded(CivicServicePlaceEvent):
    """The approval of a place ended."""

    reason: str | None = None


class CivicServicePlaceRestored(CivicServicePlaceEvent):
    """It was noted by mistake that the approval of a place ended: it holds."""

    reason: str | None = None


class PostEvent(Event, abstract=True):
    service = "membership"
    entity = "post"


class StaffPostCreated(PostEvent):
    """A post was created in the team; `fte` is its share of full time."""

    title: str
    fte: float


class StaffPostChanged(PostEvent):
    """The share of full time of a post changed."""

    fte: float


class StaffPostClosed(PostEvent):
    """A post was closed."""

    reason: str | None = None


class StaffPostWithdrawn(PostEvent):
    """A post was noted by mistake."""

    reason: str


class StaffPostRestored(PostEvent):
    """The closing or the withdrawal of a post was a mistake: it stands as before."""

    reason: str | None = None


class PeerNetworkEvent(Event, abstract=True):
    service = "membership"
    entity = "peer-network"


class PeerNetworkJoined(PeerNetworkEvent):
    """A regional multi-actor network (this one or another) stands on the national map."""

    name: str
    region: str | None = None
    ourselves: bool = False


class PeerNetworkLeft(PeerNetworkEvent):
    """A regional network stands on the national map no more."""

    reason: str | None = None


class PeerNetworkRenamed(PeerNetworkEvent):
    """A regional network took another name."""

    name: str


class PeerNetworkRestored(PeerNetworkEvent):
    """It was noted by mistake that a regional network left the map: it stands on it."""

    reason: str | None = None


class NetworkEvent(Event, abstract=True):
    service = "membership"
    entity = "network"


class NetworkNamed(NetworkEvent):
    """The network took a name."""

    name: str
