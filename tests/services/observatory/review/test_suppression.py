"""What a review leaves out before it is published: counts of few persons, and what would let them be found."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from services.observatory.event_table.filtering import Filters
from services.observatory.figures.computed import Leaf, Spec
from services.observatory.open_data.disclosed import Said
from services.observatory.open_data.small_cells import small
from services.observatory.review.suppression import without_small

END = date(2016, 12, 31)


def volunteers(year: int, value: float | None, before: float | None = None) -> Leaf:
    spec = Spec("volunteers", f"membership.volunteers_by_year.values.{year}", "year", END)
    return Leaf(spec, value, before, int(value or 0), 0)


def members(college: str, value: float, before: float | None = None) -> Leaf:
    path = f"membership.colleges_by_year.{'total.values' if college == 'total' else college}.2016"
    return Leaf(Spec("members_by_college", path, "year", END), value, before, int(value), 0)


def test_a_small_count_of_persons_is_left_out_and_one_of_things_is_not() -> None:
    structures = Leaf(Spec("structures_total", "directory.structures_total.value", "state", END), 2, 1, 2, 0)
    contacts = Leaf(Spec("contacts_total", "directory.contacts_total.value", "state", END), 3, 0, 3, 0)
    shown, hidden = without_small([structures, contacts, volunteers(2016, 47, 44)], {})
    assert [leaf.value for leaf in hidden] == [3]
    assert [(leaf.value, leaf.before) for leaf in shown] == [(2, 1), (47, None)], "44 would tell that three came"


def test_what_was_published_before_counts_too() -> None:
    contacts = Leaf(Spec("contacts_total", "directory.contacts_total.value", "state", END), 40, None, 40, 0)
    assert without_small([contacts], {"contacts_total": [37]})[1] == [contacts]
    assert without_small([contacts], {"contacts_total": [40, 30], "volunteers": [38]})[1] == []


def words(leaves: list[Leaf]) -> set[str]:
    return {leaf.spec.path.split(".")[2] for leaf in leaves}


def test_a_total_that_structures_are_in_too_is_left_out_with_its_persons() -> None:
    leaves = [members("associative", 80), members("public", 12), members("qualified_persons", 2), members("total", 94)]
    shown, hidden = without_small(leaves, {})
    assert words(hidden) == {"qualified_persons", "total"} and words(shown) == {"associative", "public"}
    many = [members("associative", 80), members("public", 12), members("qualified_persons", 20), members("total", 112)]
    assert without_small(many, {})[1] == []


def test_what_persons_and_their_total_are_compared_with_goes_where_it_would_tell_of_few() -> None:
    leaves = [members("associative", 80, 70), members("qualified_persons", 20, 17), members("total", 100, 87)]
    shown, hidden = without_small(leaves, {})
    assert not hidden and [leaf.before for leaf in shown] == [70, None, None], "three more qualified persons"
    shown, _ = without_small([*leaves[:1], members("total", 80, 87)], {})
    assert [leaf.before for leaf in shown] == [70, None], "17 of 87 were in a college that is closed since"


def test_a_sum_of_years_is_left_out_where_one_of_them_is() -> None:
    def recruits(year: int, n: int) -> Leaf:
        path = f"membership.civic_service.recruits_by_year.{year}"
        return Leaf(Spec("civic_service_recruits", path, "year", date(year, 12, 31)), n, None, n, 0)

    path = "membership.civic_service.hosted_in_team_since_2015"
    hosted = Leaf(Spec("civic_service_hosted", path, "flow", END, date(2014, 12, 31), 2015), 26, 8, 26, 0)
    assert without_small([hosted, recruits(2015, 10), recruits(2016, 16)], {})[1] == []
    assert words(without_small([replace(hosted, value=12), recruits(2015, 10), recruits(2016, 2)], {})[1]) == {
        "hosted_in_team_since_2015",
        "recruits_by_year",
    }
    assert without_small([hosted, recruits(2015, 10), recruits(2016, 16)], {})[0][0].before is None


def test_narrowed_to_the_college_of_persons_a_review_leaves_its_members_out() -> None:
    persons = [members("qualified_persons", 20, 10), members("total", 20, 10)]
    assert without_small(persons, {}, filters=Filters(college="qualified_persons"))[0] == []
    structures = [members("qualified_persons", 0), members("associative", 3), members("total", 3)]
    assert without_small(structures, {}, filters=Filters(department="31"))[1] == []


def contacts(value: float, day: date = END) -> Leaf:
    return Leaf(Spec("contacts_total", "directory.contacts_total.value", "state", day), value, None, int(value), 0)


def test_what_open_data_has_released_and_what_was_printed_counts_as_what_was_published() -> None:
    for had, hidden in ((40, False), (38, True), (35, False)):
        said = [Said(contacts(had, date(2015, 12, 31)).spec, had)]
        assert bool(without_small([contacts(40)], {}, said)[1]) is hidden, had
    of_another = [Said(volunteers(2015, 38).spec, 38)]
    assert without_small([volunteers(2016, 40)], {}, of_another)[1] == [], "volunteers of another year are others"
    printed = [Said(volunteers(2016, 2).spec, 2)]
    assert without_small([volunteers(2016, 2)], {}, printed)[1] == [], "what everybody has can be said again"


def test_what_came_in_a_period_is_judged_beside_the_days_that_it_lies_between() -> None:
    """Ten came until June; if 30 were released before and 42 after, two came in the other half."""
    path = "events.trainings.participants"

    def came(value: float) -> Leaf:
        spec = Spec("training_participants", path, "flow", date(2016, 6, 30), date(2015, 12, 31))
        return Leaf(spec, value, None, int(value), 0)

    said = [
        Said(Spec("training_participants", path, "state", date(year, 12, 31)), n)
        for year, n in ((2015, 30), (2016, 42))
    ]
    assert without_small([came(10)], {}, said)[1] == [came(10)]
    assert without_small([came(6)], {}, said)[1] == []


def test_a_part_of_the_persons_is_left_out_and_the_structures_of_a_part_are_not() -> None:
    """All contacts less those of one department are those of the others."""
    of_31 = Filters(department="31")
    leaves = [contacts(40), members("associative", 80), members("qualified_persons", 0), members("total", 80)]
    assert without_small(leaves, {}, filters=of_31)[1] == [leaves[0]]


def test_a_college_is_judged_beside_what_was_published_of_it() -> None:
    said = [
        Said(members(name, n).spec, n) for name, n in (("qualified_persons", 18), ("associative", 80), ("total", 98))
    ]
    said = [Said(replace(one.spec, day=date(2016, 6, 30)), one.value) for one in said]
    leaves = [
        members("associative", 80),
        members("public", 12),
        members("qualified_persons", 20),
        members("total", 112),
    ]
    assert {leaf.spec.path.split(".")[-2] for leaf in without_small(leaves, {}, said)[1]} >= {"qualified_persons"}
    same = [members("associative", 80), members("qualified_persons", 18), members("total", 98)]
    assert without_small(same, {}, said)[1] == []


@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=5),
    st.lists(st.integers(0, 30), max_size=3),
)
def test_no_two_numbers_that_everybody_has_differ_by_few_persons(
    values: list[tuple[int, int]], printed: list[int]
) -> None:
    leaves = [volunteers(2010 + n, value, before) for n, (value, before) in enumerate(values)]
    shown, _ = without_small(leaves, {"volunteers": [float(n) for n in printed]})
    said = [number for leaf in shown for number in (leaf.value, leaf.before) if number is not None]
    assert not any(small(int(number)) for number in said)
    assert not any(small(int(one - other)) for one in said for other in [*said, *printed])
