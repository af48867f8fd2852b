"""The line of an entity: one order, corrections by name, what becomes wrong by a change."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.contract import Event
from shared.contract.directory.structures import ContactAdded, ContactRevised
from shared.contract.events.gatherings import GatheringAttended, RegistrationCancelled
from shared.contract.membership.members import MemberCollegeChanged, MemberJoined, MemberLeft, MembershipRenewed
from shared.contract.personal import Personal
from shared.kernel.line import Correction, Fact, Wrong, against, overtaken, standing, upto, wrong_in
from tests.fixtures.entity_lines import Story, story

JOINED = MemberJoined(college="associative", charter_version=1)
JOINED_PUBLIC = MemberJoined(college="public", charter_version=1)
ECONOMIC, PUBLIC = MemberCollegeChanged(college="economic"), MemberCollegeChanged(college="public")
LEFT = MemberLeft(reason="withdrawal")


class Member(NamedTuple):
    college: str | None = None
    renewed: frozenset[int] = frozenset()


def evolve(state: Member, event: Event) -> Member:
    match event:
        case MemberJoined() | MemberCollegeChanged():
            return state._replace(college=event.college)
        case MemberLeft():
            return state._replace(college=None)
        case MembershipRenewed():
            return state._replace(renewed=state.renewed | {event.year})
    return state


def allows(state: Member, event: Event) -> str | None:
    match event:
        case MemberJoined():
            return "already-member" if state.college else None
        case MembershipRenewed():
            return "already-renewed" if event.year in state.renewed else None
    return None if state.college else "not-a-member"


def college(of: Story, day: str, known: int | None = None) -> str | None:
    state = Member()
    for event in (fact.event for fact in upto(of.line(known), date.fromisoformat(day))):
        state = evolve(state, event)
    return state.college


def test_days_order_and_within_a_day_the_log() -> None:
    told = story((JOINED, "2015-01-10"), (LEFT, "2015-01-10"), (JOINED_PUBLIC, "2015-01-10"), (ECONOMIC, "2014-01-01"))
    assert told.seqs() == [4, 1, 2, 3]
    assert college(told, "2015-01-10") == "public"


def test_hours_order_nothing() -> None:
    afternoon, noon = datetime(2026, 5, 1, 17, 22, tzinfo=UTC), datetime(2026, 5, 1, 10, tzinfo=UTC)
    assert story((JOINED, "2015-01-10"), (LEFT, afternoon), (JOINED_PUBLIC, noon)).seqs() == [1, 2, 3]


def test_the_day_is_that_of_paris() -> None:
    told = story((JOINED, "2015-01-10"), (LEFT, datetime(2016, 12, 31, 23, 30, tzinfo=UTC)))
    assert college(told, "2016-12-31") == "associative" and college(told, "2017-01-01") is None


def test_what_was_struck_never_was_and_was_known_before() -> None:
    told = story((JOINED, "2012-03-01"), (LEFT, "2014-06-01"), (JOINED_PUBLIC, "2016-03-01"))
    told.strike(3)
    assert [college(told, f"{year}-12-31") for year in range(2012, 2019)] == ["associative"] * 2 + [None] * 5
    assert college(told, "2016-12-31", known=3) == "public"
    told.lift(3)
    assert college(told, "2016-12-31") == "public" and told.seqs() == [1, 2, 3]
    assert college(told, "2016-12-31", known=4) is None


def test_a_redated_event_keeps_its_place_in_the_log() -> None:
    told = story((JOINED, "2015-01-10"), (LEFT, "2015-01-12"))
    told.redate(1, "2015-01-12")
    assert told.seqs() == [1, 2] and college(told, "2015-01-12") is None and college(told, "2015-01-11") is None
    told.redate(1, "2015-01-10")
    assert [fact.day for fact in told.line()] == [date(2015, 1, 10), date(2015, 1, 12)]


def test_of_several_corrections_the_last_counts_for_standing_and_day_apart() -> None:
    told = story((JOINED, "2015-01-10"))
    told.redate(1, "2016-01-10")
    told.strike(1)
    told.redate(1, "2017-01-10")
    assert told.line() == []
    told.lift(1)
    assert [fact.day for fact in told.line()] == [date(2017, 1, 10)]
    assert [fact.day for fact in told.line(known=2)] == [date(2016, 1, 10)]


def test_a_timeless_beginning_stands_before_all_that_is_said_of_it() -> None:
    name = Personal(person=Story.id(8), sealed="c2VhbGVk")
    added, revised = ContactAdded(structure=Story.id(9), name=name), ContactRevised(role="Présidente")
    told = story((added, "2020-01-01"), (revised, "2014-01-01"))
    assert told.seqs() == [1, 2] and [fact.event for fact in upto(told.line(), date(2014, 6, 1))] == [added, revised]
    assert upto(told.line(), date(2013, 6, 1)) == [], "before anything of it, it is not there"


def test_only_what_becomes_wrong_stands_against_a_change() -> None:
    told = story((JOINED, "2015-01-10"), (MembershipRenewed(year=2016), "2016-01-12"), (ECONOMIC, "2017-03-01"))
    before = told.line()
    told.say(LEFT, "2015-06-01")
    assert against(before, told.line(), Member(), evolve, allows) == [Wrong(before[2], "not-a-member")]
    old = story((LEFT, "2014-01-10"), (JOINED, "2015-01-10"))  # wrong for ever, by somebody long ago
    before = old.line()
    old.say(LEFT, "2020-01-10")
    assert against(before, old.line(), Member(), evolve, allows) == []


def test_what_is_of_now_stands_against_what_is_said_again_of_an_earlier_day() -> None:
    """A check-in that is restored, after its registration was cancelled; one that was cancelled before is as it was."""

    def at_the_door(state: str, event: Event) -> str:
        return {"RegistrationCancelled": "cancelled", "GatheringAttended": "present"}.get(event.type_name(), state)

    rules: Any = ("registered", at_the_door, lambda state, event: None if state == "registered" else state)
    came = GatheringAttended(registration=Story.id(9), audience="others")
    gone = RegistrationCancelled(registration=Story.id(9))
    told = story((came, "2015-01-10"), (gone, "2015-01-10"))
    line = told.line()
    assert list(overtaken(line, [line[0].id], *rules)) == [Wrong(line[1], "cancelled")]
    assert list(overtaken(line, [line[1].id], *rules)) == [] and list(overtaken(line, [], *rules)) == []


EVENTS = st.sampled_from(
    [JOINED, JOINED_PUBLIC, ECONOMIC, PUBLIC, LEFT, MembershipRenewed(year=2015), MembershipRenewed(year=2016)]
)
DAYS = st.integers(0, 30).map(lambda n: date(2015, 1, 1) + timedelta(days=n))
LINES = st.lists(st.tuples(EVENTS, DAYS), max_size=12)


def _facts(said: list[tuple[Event, date]]) -> list[Fact]:
    return [Fact(n, f"e{n}", f"c{n}", day, event) for n, (event, day) in enumerate(said, 1)]


@settings(max_examples=300, deadline=None)
@given(
    LINES, st.lists(st.tuples(st.integers(1, 12), st.sampled_from(["struck", "lifted", "redated"]), DAYS), max_size=4)
)
def test_against_is_what_the_whole_lines_say(
    said: list[tuple[Event, date]], words: list[tuple[int, str, date]]
) -> None:
    facts = _facts(said)
    corrections = [
        Correction(100 + n, f"e{about}", kind, day if kind == "redated" else None)  # type: ignore[arg-type]
        for n, (about, kind, day) in enumerate(words)
    ]
    for n in range(len(corrections) + 1):
        before, after = standing(facts), standing(facts, corrections[:n])
        wrong = {(one.fact.id, one.code) for one in wrong_in(before, Member(), evolve, allows)}
        expected = [one for one in wrong_in(after, Member(), evolve, allows) if (one.fact.id, one.code) not in wrong]
        assert against(before, after, Member(), evolve, allows) == expected


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(LINES, st.integers(1, 12), DAYS)
def test_a_strike_that_is_lifted_and_a_day_put_right_again_leave_no_trace(
    said: list[tuple[Event, date]], about: int, day: date
) -> None:
    facts = _facts(said)
    own = facts[about - 1].day if about <= len(facts) else day
    there_and_back = [
        Correction(100, f"e{about}", "struck"),
        Correction(101, f"e{about}", "lifted"),
        Correction(102, f"e{about}", "redated", day),
        Correction(103, f"e{about}", "redated", own),
    ]
    assert standing(facts, there_and_back) == standing(facts)
    assert standing(facts, there_and_back, known=99) == standing(facts)


@pytest.mark.parametrize("known", range(6))
def test_as_known_is_the_line_of_what_was_said_till_then(known: int) -> None:
    told = story((JOINED, "2015-01-10"), (LEFT, "2016-01-10"))
    told.strike(2)
    told.redate(1, "2014-01-10")
    told.lift(2)
    shorter = Story(told.events[:known])
    assert told.line(known) == shorter.line()
