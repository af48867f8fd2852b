"""An attacker of public tables (decisions.md 16): whoever has all of them, and solves for numbers of few persons.

What a table says is a sum of unknown numbers, none of them below zero. `Attacker` solves such sums exactly: by elimination
over the rationals, then by what the signs leave (a sum of nothing has no part; a part is not more than its sum).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from fractions import Fraction
from itertools import combinations
from math import inf

LEAST = 5
"""As docs and pages promise it; not read from what is attacked."""
Unknown = Hashable
Sum = Mapping[Unknown, int]
"""Unknown numbers, each with how often it is added (-1: taken away)."""


def plus(unknowns: Iterable[Unknown]) -> Sum:
    return dict.fromkeys(unknowns, 1)


class Attacker:
    """`learns` what tables say; `finds` what follows."""

    def __init__(self) -> None:
        self._rows: list[tuple[Unknown, dict[Unknown, Fraction], Fraction]] = []  # solved for their first unknown
        self._said: list[tuple[Sum, int]] = []
        self._bounds: dict[Unknown, tuple[float, float]] | None = None

    def learns(self, known: Sum, number: int) -> None:
        self._said.append((known, number))
        self._bounds = None
        rest, value = self._reduced(known, Fraction(number))
        if not rest:
            return  # already known, or contradicted by what was learnt later: nothing new follows
        first = next(iter(rest))
        by = rest[first]
        row = {unknown: times / by for unknown, times in rest.items()}
        value /= by
        solved = []
        for pivot, other, of in self._rows:
            times = other.get(first, Fraction(0))
            if times:
                other = {
                    unknown: left
                    for unknown in other.keys() | row.keys()
                    if (left := other.get(unknown, Fraction(0)) - times * row.get(unknown, Fraction(0)))
                }
                of -= times * value
            solved.append((pivot, other, of))
        self._rows = [*solved, (first, row, value)]

    def _reduced(self, wanted: Sum, value: Fraction) -> tuple[dict[Unknown, Fraction], Fraction]:
        rest = {unknown: Fraction(times) for unknown, times in wanted.items() if times}
        for pivot, row, of in self._rows:
            times = rest.get(pivot, Fraction(0))
            if times:
                for unknown, by in row.items():
                    rest[unknown] = rest.get(unknown, Fraction(0)) - times * by
                rest = {unknown: left for unknown, left in rest.items() if left}
                value -= times * of
        return rest, value

    def finds(self, wanted: Sum) -> int | None:
        """The number, where it can be only one."""
        rest, value = self._reduced(wanted, Fraction(0))
        if not rest:
            return int(-value)
        bounds = self._within()
        least = most = 0.0
        for unknown, times in wanted.items():
            low, high = bounds.get(unknown, (0.0, inf))
            least += times * (low if times > 0 else high)
            most += times * (high if times > 0 else low)
        return int(least) if least == most else None

    def _within(self) -> dict[Unknown, tuple[float, float]]:
        """Between what each unknown lies, by the sums of positive parts."""
        if self._bounds is None:
            found: dict[Unknown, tuple[float, float]] = {}
            sums = [(known, number) for known, number in self._said if all(times > 0 for times in known.values())]
            moved = True
            while moved:
                moved = False
                for known, number in sums:
                    lows = sum(found.get(one, (0.0, inf))[0] for one in known)
                    highs = sum(found.get(one, (0.0, inf))[1] for one in known)
                    for one in known:
                        low, high = found.get(one, (0.0, inf))
                        others = (
                            highs - high if high < inf else sum(found.get(o, (0.0, inf))[1] for o in known if o != one)
                        )
                        new = max(low, number - others), min(high, number - (lows - low))
                        if new != (low, high) and new[0] <= new[1]:
                            found[one], moved = new, True
            self._bounds = found
        return self._bounds


def few(number: int | None) -> bool:
    return number is not None and 0 < abs(number) < LEAST


def differences(counts: Iterable[Sum]) -> list[Sum]:
    """What may not be small: each count of persons, and each difference of two."""
    every = list(counts)
    apart = []
    for one, other in combinations(every, 2):
        apart.append({unknown: one.get(unknown, 0) - other.get(unknown, 0) for unknown in one.keys() | other.keys()})
    return [*every, *apart]
