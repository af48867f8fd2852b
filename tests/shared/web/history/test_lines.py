"""The page of facts, line by line: on which day each counts, what was said of it, what may be said, what is idle."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from services.directory.structures.domain.structure import STRUCTURE
from services.membership.members.domain.member import MEMBER
from shared.contract import Event
from shared.contract.directory.structures import StructureListed, StructureRegistered
from shared.contract.membership.members import MemberCollegeChanged, MemberJoined, MemberLeft, MembershipRenewed
from shared.kernel.command_handler import told_of
from shared.kernel.decider import Decider
from shared.kernel.eventlog.event_log import History
from shared.kernel.line import Fact, standing
from shared.web.history.lines import Line, dependents, idle_in, lines_of
from tests.fixtures.entity_lines import LEARNT, Story, story

JOINED = MemberJoined(college="public", charter_version=1)
MOVED, LEFT = MemberCollegeChanged(college="economic"), MemberLeft(reason="lapse")


def lines(told: Story, decider: Decider[object] = MEMBER) -> list[Line]:
    history = History(told.events, len(told.events), len(told.events))
    return lines_of(decider, history, told_of(history), "fr")


def test_facts_stand_in_the_order_of_their_days_and_say_when_they_were_learnt() -> None:
    found = lines(story((JOINED, "2012-01-01"), (LEFT, LEARNT.date()), (MOVED, "2014-01-01")))
    assert [(one.fact.seq, one.day.year) for one in found] == [(1, 2012), (3, 2014), (2, 2026)]
    assert [one.learnt for one in found] == [LEARNT.date(), LEARNT.date(), None], "nothing of what was learnt that day"
    assert all(one.text and not one.struck and one.noted is None and one.reason == "" for one in found)
    assert [tuple(one.may) for one in found] == [("strike", "redate")] * 3


def test_what_was_struck_stays_to_be_read_with_the_reason_and_may_be_restored() -> None:
    told = story((JOINED, "2012-01-01"), (LEFT, "2016-01-01"))
    told.strike(2)
    found = lines(told)
    assert [(one.struck, one.reason, tuple(one.may)) for one in found] == [
        (False, "", ("strike", "redate")),
        (True, "doublon", ("lift",)),
    ]
    told.lift(2)
    assert [(one.struck, tuple(one.may)) for one in lines(told)][1] == (False, ("strike", "redate"))


def test_what_was_redated_is_listed_on_its_other_day_and_says_the_first() -> None:
    told = story((JOINED, "2012-01-01"), (LEFT, "2016-01-01"), (MOVED, "2014-01-01"))
    told.redate(2, "2013-01-01")
    found = lines(told)
    assert [one.fact.seq for one in found] == [1, 2, 3]
    assert (found[1].day, found[1].noted) == (date(2013, 1, 1), date(2016, 1, 1))
    told.strike(2)
    assert [(one.day.year, one.struck) for one in lines(told)][1] == (2013, True), "struck, it keeps its other day"
    told.redate(2, "2016-01-01")
    assert lines(told)[2].noted is None


def test_what_is_always_of_now_is_neither_struck_nor_redated() -> None:
    told = story((StructureRegistered(name="Eau vive", kind="association"), "2012-01-01"), (StructureListed(),))
    assert [tuple(one.may) for one in lines(told, STRUCTURE)] == [("strike", "redate"), ()]


def test_what_changes_nothing_where_it_stands_is_idle_unless_rules_know_nothing_of_its_kind() -> None:
    told = story((JOINED, "2012-01-01"), (MOVED, "2014-01-01"), (MOVED, "2016-01-01"))
    assert [one.idle for one in lines(told)] == [False, False, True]
    told.strike(2)
    assert [one.idle for one in lines(told)] == [False, False, False], "the later one makes the change now"
    deaf = Decider("member", 0, lambda state, event: state, {}, births=(MemberJoined,))
    assert idle_in(deaf, told.line()) == set()


def test_what_rests_on_a_fact_is_named_with_it() -> None:
    told = story((JOINED, "2012-01-01"), (MOVED, "2014-01-01"), (LEFT, "2016-01-01"))
    assert [one.seq for one in dependents(MEMBER, told.line(), {str(Story.id(1))})] == [2, 3]


SAID = st.sampled_from([JOINED, MOVED, MemberCollegeChanged(college="public"), LEFT, MembershipRenewed(year=2015)])
DAYS = st.integers(0, 30).map(lambda n: date(2015, 1, 1) + timedelta(days=n))
LINES = st.lists(st.tuples(SAID, DAYS), max_size=12)


@settings(max_examples=200, deadline=None)
@given(LINES, st.sets(st.integers(1, 12), max_size=3))
def test_with_its_dependents_struck_nothing_becomes_wrong(said: list[tuple[Event, date]], struck: set[int]) -> None:
    line = standing(Fact(n, f"e{n}", f"c{n}", day, event) for n, (event, day) in enumerate(said, 1))
    gone = {f"e{n}" for n in struck}
    gone |= {fact.id for fact in dependents(MEMBER, line, gone)}
    after = [fact for fact in line if fact.id not in gone]
    assert MEMBER.wrong_after(line, after) == []
