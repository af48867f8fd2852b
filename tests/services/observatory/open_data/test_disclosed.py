"""What everybody has been told of a figure already."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from services.observatory.event_table.filtering import Filters
from services.observatory.figures.computed import Spec
from services.observatory.indicators import INDICATORS
from services.observatory.indicators.paths import TOTAL
from services.observatory.open_data.disclosed import (
    Said,
    college_of,
    college_tables,
    persons_of,
    printed,
    said_again,
    span,
    told,
)
from services.observatory.open_data.small_cells import heads

END = date(2016, 12, 31)
PATH = "membership.volunteers_by_year.values.2016"
SPEC = Spec("volunteers", PATH, "year", END)


def test_the_same_number_of_the_same_days_is_no_news_and_of_others_it_is() -> None:
    known = [Said(SPEC, 3.0)]
    assert said_again(known, SPEC, 3) and not said_again(known, SPEC, 4)
    assert said_again(known, replace(SPEC, day=date(2017, 6, 30)), 3), "of the year 2016 nothing is later"
    assert not said_again(known, replace(SPEC, day=date(2016, 6, 30)), 3)
    assert not said_again([replace(known[0], filters=Filters(department="31"))], SPEC, 3)
    state = Spec("contacts_total", "directory.contacts_total.value", "state", END)
    assert not said_again([Said(state, 3)], replace(state, day=date(2017, 1, 1)), 3)


def test_states_and_flows_are_told_apart_by_their_days() -> None:
    flow = replace(SPEC, after=date(2015, 12, 31))
    found = told([Said(SPEC, 3.0), Said(flow, 2.4), Said(replace(SPEC, path="x"), 9.0)], PATH)
    assert found.states == {(END, 3)} and found.flows == {(date(2015, 12, 31), END, 2)}
    assert told([Said(SPEC, 3.0)], PATH, Filters(kind="school")).numbers() == frozenset()


def test_a_table_of_colleges_knows_what_was_said_and_no_more() -> None:
    one = INDICATORS["members_by_college"]
    total, public = (f"membership.colleges_by_year.{name}.2016" for name in ("total.values", "public"))
    some = [Said(Spec(one.name, path, "year", END), n) for path, n in ((total, 94.0), (public, 12.0))]
    (table,) = college_tables(one, some, ["public", "associative"])
    assert "12" in str(table) and "94" in str(table) and "None" in str(table)
    assert college_tables(one, [replace(some[0], filters=Filters(kind="school"))], ["public"]) == []
    assert (college_of(total), college_of(public)) == (TOTAL, "public")


def test_the_persons_of_a_mean_follow_from_what_it_is_over() -> None:
    mean = next(one for one in INDICATORS.values() if one.means)
    specs = [Spec(name, name, "state", END) for name in (mean.name, mean.means or "")]
    assert persons_of(mean, [(specs[0], 4.0), (specs[1], 10.0)]) == {span(specs[0]): heads(4.0, 10.0)}
    assert persons_of(mean, [(specs[0], 4.0)]) == {}


def test_without_a_printed_review_nothing_was_printed() -> None:
    assert printed((), ["volunteers"]) == []
