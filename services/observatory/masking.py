"""Statistical disclosure control of public tables (ADR 18): what may be published of a count of private persons.

A table parts one total into cells, and is published for one day after another. What may not be known is a count of 1 to
`LEAST` - 1 persons: neither as a cell, nor by subtraction from the total (so cells are masked that are not small
themselves: complementary suppression), nor as the difference between two days. What was published once is never taken
back, so a day is judged by all days before it.

After Hundepool et al., Statistical Disclosure Control (Wiley, 2012), ch. 4; the rule against differences is our own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

LEAST = 5
"""The least number of persons that may be told from their number."""


@dataclass(frozen=True, slots=True)
class Released:
    """What is published of a day: cell → number, None where it is masked; the total, None where that is."""

    cells: Mapping[str, int | None]
    total: int | None


def small(n: int) -> bool:
    """Whether a number, or a difference, points to few persons."""
    return 0 < abs(n) < LEAST


def released(
    days: Sequence[Mapping[str, int]], guarded: Collection[str] | None = None, printed: Sequence[Collection[str]] = ()
) -> list[Released]:
    """What may be published of these days, the earliest first; a cell that a day does not have is zero.

    `guarded`: the cells that count persons (None: all of them); the others are masked only to protect these. `printed`:
    for each day the cells that the network has published itself: they are always shown, since masking would hide nothing.
    """
    cells = sorted({cell for day in days for cell in day})
    done: list[_Day] = []
    for n, day in enumerate(days):
        exempt = frozenset(printed[n]) if n < len(printed) else frozenset()
        numbers = {cell: day.get(cell, 0) for cell in cells}
        done.append(_judged(numbers, cells if guarded is None else guarded, exempt, done))
    return [
        Released({cell: None if cell in one.hidden else one.numbers[cell] for cell in cells}, one.shown_total)
        for one in done
    ]


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
class _Day:
    numbers: Mapping[str, int]
    hidden: frozenset[str]
    total: int
    total_shown: bool

    @property
    def shown_total(self) -> int | None:
        return self.total if self.total_shown else None

    def sum(self, cells: Collection[str]) -> int:
        return sum(self.numbers[cell] for cell in cells)


def _judged(
    numbers: Mapping[str, int], guarded: Collection[str], exempt: frozenset[str], before: Sequence[_Day]
) -> _Day:
    total = sum(numbers.values())
    shown = not small(total) and not any(one.total_shown and small(total - one.total) for one in before)
    maskable = [cell for cell in sorted(numbers, key=lambda cell: (numbers[cell], cell)) if cell not in exempt]
    if not shown:
        return _Day(numbers, frozenset(maskable), total, False)
    hidden = {
        cell for cell in maskable
        if cell in guarded and (small(numbers[cell]) or any(
            cell not in one.hidden and small(numbers[cell] - one.numbers[cell]) for one in before))
    }  # fmt: skip
    while True:
        day = _Day(numbers, frozenset(hidden), total, True)
        if not _tells(day, before):
            return day
        # The smallest goes first, so that least is lost; a zero protects nothing, since it is guessed.
        more = next((cell for cell in maskable if cell not in hidden and numbers[cell]), None)
        if more is None:
            return _Day(numbers, frozenset(maskable), total, True)
        hidden.add(more)


def _tells(day: _Day, before: Sequence[_Day]) -> bool:
    """Whether what is hidden can be found by subtraction."""
    if not day.hidden:
        return any(small(day.sum(block) - other.sum(block)) for other in before for block in _blocks(day, other))
    if len(day.hidden) == 1 or small(day.sum(day.hidden)):
        return True
    return any(small(day.sum(block) - other.sum(block)) for other in before for block in _blocks(day, other))


def _blocks(day: _Day, other: _Day) -> Iterator[frozenset[str]]:
    """The groups of hidden cells whose sum is known on both days: what is hidden on one of them, or on either where the
    two overlap. A day whose total is masked tells nothing about what it hides."""
    if day.hidden & other.hidden:
        if day.total_shown and other.total_shown:
            yield day.hidden | other.hidden
        return
    for one in (day, other):
        if one.hidden and one.total_shown:
            yield one.hidden
