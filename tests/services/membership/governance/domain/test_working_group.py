"""A working group: formed, joined and left by members on their days, closed; full at its limit."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest

from services.membership.governance.domain.working_group import (
    GROUP,
    MOST_MEMBERS,
    CloseWorkingGroup,
    FormWorkingGroup,
    JoinWorkingGroup,
    LeaveWorkingGroup,
    NotePastGroupMembership,
)
from shared.contract import Event
from shared.contract.membership.governance import (
    WorkingGroupClosed,
    WorkingGroupFormed,
    WorkingGroupJoined,
    WorkingGroupLeft,
)
from shared.kernel.decider import Command, On
from tests.fixtures.deciding import decided

ID, MEMBER, OTHER = uuid4(), uuid4(), uuid4()
FORM = FormWorkingGroup(name="Jeunesse", purpose="Mobilité des jeunes")
FORMED, CLOSED = WorkingGroupFormed(name="Jeunesse", purpose="Mobilité des jeunes"), WorkingGroupClosed()
JOINED, LEFT = WorkingGroupJoined(member=MEMBER), WorkingGroupLeft(member=MEMBER)
JOIN, LEAVE = JoinWorkingGroup(group=ID, member=MEMBER), LeaveWorkingGroup(group=ID, member=MEMBER)
CLOSE = CloseWorkingGroup(group=ID)
IN_MAY, IN_JULY = date(2016, 5, 1), date(2016, 7, 1)


@pytest.mark.parametrize(
    ("before", "command", "came"),
    [
        ([], FORM, [FORMED]),
        ([FORMED], FORM, "already-noted"),
        ([], JOIN, "unknown-group"),
        ([], LEAVE, "unknown-group"),
        ([], CLOSE, "unknown-group"),
        ([FORMED], JOIN, [JOINED]),
        ([FORMED, JOINED], JOIN, []),
        ([FORMED, JOINED, LEFT], JOIN, [JOINED]),
        ([FORMED, JOINED], LEAVE, [LEFT]),
        ([FORMED], LEAVE, []),
        ([FORMED], CLOSE, [CLOSED]),
        ([FORMED, CLOSED], CLOSE, []),
        ([FORMED, CLOSED], JOIN, "group-closed"),
        ([FORMED, JOINED, CLOSED], LEAVE, [LEFT]),
    ],
)
def test_what_comes_of_a_command(before: list[Event], command: Command, came: list[Event] | str) -> None:
    assert decided(GROUP, before, command) == came


def test_a_group_has_a_limit_and_whoever_is_in_it_is_not_stopped_by_it() -> None:
    full: list[Event] = [FORMED, *(WorkingGroupJoined(member=UUID(int=n)) for n in range(MOST_MEMBERS))]
    assert decided(GROUP, full, JOIN) == "group-full"
    assert decided(GROUP, full, JoinWorkingGroup(group=ID, member=UUID(int=0))) == []
    assert decided(GROUP, full[:-1], JOIN) == [JOINED]
    assert decided(GROUP, [*full, WorkingGroupLeft(member=UUID(int=0))], JOIN) == [JOINED]


def test_who_joined_after_a_day_did_not_leave_on_it() -> None:
    """NOON is in June: the day that was typed is the wrong one."""
    assert decided(GROUP, [FORMED, (JOINED, IN_JULY)], LEAVE) == "not-in-group"
    assert decided(GROUP, [FORMED, (WorkingGroupJoined(member=OTHER), IN_JULY)], LEAVE) == []
    assert decided(GROUP, [FORMED, (JOINED, IN_MAY)], LEAVE) == [LEFT]


def test_a_group_that_closed_later_is_joined_on_a_day_when_it_was_open() -> None:
    before = [FORMED, (CLOSED, IN_JULY)]
    assert decided(GROUP, before, JOIN) == [JOINED]
    assert decided(GROUP, before, JOIN, datetime(2016, 7, 2, tzinfo=UTC)) == "group-closed"


def test_a_past_membership_is_two_facts_each_on_its_day() -> None:
    command = NotePastGroupMembership(group=ID, member=MEMBER, since=IN_MAY, until=IN_JULY)
    assert decided(GROUP, [FORMED], command) == [On(IN_MAY, JOINED), On(IN_JULY, LEFT)]
    assert decided(GROUP, [], command) == "unknown-group"
    backwards = command.model_copy(update={"since": IN_JULY, "until": IN_MAY})
    assert decided(GROUP, [FORMED], backwards) == "ends-before-it-begins"


@pytest.mark.parametrize(
    ("before", "event", "code"),
    [
        ([FORMED], FORMED, "already-noted"),
        ([FORMED], JOINED, None),
        ([FORMED, JOINED], JOINED, "already-in-group"),
        ([FORMED, CLOSED], JOINED, "group-closed"),
        ([FORMED], LEFT, "not-in-group"),
        ([FORMED, JOINED, CLOSED], LEFT, None),
        ([FORMED, CLOSED], CLOSED, "group-closed"),
    ],
)
def test_what_a_correction_may_not_leave_behind(before: list[Event], event: Event, code: str | None) -> None:
    assert GROUP.allows(GROUP.fold(before), event) == code
