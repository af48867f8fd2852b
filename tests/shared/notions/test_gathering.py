"""Whether a gathering was held and how many came: not measured is not nobody."""

from __future__ import annotations

import pytest

from shared.notions import gathering


@pytest.mark.parametrize(
    ("held", "cancelled", "state"),
    [(False, False, "planned"), (True, False, "held"), (False, True, "cancelled"), (True, True, "cancelled")],
)
def test_what_was_cancelled_was_not_held_whatever_was_noted(held: bool, cancelled: bool, state: str) -> None:
    assert gathering.state(held, cancelled) == state


@pytest.mark.parametrize(
    ("counts", "heads"), [([], None), ([None, None], None), ([0], 0), ([None, 3], 3), ([4, 0, 3], 7)]
)
def test_heads_are_those_that_were_counted(counts: list[int | None], heads: int | None) -> None:
    assert gathering.heads(counts) == heads


@pytest.mark.parametrize(
    ("heads", "named", "came"),
    [
        (None, None, None),
        (None, 0, None),
        (None, 2, 2),
        (0, None, 0),
        (0, 0, 0),
        (5, None, 5),
        (5, 2, 7),
    ],
)
def test_who_came_are_the_heads_and_those_checked_in(heads: int | None, named: int | None, came: int | None) -> None:
    assert gathering.came(heads, named) == came
