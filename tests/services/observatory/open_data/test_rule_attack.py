"""Whoever knows the rule of the masking, on all small histories (ADR 37). The rule until then is one of those that he
breaks, and so is each part of today's that is taken out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date
from itertools import product

import pytest

from services.observatory.event_table.moment import Moment
from services.observatory.figures.computed import Leaf, Spec
from services.observatory.figures.period import Period
from services.observatory.indicators import INDICATORS
from services.observatory.indicators.paths import TOTAL, is_total
from services.observatory.open_data.releases import Parted, with_parts
from services.observatory.open_data.small_cells import Released, heads, judged, released, released_alone, small
from services.observatory.review.suppression import without_small
from services.observatory.surveys.results.results import results
from shared.contract.observatory.surveys import SurveyQuestion
from tests.fixtures.rule_attacker import LEAST, Public, Rule, Truth, attacked

pytestmark = pytest.mark.slow

Day = Mapping[str, int]
Tables = Callable[[Sequence[Day]], Sequence[Released]]


def histories(cells: Sequence[str], years: int, most: int) -> Iterator[Truth]:
    """All tables of these years with up to `most` persons in a cell."""
    for numbers in product(range(most + 1), repeat=len(cells) * years):
        truth = {}
        for year in range(years):
            own = numbers[year * len(cells) : (year + 1) * len(cells)]
            truth.update({(year, cell): n for cell, n in zip(cells, own, strict=True)})
            truth[year, TOTAL] = sum(own)
        yield truth


def totals_up_to(most: int) -> Callable[[Truth], bool]:
    return lambda truth: all(n <= most for key, n in truth.items() if key[1] == TOTAL)  # type: ignore[index]


def by(tables: Tables, cells: Sequence[str], years: int) -> Rule:
    """What is read in tables."""

    def public(truth: Truth) -> Public:
        shown = tables([{cell: truth[year, cell] for cell in cells} for year in range(years)])
        said: dict[object, int | None] = {}
        for year, table in enumerate(shown):
            said |= {(year, cell): table.cells.get(cell) for cell in cells}
            said |= {("there", year, cell): 1 for cell in table.cells}
            said[year, TOTAL] = table.total
        return said

    return public


ONE_DAY = ("31", "34", "65")
TWO_DAYS = ("31", "34")


@pytest.mark.slow
@pytest.mark.parametrize(("cells", "years", "most"), [(ONE_DAY, 1, 12), (TWO_DAYS, 2, 9), (ONE_DAY, 2, 5)])
def test_who_knows_the_rule_excludes_no_small_number(cells: Sequence[str], years: int, most: int) -> None:
    assert not attacked(histories(cells, years, most), by(released, cells, years), totals_up_to(most))


@pytest.mark.parametrize("known", [*product((None, 0, 5, 8), (None, 3, 7), (None, 5, 11))])
def test_nor_with_what_was_published_elsewhere_before(known: tuple[int | None, int | None, int | None]) -> None:
    """A review said some cells, or the total, or few persons on purpose."""
    *cells, total = known
    said = [[Released(dict(zip(TWO_DAYS, cells, strict=True)), total)]]

    def tables(days: Sequence[Day]) -> Sequence[Released]:
        return released(days, known=said)

    assert not attacked(histories(TWO_DAYS, 1, 16), by(tables, TWO_DAYS, 1), totals_up_to(16))


def until_adr_37(days: Sequence[Day]) -> list[Released]:
    """The smallest cells go along until nothing follows by subtraction; zeros stay, as they are guessed."""
    found = []
    for day in days:
        total = sum(day.values())
        order = sorted(day, key=lambda cell: (day[cell], cell))
        hidden = {cell for cell in order if small(day[cell])}
        if small(total):
            found.append(Released(dict.fromkeys(day), None))
            continue
        while hidden and (len(hidden) == 1 or small(sum(day[cell] for cell in hidden))):
            more = next((cell for cell in order if cell not in hidden and day[cell]), None)
            if more is None:
                hidden = set(day)
                break
            hidden.add(more)
        found.append(Released({cell: None if cell in hidden else n for cell, n in day.items()}, total))
    return found


def zeros_shown(days: Sequence[Day]) -> list[Released]:
    """Today's rule, but nobody is no secret."""
    return [
        Released({cell: 0 if not day[cell] else n for cell, n in table.cells.items()}, table.total)
        for day, table in zip(days, released(days), strict=True)
    ]


def only_parts_that_somebody_is_in(days: Sequence[Day]) -> list[Released]:
    """Rows of what there is."""
    return [
        Released({cell: n for cell, n in table.cells.items() if day[cell]}, table.total)
        for day, table in zip(days, released(days), strict=True)
    ]


def judged_by_what_is_masked(days: Sequence[Day]) -> list[Released]:
    """A day is masked where it is near any day, also one that was masked itself."""
    found: list[Released] = []
    for n, day in enumerate(days):
        before = [Released(other, sum(other.values())) for other in days[:n]]
        found.append(judged(day, before))
    return found


def by_the_greatest(days: Sequence[Day]) -> list[Released]:
    """What is small takes the greatest with it."""
    return [
        Released(
            {
                c: None
                if small(n) or (any(map(small, day.values())) and c == max(day, key=lambda c: (day[c], c)))
                else n
                for c, n in day.items()
            },
            None if small(sum(day.values())) else sum(day.values()),
        )
        for day in days
    ]


@pytest.mark.parametrize(
    ("tables", "cells", "years", "most"),
    [
        (until_adr_37, ONE_DAY, 1, 12),
        (zeros_shown, ONE_DAY, 1, 8),
        (only_parts_that_somebody_is_in, ONE_DAY, 1, 8),
        (judged_by_what_is_masked, TWO_DAYS, 2, 9),
        (by_the_greatest, ONE_DAY, 1, 8),
    ],
)
def test_he_finds_the_rule_that_was_there_and_those_that_are_planted(
    tables: Tables, cells: Sequence[str], years: int, most: int
) -> None:
    assert attacked(histories(cells, years, most), by(tables, cells, years), totals_up_to(most))


def test_four_and_four_beside_five_were_found_by_whoever_knew_that_the_smallest_goes_along() -> None:
    """Eight in two masked cells, and 5 shown: had the other been more than 5, the 5 would have gone along."""
    (old,) = until_adr_37([{"31": 5, "34": 4, "65": 4}])
    assert (dict(old.cells), old.total) == ({"31": 5, "34": None, "65": None}, 13)
    found = attacked(histories(ONE_DAY, 1, 13), by(until_adr_37, ONE_DAY, 1), totals_up_to(13))
    assert any(one.left == {4} for one in found)
    (now,) = released([{"31": 5, "34": 4, "65": 4}])
    assert set(now.cells.values()) == {None} and now.total == 13


# -- a figure with its parts, as open data releases them ---------------------------------------------------------------

CONTACTS = INDICATORS["contacts_total"]
PATH = "directory.contacts_total.value"


def contacts(possible: Sequence[Collection[str]]) -> Rule:
    """The figure alone and its table, with the departments that have structures on each day."""
    days = [Moment(date(2018 + n, 12, 31), date(2019 + n, 1, 31), n) for n in range(len(possible))]

    def public(truth: Truth) -> Public:
        tables = [
            Parted({cell: truth[n, cell] for cell in TWO_DAYS}, frozenset(some), ()) for n, some in enumerate(possible)
        ]
        answers = [{PATH: (float(truth[n, TOTAL]), ())} for n in range(len(days))]
        whole, parts = with_parts(CONTACTS, days, answers, [[] for _ in days], tables, "department")
        said: dict[object, int | None] = {}
        for row in [*whole, *parts]:
            key = row.as_of.year - 2018, row.part or TOTAL
            value = None if row.value is None else int(row.value)
            assert said.setdefault(key, value) == value, "the same figure twice, masked once"
        return said

    return public


@pytest.mark.parametrize("possible", [(TWO_DAYS, TWO_DAYS), (TWO_DAYS, ("31",)), (("34",), ("34",))])
def test_nor_with_the_figure_beside_its_parts_and_the_structures_that_are_open(
    possible: Sequence[Collection[str]],
) -> None:
    """Where no structure is, nobody can be: he knows that too."""
    truths = [
        truth
        for truth in histories(TWO_DAYS, 2, 9)
        if all(truth[n, cell] == 0 for n, some in enumerate(possible) for cell in TWO_DAYS if cell not in some)
    ]
    zero = {(n, cell) for n, some in enumerate(possible) for cell in TWO_DAYS if cell not in some}
    found = attacked(truths, contacts(possible), totals_up_to(9))
    assert not [one for one in found if one.key not in zero]


def test_somebody_is_found_where_the_figure_does_not_wait_for_its_parts() -> None:
    """All structures are in one department by then: the whole figure is that of the department."""

    def apart(truth: Truth) -> Public:
        tables = by(released, TWO_DAYS, 2)(truth)
        wholes = released_alone([truth[0, TOTAL], truth[1, TOTAL]])
        return {**tables, (0, TOTAL): wholes[0], (1, TOTAL): wholes[1]}

    truths = [truth for truth in histories(TWO_DAYS, 2, 12) if truth[1, "34"] == 0]
    assert [one for one in attacked(truths, apart) if one.key == (1, "31")]


# -- figures that are part of nothing, and reviews ---------------------------------------------------------------------


def test_who_knows_the_rule_excludes_nothing_of_a_figure_over_three_years() -> None:
    def alone(truth: Truth) -> Public:
        return dict(zip(truth, released_alone([*truth.values()]), strict=True))

    truths = [{(year, "n"): n for year, n in enumerate(numbers)} for numbers in product(range(13), repeat=3)]
    assert not attacked(truths, alone)


END = date(2016, 12, 31)
PERIOD = Period(date(2015, 1, 1), END)


def volunteers(truth: Truth) -> list[Leaf]:
    return [_leaf("volunteers", "membership.volunteers_by_year.values", year, truth) for year in (2015, 2016)]


def members(truth: Truth) -> list[Leaf]:
    found = []
    for year in (2015, 2016):
        college = "membership.colleges_by_year"
        found += [
            _leaf("members_by_college", f"{college}.qualified_persons", year, truth),
            _leaf("members_by_college", f"{college}.associative", year, truth, times=0, plus=7),
            _leaf("members_by_college", f"{college}.total.values", year, truth, plus=7),
        ]
    return found


def _leaf(indicator: str, path: str, year: int, truth: Truth, times: int = 1, plus: int = 0) -> Leaf:
    value, before = (float(truth[n, "n"] * times + plus) for n in (year, year - 1))
    return Leaf(Spec(indicator, f"{path}.{year}", "year", END), value, before, int(value), 0)


@pytest.mark.parametrize("leaves", [volunteers, members])
def test_who_knows_the_rule_excludes_nothing_of_a_review(leaves: Callable[[Truth], list[Leaf]]) -> None:
    """A review says each year, and the year before beside it."""

    def review(truth: Truth) -> Public:
        shown, _ = without_small(leaves(truth), {}, period=PERIOD)
        said: dict[object, int | None] = dict.fromkeys(truth)
        for leaf in shown:
            year = leaf.spec.year or 0
            extra = 7 if is_total(leaf.spec.path) else 0
            if "associative" not in leaf.spec.path:
                for at, number in ((year, leaf.value), (year - 1, leaf.before)):
                    if number is not None:
                        said[at, "n"] = int(number) - extra
        return said

    truths = [{(2014 + n, "n"): number for n, number in enumerate(numbers)} for numbers in product(range(13), repeat=3)]
    assert not attacked(truths, review)


def test_who_knows_the_rule_excludes_nothing_of_the_public_results_of_a_survey() -> None:
    """How many answered is told beside the counts of each answer."""
    question = SurveyQuestion("q", "one", "Un choix", options=[*ONE_DAY])

    def shown(truth: Truth) -> Public:
        given = [
            {"choices": {"q": [n]}, "numbers": {}, "flags": {}, "dates": {}, "written": []}
            for n, cell in enumerate(ONE_DAY)
            for _ in range(truth[0, cell])
        ]
        (one,) = [result.public(len(given)) for result in results([question], given)]
        numbers = {part.label: part.n for part in one.parts}
        return {**{(0, cell): numbers.get(cell) for cell in ONE_DAY}, (0, TOTAL): one.answered}

    assert not attacked(histories(ONE_DAY, 1, 12), shown, totals_up_to(12))


def test_who_knows_the_rule_excludes_nothing_of_options_that_overlap_and_of_a_question_left_out() -> None:
    """Of two options who chose one, the other, both; and who left the question out, beside all who answered."""
    question = SurveyQuestion("q", "several", "Plusieurs", options=["a", "b"])
    chosen = ([0], [1], [0, 1], [])

    def truth_of(cells: tuple[int, ...]) -> Truth:
        a, b, both, left_out = cells
        answered = a + b + both
        return {
            (0, "a"): a + both,
            (0, "b"): b + both,
            (0, "both"): both,
            (0, "answered"): answered,
            (0, "left out"): left_out,
            (0, TOTAL): answered + left_out,
        }

    def shown(cells: tuple[int, ...]) -> Public:
        given = [
            {"choices": {"q": some} if some else {}, "numbers": {}, "flags": {}, "dates": {}, "written": []}
            for some, times in zip(chosen, cells, strict=True)
            for _ in range(times)
        ]
        (one,) = [result.public(len(given)) for result in results([question], given)]
        total = None if 0 < len(given) < 5 else len(given)
        return {(0, part.label): part.n for part in one.parts} | {(0, "answered"): one.answered, (0, TOTAL): total}

    alike: dict[object, list[Truth]] = {}
    for cells in product(range(10), repeat=4):
        if sum(cells) <= 14:
            alike.setdefault(tuple(sorted(shown(cells).items(), key=str)), []).append(truth_of(cells))
    for said, some in alike.items():
        for key in some[0]:
            left = {truth[key] for truth in some}
            assert len(left) > 1 or not left & set(range(1, 5)), f"{key} is {left} by {said}"


# -- a mean and shares, which are numbers of persons once what they are of is known ----------------------------------


def attendance(n: float, first: int = 2015, last: int = 2016) -> Leaf:
    spec = Spec("agora_attendance", f"events.agora.mean_attendance_{first}_{last}", "years", END, None, first, last)
    return Leaf(spec, n, None, 1, 0)


def editions(n: float, first: int = 2015, last: int = 2016) -> Leaf:
    return Leaf(
        Spec("agora_editions_measured", "events.agora.editions_measured", "years", END, None, first, last),
        n,
        None,
        1,
        0,
    )


def public(name: str, percent: float, first: int = 2015, last: int = 2016) -> Leaf:
    path = f"events.agora.attendance_shares_{first}_{last}_percent.{name}"
    return Leaf(Spec("agora_publics", path, "years", END, None, first, last), percent, None, 1, 1)


@pytest.mark.parametrize(
    ("whole", "shares", "shown"),
    [
        (30, {"students": 10.0, "others": 90.0}, False),  # three students
        (30, {"students": 0.0, "others": 100.0}, True),
        (300, {"students": 10.0, "others": 90.0}, True),
        (300, {"students": 1.0, "others": 99.0}, False),
        (3, {"students": 50.0, "others": 50.0}, False),  # a whole that is masked
    ],
)
def test_shares_are_shown_where_each_is_of_enough_persons(whole: int, shares: Mapping[str, float], shown: bool) -> None:
    leaves = [attendance(whole), editions(1), *(public(name, percent) for name, percent in shares.items())]
    said, _ = without_small(leaves, {})
    assert sum(leaf.spec.indicator == "agora_publics" for leaf in said) == (len(shares) if shown else 0)


def test_a_mean_over_one_edition_more_tells_who_came_to_it() -> None:
    """30 came to one Agora; 16 on average to two: two came to the second."""
    leaves = [attendance(30, 2015, 2015), editions(1, 2015, 2015), attendance(16), editions(2)]
    said, hidden = without_small(leaves, {})
    assert [leaf.value for leaf in said if leaf.spec.indicator == "agora_attendance"] == [30]
    assert [leaf.value for leaf in hidden] == [16]
    assert heads(16, 2).near(heads(30, 1)) and not heads(40, 2).near(heads(30, 1))
    assert LEAST == 5
