"""Earlier correcting events, read as what they meant: each × the hour at which it was noted × the day."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from shared.contract import Event
from shared.contract.directory.casework import SupportGiven, SupportWithdrawn
from shared.contract.directory.structures import (
    StructureAbsorbed,
    StructureClosed,
    StructureListed,
    StructureRegistered,
    StructureReleased,
    StructureReopened,
    StructureRevised,
    StructuresMerged,
    StructuresUnmerged,
)
from shared.contract.events.gatherings import (
    AgoraAttended,
    AttendanceUndone,
    GatheringHeld,
    GatheringHoldingUndone,
    HeadCountWithdrawn,
    HeadsCounted,
    WorkshopHeld,
    WorkshopWithdrawn,
)
from shared.contract.events.tandems import (
    TandemCancelled,
    TandemFormed,
    TandemReinstated,
    TandemSchoolJoined,
    TandemSchoolLeft,
)
from shared.contract.membership.governance import (
    BoardSeatRestored,
    BoardSeatTaken,
    BoardSeatVacated,
    WorkingGroupClosed,
    WorkingGroupFormed,
    WorkingGroupRestored,
)
from shared.contract.membership.members import (
    MemberCollegeChanged,
    MemberJoined,
    MemberLeft,
    MemberRestored,
    MembershipRenewed,
)
from shared.contract.membership.team import (
    CivicServiceEnded,
    CivicServiceRecruited,
    CivicServiceRestored,
    CivicServiceWithdrawn,
    StaffPostClosed,
    StaffPostCreated,
    StaffPostRestored,
    StaffPostWithdrawn,
    VolunteerContributed,
    VolunteerRestored,
    VolunteerWithdrawn,
)
from tests.fixtures.entity_lines import Story, story

A, B = Story.id(101), Story.id(102)
JOINED = MemberJoined(college="associative", charter_version=1)
AGAIN = MemberJoined(college="economic", charter_version=1)
LEFT, MISTAKE = MemberLeft(reason="withdrawal"), MemberLeft(reason="mistake")
BACK = MemberRestored(college="associative")
REGISTERED = StructureRegistered(name="Kynarou", kind="association")
CLOSED, REOPENED = StructureClosed(reason="fin"), StructureReopened()
HELD = GatheringHeld(kind="agora", title="Agora")


def heads(people: int) -> Event:
    return HeadsCounted(audience="students", people=people)


def after(*said: Any) -> list[int]:
    """The sequences that stand; a bare event is of the day before those that are dated."""
    return story(*(one if isinstance(one, tuple) else (one, "2012-03-01") for one in said)).seqs()


@pytest.mark.parametrize(
    ("said", "stands"),
    [
        ([JOINED, LEFT, BACK], [1]),
        ([JOINED, (LEFT, "2014-06-01"), (BACK, "2012-01-01")], [1]),
        ([JOINED, (LEFT, "2014-06-01"), (BACK, "2026-05-01")], [1]),
        ([JOINED, (LEFT, "2014-06-01"), (AGAIN, "2016-03-01"), (MISTAKE, "2026-05-01")], [1, 2]),
        ([JOINED, (LEFT, "2014-06-01"), (AGAIN, "2016-03-01"), (MISTAKE, "2026-05-01"), (BACK, "2026-05-02")],
         [1, 2, 3]),
        ([JOINED, MISTAKE], []),
        ([JOINED, MISTAKE, BACK, LEFT], [1, 4]),
        ([BACK], []),
        ([MISTAKE], []),
        ([BoardSeatTaken(role="president"), BoardSeatVacated(), BoardSeatRestored()], [1]),
        ([WorkingGroupFormed(name="Eau"), WorkingGroupClosed(), WorkingGroupRestored(), WorkingGroupClosed()], [1, 4]),
        ([CivicServiceRecruited(), CivicServiceEnded(), CivicServiceRestored()], [1]),
        ([CivicServiceRecruited(), CivicServiceEnded(), CivicServiceWithdrawn(reason="x"), CivicServiceRestored()],
         [1, 2]),
        ([CivicServiceRecruited(), CivicServiceWithdrawn(reason="x"), CivicServiceRestored(), CivicServiceEnded(),
          CivicServiceRestored()], [1]),
        ([StaffPostCreated(title="t", fte=1), StaffPostWithdrawn(reason="x")], []),
        ([StaffPostCreated(title="t", fte=1), StaffPostClosed(), StaffPostRestored()], [1]),
        ([VolunteerContributed(year=2012), VolunteerWithdrawn(reason="x"), VolunteerRestored()], [1]),
        ([SupportGiven(structure=A, kind="networking"), SupportWithdrawn(reason="x")], []),
        ([TandemFormed(school_year="2016-2017", association_name="x"), TandemCancelled(reason="x")], []),
        ([TandemFormed(school_year="2016-2017", association_name="x"), TandemSchoolJoined(school=A, school_name="a"),
          TandemCancelled(reason="x"), TandemReinstated()], [1, 2]),
        ([TandemFormed(school_year="2016-2017", association_name="x"), TandemSchoolJoined(school=A, school_name="a"),
          TandemSchoolJoined(school=B, school_name="b"), TandemSchoolLeft(school=A)], [1, 3]),
        ([HELD, GatheringHoldingUndone(reason="x"), HELD], [3]),
        ([WorkshopHeld(workshop=A, title="a"), WorkshopHeld(workshop=B, title="b"), WorkshopWithdrawn(workshop=A)],
         [2]),
        ([AgoraAttended(registration=A, audience="students"), AgoraAttended(registration=B, audience="students"),
          AttendanceUndone(registration=A), AgoraAttended(registration=A, audience="students")], [2, 4]),
        ([heads(180), heads(200), HeadCountWithdrawn(audience="students")], []),
        ([heads(180), HeadsCounted(audience=None, people=5), HeadCountWithdrawn(audience="students")], [2]),
        ([REGISTERED, (CLOSED, "2020-05-01"), (REOPENED, "2020-05-01")], [1]),
        ([REGISTERED, (CLOSED, "2020-05-01"), (REOPENED, "2022-05-01")], [1, 2, 3]),
    ],
)  # fmt: skip
def test_it_is_read_as_what_it_meant(said: list[Any], stands: list[int]) -> None:
    assert after(*said) == stands


@pytest.mark.parametrize("hour", [9, 17])
@pytest.mark.parametrize("undone", [date(2026, 1, 1), date(2026, 1, 2), date(2027, 2, 5)])
def test_neither_the_hour_nor_the_day_of_the_undoing_matters(hour: int, undone: date) -> None:
    left = datetime(2026, 1, 1, hour, tzinfo=UTC)
    told = story((JOINED, "2015-01-10"), (LEFT, left), (BACK, undone))
    assert told.seqs() == [1] and told.seqs(known=2) == [1, 2]


def test_a_mistake_takes_what_rests_on_it_and_nothing_else() -> None:
    told = story(
        (JOINED, "2012-03-01"),
        (MembershipRenewed(year=2013), "2013-01-10"),
        (LEFT, "2014-06-01"),
        (AGAIN, "2016-03-01"),
        (MembershipRenewed(year=2012), "2012-05-01"),
        (MembershipRenewed(year=2017), "2017-01-10"),
        (MemberCollegeChanged(college="public"), "2017-02-01"),
        (MISTAKE, "2026-05-01"),
    )
    assert told.seqs() == [1, 5, 2, 3]
    told.say(BACK)
    assert told.seqs() == [1, 5, 2, 3, 4, 6, 7]


def test_a_merge_undone_is_struck_whole_and_what_came_with_the_undoing_is_no_fact() -> None:
    kept = Story()
    kept.say(REGISTERED, "2012-03-01")
    kept.say(StructuresMerged(merged=A, taken=["acronym"]), "2016-01-05", command="merge")
    kept.say(StructureRevised(acronym="K"), "2016-01-05", command="merge")
    kept.say(StructureListed(), "2016-01-05", command="merge")
    kept.say(StructureRevised(name="Kynarou+"), "2018-01-05")
    kept.say(StructuresUnmerged(merged=A), "2026-01-05", command="unmerge")
    kept.say(StructureRevised(cleared=["acronym"]), "2026-01-05", command="unmerge")
    assert kept.seqs() == [1, 5] and kept.seqs(known=5) == [1, 2, 3, 4, 5]
    absorbed = Story()
    absorbed.say(REGISTERED, "2012-03-01")
    absorbed.say(StructureAbsorbed(kept=B), "2016-01-05", command="merge")
    absorbed.say(CLOSED, "2016-01-05", command="merge")
    absorbed.say(StructureReleased(kept=B), "2026-01-05", command="unmerge")
    absorbed.say(REOPENED, "2026-01-05", command="unmerge")
    assert absorbed.seqs() == [1]
    absorbed.say(CLOSED, "2026-02-05")
    assert absorbed.seqs() == [1, 6]
