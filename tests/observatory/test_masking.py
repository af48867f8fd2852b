"""What is published of counts of persons, against an attacker who subtracts whatever can be subtracted."""

from __future__ import annotations

from collections.abc import Collection
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from services.observatory.masking import LEAST, Released, released, released_alone

CELLS = ("31", "34", "65", "81")
few = st.integers(0, 4 * LEAST)
days = st.lists(st.fixed_dictionaries(dict.fromkeys(CELLS, few)), min_size=1, max_size=5)


def known_sum(day: Released, cells: Collection[str]) -> int | None:
    """What an attacker who reads one published day knows of the sum of some cells; None: nothing."""
    shown = sum(day.cells[cell] or 0 for cell in cells)
    hidden = {cell for cell, number in day.cells.items() if number is None}
    if not hidden & set(cells):
        return shown
    if not hidden <= set(cells) or day.total is None:
        return None
    return day.total - sum(number or 0 for cell, number in day.cells.items() if cell not in cells)


def subsets() -> list[frozenset[str]]:
    return [frozenset(some) for n in range(1, len(CELLS) + 1) for some in combinations(CELLS, n)]


def few_persons(n: int | None) -> bool:
    return n is not None and 0 < abs(n) < LEAST


@given(days)
def test_nobody_finds_a_small_number_by_subtraction(numbers: list[dict[str, int]]) -> None:
    published = released(numbers)
    for n, day in enumerate(published):
        assert day.total in (None, sum(numbers[n].values()))
        for cell, shown in day.cells.items():
            assert shown in (None, numbers[n][cell])
        for cells in subsets():
            assert not few_persons(known_sum(day, cells)), (n, cells)
        for cell in CELLS:
            if day.cells[cell] is None and numbers[n][cell]:
                assert known_sum(day, {cell}) is None, "a masked cell is found"
        for earlier in published[:n]:
            told = [
                cells for cells in subsets()
                if known_sum(day, cells) is not None and known_sum(earlier, cells) is not None
            ]  # fmt: skip
            for cells in told:
                if any(other < cells for other in told):
                    continue  # a sum of groups that are each told already
                now, then = known_sum(day, cells), known_sum(earlier, cells)
                assert now is not None and then is not None
                assert not few_persons(now - then), (n, cells)


@given(st.lists(st.one_of(st.none(), few), max_size=8))
def test_a_figure_that_stands_alone_tells_no_small_difference(numbers: list[int | None]) -> None:
    shown = [one for one in released_alone(numbers) if one is not None]
    assert not any(few_persons(one) for one in shown)
    assert not any(few_persons(a - b) for a, b in combinations(shown, 2))


def test_a_small_cell_takes_another_with_it_and_a_table_without_is_left_alone() -> None:
    (day,) = released([{"31": 40, "34": 12, "65": 3, "81": 0}])
    assert dict(day.cells) == {"31": 40, "34": None, "65": None, "81": 0} and day.total == 55
    (day,) = released([{"31": 40, "34": 12, "81": 0}])
    assert dict(day.cells) == {"31": 40, "34": 12, "81": 0} and day.total == 52


def test_one_person_who_comes_between_two_days_is_not_seen_to_come() -> None:
    first, second, third = released([{"31": 40, "34": 12}, {"31": 41, "34": 12}, {"31": 46, "34": 12}])
    assert first.total == 52 and second.total is None and set(second.cells.values()) == {None}
    assert dict(third.cells) == {"31": 46, "34": 12} and third.total == 58


def test_what_the_network_printed_itself_is_shown_and_other_cells_protect_persons() -> None:
    (day,) = released([{"public": 2, "qualified_persons": 3, "economic": 9}], guarded={"qualified_persons"})
    assert dict(day.cells) == {"public": None, "qualified_persons": None, "economic": 9}
    (day,) = released(
        [{"public": 2, "qualified_persons": 3, "economic": 9}], {"qualified_persons"}, [{"qualified_persons"}]
    )
    assert dict(day.cells) == {"public": 2, "qualified_persons": 3, "economic": 9}
    assert released_alone([3, 3], [True, False]) == [3, None]
