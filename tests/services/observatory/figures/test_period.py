"""The figures of a period: what it added, what it left, beside the period before; a year that is not over stays
that."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.observatory.event_table.filtering import ALL, Filters
from services.observatory.figures.computed import Leaf, review_of
from services.observatory.figures.period import Period, months_before
from shared.contract.directory.casework import SupportGiven
from shared.contract.directory.structures import StructureClosed, StructureRegistered
from shared.contract.membership.members import CollegeOpened, MemberJoined
from tests.fixtures.observatory_history import History, named

pytestmark = pytest.mark.slow

DAYS = st.dates(date(1990, 1, 1), date(2090, 12, 31))
TOTAL, SUPPORT = "directory.structures_total.value", "directory.individual_support_by_year"


@given(DAYS, DAYS)
def test_the_period_before_ends_the_day_before_and_is_as_long(one: date, other: date) -> None:
    period = Period(min(one, other), max(one, other))
    before = period.before
    assert before.until == period.since - timedelta(days=1)
    if period.months is None:
        assert before.until - before.since == period.until - period.since
    else:
        assert before.months == period.months
    assert before.since <= period.earlier(period.until) <= before.until + timedelta(days=3)


@given(DAYS, st.integers(1, 60))
def test_months_earlier_is_the_same_day_or_the_last_of_its_month(day: date, months: int) -> None:
    found = months_before(day, months)
    assert (day.year * 12 + day.month) - (found.year * 12 + found.month) == months
    last, found_last = ((one + timedelta(days=1)).day == 1 for one in (day, found))
    assert found.day == day.day or found_last
    assert found_last or not last


def by_path(leaves: list[Leaf]) -> dict[str, Leaf]:
    return {leaf.spec.path: leaf for leaf in leaves}


EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["register", "close", "support"]),
        st.integers(0, 5),
        st.dates(date(2014, 1, 1), date(2016, 12, 31)),
    ),
    max_size=30,
)


@settings(max_examples=6, deadline=None)
@given(EVENTS, st.dates(date(2015, 1, 1), date(2015, 12, 31)), st.integers(0, 300))
def test_figures_of_a_period_are_those_of_a_plain_loop(
    said: list[tuple[str, int, date]], since: date, length: int
) -> None:
    h = History()
    there: set[int] = set()
    kept: list[tuple[str, int, date]] = []
    for what, n, day in said:
        if what == "register" and n not in there:
            h.say(StructureRegistered(name=f"S{n}", kind="school", department="31"), str(n), str(day))
            there.add(n)
        elif what == "close" and n in there:
            h.say(StructureClosed(reason="x"), str(n), str(day))
        elif what == "support":
            h.say(SupportGiven(structure=named(f"structure/{n}"), kind="networking"), f"s{len(kept)}", str(day))
        else:
            continue
        kept.append((what, n, day))
    period = Period(since, since + timedelta(days=length))

    def standing(upto: date) -> int:
        born = {n: day for what, n, day in kept if what == "register"}
        closed = {n for what, n, day in kept if what == "close" and day <= upto}
        return sum(day <= upto and n not in closed for n, day in born.items())

    def given_in(first: date, last: date) -> int:
        return sum(what == "support" and first <= day <= last for what, _, day in kept)

    with TemporaryDirectory() as folder, h.table(Path(folder)) as table:
        leaves = by_path(review_of(table, period, period.until, table.position))
    total, support = leaves[TOTAL], leaves[f"{SUPPORT}.total.value"]
    assert (total.value, total.before) == (standing(period.until), standing(since - timedelta(days=1)))
    assert support.value == given_in(period.since, period.until)
    assert support.before == given_in(period.before.since, period.before.until)


def test_a_year_that_is_not_over_is_compared_with_as_much_of_the_year_before(tmp_path: Path) -> None:
    h = History()
    for n, day in enumerate(("2015-02-01", "2015-11-01", "2016-03-01")):
        h.say(SupportGiven(structure=named("structure/a"), kind="networking"), f"s{n}", day)
    year = Period(date(2016, 1, 1), date(2016, 12, 31))
    with h.table(tmp_path) as table:
        half = by_path(review_of(table, year, date(2016, 6, 30), table.position))
        full = by_path(review_of(table, year, date(2016, 12, 31), table.position))
    leaf = half[f"{SUPPORT}.values.2016"]
    assert leaf.spec.partial and (leaf.value, leaf.before) == (1, 1), "of 2015 only what came by 30 June"
    leaf = full[f"{SUPPORT}.values.2016"]
    assert not leaf.spec.partial and (leaf.value, leaf.before) == (1, 2)
    recalled = full[f"{SUPPORT}.values.2015"]
    assert recalled.recalled and recalled.value == 2 and not full[f"{SUPPORT}.values.2016"].recalled


def test_filters_narrow_what_they_can_and_leave_the_rest_out(tmp_path: Path) -> None:
    h = History()
    for thing, department in (("a", "31"), ("b", "34"), ("c", "34")):
        h.say(StructureRegistered(name=thing, kind="school", department=department), thing, "2015-01-05")
    h.say(CollegeOpened(college="associative", title="A"), "x", "2014-01-01")
    h.say(
        MemberJoined(college="associative", charter_version=1, structure=named("structure/b"), name="b"),
        "m",
        "2015-02-01",
    )
    year, end = Period(date(2015, 1, 1), date(2015, 12, 31)), date(2015, 12, 31)
    with h.table(tmp_path) as table:
        whole = by_path(review_of(table, year, end, table.position, ALL))
        south = by_path(review_of(table, year, end, table.position, Filters(department="34")))
    assert (whole[TOTAL].value, south[TOTAL].value) == (3, 2)
    assert south["membership.colleges_by_year.total.values.2015"].value == 1
    assert "newsletter.bulletins" in whole and "newsletter.bulletins" not in south
    departments = {path for path in south if path.startswith("directory.structures_by_department")}
    assert departments == {"directory.structures_by_department.values.34"}


def test_what_was_not_known_then_is_in_no_figure_of_then(tmp_path: Path) -> None:
    h = History()
    h.say(StructureRegistered(name="a", kind="school"), "a", "2015-01-05")
    known = h.say(StructureRegistered(name="b", kind="school"), "b", "2015-02-05")
    h.say(StructureRegistered(name="c", kind="school"), "c", "2015-03-05", known="2017-01-05")
    year, end = Period(date(2015, 1, 1), date(2015, 12, 31)), date(2015, 12, 31)
    with h.table(tmp_path) as table:
        assert by_path(review_of(table, year, end, known))[TOTAL].value == 2
        assert by_path(review_of(table, year, end, table.position))[TOTAL].value == 3
