"""What a review leaves out before it is published: counts of few persons, and what would let them be found."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from services.observatory.masking import small
from services.observatory.review.computed import Leaf, Spec
from services.observatory.review.small_counts import without_small

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


def test_a_small_part_takes_another_part_along_so_that_the_total_does_not_tell_it() -> None:
    leaves = [members("associative", 80), members("public", 12), members("qualified_persons", 2), members("total", 94)]
    shown, hidden = without_small(leaves, {})
    assert {leaf.spec.path.split(".")[-2] for leaf in hidden} == {"qualified_persons", "public"}
    assert {leaf.value for leaf in shown} == {80, 94}
    many = [members("associative", 80), members("public", 12), members("qualified_persons", 20), members("total", 112)]
    assert without_small(many, {})[1] == []


def test_what_parts_are_compared_with_goes_where_it_would_tell_of_few() -> None:
    leaves = [members("associative", 80, 70), members("qualified_persons", 20, 17), members("total", 100, 87)]
    shown, hidden = without_small(leaves, {})
    assert not hidden and all(leaf.before is None for leaf in shown), "three more qualified persons"


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
