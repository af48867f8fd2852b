"""Membership's part of the sample adds up to the published review, before any of it is executed."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime
from typing import Any

import pytest

from deploy.sample.membership import GROUPS, REAL_AT_YEARS_END, YEARS, board, members, peers, stages, team
from deploy.sample.plan import END, Step
from deploy.sample.structures import review, structures
from services.membership.governance.domain.board_seat import TakeBoardSeat
from services.membership.governance.domain.working_group import JoinWorkingGroup
from services.membership.members.domain.member import ChangeCollege, LeaveNetwork, RenewMembership
from services.membership.team.domain.civic_place import ApproveCivicServicePlace
from services.membership.team.domain.civic_service import RecruitCivicService, SecondCivicService
from services.membership.team.domain.staff_post import CreateStaffPost
from services.membership.team.domain.volunteer import NoteVolunteer
from shared.kernel.decider import Command

REVIEW: Any = review()
PUBLISHED = REVIEW["membership"]
STEPS: list[Step] = [step for stage in stages() for step in stage]


def by_year(kind: type[Command]) -> dict[int, int]:
    return dict(Counter(step.at.year for step in STEPS if isinstance(step.command, kind)))


@pytest.mark.parametrize("college", REAL_AT_YEARS_END)
def test_each_college_counts_as_published_at_each_years_end(college: str) -> None:
    days = {year: END if year == END.year else date(year, 12, 31) for year in YEARS}
    counted = {year: sum(one.in_college(day) == college for one in members()) for year, day in days.items()}
    assert counted == PUBLISHED["colleges_by_year"][college]


def test_the_members_of_2017_are_those_of_the_review() -> None:
    present = {one.structure.name: one.in_college(END) for one in members() if one.in_college(END)}
    assert present == {s.name: s.college for s in structures() if s.college}


def test_nobody_joins_before_the_directory_knows_it_or_acts_before_it_joined() -> None:
    joined = {one.id: one.joined for one in members()}
    assert all(one.structure.registered < one.joined for one in members())
    for step in STEPS:
        if isinstance(step.command, RenewMembership | ChangeCollege | LeaveNetwork | JoinWorkingGroup):
            assert step.at > joined[step.command.member], step.key


def test_the_team_counts_as_published() -> None:
    measured = {year: n for year, n in PUBLISHED["volunteers_by_year"]["values"].items() if n is not None}
    assert by_year(NoteVolunteer) == measured
    assert by_year(RecruitCivicService) == PUBLISHED["civic_service"]["recruits_by_year"]
    assert sum(by_year(SecondCivicService).values()) == PUBLISHED["civic_service"]["seconded_to_members_since_2016"]
    assert min(by_year(SecondCivicService)) == 2016
    assert by_year(ApproveCivicServicePlace) == {2016: PUBLISHED["civic_service"]["approved_places"]["value"]}
    assert by_year(CreateStaffPost) == PUBLISHED["staff_posts_created"]
    assert {step.at.date() <= END for step in team()} == {True}


def test_board_groups_and_map_count_as_published() -> None:
    roles = Counter(step.command.role for step in board() if isinstance(step.command, TakeBoardSeat))
    published = {name.removesuffix("s"): n for name, n in PUBLISHED["board_seats"].items()}
    assert roles == published
    assert list(GROUPS) == PUBLISHED["working_groups"]
    assert len(list(peers())) == REVIEW["network_of_networks"]["members_2017"] == 11


def test_everything_happened_by_the_reviews_closing_date_under_a_key_of_its_own() -> None:
    assert max(step.at for step in STEPS) < datetime(2017, 11, 1, tzinfo=UTC)
    assert len({step.key for step in STEPS}) == len(STEPS)
    assert [s.key for stage in stages() for s in stage] == [step.key for step in STEPS]
