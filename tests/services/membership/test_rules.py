"""What is true of every kind of entity of membership, whatever happened to it before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given as each
from hypothesis import strategies as st
from pydantic import ValidationError

from services.membership.governance.domain.board_seat import SEAT, TakeBoardSeat, VacateBoardSeat
from services.membership.governance.domain.working_group import (
    GROUP,
    CloseWorkingGroup,
    FormWorkingGroup,
    JoinWorkingGroup,
    LeaveWorkingGroup,
)
from services.membership.members.domain.charter import CHARTER, AdoptCharter
from services.membership.members.domain.college import COLLEGE, CloseCollege, OpenCollege, ReviseCollege
from services.membership.members.domain.member import (
    MEMBER,
    ChangeCollege,
    JoinNetwork,
    JoinNetworkAsPerson,
    LeaveNetwork,
    RenewMembership,
    WelcomePersonAgain,
)
from services.membership.network.domain.network import (
    NETWORK,
    ChooseDye,
    ChooseLanguages,
    ChooseLaw,
    DrawRegion,
    NameNetwork,
    NamePrintedReviews,
    StateLegalTerm,
)
from services.membership.network.domain.peer_network import (
    PEER_NETWORK,
    AddPeerNetwork,
    RemovePeerNetwork,
    RenamePeerNetwork,
)
from services.membership.team.domain.civic_place import (
    CIVIC_PLACE,
    ApproveCivicServicePlace,
    EndCivicServicePlace,
)
from services.membership.team.domain.civic_service import (
    CIVIC_SERVICE,
    EndCivicService,
    RecruitCivicService,
    SecondCivicService,
)
from services.membership.team.domain.staff_post import (
    POST,
    ChangeStaffPost,
    CloseStaffPost,
    CreateStaffPost,
)
from services.membership.team.domain.volunteer import VOLUNTEER, NoteVolunteer
from shared.contract import Event
from shared.contract.membership.governance import WorkingGroupJoined
from shared.contract.membership.members import CharterAdopted
from shared.contract.membership.team import StaffPostCreated, VolunteerContributed
from shared.contract.personal import Personal
from shared.kernel.decider import Command, Decider
from tests.fixtures.deciding import NOON, context, decided

ID, OTHER = uuid4(), uuid4()
TODAY = datetime(2017, 1, 1, tzinfo=UTC)
WHO = Personal("Personne inventée")
COMMANDS: Mapping[str, tuple[Decider[Any], Sequence[Command]]] = {
    "member": (
        MEMBER,
        [
            JoinNetwork(structure=ID, name="Kynarou", college="associative", charter_version=1),
            JoinNetworkAsPerson(person=WHO, charter_version=2),
            RenewMembership(member=ID, year=2016),
            RenewMembership(member=ID, year=2017),
            ChangeCollege(member=ID, college="public"),
            ChangeCollege(member=ID, college="economic"),
            LeaveNetwork(member=ID, reason="lapse"),
            WelcomePersonAgain(member=ID, person=WHO, charter_version=2),
        ],
    ),
    "charter": (CHARTER, [AdoptCharter(title="Une", principles=["a"]), AdoptCharter(title="Deux", principles=["a"])]),
    "college": (
        COLLEGE,
        [
            OpenCollege(college="public", title="Public"),
            OpenCollege(college="public", title="Structures publiques"),
            ReviseCollege(college="public", title="Public"),
            CloseCollege(college="public", reason="par erreur"),
        ],
    ),
    "seat": (SEAT, [TakeBoardSeat(role="president", holder=WHO), VacateBoardSeat(seat=ID)]),
    "group": (
        GROUP,
        [
            FormWorkingGroup(name="Agir au Sénégal"),
            JoinWorkingGroup(group=ID, member=ID),
            JoinWorkingGroup(group=ID, member=OTHER),
            LeaveWorkingGroup(group=ID, member=ID),
            CloseWorkingGroup(group=ID),
        ],
    ),
    "volunteer": (
        VOLUNTEER,
        [
            NoteVolunteer(person=WHO),
        ],
    ),
    "civic service": (
        CIVIC_SERVICE,
        [
            RecruitCivicService(person=WHO),
            SecondCivicService(host_name="Ville d’Auch"),
            EndCivicService(civic_service=ID),
        ],
    ),
    "place": (
        CIVIC_PLACE,
        [ApproveCivicServicePlace(), EndCivicServicePlace(civic_place=ID)],
    ),
    "post": (
        POST,
        [
            CreateStaffPost(title="Direction", fte=1),
            ChangeStaffPost(post=ID, fte=0.8),
            CloseStaffPost(post=ID),
        ],
    ),
    "peer network": (
        PEER_NETWORK,
        [
            AddPeerNetwork(name="GESCOD"),
            RenamePeerNetwork(peer_network=ID, name="Grand Est"),
            RemovePeerNetwork(peer_network=ID),
        ],
    ),
    "network": (
        NETWORK,
        [
            NameNetwork(name="Midi-Pyrénées Coopdev'"),
            NameNetwork(name="Occitanie Coopération"),
            DrawRegion(region="Bretagne", departments=["56", "22", "29", "35"]),
            ChooseLanguages(languages=["en", "fr"]),
            ChooseDye(dye="garance"),
            ChooseLaw(law="local"),
            StateLegalTerm(law="local", term="withdrawal", review_by=date(2100, 1, 1)),
            NamePrintedReviews(reviews=["occitanie-2017"]),
        ],
    ),
}


def of(kind: str, history: Sequence[Command], at: datetime = NOON) -> tuple[Decider[Any], list[Event]]:
    """What these commands came to, one after the other; refusals leave nothing."""
    decider, _ = COMMANDS[kind]
    events: list[Event] = []
    for command in history:
        found = decided(decider, events, command, at)
        events += found if isinstance(found, list) else []
    return decider, events


@pytest.mark.parametrize("kind", COMMANDS)
def test_every_command_of_the_kind_is_tried_here(kind: str) -> None:
    decider, commands = COMMANDS[kind]
    past = {command for command in decider.decisions if command.__name__.startswith("NotePast")}  # test_past_periods.py
    assert {type(command) for command in commands} == set(decider.decisions) - past


@pytest.mark.parametrize("kind", COMMANDS)
@each(data=st.data())
def test_the_same_command_twice_gives_no_second_event(kind: str, data: st.DataObject) -> None:
    decider, commands = COMMANDS[kind]
    _, events = of(kind, data.draw(st.lists(st.sampled_from(commands), max_size=8)))
    command = data.draw(st.sampled_from(commands))
    first = decided(decider, events, command)
    if isinstance(first, list) and first:
        second = decided(decider, [*events, *first], command)
        assert second == [] or isinstance(second, str)


@pytest.mark.parametrize("kind", [kind for kind in COMMANDS if kind not in ("charter", "network", "college")])
def test_nothing_happens_to_what_was_never_noted(kind: str) -> None:
    decider, commands = COMMANDS[kind]
    for command in commands:
        names_it = command.entity.replace("-", "_") in type(command).model_fields
        found = decided(decider, [], command)
        assert isinstance(found, str) == names_it, type(command).__name__


def test_versions_of_the_charter_count_from_one() -> None:
    _, events = of("charter", COMMANDS["charter"][1])
    assert [event.version for event in events if isinstance(event, CharterAdopted)] == [1, 2]


def test_charter_colleges_and_network_are_one_each_whoever_names_them() -> None:
    one, other = context(), context(command=uuid4())
    for kind in ("charter", "network"):
        first, second, *_ = COMMANDS[kind][1]
        assert first.target(one) == second.target(other)
    assert len({OpenCollege(college=c, title="Collège").target(one) for c in ("public", "economic")}) == 2
    assert AddPeerNetwork(name="RÉSACOOP").target(one) == AddPeerNetwork(name=" Résacoop ").target(other)


def test_a_college_that_never_opened_cannot_close() -> None:
    assert decided(COLLEGE, [], CloseCollege(college="public", reason="par erreur")) == "unknown-college"


def test_a_seat_is_somebodys_and_a_seconded_service_is_somewhere() -> None:
    assert decided(SEAT, [], TakeBoardSeat(role="administrator")) == "seat-of-nobody"
    assert decided(CIVIC_SERVICE, [], SecondCivicService(person=WHO)) == "host-missing"


def test_a_volunteer_counts_in_the_year_of_the_day_in_paris() -> None:
    new_years_eve = datetime(2015, 12, 31, 23, 30, tzinfo=UTC)  # half past midnight in Paris
    assert decided(VOLUNTEER, [], NoteVolunteer(), at=new_years_eve) == [VolunteerContributed(year=2016)]


def test_who_was_in_a_group_before_it_closed_may_be_learnt_after() -> None:
    _, (formed, ended) = of("group", [FormWorkingGroup(name="Agir au Sénégal"), CloseWorkingGroup(group=ID)])
    closed = [formed, (ended, date(2016, 9, 1))]
    join = JoinWorkingGroup(group=ID, member=OTHER)
    assert decided(GROUP, closed, join, at=TODAY) == "group-closed"
    assert decided(GROUP, closed, join) == [WorkingGroupJoined(member=OTHER)]


@pytest.mark.parametrize("fte", [0, -0.5, 1.01, float("nan"), float("inf")])
def test_a_post_is_a_share_of_full_time(fte: float) -> None:
    assert decided(POST, [], CreateStaffPost(title="Direction", fte=0.8)) == [
        StaffPostCreated(title="Direction", fte=0.8)
    ]
    with pytest.raises(ValidationError):
        CreateStaffPost(title="Direction", fte=fte)


def test_persons_are_sealed_under_a_key_that_the_command_gives_again() -> None:
    for decider, command in (
        (SEAT, TakeBoardSeat(role="president", holder=WHO)),
        (VOLUNTEER, NoteVolunteer(person=WHO)),
        (CIVIC_SERVICE, RecruitCivicService(person=WHO)),
        (CIVIC_SERVICE, SecondCivicService(host_name="Ville d’Auch", person=WHO)),
    ):
        found = decided(decider, [], command)
        assert isinstance(found, list)
        persons: set[UUID | None] = {value.person for _, value in found[0] if isinstance(value, Personal)}
        assert persons == {context().new_id("person")}
