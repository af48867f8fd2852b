"""What of a review is left out before it is published, since it would point to few persons (ADR 18, small_cells.py).

A published figure stands for ever, so it is judged beside all that everybody has of its indicator: what was printed,
what was published before, what open data has released (ADR 25).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from services.observatory.event_table.filtering import ALL, Filters
from services.observatory.figures.computed import Leaf, Spec, earlier
from services.observatory.figures.period import Period, months_before
from services.observatory.indicators import INDICATORS, Indicator
from services.observatory.indicators.paths import TOTAL
from services.observatory.open_data.disclosed import (
    Said,
    Span,
    add,
    college_of,
    college_tables,
    lengths_of,
    line_of,
    persons_of,
    said_again,
    span,
    told,
)
from services.observatory.open_data.small_cells import Heads, Length, Told, few_apart, released, small
from shared.notions.vocabularies.view import known_lists

Judged = tuple[set[Spec], set[Spec]]
"""What is left out; what is published without what it is compared with"""


def without_small(
    leaves: Sequence[Leaf],
    printed: Mapping[str, Sequence[float]],
    said: Sequence[Said] = (),
    *,
    period: Period | None = None,
    filters: Filters = ALL,
    begun: date = date.min,
) -> tuple[list[Leaf], list[Leaf]]:
    """The figures that may be published, and those that are left out. `printed`: indicator → numbers of persons that
    were published of it before, narrowed in the same way. `said`: all that everybody has, with its days. `period`:
    whose review it is. `begun`: the day before which there was nobody, as everybody knows."""
    hidden: set[Spec] = set()
    unsaid: set[Spec] = set()
    by_name: dict[str, list[Leaf]] = {}
    for leaf in leaves:
        one = INDICATORS[leaf.spec.indicator]
        if one.persons is not None:
            by_name.setdefault(one.name, []).append(leaf)
    # Shares last: they are judged beside the whole that is shown.
    for name, some in sorted(by_name.items(), key=lambda each: INDICATORS[each[0]].shares is not None):
        one = INDICATORS[name]
        found: Judged
        open_ = [(leaf.spec, leaf.value) for leaf in leaves if leaf.value is not None and leaf.spec not in hidden]
        if one.same:  # less those, it would tell the others
            found = {leaf.spec for leaf in some if leaf.value is not None}, set()
        elif one.shares:
            found = _shares(some, open_, said)
        elif one.parts == "college":
            found = _parted(one, some, said, filters)
        elif filters != ALL:  # a part, that the whole and other parts could be subtracted from
            found = {leaf.spec for leaf in some if leaf.value is not None}, set()
        else:
            found = _alone(some, printed.get(name, ()), said, period, begun)
            if one.means:
                more = _mean(one, [leaf for leaf in some if leaf.spec not in found[0]], open_, said, begun)
                found = found[0] | more[0], found[1] | more[1]
        hidden |= found[0]
        unsaid |= found[1]
    sums = {leaf.spec for leaf in leaves if not _tells_its_years(leaf, leaves, hidden, said)}
    hidden, unsaid = hidden | sums, unsaid | {leaf.spec for leaf in leaves if leaf.spec.one.sums}
    shown = [replace(leaf, before=None) if leaf.spec in unsaid else leaf for leaf in leaves if leaf.spec not in hidden]
    return shown, [leaf for leaf in leaves if leaf.spec in hidden]


def _alone(
    leaves: Sequence[Leaf], printed: Sequence[float], said: Sequence[Said], period: Period | None, begun: date
) -> Judged:
    """Figures of which none is part of another: judged one after the other, the values before what they are compared
    with. A number that is left out weighs on none that comes after it: whoever knows the rule would find it there."""
    ordered = sorted(leaves, key=lambda leaf: (leaf.spec.year or leaf.spec.day.year, leaf.spec.path))
    shown = [round(number) for number in printed]
    mine: dict[str, Told] = {}

    def may(spec: Spec | None, value: float | None) -> bool:
        """Whether a number can be told beside what everybody has."""
        if value is None:
            return False
        number = round(value)
        few = small(number) or any(small(number - other) for other in shown)
        if spec is None:
            if not few:
                shown.append(number)
            return not few
        line = line_of(spec.path)
        if not said_again(said, spec, value):
            before = mine.get(line) or told(said, spec.path)
            more = add(Told(), spec, value)
            if few or before.since(begun).tells_few(more.since(begun), grows=spec.one.partial != "day"):
                return False
            mine[line] = add(before, spec, value)
        shown.append(number)
        return True

    hidden = {leaf.spec for leaf in ordered if leaf.value is not None and not may(leaf.spec, leaf.value)}
    unsaid = {
        leaf.spec
        for leaf in ordered
        if leaf.spec in hidden or not may(earlier(leaf.spec, period) if period else None, leaf.before)
    }
    return hidden, unsaid


def _mean(
    one: Indicator, leaves: Sequence[Leaf], open_: Sequence[tuple[Spec, float]], said: Sequence[Said], begun: date
) -> Judged:
    """A mean, told with what it is over: as good as all the persons in it."""
    had = lengths_of(one, ((each.spec, each.value) for each in said if each.filters == ALL))
    hidden: set[Spec] = set()
    had += _nobody(had, begun)
    over = [(spec, value) for spec, value in open_ if spec.indicator != one.name]
    for leaf in leaves:
        if leaf.value is None or said_again(said, leaf.spec, leaf.value):
            continue
        mine = lengths_of(one, [*over, (leaf.spec, leaf.value)])
        mine += [
            Length(None, each.after, Heads(0, 0)) for each in mine if each.after is not None and each.after < begun
        ]
        if few_apart(had, mine):
            hidden.add(leaf.spec)
        else:
            had += mine
    return hidden, {leaf.spec for leaf in leaves}


def _nobody(some: Iterable[Length], begun: date) -> list[Length]:
    return [Length(None, one.after, Heads(0, 0)) for one in some if one.after is not None and one.after < begun]


def _shares(leaves: Sequence[Leaf], open_: Sequence[tuple[Spec, float]], said: Sequence[Said]) -> Judged:
    """Shares of persons, of a whole that is told beside them: as good as the persons in each. All are shown or none,
    each number of persons judged beside those that everybody can compute."""
    if not leaves:
        return set(), set()
    one = leaves[0].spec.one
    mean = INDICATORS[one.shares or ""]
    wholes = persons_of(mean, ((each.spec, each.value) for each in said if each.filters == ALL))
    had: dict[str, list[Heads]] = {}
    for each in said:
        if each.spec.indicator == one.name and (whole := wholes.get(span(each.spec))):
            had.setdefault(_public(each.spec), []).append(_part(each.value, whole))
    mine = persons_of(mean, open_)
    groups: dict[Span, list[Leaf]] = {}
    for leaf in leaves:
        if leaf.value is not None and not said_again(said, leaf.spec, leaf.value):
            groups.setdefault(span(leaf.spec), []).append(leaf)
    hidden: set[Spec] = set()
    for at, some in groups.items():
        parts = [(_public(leaf.spec), _part(leaf.value or 0, mine[at])) for leaf in some] if at in mine else []
        if any(part.few() or any(part.near(other) for other in had.get(public, ())) for public, part in parts):
            parts = []
        if not parts:
            hidden |= {leaf.spec for leaf in some}
        for public, part in parts:
            had.setdefault(public, []).append(part)
    return hidden, {leaf.spec for leaf in leaves}


def _public(spec: Spec) -> str:
    return spec.path.rpartition(".")[2]


def _part(percent: float, whole: Heads) -> Heads:
    """The persons of a share that is told at a tenth of a percent."""
    return Heads(percent * whole.number / 100, percent * whole.slack / 100 + whole.number / 2000)


def _tells_its_years(leaf: Leaf, leaves: Sequence[Leaf], hidden: set[Spec], said: Sequence[Said]) -> bool:
    """Whether a sum of years tells no more than its years that are shown beside it: else it tells the one that is
    not, be it that there was nobody."""
    if leaf.value is None or leaf.spec.one.sums is None or said_again(said, leaf.spec, leaf.value):
        return True
    first = leaf.spec.first or 0
    years = [year for year in leaves if year.spec.indicator == leaf.spec.one.sums and (year.spec.year or 0) >= first]
    return not any(year.spec in hidden for year in years) and leaf.value == sum(year.value or 0 for year in years)


def _parted(one: Indicator, leaves: Sequence[Leaf], said: Sequence[Said], filters: Filters) -> Judged:
    """Figures that part a total, year by year. Narrowed to the college of persons, the total is these persons: left out
    as every narrowed count of persons is. Narrowed otherwise, it counts structures."""
    if filters.college in one.of_persons:
        return {leaf.spec for leaf in leaves if leaf.value is not None}, {leaf.spec for leaf in leaves}
    if filters != ALL:
        return set(), set()
    said = [each for each in said if each.filters == ALL]
    known = college_tables(one, said, known_lists().listed("college"))
    by_year: dict[int, list[Leaf]] = {}
    for leaf in leaves:
        by_year.setdefault(leaf.spec.year or 0, []).append(leaf)
    years = [by_year[year] for year in sorted(by_year)]
    shown = released(
        [_table([(leaf.spec.path, leaf.value) for leaf in own]) for own in years],
        set(one.of_persons),
        [_had(((leaf.spec, leaf.value) for leaf in own), said) for own in years],
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
        guarded = [leaf for leaf in own if one.names_persons(leaf.spec.path)]
        totals = [leaf for leaf in own if college_of(leaf.spec.path) == TOTAL]
        before = [(_year_before(leaf.spec), leaf.before) for leaf in own]
        cells = _table([(spec.path, value) for spec, value in before])
        (table,) = released([cells], set(one.of_persons), [_had(before, said)], [had])
        others = any(leaf.before is not None and round(leaf.before) != sum(cells.values()) for leaf in totals)
        few = any(small(round(leaf.before or 0)) or small(round(leaf.change or 0)) for leaf in guarded)
        # Compared with what is left out, it would tell how far that is from it.
        if table.total is None or others or any(leaf.spec in hidden for leaf in guarded) or few:
            unsaid |= {leaf.spec for leaf in [*guarded, *totals]}
        else:
            had.append(table)
    return hidden, unsaid


def _table(figures: Sequence[tuple[str, float | None]]) -> dict[str, int]:
    return {college_of(path): round(value or 0) for path, value in figures if college_of(path) != TOTAL}


def _had(figures: Iterable[tuple[Spec, float | None]], said: Sequence[Said]) -> set[str]:
    """The colleges (and `TOTAL`) whose number of that day everybody has: masking it would hide nothing."""
    return {college_of(spec.path) for spec, value in figures if said_again(said, spec, value or 0)}


def _year_before(spec: Spec) -> Spec:
    if spec.year is None:
        return spec
    day = months_before(spec.day, 12) if spec.partial else spec.day
    return replace(spec, path=f"{spec.path[:-4]}{spec.year - 1}", day=day)
