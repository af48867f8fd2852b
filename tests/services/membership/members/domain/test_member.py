"""A member: a structure or a person that joins, renews, changes college, leaves."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from pydantic import ValidationError

from services.membership.members.domain.member import (
    MEMBER,
    ChangeCollege,
    JoinNetwork,
    JoinNetworkAsPerson,
    LeaveNetwork,
    RenewMembership,
    WelcomePersonAgain,
)
from shared.contract.membership.members import (
    MemberCollegeChanged,
    MemberJoined,
    MemberLeft,
    MembershipRenewed,
)
from shared.contract.personal import Personal
from shared.notions.structure_on_record import member_of
from tests.fixtures.deciding import COMMAND, context, decided

STRUCTURE = uuid4()
ID = member_of(STRUCTURE)
TODAY = datetime(2017, 1, 1, tzinfo=UTC)
JOIN = JoinNetwork(structure=STRUCTURE, name="Kynarou France", college="associative", charter_version=1)
JOINED = MemberJoined(college="associative", charter_version=1, structure=STRUCTURE, name="Kynarou France")
PERSON_JOINED = MemberJoined(college="qualified_persons", charter_version=2, person=Personal("P", person=uuid4()))
LEFT = MemberLeft(reason="withdrawal")


def test_a_structure_joins_with_the_charter_signed() -> None:
    assert decided(MEMBER, [], JOIN) == [JOINED]


def test_a_structure_is_the_same_member_whoever_welcomes_it() -> None:
    other = JoinNetwork(structure=STRUCTURE, name="Kynarou", college="economic", charter_version=2)
    assert JOIN.target(context()) == other.target(context(command=uuid4())) == ID
    assert decided(MEMBER, [JOINED], other) == "already-member"


def test_a_structure_that_left_may_join_again() -> None:
    assert decided(MEMBER, [JOINED, LEFT], JOIN) == [JOINED]


def test_a_person_joins_the_fourth_college_under_a_key_of_its_own() -> None:
    found = decided(MEMBER, [], JoinNetworkAsPerson(person=Personal("Personne inventée"), charter_version=2))
    assert isinstance(found, list)
    (joined,) = found
    assert isinstance(joined, MemberJoined)
    assert joined.person is not None
    assert (joined.college, joined.person.person) == ("qualified_persons", context(command=COMMAND).new_id("person"))


def test_a_renewal_counts_once_a_year() -> None:
    assert decided(MEMBER, [JOINED], RenewMembership(member=ID, year=2016)) == [MembershipRenewed(year=2016)]
    assert decided(MEMBER, [JOINED, MembershipRenewed(year=2016)], RenewMembership(member=ID, year=2016)) == []


def test_a_renewal_reaches_to_next_year_and_no_further() -> None:
    assert decided(MEMBER, [JOINED], RenewMembership(member=ID, year=2018)) == [MembershipRenewed(year=2018)]
    assert decided(MEMBER, [JOINED], RenewMembership(member=ID, year=2019)) == "year-too-far"


def test_a_renewal_from_before_the_departure_may_be_learnt_after_it() -> None:
    renewal, left = RenewMembership(member=ID, year=2015), (LEFT, date(2015, 6, 1))
    assert decided(MEMBER, [JOINED, left], renewal, at=TODAY) == "member-left"
    assert decided(MEMBER, [JOINED, left], renewal, at=datetime(2015, 2, 1, tzinfo=UTC)) == [
        MembershipRenewed(year=2015)
    ]


def test_a_member_goes_to_another_college() -> None:
    command = ChangeCollege(member=ID, college="economic")
    assert decided(MEMBER, [JOINED], command) == [MemberCollegeChanged(college="economic")]
    assert decided(MEMBER, [JOINED, MemberCollegeChanged(college="economic")], command) == []


def test_persons_and_structures_keep_to_their_colleges() -> None:
    assert decided(MEMBER, [PERSON_JOINED], ChangeCollege(member=ID, college="public")) == "person-keeps-college"
    for kind, members in (
        (JoinNetwork, "of structures"),
        (ChangeCollege, "of structures"),
        (JoinNetworkAsPerson, "of persons"),
        (WelcomePersonAgain, "of persons"),
    ):
        assert kind.refers["college"].state == members, "asked of the network's list, which says whose a college is"


def test_who_leaves_leaves_once_and_never_by_mistake() -> None:
    changed = MemberCollegeChanged(college="public")
    assert decided(MEMBER, [JOINED, changed], LeaveNetwork(member=ID, reason="withdrawal")) == [LEFT]
    assert decided(MEMBER, [JOINED, changed, LEFT], LeaveNetwork(member=ID, reason="withdrawal")) == []
    with pytest.raises(ValidationError):
        LeaveNetwork.model_validate({"member": ID, "reason": "mistake"})


def test_who_never_joined_is_not_known() -> None:
    for command in (
        RenewMembership(member=ID, year=2016),
        ChangeCollege(member=ID, college="public"),
        LeaveNetwork(member=ID, reason="lapse"),
    ):
        assert decided(MEMBER, [], command) == "unknown-member"


@pytest.mark.parametrize(
    "changes",
    [{"name": " "}, {"name": "x" * 201}, {"charter_version": 0}, {"charter_version": 10**9}, {"structure": "x"}],
)
def test_what_no_form_would_send_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        JoinNetwork.model_validate({**JOIN.model_dump(), **changes})


def test_spaces_and_invisible_characters_do_not_make_another_name() -> None:
    assert (
        JoinNetwork.model_validate({**JOIN.model_dump(), "name": " Kynarou\u00a0 \u200bFrance\n"}).name
        == "Kynarou France"
    )
