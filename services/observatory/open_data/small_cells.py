"""Statistical disclosure control of public tables (ADR 18): what may be published of a count of private persons.

A table parts one total into cells, and is published for one day after another. What may not be known is a count of 1 to
`LEAST` - 1 persons: neither as a cell, nor by subtraction from the total, nor as the difference between two days. What
was published once is never taken back, so a day is judged by all days before it, and by what the network published
elsewhere until then (ADR 25).

Whoever reads knows this rule too. So a table is shown with all its cells or with none (ADR 37): which cells are masked
would tell what is in them. Of a number that is masked nobody can exclude 1, 2, 3 or 4. That holds since what is masked
depends on nothing that stays masked but whether something is to be hidden, and since nothing masked weighs on a later
day.

Structures are no secret: anybody may count them, on any day, as known on any day. So where a table counts both, its
cells of structures are shown as they are, and its total is as good as the persons in it: it is shown where they are
(ADR 30).

After Hundepool et al., Statistical Disclosure Control (Wiley, 2012), ch. 4; the rule against differences is our own.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations, pairwise
from math import ceil, floor, inf

from services.observatory.indicators.paths import TOTAL

LEAST = 5
"""The least number of persons that may be told from their number."""
MOST_APART = 20_000
"""Pairs of days that are compared, at most; beyond them what is new is masked."""


@dataclass(frozen=True, slots=True)
class Released:
    """What everybody has of a day: cell → number, None where it is masked or was not said; the total, None where that
    is."""

    cells: Mapping[str, int | None]
    total: int | None

    @property
    def hidden(self) -> frozenset[str]:
        return frozenset(cell for cell, number in self.cells.items() if number is None)

    def sum(self, cells: Collection[str]) -> int:
        """Of cells that are all shown; or of all that are hidden, and some that are shown, where the total is shown."""
        told = sum(self.cells[cell] or 0 for cell in cells)
        if self.hidden.isdisjoint(cells):
            return told
        return told + (self.total or 0) - sum(number or 0 for number in self.cells.values())


def small(n: int) -> bool:
    """Whether a number, or a difference, points to few persons."""
    return 0 < abs(n) < LEAST


@dataclass(frozen=True, slots=True)
class Heads:
    """Persons as they can be computed from a mean or a share: a whole number of them within `slack` of `number`."""

    number: float
    slack: float

    def few(self) -> bool:
        return self.number > 0 and self.number - self.slack < LEAST

    def near(self, other: Heads) -> bool:
        """Whether they may differ by few; the same twice do not."""
        return self != other and abs(self.number - other.number) < LEAST + self.slack + other.slack


def heads(mean: float, over: float) -> Heads:
    """The persons of a mean that is told as a whole number, over so many."""
    return Heads(round(mean) * over, over / 2)


def released(
    days: Sequence[Mapping[str, int]],
    guarded: Collection[str] | None = None,
    printed: Sequence[Collection[str]] = (),
    known: Sequence[Sequence[Released]] = (),
) -> list[Released]:
    """What may be published of these days, the earliest first; a cell that a day does not have is zero.

    `guarded`: the cells that count persons (None: all of them). The others count structures: they are always shown, and
    the total only where that of the guarded cells is. `printed`: for each day the cells (and `TOTAL`) that the network
    has published itself: they are always shown, since masking would hide nothing; but not a total that structures are
    in, which may be the same on another day and tell other persons. `known`: for each day the tables that everybody had
    before it was released.
    """
    if guarded is not None:
        return _beside_structures(days, frozenset(guarded), printed, known)
    cells = sorted({cell for day in days for cell in day}.union(*(one.cells for some in known for one in some)))
    done: list[Released] = []
    for n, day in enumerate(days):
        exempt = frozenset(printed[n]) if n < len(printed) else frozenset()
        numbers = {cell: day.get(cell, 0) for cell in cells}
        had = known[n] if n < len(known) else ()
        before = [*(Released({cell: one.cells.get(cell) for cell in cells}, one.total) for one in had), *done]
        done.append(judged(numbers, before, exempt))
    return done


def _beside_structures(
    days: Sequence[Mapping[str, int]],
    guarded: frozenset[str],
    printed: Sequence[Collection[str]],
    known: Sequence[Sequence[Released]],
) -> list[Released]:
    """The same where cells of persons stand beside cells of structures, which everybody can count."""
    persons = [{cell: number for cell, number in day.items() if cell in guarded} for day in days]
    exempt = [guarded.intersection(some) for some in printed]
    had = [[_persons_of(one, guarded) for one in some] for some in known]
    judged = released(persons, None, [{*some, TOTAL} if some == guarded else some for some in exempt], had)
    open_ = sorted({cell for day in days for cell in day} - guarded)
    return [
        Released(
            {**{cell: day.get(cell, 0) for cell in open_}, **one.cells},
            None if one.total is None else sum(day.values()),
        )
        for day, one in zip(days, judged, strict=True)
    ]


def _persons_of(table: Released, guarded: frozenset[str]) -> Released:
    """What a table tells of its persons; its total tells nothing where what else is in it is not known."""
    cells = {cell: table.cells.get(cell) for cell in guarded}
    structures = [number for cell, number in table.cells.items() if cell not in guarded]
    whole = table.total
    for number in structures:
        whole = None if whole is None or number is None else whole - number
    if None not in cells.values():
        whole = sum(number or 0 for number in cells.values())
    elif len(guarded) == 1:
        cells = dict.fromkeys(guarded, whole)
    return Released(cells, whole)


def released_alone(numbers: Sequence[int | None], printed: Sequence[bool] = ()) -> list[int | None]:
    """The same for one figure that is part of nothing, day after day. None: not measured, or masked."""
    shown: list[int] = []
    answer: list[int | None] = []
    for at, number in enumerate(numbers):
        exempt = at < len(printed) and printed[at]
        if number is None or (not exempt and (small(number) or any(small(number - other) for other in shown))):
            answer.append(None)
            continue
        answer.append(number)
        shown.append(number)
    return answer


@dataclass(frozen=True, slots=True)
class Told:
    """What everybody has been told of one figure: its states, each on a day; its flows, each after a day up to
    another."""

    states: frozenset[tuple[date, int]] = frozenset()
    flows: frozenset[tuple[date, date, int]] = frozenset()

    def also(self, *, states: Iterable[tuple[date, int]] = (), flows: Iterable[tuple[date, date, int]] = ()) -> Told:
        return Told(self.states.union(states), self.flows.union(flows))

    def numbers(self) -> frozenset[int]:
        """Those that were said as they are."""
        return frozenset([*(n for _, n in self.states), *(n for *_, n in self.flows)])

    def lengths(self) -> frozenset[Length]:
        """The same between two days: a state since there was nobody."""
        states = (Length(None, day, Heads(n, 0)) for day, n in self.states)
        return frozenset(states) | {Length(after, to, Heads(n, 0)) for after, to, n in self.flows}

    def tells_few(self, more: Told, *, grows: bool = False) -> bool:
        """Whether what this and `more` tell together gives a count of few persons that this alone does not give.
        `grows`: of a figure that nobody is taken out of again, which is never less on a later day."""
        known, new = self.lengths(), more.lengths()
        return few_apart(known, new) or (grows and not surely_few(known | new) <= surely_few(known))

    def since(self, begun: date) -> Told:
        """With the days before a network began, on which there was nobody."""
        days = {day for after, to, _ in self.flows for day in (after, to) if day < begun}
        return self.also(states=[(day, 0) for day in days])


@dataclass(frozen=True, slots=True)
class Length:
    """How many persons more there were on a day than on an earlier one (None: than none)."""

    after: date | None
    to: date
    heads: Heads


Apart = tuple[date | None, date | None, float, float]
"""Two days, how far the numbers of persons of both are apart, within what"""


def few_apart(known: Collection[Length], more: Collection[Length]) -> bool:
    """Whether some numbers that are put end to end, there and back, tell of two days that few persons are between them,
    and did not without `more`. So do two periods that overlap, beside the one that holds both: what they have in
    common."""
    new = [one for one in more if one not in known]
    if not new:
        return False
    before, after = apart(known), apart([*known, *new])
    return after is None or before is None or any(_few(one) for one in after - before)


def apart(some: Collection[Length]) -> frozenset[Apart] | None:
    """All that can be computed by numbers end to end, no day passed twice; None where that is too much to look at. The
    same number there and back cancels out, whatever it is within."""
    ways: dict[date | None, set[tuple[date | None, float, float]]] = {}
    for one in some:
        ways.setdefault(one.after, set()).add((one.to, one.heads.number, one.heads.slack))
        ways.setdefault(one.to, set()).add((one.after, -one.heads.number, one.heads.slack))
    found: set[Apart] = set()
    for begin in ways:
        open_: deque[tuple[date | None, float, float, frozenset[date | None], tuple[float, float]]] = deque()
        open_.append((begin, 0, 0, frozenset(), (0, 0)))
        while open_:
            at, number, slack, passed, last = open_.popleft()
            for to, step, within in ways[at]:
                there = (begin, to, number + step, slack - within if last == (-step, within) else slack + within)
                if to in passed or there in found:
                    continue
                found.add(there)
                if len(found) > MOST_APART:
                    return None
                if to != begin:
                    open_.append((*there[1:], passed | {to}, (step, within)))
    return frozenset(found)


def surely_few(some: Collection[Length]) -> frozenset[tuple[date | None, date | None]]:
    """The pairs of days between which there are one to four persons, where nobody is taken out again: by the narrowest
    bounds that follow (shortest ways, as in Floyd 1962, Algorithm 97). None where the numbers contradict each other,
    since something was corrected."""
    days = [None, *sorted({day for one in some for day in (one.after, one.to) if day is not None})]
    far = {one: dict.fromkeys(days, inf) for one in days}
    for before, after in pairwise(days):
        far[after][before] = 0  # so many more there are at most on the earlier day
    for one in some:
        least, most = one.heads.number - one.heads.slack, one.heads.number + one.heads.slack
        far[one.after][one.to] = min(far[one.after][one.to], most)
        far[one.to][one.after] = min(far[one.to][one.after], -least)
    for over in days:
        for row in far.values():
            for to, rest in far[over].items():
                row[to] = min(row[to], row[over] + rest)
    if any(far[day][day] < 0 for day in days):
        return frozenset()
    return frozenset((a, b) for a, b in combinations(days, 2) if -far[b][a] > 0 and far[a][b] < LEAST)


def _few(one: Apart) -> bool:
    """Whether one to four persons may be meant."""
    _, _, number, slack = one
    return ceil(abs(number) - slack) < LEAST and floor(abs(number) + slack) > 0


def judged(
    numbers: Mapping[str, int],
    before: Sequence[Released],
    exempt: Collection[str] = (),
    possible: Collection[str] | None = None,
) -> Released:
    """One day of a table, beside all tables that everybody had before. `possible`: the cells that may count anybody by
    what everybody knows (None: all of them). One of them alone would be told by the total."""
    total = sum(numbers.values())
    masked = frozenset(numbers).difference(exempt)

    def without(hidden: Collection[str], of: int | None = total) -> Released:
        return Released({cell: None if cell in hidden else number for cell, number in numbers.items()}, of)

    if TOTAL not in exempt and (
        small(total) or any(small(total - one.total) for one in before if one.total is not None)
    ):
        return without(masked, None)
    near = any(
        small(numbers[cell])
        or any(small(numbers[cell] - other) for one in before if (other := one.cells[cell]) is not None)
        for cell in masked
    )
    if not near and not _differs(without(()), before):
        return without(())
    whole = without(masked)
    if TOTAL in exempt:
        return whole
    parted = masked if possible is None else masked.intersection(possible)
    told = len(parted) < 2 or sum(numbers[cell] for cell in masked) < LEAST or _differs(whole, before)
    return without(masked, None) if told else whole


def _differs(day: Released, before: Sequence[Released]) -> bool:
    return any(small(day.sum(block) - other.sum(block)) for other in before for block in _blocks(day, other))


def _blocks(day: Released, other: Released) -> Iterator[frozenset[str]]:
    """The groups of hidden cells whose sum is known on both days: what is hidden on one of them, or on either where the
    two overlap. A day whose total is masked tells nothing about what it hides."""
    if day.hidden & other.hidden:
        if day.total is not None and other.total is not None:
            yield day.hidden | other.hidden
        return
    for one in (day, other):
        if one.hidden and one.total is not None:
            yield one.hidden
