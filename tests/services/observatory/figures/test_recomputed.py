"""Published then, recomputed now: a difference names the events that made it, all of them and no other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.observatory.event_table.filtering import ALL, Filters
from services.observatory.event_table.table import EventTable
from services.observatory.figures.causes import causes, least
from services.observatory.figures.computed import Spec, precision_of, values_of
from services.observatory.figures.recomputed import Printed, Recomputed, recomputed
from shared.base.paris_days import PARIS
from shared.contract.directory.casework import SupportGiven, SupportWithdrawn
from shared.contract.directory.structures import (
    ContactAdded,
    StructureClosed,
    StructureRegistered,
    StructureReopened,
    StructureRevised,
)
from shared.contract.envelope import opened
from shared.contract.events.gatherings import GatheringHeld, HeadsCounted
from shared.contract.membership.members import CollegeOpened, MemberJoined, MemberLeft
from tests.fixtures.observatory_history import History, named, someone

pytestmark = pytest.mark.slow

END = date(2016, 12, 31)
TOTAL = Spec("structures_total", "directory.structures_total.value", "state", END)
CONTACTS = Spec("contacts_total", "directory.contacts_total.value", "state", END)
MEMBERS = Spec("members_by_college", "membership.colleges_by_year.total.values.2016", "year", END)
PUBLIC = Spec("members_by_college", "membership.colleges_by_year.public.2016", "year", END)
HAUTE_GARONNE = Spec("structures_by_department", "directory.structures_by_department.values.31", "state", END)
SUPPORT = Spec(
    "individual_support", "directory.individual_support_by_year.total.value", "flow", END, date(2015, 12, 31)
)
TRAINED = Spec("training_participants", "events.trainings.participants", "flow", END, date(2015, 12, 31))
FIRST = Spec("training_period", "events.trainings.from", "state", END)


def printed(table: EventTable, specs: Sequence[Spec], then: int, filters: Filters = ALL) -> list[Printed]:
    """The figures as they would have been published with the knowledge of `then`."""
    values = values_of(table, specs, then, filters)
    return [
        Printed(spec, value, precision_of(spec.one), spec.one.version)
        for spec, (value, _) in zip(specs, values, strict=True)
    ]


def compared(folder: Path, h: History, then: int, *specs: Spec, filters: Filters = ALL) -> dict[str, Recomputed]:
    with h.table(folder) as table:
        rows = recomputed(table, printed(table, specs, then, filters), then, table.position, filters)
    return {row.printed.spec.path: row for row in rows}


def small() -> History:
    h = History()
    for n, department in (("a", "31"), ("b", "31"), ("c", "34")):
        h.say(StructureRegistered(name=n, kind="association", department=department), n, "2016-01-05")
    h.say(CollegeOpened(college="associative", title="A"), "x", "2015-01-01")
    h.say(
        MemberJoined(college="associative", charter_version=1, structure=named("structure/a"), name="a"),
        "a",
        "2016-02-01",
    )
    h.say(ContactAdded(structure=named("structure/a"), name=someone(), role="x"), "c", "2016-02-01")
    h.say(SupportGiven(structure=named("structure/a"), kind="networking"), "s", "2016-03-01")
    h.say(GatheringHeld(kind="training", title="T"), "t", "2016-04-01")
    h.say(HeadsCounted(people=12), "t", "2016-04-01")
    return h


ALL_SPECS = (TOTAL, CONTACTS, MEMBERS, HAUTE_GARONNE, SUPPORT, TRAINED, FIRST)


def test_an_event_that_is_learnt_later_changes_one_figure_and_is_named_for_it(tmp_path: Path) -> None:
    h = small()
    then = len(h.messages)
    h.say(SupportGiven(structure=named("structure/b"), kind="networking"), "other", "2017-02-01")  # of the year after
    late = h.say(
        SupportGiven(structure=named("structure/b"), kind="networking"), "late", "2016-11-20", known="2017-03-01"
    )
    h.say(StructureRevised(website="https://exemple.invalid"), "b", "2016-12-01", known="2017-03-02")
    h.say(StructureRegistered(name="d", kind="school"), "d", "2017-01-01")
    rows = compared(tmp_path, h, then, *ALL_SPECS)
    assert {path for path, row in rows.items() if row.why != "same"} == {SUPPORT.path}
    row = rows[SUPPORT.path]
    assert (row.printed.value, row.then, row.now, row.difference, row.why) == (1, 1, 2, 1, "events")
    assert row.causes.events == (late,) and row.causes.exact
    assert all(not row.causes.events for path, row in rows.items() if path != SUPPORT.path)


def test_what_took_something_away_is_named_and_so_are_both_of_what_moved(tmp_path: Path) -> None:
    h = small()
    then = len(h.messages)
    taken = h.say(SupportWithdrawn(reason="x"), "s", "2017-01-05")
    moved = h.say(StructureRevised(department="34"), "b", "2016-06-01", known="2017-01-06")
    h.say(StructureRevised(website="https://exemple.invalid"), "b", "2016-06-02", known="2017-01-07")
    left = h.say(MemberLeft(reason="mistake"), "a", "2017-01-08")
    corrected = h.say(HeadsCounted(people=21), "t", "2016-04-02", known="2017-01-09")
    rows = compared(tmp_path, h, then, *ALL_SPECS)
    named_ = {path: row.causes.events for path, row in rows.items() if row.why != "same"}
    assert named_ == {
        SUPPORT.path: (taken,),
        HAUTE_GARONNE.path: (moved,),
        MEMBERS.path: (left,),
        TRAINED.path: (corrected,),
    }
    assert rows[SUPPORT.path].now in (0, None) and rows[TRAINED.path].now == 21


def test_added_and_taken_away_are_both_causes_of_what_is_left(tmp_path: Path) -> None:
    h = small()
    then = len(h.messages)
    added = [h.say(StructureRegistered(name=n, kind="school"), n, "2016-05-01", known="2017-01-01") for n in "defg"]
    closed = h.say(StructureClosed(reason="x"), "c", "2016-06-01", known="2017-01-02")
    h.say(StructureClosed(reason="x"), "b", "2016-06-01", known="2017-01-03")
    h.say(StructureReopened(), "b", "2016-07-01", known="2017-01-04")
    row = compared(tmp_path, h, then, TOTAL)[TOTAL.path]
    assert row.difference == 3 and row.causes.exact
    assert row.causes.events == (*added, closed), "what was closed and reopened since made no difference"


def test_a_cause_in_another_thing_altogether_is_found(tmp_path: Path) -> None:
    """A college that opened makes its count zero where it was not measured: no thing that is counted says so."""
    h = small()
    then = len(h.messages)
    h.say(StructureRegistered(name="z", kind="school"), "z", "2016-05-01", known="2017-01-01")
    opened = h.say(CollegeOpened(college="public", title="P"), "p", "2016-05-01", known="2017-01-02")
    h.say(StructureRegistered(name="y", kind="school"), "y", "2016-05-01", known="2017-01-03")
    with h.table(tmp_path) as table:
        (row,) = recomputed(table, [Printed(PUBLIC, None, 0, PUBLIC.one.version)], then, table.position)
    assert (row.printed.value, row.now, row.why) == (None, 0, "events") and row.causes.events == (opened,)


def test_a_definition_that_changed_is_said_and_what_is_gone_too(tmp_path: Path) -> None:
    h = small()
    then = len(h.messages)
    h.say(StructureRegistered(name="d", kind="school"), "d", "2016-05-01", known="2017-01-01")
    gone = replace(TOTAL, indicator="no_longer_counted")
    figures = [
        Printed(TOTAL, 4, 0, 0),
        Printed(TOTAL, 7, 0, 0),
        Printed(gone, 7, 0, 1),
        Printed(CONTACTS, 7, 0, 1),
        Printed(CONTACTS, 7, 0, 0),
    ]
    with h.table(tmp_path) as table:
        rows = recomputed(table, figures, then, table.position)
    assert [row.why for row in rows] == ["same", "both", "gone", "unexplained", "definition"]
    assert rows[1].then == 3, "what today's definition gives with the knowledge of then"


def test_filters_are_part_of_a_figure(tmp_path: Path) -> None:
    h = small()
    then = len(h.messages)
    h.say(StructureRegistered(name="d", kind="school", department="34"), "d", "2016-05-01", known="2017-01-01")
    moved = h.say(StructureRevised(department="34"), "a", "2016-05-01", known="2017-01-02")
    row = compared(tmp_path, h, then, CONTACTS, filters=Filters(department="31"))[CONTACTS.path]
    assert row.difference == -1 and row.causes.events == (moved,), "the contact is another department's since"


def test_a_search_that_is_ended_says_so(tmp_path: Path) -> None:
    h = small()
    then = len(h.messages)
    h.say(StructureClosed(reason="x"), "c", "2016-06-01", known="2017-01-02")
    h.say(StructureRevised(website="https://exemple.invalid"), "c", "2016-06-02", known="2017-01-07")
    with h.table(tmp_path) as table:
        before, after = (values_of(table, [TOTAL], known)[0] for known in (then, table.position))
        found = causes(table, TOTAL, then, table.position, before, after, most=0)
    assert not found.exact and len(found.events) == 2


@given(st.sets(st.integers(0, 40), max_size=6), st.integers(1, 41))
def test_what_is_left_is_enough_and_nothing_of_it_can_be_left_out(needed: set[int], size: int) -> None:
    needed = {n for n in needed if n < size}

    def enough(some: Sequence[int]) -> bool:
        return needed <= set(some)

    found, exact = least(range(size), enough, 10_000)
    assert exact and (set(found) == needed or (not needed and len(found) <= 1))


LATER = st.lists(
    st.tuples(
        st.sampled_from(["register", "close", "reopen", "revise"]),
        st.integers(0, 5),
        st.dates(date(2016, 1, 1), date(2017, 6, 30)),
    ),
    max_size=10,
)


@pytest.mark.slow
@settings(max_examples=8, deadline=None)
@given(LATER)
def test_with_the_causes_alone_the_figure_is_what_it_is_now_and_with_one_less_it_is_not(
    later: list[tuple[str, int, date]],
) -> None:
    h = History()
    for n in range(3):
        h.say(StructureRegistered(name=str(n), kind="school"), str(n), "2016-01-01")
    then, there = len(h.messages), {0, 1, 2}
    for what, n, day in later:
        if what == "register" and n not in there:
            h.say(StructureRegistered(name=str(n), kind="school"), str(n), str(day), known="2018-01-01")
            there.add(n)
        elif n in there and what != "register":
            said = {
                "close": StructureClosed(reason="x"),
                "reopen": StructureReopened(),
                "revise": StructureRevised(acronym="x"),
            }
            h.say(said[what], str(n), str(day), known="2018-01-01")
    with TemporaryDirectory() as folder, h.table(Path(folder)) as table:
        (row,) = recomputed(table, printed(table, [TOTAL], then), then, table.position)
        if row.why == "same":
            assert row.printed.value == row.now and not row.causes.events
            return
        assert row.why == "events" and row.causes.exact and row.causes.events

    def with_only(some: set[int]) -> set[str]:
        cut = History()
        cut.messages = [message for message in h.messages if message.seq <= then or message.seq in some]
        return standing(cut)

    found, everything = set(row.causes.events), with_only({message.seq for message in h.messages})
    assert with_only(found) == everything and len(everything) == row.now
    assert all(with_only(found - {seq}) != everything for seq in found)


def standing(h: History) -> set[str]:
    """The structures that stand on the last day, by a plain loop over the messages."""
    words: dict[str, list[tuple[object, int, str]]] = {}
    born: set[str] = set()
    for message in h.messages:
        event = opened(message)
        if event.time.astimezone(PARIS).date() > END:
            continue
        if event.type == "StructureRegistered":
            born.add(event.entity_id)
        elif event.type in ("StructureClosed", "StructureReopened"):
            words.setdefault(event.entity_id, []).append((event.time, message.seq, event.type))
    return {one for one in born if not words.get(one) or max(words[one])[2] != "StructureClosed"}
