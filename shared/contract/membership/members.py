"""What membership says of the charter, the colleges and the members."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal
from uuid import UUID

from shared.base.translations import L
from shared.contract import Event
from shared.contract.fields.codes import Code, Of
from shared.contract.personal import Personal
from shared.contract.says import Says, Thing

CollegeCode = Annotated[Code, Of("college")]
EARLIER = ("associative", "public", "economic", "qualified_persons")
"""The colleges that there were while they were a closed list, in their order; the last is the one of persons"""
EARLIER_KINDS: Mapping[str, Sequence[str]] = {
    "public": ("public_body", "higher_education", "school"),
    "economic": ("company",),
}
"""The kinds of structures that these were proposed for, before a college said so itself"""
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
    """The statutes opened a college. Before, it has no members to count: not measured, which is not zero.

    `persons`: whether its members are persons, not structures; absent where only one college could be that, the last of
    the earlier ones. `titles`: what lists call it, language → text; `rank`: where it stands among the others, from 1.
    `kinds`: the kinds of structures that it is proposed for; absent as the earlier ones had it (`EARLIER_KINDS`).
    """

    says = Says(L("Collège ouvert"), detail="title", sets={"open": True})

    college: CollegeCode
    title: str
    persons: bool | None = None
    titles: dict[str, str] = {}
    rank: int | None = None
    kinds: list[Annotated[Code, Of("structure")]] | None = None


class CollegeRevised(CollegeEvent):
    """The statutes call a college otherwise, or lists do (`titles`), or it stands elsewhere among the others (`rank`
    absent: where it stood), or is proposed for other kinds of structures (`kinds` absent: the same). It is the same
    college, opened when it was."""

    says = Says(L("Collège renommé ou déplacé"), detail="title")

    college: CollegeCode
    title: str
    titles: dict[str, str] = {}
    rank: int | None = None
    kinds: list[Annotated[Code, Of("structure")]] | None = None


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
