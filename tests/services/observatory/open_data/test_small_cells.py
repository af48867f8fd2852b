"""What is published of counts of persons, against an attacker who subtracts whatever can be subtracted."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.observatory.indicators.paths import TOTAL
from services.observatory.open_data.small_cells import LEAST, Released, Told, released, released_alone
from tests.fixtures.span_attacker import NOBODY, SpanAttacker

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
                cells
                for cells in subsets()
                if known_sum(day, cells) is not None and known_sum(earlier, cells) is not None
            ]
            for cells in told:
                if any(other < cells for other in told):
                    continue  # a sum of groups that are each told already
                now, then = known_sum(day, cells), known_sum(earlier, cells)
                assert now is not None and then is not None
                assert not few_persons(now - then), (n, cells)


@st.composite
def elsewhere(draw: st.DrawFn) -> Released:
    """A table that the network has published elsewhere, parts of it left out."""
    numbers = draw(st.fixed_dictionaries(dict.fromkeys(CELLS, few)))
    hidden = draw(st.sets(st.sampled_from(CELLS)))
    total = sum(numbers.values()) if draw(st.booleans()) else None
    return Released({cell: None if cell in hidden else n for cell, n in numbers.items()}, total)


@settings(deadline=None)
@given(days, st.lists(elsewhere(), min_size=1, max_size=3), st.integers(0, 2))
def test_nor_by_subtraction_from_what_was_published_elsewhere_before(
    numbers: list[dict[str, int]], before: list[Released], since: int
) -> None:
    """`since`: the release before which the tables were published."""
    known = [before if n >= since else [] for n in range(len(numbers))]
    published = released(numbers, known=known)
    for day, had in zip(published, known, strict=True):
        assert not any(few_persons(known_sum(day, cells)) for cells in subsets())
        for other in had:
            told = [
                cells
                for cells in subsets()
                if known_sum(day, cells) is not None and known_sum(other, cells) is not None
            ]
            for cells in told:
                if any(less < cells for less in told):
                    continue
                now, then = known_sum(day, cells), known_sum(other, cells)
                assert now is not None and then is not None
                assert not few_persons(now - then), cells


def state(day: int, n: int) -> Told:
    return Told(frozenset({(date(2016, 1, day), n)}))


def flow(after: int, to: int, n: int) -> Told:
    return Told(flows=frozenset({(date(2016, 1, after), date(2016, 1, to), n)}))


def both(*some: Told) -> Told:
    return Told(frozenset().union(*(one.states for one in some)), frozenset().union(*(one.flows for one in some)))


@pytest.mark.parametrize(
    ("known", "more", "tells"),
    [
        (Told(), state(1, 3), True), (Told(), state(1, 30), False), (Told(), flow(1, 9, 4), True),
        (Told(), flow(1, 9, 0), False),
        (state(1, 30), state(9, 33), True), (state(1, 30), state(9, 30), False), (state(1, 30), state(9, 35), False),
        # 30 and ten more until the 20th; 42 on the 30th: two came in between.
        (both(state(1, 30), flow(1, 20, 10)), state(30, 42), True),
        (both(state(1, 30), state(30, 42)), flow(1, 20, 10), True),
        (both(state(1, 30), state(30, 42)), flow(1, 20, 6), False),
        (both(state(30, 42), flow(20, 30, 6)), state(1, 33), True),
        (flow(1, 20, 10), flow(1, 30, 12), True), (flow(1, 20, 10), flow(5, 20, 12), True),
        (flow(1, 20, 10), flow(5, 30, 12), False),
        # 12 came from the 1st to the 20th, 12 from the 9th to the 30th, 22 in all: two from the 9th to the 20th.
        (both(flow(1, 20, 12), flow(9, 30, 12)), flow(1, 30, 22), True),
        (both(flow(1, 20, 12), flow(9, 30, 12)), flow(1, 30, 17), False),
        # 30 on the 20th, of whom 28 came since the 1st: there were two.
        (state(20, 30), flow(1, 20, 28), True),
        # The same day said twice: two were learnt of since.
        (state(9, 30), state(9, 32), True), (both(state(1, 30), flow(1, 9, 8)), state(9, 40), True),
        (both(state(1, 30), flow(1, 9, 8), flow(9, 20, 8)), state(30, 48), True),
    ],
)  # fmt: skip
def test_what_a_number_tells_beside_what_everybody_has(known: Told, more: Told, tells: bool) -> None:
    assert known.tells_few(more) is tells
    assert not both(known, more).tells_few(more), "what everybody has tells nothing new"


def test_where_nobody_is_taken_out_again_what_lies_between_is_bounded() -> None:
    """28 on the 1st, 12 until the 9th, 20 from the 12th to the 20th, 60 on the 30th: so all 60 were there on the 20th,
    and of 57 from an earlier day until then three are missing, which came before."""
    known = both(state(2, 28), flow(2, 9, 12), flow(12, 20, 20), state(30, 60))
    assert known.tells_few(flow(1, 20, 57), grows=True) and not known.tells_few(flow(1, 20, 57))
    assert not known.tells_few(flow(1, 20, 52), grows=True)


def test_before_a_network_began_there_was_nobody() -> None:
    """Eight until the 20th, ten until the 30th, by reviews that begin on two days before it: two came in between."""
    begun, before, more = date(2016, 1, 5), flow(1, 20, 8), flow(2, 30, 10)
    assert before.since(begun).tells_few(more.since(begun)) and not before.tells_few(more)


def few_before_adr_68(known: Told, more: Told) -> bool:
    """The rule until then: states are put on flows that begin or end on their day, flows beside flows of the same
    end."""

    def implied(of: Told) -> set[tuple[date, int]]:
        found = set(of.states)
        for _ in range(min(3, len(of.flows))):
            found |= {(to, n + flow) for after, to, flow in of.flows for day, n in found if day == after}
            found |= {(after, n - flow) for after, to, flow in of.flows for day, n in found if day == to}
        return found

    whole = both(known, more)
    new = implied(whole) - implied(known)
    near = any(few_persons(n - other) for _, n in new for _, other in implied(whole))
    beside = any(
        few_persons(flow - other)
        for after, to, flow in more.flows
        for start, end, other in whole.flows
        if start == after or end == to
    )
    return near or beside or any(few_persons(n) for *_, n in [*more.states, *more.flows])


def test_he_finds_whom_the_rule_until_adr_68_told() -> None:
    """Two overlapping periods and the one that holds both, each by itself far from the others."""
    said, numbers = Told(), [flow(1, 20, 12), flow(9, 30, 12), flow(1, 30, 22)]
    attacker = SpanAttacker()
    for one in numbers:
        assert not few_before_adr_68(said, one)
        said = both(said, one)
        for after, to, n in one.flows:
            attacker.learns(after, to, n, n)
    assert [(abs(one.least), one.least == one.most) for one in attacker.finds()] == [(2, True)]
    assert both(*numbers[:2]).tells_few(numbers[2])


@given(st.lists(st.tuples(st.integers(1, 6), few), max_size=4), st.lists(st.tuples(st.integers(1, 5), few), max_size=3))
def test_no_two_days_that_can_be_computed_differ_by_few(
    days_said: list[tuple[int, int]], came: list[tuple[int, int]]
) -> None:
    """A publisher who asks before each number, and an attacker who puts flows end to end."""
    said = Told()
    for day, n in days_said:
        if not said.tells_few(state(day, n)):
            said = both(said, state(day, n))
    for day, n in came:
        if not said.tells_few(flow(day, day + 1, n)):
            said = both(said, flow(day, day + 1, n))
    attacker = SpanAttacker()
    for at, n in said.states:
        attacker.learns(NOBODY, at, n, n)
    for after, to, n in said.flows:
        attacker.learns(after, to, n, n)
    if not attacker.contradicted():
        assert attacker.finds() == []


@given(st.lists(st.one_of(st.none(), few), max_size=8))
def test_a_figure_that_stands_alone_tells_no_small_difference(numbers: list[int | None]) -> None:
    shown = [one for one in released_alone(numbers) if one is not None]
    assert not any(few_persons(one) for one in shown)
    assert not any(few_persons(a - b) for a, b in combinations(shown, 2))


def test_a_small_cell_takes_the_table_with_it_and_a_table_without_is_left_alone() -> None:
    (day,) = released([{"31": 40, "34": 12, "65": 3, "81": 0}])
    assert set(day.cells.values()) == {None} and day.total == 55
    (day,) = released([{"31": 40, "34": 12, "81": 0}])
    assert dict(day.cells) == {"31": 40, "34": 12, "81": 0} and day.total == 52


def test_one_person_who_comes_between_two_days_is_not_seen_to_come() -> None:
    first, second, third = released([{"31": 40, "34": 12}, {"31": 41, "34": 12}, {"31": 46, "34": 12}])
    assert first.total == 52 and second.total is None and set(second.cells.values()) == {None}
    assert dict(third.cells) == {"31": 46, "34": 12} and third.total == 58


def test_structures_beside_persons_are_shown_and_their_total_as_far_as_the_persons_may_be() -> None:
    guarded = {"qualified_persons"}
    few, enough, nobody = released(
        [
            {"public": 2, "qualified_persons": 3, "economic": 9},
            {"public": 3, "qualified_persons": 6, "economic": 9},
            {"public": 4},
        ],
        guarded,
    )
    assert dict(few.cells) == {"public": 2, "qualified_persons": None, "economic": 9} and few.total is None
    assert dict(enough.cells) == {"public": 3, "qualified_persons": 6, "economic": 9} and enough.total == 18
    assert nobody.total == 4, "it is as good as the nobody in it"


def test_what_the_network_printed_itself_is_shown() -> None:
    (day,) = released(
        [{"public": 2, "qualified_persons": 3, "economic": 9}], {"qualified_persons"}, [{"qualified_persons"}]
    )
    assert dict(day.cells) == {"public": 2, "qualified_persons": 3, "economic": 9} and day.total == 14
    assert released_alone([3, 3], [True, False]) == [3, None]


def test_a_total_that_was_printed_does_not_tell_the_persons_of_another_day() -> None:
    """179 were printed, 158, 12 and 9 of them structures. Two months later they are 179 again, three of them
    persons."""
    printed: list[set[str]] = [{"public", "economic", TOTAL}]
    known = [[Released({"public": 12, "economic": 9, "associative": 158, "qualified_persons": None}, 179)]]
    day = {"public": 12, "economic": 9, "associative": 155, "qualified_persons": 3}
    (now,) = released([day], {"qualified_persons"}, printed, known)
    assert now.cells["associative"] == 155 and now.cells["qualified_persons"] is None and now.total is None


def test_persons_that_a_published_total_tells_are_known() -> None:
    """20 structures and 26 in all were published, so six persons: seven are not told."""
    known = [[Released({"public": 20, "qualified_persons": None}, 26)]]
    for persons, shown in ((7, None), (6, 6), (11, 11)):
        (now,) = released([{"public": 20, "qualified_persons": persons}], {"qualified_persons"}, known=known)
        assert now.cells["qualified_persons"] == shown and (now.total is None) == (shown is None)
