"""An attacker who knows the rule (ADR 37): of all true numbers that there could be, which would have been published just
so? Where those that are left say less than promised, the masking is an answer.

He enumerates: `truths` are all histories up to a size, `publish` is the rule, and what he can't tell apart are those
with the same publication.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations

LEAST = 5
"""As docs and pages promise it; not read from what is attacked."""
FEW = range(1, LEAST)
Key = Hashable
Truth = Mapping[Key, int]
"""Each number of persons that there is: of a cell, or of a total, on a day"""
Public = Mapping[Key, int | None]
"""The same as they are published, None where they are masked; what is no number of a truth may stand there too"""
Rule = Callable[[Truth], Public]


@dataclass(frozen=True)
class Found:
    """What follows for whoever knows the rule: of which number, what it may be; what was true."""

    key: Key
    left: frozenset[int]
    true: int


def attacked(truths: Iterable[Truth], rule: Rule, within: Callable[[Truth], bool] = lambda truth: True) -> list[Found]:
    """All that breaks the promise: a masked number of which one of 1 to 4 can be excluded, and a difference of two days
    of the same figure that can only be one of 1 to 4. `within`: whether the alternatives of a history are all among
    `truths`, which end somewhere."""
    alike: dict[Hashable, list[Truth]] = defaultdict(list)
    for truth in truths:
        public = rule(truth)
        for key, number in public.items():
            assert number is None or key not in truth or number == truth[key], "what is shown is true"
        alike[tuple(public.items())].append(truth)
    found = []
    for said, some in alike.items():
        judged = [truth for truth in some if within(truth)]
        if not judged:
            continue
        masked = [key for key, number in said if number is None and key in judged[0]]  # type: ignore[attr-defined]
        for key in masked:
            left = frozenset(truth[key] for truth in some)
            if not left.issuperset(FEW):
                found.append(Found(key, left, judged[0][key]))
        for one, other in combinations(judged[0], 2):
            if _same_figure(one, other) and (one in masked or other in masked):
                apart = frozenset(truth[one] - truth[other] for truth in some)
                if len(apart) == 1 and 0 < abs(next(iter(apart))) < LEAST:
                    found.append(Found((one, other), apart, next(iter(apart))))
    return found


def _same_figure(one: Key, other: Key) -> bool:
    """Keys are (day, figure)."""
    return isinstance(one, tuple) and isinstance(other, tuple) and one[1:] == other[1:]
