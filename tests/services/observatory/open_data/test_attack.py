"""The attacker on small networks, exhaustively: every public table, every sum and difference of 1 to 4 persons.

Each rule of the masking is taken out once, and then the attacker has to find somebody: a test that finds nobody proves
something only where it would have found. The hole that was there until ADR 30 is one of those.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import product

import pytest

from services.observatory.indicators.paths import TOTAL
from services.observatory.open_data.small_cells import Released, released, released_alone
from tests.fixtures.table_attacker import Attacker, Sum, differences, few, plus

PERSONS = "qualified_persons"
Day = Mapping[str, int]
Rule = Callable[[Sequence[Day]], Sequence[Released]]
YEARS = 3
HEADS = (0, 1, 2, 4, 5, 6, 9)
"""Persons of a year: none, few, the least that may be told, and what lies few above it."""
STRUCTURES = ((3, 2), (3, 4), (12, 0))
"""Two colleges of structures; they come and go as they like."""


def networks() -> list[list[Day]]:
    """All histories of three years with these numbers."""
    found = []
    for n, heads in enumerate(product(HEADS, repeat=YEARS)):
        found.append(
            [
                {"associative": a, "public": b, PERSONS: persons}
                for persons, (a, b) in zip(heads, (STRUCTURES[(n + year) % 3] for year in range(YEARS)), strict=True)
            ]
        )
    return found


def told(days: Sequence[Day], tables: Sequence[Released]) -> list[tuple[Sum, int]]:
    """What is found of persons among what everybody may read of members: the released table of each year, and the
    structures of that day by college, which are open as of any day as known on any day."""
    attacker = Attacker()
    for year, (day, table) in enumerate(zip(days, tables, strict=True)):
        for college, number in day.items():
            if college != PERSONS:
                attacker.learns({(year, college): 1}, number)
        for college, shown in table.cells.items():
            if shown is not None:
                assert shown == day.get(college, 0), "what is shown is true"
                attacker.learns({(year, college): 1}, shown)
        if table.total is not None:
            assert table.total == sum(day.values())
            attacker.learns(plus((year, college) for college in day), table.total)
    persons = [{(year, PERSONS): 1} for year in range(len(days))]
    return [(one, found) for one in differences(persons) if few(found := attacker.finds(one))]


def ours(days: Sequence[Day]) -> Sequence[Released]:
    return released(days, {PERSONS})


def until_adr_30(days: Sequence[Day]) -> Sequence[Released]:
    """The old rule: a small cell takes the smallest other with it, so that the total does not tell it; the total itself
    is judged as if all of it were persons."""
    found: list[Released] = []
    for day in days:
        whole = sum(day.values())
        near = [one.cells[PERSONS] for one in found if one.cells[PERSONS] is not None]
        hidden = {PERSONS} if few(day[PERSONS]) or any(few(day[PERSONS] - (had or 0)) for had in near) else set()
        if hidden:
            hidden.add(min((name for name in day if name != PERSONS and day[name]), key=lambda name: (day[name], name)))
        totals = [one.total for one in found if one.total is not None]
        masked = few(whole) or any(few(whole - had) for had in totals)
        cells = {name: None if masked or name in hidden else number for name, number in day.items()}
        found.append(Released(cells, None if masked else whole))
    return found


def each_year_alone(days: Sequence[Day]) -> Sequence[Released]:
    return [released([day], {PERSONS})[0] for day in days]


def total_as_if_of_structures(days: Sequence[Day]) -> Sequence[Released]:
    return [Released(one.cells, sum(day.values())) for one, day in zip(ours(days), days, strict=True)]


def total_said_again(days: Sequence[Day]) -> Sequence[Released]:
    """A total that another year had already would hide nothing."""
    tables = ours(days)
    had: set[int] = set()
    found = []
    for one, day in zip(tables, days, strict=True):
        whole = sum(day.values())
        found.append(Released(one.cells, whole if whole in had else one.total))
        had.add(whole)
    return found


def test_nobody_is_found_among_members_by_whoever_counts_the_structures() -> None:
    every = networks()
    assert len(every) == 343
    shown = 0
    for days in every:
        tables = ours(days)
        assert not told(days, tables), days
        shown += sum(one.total is not None for one in tables)
    assert shown > 400, "what hides everything protects nobody's figures"


@pytest.mark.parametrize("rule", [until_adr_30, each_year_alone, total_as_if_of_structures, total_said_again])
def test_the_attacker_finds_somebody_where_a_rule_is_missing(rule: Rule) -> None:
    found = [days for days in networks() if told(days, rule(days))]
    assert found, "the attacker is blind"


def test_the_attacker_finds_the_hole_that_was_there() -> None:
    """Twelve members were released, the qualified persons masked; ten structures could be counted by anybody."""
    day = {"associative": 6, "public": 3, "economic": 1, PERSONS: 2}
    old = until_adr_30([day])
    assert old[0].total == 12 and old[0].cells[PERSONS] is None
    assert [number for _, number in told([day], old)] == [2]
    assert not told([day], ours([day]))


# -- tables of persons alone ----------------------------------------------------------------------------------------

PLACES = ("31", "34")


def found_by_place(years: Sequence[Day], tables: Sequence[Released], wholes: Sequence[int | None]) -> list[int]:
    """What is found among contacts, of which there are the table by department and the figure alone."""
    attacker = Attacker()
    for year, (day, table, whole) in enumerate(zip(years, tables, wholes, strict=True)):
        for place, shown in table.cells.items():
            if shown is not None:
                attacker.learns({(year, place): 1}, shown)
        for number in (table.total, whole):
            if number is not None:
                attacker.learns(plus((year, place) for place in day), number)
    counts = [{(year, place): 1} for year in range(len(years)) for place in PLACES]
    wholes_of = [plus((year, place) for place in PLACES) for year in range(len(years))]
    of_one_place = [differences(one for one in counts if next(iter(one))[1] == place) for place in PLACES]
    wanted = [*differences(wholes_of), *(one for some in of_one_place for one in some)]
    return [number for one in wanted if (number := attacker.finds(one)) is not None and few(number)]


def test_nobody_is_found_among_contacts_in_two_departments_over_two_years() -> None:
    for cells in product((0, 2, 4, 5, 7, 11), repeat=4):
        years = [dict(zip(PLACES, cells[:2], strict=True)), dict(zip(PLACES, cells[2:], strict=True))]
        alone = released_alone([sum(day.values()) for day in years])
        assert not found_by_place(years, released(years), alone), cells


def test_the_attacker_finds_the_rest_where_no_other_cell_goes_along() -> None:
    years = [{"31": 11, "34": 2}]
    small_only = [Released({"31": 11, "34": None}, 13)]
    assert found_by_place(years, small_only, [13]) == [2]
    assert TOTAL not in years[0]
