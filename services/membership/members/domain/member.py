"""A member: a structure, or a person in a college of persons. It joins, renews, changes college, leaves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from services.membership.base.fields import of
from services.membership.base.periods import PastPeriod, period
from services.membership.members.domain.charter import LAST_VERSION
from shared.contract import Event
from shared.contract.fields import MailAddress, Name, Year
from shared.contract.membership.members import (
    EARLIER,
    CollegeCode,
    MemberCollegeChanged,
    MemberJoined,
    MemberLeft,
    MembershipRenewed,
)
from shared.contract.personal import PersonalText
from shared.kernel.decider import Command, Context, Decider, Decision, Refers, Refused
from shared.notions.membership import CHARTER_ID, college_id
from shared.notions.structure_on_record import member_of

Departure = Literal["withdrawal", "lapse", "exclusion", "dissolution"]
CHARTER = {"charter_version": Refers("membership.charter", "in force", id=lambda version, own: CHARTER_ID)}


def _college(state: str) -> dict[str, Refers]:
    return {"college": Refers("membership.college", state, id=lambda code, own: college_id(code))}


STRUCTURES, PERSONS = _college("of structures"), _college("of persons")
"""Who joins enters a college that is open on that day and of such members, and signs the charter in force then."""
YEARS_AHEAD = 1  # a renewal for next year is taken from now on, no further


class MemberCommand(Command):
    entity = "member"


class JoinNetwork(MemberCommand):
    """Welcome a structure: it signs the charter and enters a college. One that left may join again."""

    refers = {"structure": Refers("directory.structure", "open", guarded=True)} | STRUCTURES | CHARTER
    structure: UUID
    name: Name
    college: CollegeCode
    charter_version: int = Field(ge=1, le=LAST_VERSION)

    def target(self, context: Context) -> UUID:
        return member_of(self.structure)


def _unsaid(schema: dict[str, Any]) -> None:
    schema.pop("default", None)


OfPersons = Annotated[CollegeCode, Field(json_schema_extra=_unsaid)]
"""A college of persons. Left out, it is the one of earlier releases, whose programs did not say it; nobody else is told
to leave it out, for no other network has it"""


class JoinNetworkAsPerson(MemberCommand):
    """Welcome a person, who signs the charter. The name is sealed. `another`: who shares an address with a
    member is another person, as in a household."""

    refers = PERSONS | CHARTER
    creates = True
    person: PersonalText
    email: MailAddress | None = None
    college: OfPersons = EARLIER[-1]
    charter_version: int = Field(ge=1, le=LAST_VERSION)
    another: bool = False


class WelcomePersonAgain(MemberCommand):
    """Welcome a person who left: the same record goes on. The name is sealed with the same key."""

    refers = PERSONS | CHARTER
    member: UUID
    person: PersonalText
    email: MailAddress | None = None
    college: OfPersons = EARLIER[-1]
    charter_version: int = Field(ge=1, le=LAST_VERSION)


class RenewMembership(MemberCommand):
    """Note that a member renewed for a year."""

    member: UUID
    year: Year


class ChangeCollege(MemberCommand):
    """Move a member to another college; its history stays."""

    refers = STRUCTURES
    member: UUID
    college: CollegeCode


class LeaveNetwork(MemberCommand):
    """Note that a member left. That it was welcomed by mistake is said of its welcome (StrikeEvents)."""

    member: UUID
    reason: Departure


class NotePastMembership(PastPeriod, JoinNetwork):
    """Note that a structure was a member once, from a day until another, whatever it is since."""

    reason: Departure


class NotePastMembershipAsPerson(PastPeriod, JoinNetworkAsPerson):
    """Note that a person was a member once, from a day until another. The name is sealed."""

    reason: Departure


class NotePastMembershipOfPerson(PastPeriod, MemberCommand):
    """Note that a person whose record is here was a member before, too. The name is sealed with the same key."""

    refers = PERSONS | CHARTER
    member: UUID
    person: PersonalText
    email: MailAddress | None = None
    college: OfPersons = EARLIER[-1]
    charter_version: int = Field(ge=1, le=LAST_VERSION)
    reason: Departure


@dataclass(frozen=True)
class Member:
    """`college` is None before it joined; `person`: whose key seals the name of one that is a person."""

    college: CollegeCode | None = None
    structure: UUID | None = None
    left: bool = False
    renewed: frozenset[int] = frozenset()
    person: UUID | None = None


def evolve(state: Member, event: Event) -> Member:
    match event:
        case MemberJoined():
            person = event.person.person if event.person else None
            return Member(event.college, event.structure, renewed=state.renewed, person=person)
        case MembershipRenewed():
            return replace(state, renewed=state.renewed | {event.year})
        case MemberCollegeChanged():
            return replace(state, college=event.college)
        case MemberLeft():
            return replace(state, left=True)
    return state


def _joined(command: JoinNetwork, state: Member, context: Context) -> Decision:
    if state.college is not None and not state.left:
        raise Refused("already-member")
    return [
        MemberJoined(
            college=command.college,
            charter_version=command.charter_version,
            structure=command.structure,
            name=command.name,
        )
    ]


def _was(command: NotePastMembership, state: Member, context: Context) -> Decision:
    joined = MemberJoined(
        college=command.college,
        charter_version=command.charter_version,
        structure=command.structure,
        name=command.name,
    )
    return period(context, command.since, command.until, joined, MemberLeft(reason=command.reason))


def _person_joined(command: JoinNetworkAsPerson, state: Member, context: Context) -> Decision:
    return [_person(command, state, context)]


def _person_was(command: NotePastMembershipAsPerson, state: Member, context: Context) -> Decision:
    joined = _person(command, state, context)
    return period(context, command.since, command.until, joined, MemberLeft(reason=command.reason))


def _person(command: JoinNetworkAsPerson, state: Member, context: Context) -> MemberJoined:
    if state.college is not None and not state.left:
        raise Refused("already-member")
    return _named(command, state.person or context.new_id("person"))


def _person_again(command: WelcomePersonAgain, state: Member, context: Context) -> Decision:
    _known(state)
    if state.person is None:
        raise Refused("not-a-person")
    if not state.left:
        raise Refused("already-member")
    return [_named(command, state.person)]


def _person_was_before(command: NotePastMembershipOfPerson, state: Member, context: Context) -> Decision:
    _known(state)
    if state.person is None:
        raise Refused("not-a-person")
    joined = _named(command, state.person)
    return period(context, command.since, command.until, joined, MemberLeft(reason=command.reason))


def _named(
    command: JoinNetworkAsPerson | NotePastMembershipOfPerson | WelcomePersonAgain, person: UUID
) -> MemberJoined:
    return MemberJoined(
        college=command.college,
        charter_version=command.charter_version,
        person=command.person.of(person),
        email=of(command.email, person),
    )


def _renewed(command: RenewMembership, state: Member, context: Context) -> Decision:
    _known(state)
    if state.left:
        raise Refused("member-left")
    latest = context.now.year + YEARS_AHEAD
    if command.year > latest:
        raise Refused("year-too-far", field="year", latest=latest)
    return [] if command.year in state.renewed else [MembershipRenewed(year=command.year)]


def _college_changed(command: ChangeCollege, state: Member, context: Context) -> Decision:
    _known(state)
    if state.person is not None:
        raise Refused("person-keeps-college", field="college")
    if state.left:
        raise Refused("member-left")
    return [] if command.college == state.college else [MemberCollegeChanged(college=command.college)]


def _left(command: LeaveNetwork, state: Member, context: Context) -> Decision:
    if state.college is None:
        raise Refused("unknown-member")
    return [] if state.left else [MemberLeft(reason=command.reason)]


def _known(state: Member) -> None:
    if state.college is None:
        raise Refused("unknown-member")


def allows(state: Member, event: Event) -> str | None:
    """A member joins when it is none, and leaves when it is one. What it pays may be noted after it left."""
    member = state.college is not None and not state.left
    match event:
        case MemberJoined():
            return "already-member" if member else None
        case MemberLeft() | MemberCollegeChanged():
            return None if member else "member-left"
        case MembershipRenewed():
            return "already-renewed" if event.year in state.renewed else None
    return None


MEMBER = Decider(
    entity="member",
    initial=Member(),
    evolve=evolve,
    decisions={
        JoinNetwork: _joined,
        JoinNetworkAsPerson: _person_joined,
        WelcomePersonAgain: _person_again,
        RenewMembership: _renewed,
        ChangeCollege: _college_changed,
        LeaveNetwork: _left,
        NotePastMembership: _was,
        NotePastMembershipAsPerson: _person_was,
        NotePastMembershipOfPerson: _person_was_before,
    },
    allows=allows,
    births=(MemberJoined,),
    rests={
        MemberJoined: {**JoinNetwork.refers, **_college("open")},
        MemberCollegeChanged: ChangeCollege.refers,
    },
)
