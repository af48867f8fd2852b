"""The events of an entity as its page lists them: newest first, by the day that each counts for once corrected."""

from __future__ import annotations

from datetime import UTC, date, datetime

import msgspec
import pytest

from shared.contract.membership.members import MemberCollegeChanged, MemberJoined, MemberLeft
from shared.kernel.eventlog.event_log import History
from shared.web.lists import PAGE, amended, counted_on, newest_first, pages_total
from tests.fixtures.entity_lines import Story, story

JOINED = MemberJoined(college="public", charter_version=1)
MOVED, LEFT = MemberCollegeChanged(college="economic"), MemberLeft(reason="lapse")


def history(told: Story) -> History:
    return History(told.events, len(told.events), len(told.events))


def seqs(told: Story) -> list[int]:
    return [event.seq for event in newest_first(history(told))]


def test_what_is_of_a_later_day_comes_first_and_on_one_day_what_was_learnt_later() -> None:
    assert seqs(story((JOINED, "2012-01-01"), (LEFT, "2016-01-01"), (MOVED, "2014-01-01"))) == [2, 3, 1]
    assert seqs(story((JOINED, "2012-01-01"), (MOVED, "2012-01-01"))) == [2, 1]
    assert seqs(Story()) == []


def test_days_are_those_of_paris() -> None:
    told = story((JOINED, datetime(2012, 12, 31, 23, 30, tzinfo=UTC)), (MOVED, "2012-12-31"))
    assert counted_on(told.events[0], {}) == date(2013, 1, 1)
    assert seqs(told) == [1, 2]


def test_what_was_redated_stands_on_its_other_day_and_what_was_struck_stays_where_it_was() -> None:
    told = story((JOINED, "2012-01-01"), (MOVED, "2014-01-01"), (LEFT, "2016-01-01"))
    assert amended(history(told)) == {}
    told.strike(2)
    told.redate(3, "2013-01-01")
    found = amended(history(told))
    assert found == {2: (True, None), 3: (False, date(2013, 1, 1))}
    assert [counted_on(event, found).year for event in told.events[:3]] == [2012, 2014, 2013]
    assert seqs(told)[-3:] == [2, 3, 1]
    told.lift(2)
    told.redate(3, "2016-01-01")
    assert amended(history(told)) == {}, "all is as it was said"


@pytest.mark.parametrize(
    ("page", "total", "pages"),
    [(1, 0, 1), (1, PAGE, 1), (1, PAGE + 1, 2), (3, PAGE, 3), (1, 10 * PAGE, 10)],
)
def test_there_are_as_many_pages_as_it_takes_and_the_one_that_is_shown(page: int, total: int, pages: int) -> None:
    assert pages_total(page, total) == pages


def test_of_what_this_release_can_not_read_nothing_is_said() -> None:
    told = story((JOINED, "2012-01-01"), (MOVED, "2014-01-01"))
    told.strike(2)
    unread = msgspec.structs.replace(told.events[1].cloud, type="MemberBewitched")
    told.events[1] = msgspec.structs.replace(told.events[1], cloud=unread)
    assert amended(history(told)) == {}
    assert seqs(told)[-1] == 1
