"""What membership says: charter, colleges, members, board, groups, volunteers, posts, the network among its peers.

What holds on a day is what the entity's last event says, by the time it happened (and, at the same time, by its place
in the log). `…Withdrawn`, and a leaving for the reason `mistake`, say that the thing never was, whatever day they have: it is
counted nowhere. `…Restored` says that an ending, a leaving or a withdrawal was a mistake and all is as before; it has
the day of the ending that it undoes as its time, so that no count in between keeps the mistake.
"""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from shared.base.translations import L
from shared.contract import Event
from shared.contract.personal import Personal
from shared.contract.says import Says, Thing

CollegeCode = Literal["public", "associative", "economic", "qualified_persons"]
"""The four colleges of the statutes of March 2017."""
SeatRole = Literal["president", "vice_president", "administrator", "delegate_administrator"]
LeaveReason = Literal["withdrawal", "lapse", "dissolution", "exclusion", "mistake"]


class CharterEvent(Event, abstract=True):
    service = "membership"
    entity = "charter"
    thing = Thing(L("charte"))


class CharterAdopted(CharterEvent):
    """A version of the charter was adopted; members sign this version from then on. Versions count from 1."""

    says = Says(L("Charte adoptée"), detail="title")

    version: int
    title: str
    principles: list[str]


class CollegeEvent(Event, abstract=True):
    service = "membership"
    entity = "college"
    thing = Thing(L("collège"))


class CollegeOpened(CollegeEvent):
    """The statutes opened a college. Before, it has no members to count: not measured, which is not zero."""

    says = Says(L("Collège ouvert"), detail="title", sets={"open": True})

    college: CollegeCode
    title: str


class CollegeClosed(CollegeEvent):
    """The statutes closed a college, or it was opened by mistake."""

    says = Says(L("Collège fermé"), detail="college", sets={"open": False})

    college: CollegeCode
    reason: str | None = None


class MemberEvent(Event, abstract=True):
    service = "membership"
    entity = "member"
    thing = Thing(L("adhérent"), "/membership/members/{}")


class MemberJoined(MemberEvent):
    """A structure (`structure`, `name`) or a person (`person`) became a member and signed a version of the charter.

    A structure is one member whatever happens: one that left and joins again is the same entity.
    """

    says = Says(L("Adhésion, charte signée"), detail="college", sets={"current": True})

    college: CollegeCode
    charter_version: int
    structure: UUID | None = None
    name: str | None = None
    person: Personal | None = None
    email: Personal | None = None


class MembershipRenewed(MemberEvent):
    """A member renewed for a year."""

    says = Says(
        L("Adhésion renouvelée pour"),
        detail="year",
        here=L("Adhésion renouvelée"),
        joined=True,
        part="year",
        sets={"renewed": True},
    )

    year: int


class MemberCollegeChanged(MemberEvent):
    """A member went to another college and kept its history."""

    says = Says(L("Passage dans un autre collège"), detail="college")

    college: CollegeCode


class MemberLeft(MemberEvent):
    """A member left the network. `mistake`: it had been noted by mistake that it joined."""

    says = Says(
        L("Départ du réseau"),
        detail="reason",
        sets={"current": False},
        undoes=(MemberJoined,),
        undoes_if=("reason", "mistake"),
    )

    reason: LeaveReason


class MemberRestored(MemberEvent):
    """The leaving of a member was noted by mistake: it is a member as before. Carries again who it is and where."""

    says = Says(
        L("Départ défait, noté par erreur"),
        here=L("Départ défait, noté par erreur", context="MemberRestored"),
        sets={"current": True},
        undoes=(MemberLeft,),
    )

    college: CollegeCode
    structure: UUID | None = None
    reason: str | None = None


class SeatEvent(Event, abstract=True):
    service = "membership"
    entity = "seat"
    thing = Thing(L("siège au conseil"))


class BoardSeatTaken(SeatEvent):
    """A member took a seat on the board."""

    says = Says(
        L("Siège pourvu au conseil d’administration"),
        detail="role",
        here=L("Siège pourvu"),
        sets={"current": True},
    )

    role: SeatRole
    member: UUID | None = None
    holder: Personal | None = None
    email: Personal | None = None


class BoardSeatVacated(SeatEvent):
    """A seat on the board was given up."""

    says = Says(
        L("Siège libéré"),
        detail="reason",
        here=L("Siège libéré", context="BoardSeatVacated"),
        sets={"current": False},
    )

    reason: str | None = None


class BoardSeatRestored(SeatEvent):
    """It was noted by mistake that a seat was given up: it is taken as before."""

    says = Says(
        L("Siège rendu, libéré par erreur"),
        here=L("Siège rendu, libéré par erreur", context="BoardSeatRestored"),
        sets={"current": True},
        undoes=(BoardSeatVacated,),
    )

    reason: str | None = None


class GroupEvent(Event, abstract=True):
    service = "membership"
    entity = "group"
    thing = Thing(L("groupe de travail"), "/membership/groups/{}")


class WorkingGroupFormed(GroupEvent):
    """Members formed a working group."""

    says = Says(L("Groupe de travail formé"), detail="name", sets={"open": True})

    name: str
    purpose: str | None = None


class WorkingGroupJoined(GroupEvent):
    """A member takes part in a working group."""

    says = Says(
        L("Entrée dans un groupe de travail"),
        here=L("Entrée dans un groupe de travail", context="WorkingGroupJoined"),
        part="member",
        sets={"taking_part": True},
    )

    member: UUID


class WorkingGroupLeft(GroupEvent):
    """A member takes part in a working group no more."""

    says = Says(
        L("Sortie d’un groupe de travail"),
        here=L("Sortie d’un groupe de travail", context="WorkingGroupLeft"),
        part="member",
        sets={"taking_part": False},
    )

    member: UUID


class WorkingGroupClosed(GroupEvent):
    """A working group ended."""

    says = Says(L("Groupe de travail clos"), detail="reason", sets={"open": False})

    reason: str | None = None


class WorkingGroupRestored(GroupEvent):
    """It was noted by mistake that a working group ended: it goes on."""

    says = Says(L("Groupe de travail rouvert"), sets={"open": True}, undoes=(WorkingGroupClosed,))

    reason: str | None = None


class VolunteerEvent(Event, abstract=True):
    service = "membership"
    entity = "volunteer"
    thing = Thing(L("bénévole"))


class VolunteerContributed(VolunteerEvent):
    """A volunteer gave time to the network in that year: one such event for each volunteer and year."""

    says = Says(L("Bénévole de l’année"), detail="year", here=L("Bénévole"), joined=True)

    year: int
    person: Personal | None = None
    email: Personal | None = None
    task: str | None = None


class VolunteerWithdrawn(VolunteerEvent):
    """A volunteer was noted by mistake."""

    says = Says(
        L("Bénévole retiré, noté par erreur"),
        detail="reason",
        sets={"withdrawn": True},
        undoes=(VolunteerContributed,),
    )

    reason: str


class VolunteerRestored(VolunteerEvent):
    """The withdrawal of a volunteer was a mistake: the volunteer counts as before."""

    says = Says(
        L("Bénévole rétabli"),
        here=L("Bénévole rétabli", context="VolunteerRestored"),
        sets={"withdrawn": False},
        undoes=(VolunteerWithdrawn,),
    )

    reason: str | None = None


class CivicServiceEvent(Event, abstract=True):
    service = "membership"
    entity = "civic-service"
    thing = Thing(L("service civique"))


class CivicServiceRecruited(CivicServiceEvent):
    """A young person in civic service was recruited into the network's own team."""

    says = Says(
        L("Recrutement en service civique"),
        detail="mission",
        here=L("Service civique dans l’équipe"),
        sets={"current": True},
    )

    person: Personal | None = None
    email: Personal | None = None
    mission: str | None = None


class CivicServiceSeconded(CivicServiceEvent):
    """A young person in civic service was seconded to a member or a local authority."""

    says = Says(L("Service civique mis à disposition"), detail="host_name", sets={"current": True})

    host: UUID | None = None
    host_name: str | None = None
    person: Personal | None = None
    email: Personal | None = None
    mission: str | None = None


class CivicServiceEnded(CivicServiceEvent):
    """A civic service came to its end."""

    says = Says(
        L("Fin d’un service civique"),
        detail="reason",
        here=L("Fin de service civique"),
        sets={"current": False},
    )

    reason: str | None = None


class CivicServiceWithdrawn(CivicServiceEvent):
    """A civic service was noted by mistake."""

    says = Says(
        L("Service civique retiré, noté par erreur"),
        detail="reason",
        sets={"withdrawn": True},
        undoes=(
            CivicServiceRecruited,
            CivicServiceSeconded,
        ),
    )

    reason: str


class CivicServiceRestored(CivicServiceEvent):
    """The end or the withdrawal of a civic service was a mistake: it stands as before."""

    says = Says(
        L("Service civique rétabli"),
        here=L("Service civique rétabli", context="CivicServiceRestored"),
        sets={"withdrawn": False},
        undoes=(
            CivicServiceEnded,
            CivicServiceWithdrawn,
        ),
    )

    reason: str | None = None


class CivicServicePlaceEvent(Event, abstract=True):
    service = "membership"
    entity = "civic-place"
    thing = Thing(L("place de service civique"))


class CivicServicePlaceApproved(CivicServicePlaceEvent):
    """The State approved one place of civic service; one event for each place."""

    says = Says(
        L("Place de service civique agréée"),
        detail="authority",
        here=L("Place de service civique agréée", context="CivicServicePlaceApproved"),
        sets={"current": True},
    )

    authority: str | None = None


class CivicServicePlaceEnded(CivicServicePlaceEvent):
    """The approval of a place ended."""

    says = Says(L("Fin d’agrément d’une place"), detail="reason", sets={"current": False})

    reason: str | None = None


class CivicServicePlaceRestored(CivicServicePlaceEvent):
    """It was noted by mistake that the approval of a place ended: it holds."""

    says = Says(
        L("Agrément d’une place rétabli"),
        here=L("Agrément d’une place rétabli", context="CivicServicePlaceRestored"),
        sets={"current": True},
        undoes=(CivicServicePlaceEnded,),
    )

    reason: str | None = None


class PostEvent(Event, abstract=True):
    service = "membership"
    entity = "post"
    thing = Thing(L("poste de l’équipe"))


class StaffPostCreated(PostEvent):
    """A post was created in the team; `fte` is its share of full time."""

    says = Says(L("Poste créé"), detail="title", sets={"current": True})

    title: str
    fte: float


class StaffPostChanged(PostEvent):
    """The share of full time of a post changed."""

    says = Says(
        L("Temps de travail changé"),
        detail="fte",
        here=L("Temps de travail changé", context="StaffPostChanged"),
    )

    fte: float


class StaffPostClosed(PostEvent):
    """A post was closed."""

    says = Says(L("Poste fermé"), detail="reason", sets={"current": False})

    reason: str | None = None


class StaffPostWithdrawn(PostEvent):
    """A post was noted by mistake."""

    says = Says(
        L("Poste retiré, noté par erreur"),
        detail="reason",
        sets={"withdrawn": True},
        undoes=(StaffPostCreated,),
    )

    reason: str


class StaffPostRestored(PostEvent):
    """The closing or the withdrawal of a post was a mistake: it stands as before."""

    says = Says(
        L("Poste rétabli"),
        here=L("Poste rétabli", context="StaffPostRestored"),
        sets={"current": True},
        undoes=(
            StaffPostClosed,
            StaffPostWithdrawn,
        ),
    )

    reason: str | None = None


class PeerNetworkEvent(Event, abstract=True):
    service = "membership"
    entity = "peer-network"
    thing = Thing(L("réseau régional"))


class PeerNetworkJoined(PeerNetworkEvent):
    """A regional multi-actor network (this one or another) stands on the national map."""

    says = Says(
        L("Réseau régional placé sur la carte"),
        detail="name",
        sets={"current": True},
    )

    name: str
    region: str | None = None
    ourselves: bool = False


class PeerNetworkLeft(PeerNetworkEvent):
    """A regional network stands on the national map no more."""

    says = Says(
        L("Réseau régional retiré de la carte"),
        detail="reason",
        sets={"current": False},
    )

    reason: str | None = None


class PeerNetworkRenamed(PeerNetworkEvent):
    """A regional network took another name."""

    says = Says(L("Réseau régional renommé"), detail="name")

    name: str


class PeerNetworkRestored(PeerNetworkEvent):
    """It was noted by mistake that a regional network left the map: it stands on it."""

    says = Says(
        L("Réseau régional remis sur la carte"),
        sets={"current": True},
        undoes=(PeerNetworkLeft,),
    )

    reason: str | None = None


class NetworkEvent(Event, abstract=True):
    service = "membership"
    entity = "network"
    thing = Thing(L("réseau"))


class NetworkNamed(NetworkEvent):
    """The network took a name."""

    says = Says(
        L("Le réseau a pris le nom"),
        detail="name",
        here=L("Nom donné au réseau"),
    )

    name: str
