"""Members, the charter that they sign, the colleges that they belong to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from services.membership.members.domain.charter import CHARTER as CHARTER_DECIDER
from services.membership.members.domain.charter import AdoptCharter
from services.membership.members.domain.college import COLLEGE, CloseCollege, CollegeCommand, OpenCollege, ReviseCollege
from services.membership.members.domain.member import (
    MEMBER,
    ChangeCollege,
    JoinNetwork,
    JoinNetworkAsPerson,
    LeaveNetwork,
    MemberCommand,
    NotePastMembership,
    NotePastMembershipAsPerson,
    NotePastMembershipOfPerson,
    RenewMembership,
    WelcomePersonAgain,
)
from services.membership.members.households import one_person_once
from services.membership.members.one_structure import one_structure_once
from services.membership.members.pages import routes
from services.membership.members.queries import charter_versions, members_offered
from services.membership.members.views import CHARTER, COLLEGES, MEMBERS, STRUCTURES
from services.membership.members.words import WORDS
from shared.base.translations import L, translated
from shared.contract.membership.members import (
    CharterAdopted,
    CollegeClosed,
    CollegeOpened,
    CollegeRevised,
    MemberCollegeChanged,
    MemberJoined,
    MemberLeft,
    MembershipRenewed,
)
from shared.kernel.command_handler import Outcome
from shared.kernel.decider import Command
from shared.notions.vocabularies import PERSONS, in_order
from shared.runtime.faces import OpenViews
from shared.runtime.feature import Feature, Sayings
from shared.runtime.service import Again, Choices, Judge, Retired


def page_of(command: Command, outcome: Outcome) -> str | None:
    """The member's record, the charter, the colleges."""
    match command:
        case MemberCommand():
            return f"/membership/members/{outcome.entity_id}"
        case AdoptCharter():
            return "/membership/charter"
        case CollegeCommand():
            return "/membership/colleges"
    return None


async def choices(service: OpenViews, command: type[Command], lang: str) -> Choices:
    """Members by their names, former ones too; versions of the charter; the colleges of structures, closed ones
    too: the day that is given may be one on which they were open."""
    if not issubclass(command, MemberCommand):
        return {}
    asked = command.model_fields
    found: dict[str, Sequence[tuple[str, str]]] = {}
    if "member" in asked:
        found["member"] = await members_offered(service)
    if "charter_version" in asked:
        versions = await charter_versions(service)
        found["charter_version"] = [(str(one["version"]), f"{one['version']}. {one['title']}") for one in versions]
    if "college" in asked:
        persons = issubclass(command, JoinNetworkAsPerson | NotePastMembershipOfPerson | WelcomePersonAgain)
        lists = await service.lists.now()
        found["college"] = [
            (one.code, one.title(lang) if one.closed is None else _closed(one.title(lang), lang))
            for one in in_order(lists.terms("college"))
            if (PERSONS in one.marks) == persons
        ]
    return found


def _closed(title: str, lang: str) -> str:
    return translated(L("{college} (fermé)"), lang, college=title)


RETIRED = {
    "RestoreMember": Retired("member", "StrikeEvents"),
}

AGAIN: Sayings = {
    MemberJoined: Again(lambda said: JoinNetwork if said.get("structure") else JoinNetworkAsPerson),
    MembershipRenewed: RenewMembership,
    MemberCollegeChanged: ChangeCollege,
    MemberLeft: LeaveNetwork,
    CharterAdopted: AdoptCharter,
    CollegeOpened: OpenCollege,
    CollegeRevised: ReviseCollege,
    CollegeClosed: CloseCollege,
}
JOINS = (JoinNetworkAsPerson, NotePastMembershipAsPerson, WelcomePersonAgain, NotePastMembershipOfPerson)
JOINED: Mapping[type[Command], Judge] = dict.fromkeys(JOINS, one_person_once)

FEATURE = Feature(
    name="members",
    deciders=(MEMBER, CHARTER_DECIDER, COLLEGE),
    views=(MEMBERS, STRUCTURES, CHARTER, COLLEGES),
    words=WORDS,
    routes=(routes,),
    page_of=page_of,
    choices=choices,
    judging={**JOINED, **dict.fromkeys((JoinNetwork, NotePastMembership), one_structure_once)},
    retired=RETIRED,
    again=AGAIN,
)
