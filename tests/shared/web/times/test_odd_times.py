"""What is odd in the times of a log: each kind of oddness found, nothing else found, and a day corrected."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import msgspec
import pytest

from services.directory.structures.domain.structure import STRUCTURE, ListStructure, RegisterStructure, UnlistStructure
from services.membership.members.domain.member import MEMBER
from shared.contract.directory.structures import StructureListed, StructureRegistered, StructureUnlisted
from shared.contract.envelope import Recorded, instant
from shared.contract.membership.members import MemberCollegeChanged, MemberJoined, MemberLeft
from shared.kernel.correcting import RedateEvents
from shared.kernel.eventlog.event_log import Log
from shared.web.times.odd_times import Clocks, Odd, RedateAny, odd_in
from tests.fixtures.entity_lines import LEARNT, Story, story
from tests.shared.kernel.test_correcting import Book, written

JOINED = MemberJoined(college="public", charter_version=1, structure=UUID(int=1), name="Eau vive")
LEFT = MemberLeft(reason="withdrawal")
REGISTERED = StructureRegistered(name="Eau vive", kind="association")


def recorded(event: Recorded, at: datetime) -> Recorded:
    """The same event, of now by a clock that said so."""
    cloud = msgspec.structs.replace(event.cloud, time=instant(at), recordedtime=instant(at))
    return msgspec.structs.replace(event, cloud=cloud)


def of_members(told: Story) -> list[tuple[str, int, int, date | None]]:
    return [(one.why, one.event.seq, one.of.seq, one.better) for one in odd_in(told.events, MEMBER, {})]


def test_a_line_that_is_as_it_should_be_is_not_odd() -> None:
    college = MemberCollegeChanged(college="economic")
    assert of_members(story((JOINED, "2015-01-10"), (LEFT, "2018-06-01"), (college, "2016-01-01"))) == []
    assert of_members(story((JOINED, "2015-01-10"), (LEFT, "2018-06-01"), (JOINED, "2019-01-01"))) == []


def test_what_is_older_than_its_entity_proposes_that_it_began_then() -> None:
    told = story((JOINED, "2015-01-10"), (MemberCollegeChanged(college="economic"), "2014-01-10"))
    assert of_members(told) == [("older-than-its-entity", 2, 1, date(2014, 1, 10))]
    told.redate(1, "2014-01-10")
    assert of_members(told) == []


def test_what_is_wrong_in_its_line_proposes_nothing() -> None:
    told = story((JOINED, "2015-01-10"), (JOINED, "2016-01-10"), (LEFT, "2017-01-10"), (LEFT, "2018-01-10"))
    found = odd_in(told.events, MEMBER, {})
    assert [(one.why, one.event.seq, one.code, one.better) for one in found] == [
        ("wrong-in-its-line", 2, "already-member", None),
        ("wrong-in-its-line", 4, "member-left", None),
    ]
    told.strike(2)
    told.strike(4)
    assert of_members(told) == []


def test_what_was_of_the_future_when_it_was_recorded_is_of_that_day() -> None:
    assert of_members(story((JOINED, LEARNT.date() + timedelta(days=3)))) == [("of-the-future", 1, 1, LEARNT.date())]
    assert of_members(story((JOINED, LEARNT.date()))) == []


def test_what_is_older_than_the_floor_is_told() -> None:
    found = of_members(story((JOINED, "1989-12-31")))
    assert found == [("before-the-floor", 1, 1, None)]


def test_what_is_of_now_and_went_back_is_moved_up_unless_the_one_before_was_ahead() -> None:
    told = story((REGISTERED, "2015-01-10"), (StructureListed(), "2016-01-10"), (StructureUnlisted(), "2015-06-01"))
    found = odd_in(told.events, STRUCTURE, {})
    assert [(one.why, one.of.seq, one.better) for one in found] == [("goes-back", 3, date(2016, 1, 10))]
    told.events[1] = recorded(told.events[1], LEARNT + timedelta(days=400))
    told.events[2] = recorded(told.events[2], LEARNT)
    found = odd_in(told.events, STRUCTURE, {})
    assert [(one.why, one.of.seq, one.better) for one in found] == [("clock-was-ahead", 2, LEARNT.date())]


def test_a_clock_that_was_ahead_is_seen_by_what_other_entities_say_later() -> None:
    told, other = story((REGISTERED, "2015-01-10"), (StructureListed(), "2016-01-10")), story((JOINED, "2015-01-10"))
    ahead, after = recorded(told.events[1], LEARNT + timedelta(days=9)), recorded(other.events[0], LEARNT)
    clocks = Clocks()
    for event in (recorded(told.events[0], LEARNT), ahead, after, recorded(other.events[0], LEARNT)):
        clocks.take(event)
    assert clocks.jumps == 1
    told.events[1] = ahead
    found: list[Odd] = odd_in(told.events, STRUCTURE, {ahead.id: clocks.ahead[ahead.id]})
    assert [(one.why, one.of.seq, one.better) for one in found] == [("clock-was-ahead", 2, LEARNT.date())]


def test_clocks_that_differ_by_minutes_are_no_jump() -> None:
    told, clocks = story((JOINED, "2015-01-10")), Clocks()
    for minutes in (0, 4, 1, 3, -1):
        clocks.take(recorded(told.events[0], LEARNT + timedelta(minutes=minutes)))
    assert (clocks.jumps, clocks.ahead) == (0, {})


@pytest.fixture
def structures(log: Log, tmp_path: Path) -> Book:
    return Book(log, tmp_path / "keys", "directory", [STRUCTURE])


async def test_a_record_that_a_clock_ahead_stopped_goes_on_once_its_event_is_redated(structures: Book) -> None:
    today = structures.clock
    registered = written(await structures.do(RegisterStructure(name="Eau vive", kind="association"), "2015-01-05"))
    id = registered.entity_id
    structures.clock = today + timedelta(days=400)
    listed = written(await structures.do(ListStructure(structure=id)))
    structures.clock = today
    assert await structures.do(UnlistStructure(structure=id)) == "clock-was-ahead"
    assert await structures.correct(RedateEvents, "structure", id, listed.seq, day=today.date()) == "fact-stays"
    written(await structures.correct(RedateAny, "structure", id, listed.seq, day=today.date()))
    assert (await structures.on(STRUCTURE, id, "2026-06-01")).listed
    written(await structures.do(UnlistStructure(structure=id)))
    assert not (await structures.on(STRUCTURE, id, "2026-06-01")).listed
    history = await structures.execute.history("structure", id)
    assert odd_in(history.events, STRUCTURE, {}) == []


async def test_a_correction_by_a_clock_ahead_holds_nothing_back(structures: Book) -> None:
    today = structures.clock
    id = written(await structures.do(RegisterStructure(name="Eau vive", kind="association"), "2015-01-05")).entity_id
    structures.clock = today + timedelta(days=400)
    written(await structures.correct(RedateEvents, "structure", id, 1, day=date(2015, 1, 6)))
    structures.clock = today
    written(await structures.do(ListStructure(structure=id)))


def test_times_are_those_of_paris() -> None:
    late = datetime(2016, 12, 31, 23, 30, tzinfo=UTC)
    told = story((JOINED, late), (MemberCollegeChanged(college="economic"), "2016-12-31"))
    assert of_members(told) == [("older-than-its-entity", 2, 1, date(2016, 12, 31))]
