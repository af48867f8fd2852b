"""What of a review is left out before it is published, since it would point to few persons (ADR 18, small_cells.py).

A published figure stands for ever, so it is judged beside all that everybody has of its indicator: what was printed,
what was published before, what open data has released (ADR 25).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from services.observatory.event_table.filtering import ALL, COLLEGES, TOTAL, Filters
from services.observatory.figures.computed import Leaf, Spec, earlier
from services.observatory.figures.period import Period
from services.observatory.indicators import INDICATORS, Indicator
from services.observatory.open_data.disclosed import Said, add, college_of, college_tables, told
from services.observatory.open_data.small_cells import Told, released, released_alone, small

Judged = tuple[set[Spec], set[Spec]]
"""What is left out; what is published without what it is compared with"""


def without_small(
    leaves: Sequence[Leaf], printed: Mapping[str, Sequence[float]], said: Sequence[Said] = (), *,
    period: Period | None = None, filters: Filters = ALL,
) -> tuple[list[Leaf], list[Leaf]]:  # fmt: skip
    """The figures that may be published, and those that are left out. `printed`: indicator → numbers of persons that
    were published of it before, narrowed in the same way. `said`: all that everybody has, with its days. `period`:
    whose review it is."""
    hidden: set[Spec] = set()
    unsaid: set[Spec] = set()
    by_name: dict[str, list[Leaf]] = {}
    for leaf in leaves:
        one = INDICATORS[leaf.spec.indicator]
        if one.persons is not None:
            by_name.setdefault(one.name, []).append(leaf)
    for name, some in by_name.items():
        one = INDICATORS[name]
        found: Judged
        if one.parts == "college":
            found = _parted(one, some, said, filters)
        elif filters != ALL:  # a part, that the whole and other parts could be subtracted from
            found = {leaf.spec for leaf in some if leaf.value is not None}, set()
        else:
            found = _alone(some, printed.get(name, ()), said, period)
        hidden |= found[0]
        unsaid |= found[1]
    more = {leaf.spec for leaf in leaves if not _tells_its_years(leaf, leaves, hidden, said)}
    hidden, unsaid = hidden | more, unsaid | {leaf.spec for leaf in leaves if leaf.spec.one.sums}
    shown = [replace(leaf, before=None) if leaf.spec in unsaid else leaf for leaf in leaves if leaf.spec not in hidden]
    return shown, [leaf for leaf in leaves if leaf.spec in hidden]


def _alone(leaves: Sequence[Leaf], printed: Sequence[float], said: Sequence[Said], period: Period | None) -> Judged:
    """Figures of which none is part of another: judged one after the other, the values before what they are compared
    with."""
    ordered = sorted(leaves, key=lambda leaf: (leaf.spec.year or leaf.spec.day.year, leaf.spec.path))
    numbers = [*printed, *(leaf.value for leaf in ordered), *(leaf.before for leaf in ordered)]
    whole = [None if number is None else round(number) for number in numbers]
    shown = released_alone(whole, [True] * len(printed))[len(printed) :]
    values, befores = shown[: len(ordered)], shown[len(ordered) :]
    mine: dict[str, Told] = {}

    def may(spec: Spec | None, value: float | None, kept: int | None) -> bool:
        """Whether a number can be told beside what everybody has of the same figure."""
        if spec is None or value is None:
            return kept is not None
        had = told(said, spec.path)
        if round(value) in had.numbers():
            return True
        before = mine.setdefault(spec.path, had)
        if kept is None or before.tells_few(add(Told(), spec, value)):
            return False
        mine[spec.path] = add(before, spec, value)
        return True

    hidden = {
        leaf.spec for leaf, kept in zip(ordered, values, strict=True)
        if leaf.value is not None and not may(leaf.spec, leaf.value, kept)
    }  # fmt: skip
    unsaid = {
        leaf.spec for leaf, kept in zip(ordered, befores, strict=True)
        if not may(earlier(leaf.spec, period) if period else None, leaf.before, kept)
    }  # fmt: skip
    return hidden, unsaid


def _tells_its_years(leaf: Leaf, leaves: Sequence[Leaf], hidden: set[Spec], said: Sequence[Said]) -> bool:
    """Whether a sum of years tells no more than its years that are shown beside it: else it tells the one that is
    not."""
    if leaf.value is None or leaf.spec.one.sums is None or leaf.value in told(said, leaf.spec.path).numbers():
        return True
    first = leaf.spec.first or 0
    return leaf.value == sum(
        year.value or 0 for year in leaves
        if year.spec.indicator == leaf.spec.one.sums and year.spec not in hidden and (year.spec.year or 0) >= first
    )  # fmt: skip


def _parted(one: Indicator, leaves: Sequence[Leaf], said: Sequence[Said], filters: Filters) -> Judged:
    """Figures that part a total, year by year. Narrowed to the college of persons, the total is these persons: left out
    as every narrowed count of persons is. Narrowed otherwise, it counts structures."""
    if filters.college == one.persons:
        return {leaf.spec for leaf in leaves if leaf.value is not None}, {leaf.spec for leaf in leaves}
    if filters != ALL:
        return set(), set()
    said = [each for each in said if each.filters == ALL]
    known = college_tables(one, said, COLLEGES)
    by_year: dict[int, list[Leaf]] = {}
    for leaf in leaves:
        by_year.setdefault(leaf.spec.year or 0, []).append(leaf)
    years = [by_year[year] for year in sorted(by_year)]
    shown = released(
        [_table([(leaf.spec.path, leaf.value) for leaf in own]) for own in years],
        {one.persons or ""},
        [_had(((leaf.spec.path, leaf.value) for leaf in own), said) for own in years],
        [known] * len(years),
    )
    hidden: set[Spec] = set()
    unsaid: set[Spec] = set()
    for own, table in zip(years, shown, strict=True):
        for leaf in own:
            college = college_of(leaf.spec.path)
            number = table.total if college == TOTAL else table.cells[college]
            if number is None and leaf.value is not None:
                hidden.add(leaf.spec)
    # What a year is compared with is a total too, of a day that is nobody's release: told as far as its persons may be.
    had = [*known, *shown]
    for own in years:
        guarded = [leaf for leaf in own if one.persons in leaf.spec.path.split(".")]
        totals = [leaf for leaf in own if college_of(leaf.spec.path) == TOTAL]
        before = [(_year_before(leaf.spec), leaf.before) for leaf in own]
        cells = _table(before)
        (table,) = released([cells], {one.persons or ""}, [_had(before, said)], [had])
        others = any(leaf.before is not None and round(leaf.before) != sum(cells.values()) for leaf in totals)
        few = any(small(round(leaf.before or 0)) or small(round(leaf.change or 0)) for leaf in guarded)
        if table.total is None or others or few:
            unsaid |= {leaf.spec for leaf in [*guarded, *totals]}
        else:
            had.append(table)
    return hidden, unsaid


def _table(figures: Sequence[tuple[str, float | None]]) -> dict[str, int]:
    return {college_of(path): round(value or 0) for path, value in figures if college_of(path) != TOTAL}


def _had(figures: Iterable[tuple[str, float | None]], said: Sequence[Said]) -> set[str]:
    """The colleges (and `TOTAL`) whose number everybody has under the same path: masking it would hide nothing."""
    return {college_of(path) for path, value in figures if round(value or 0) in told(said, path).numbers()}


def _year_before(spec: Spec) -> str:
    return spec.path if spec.year is None else f"{spec.path[:-4]}{spec.year - 1}"
