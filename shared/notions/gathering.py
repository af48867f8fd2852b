"""Whether a gathering was held, and how many came: one definition for pages, lists and exports; the indicators' macros
`gathering_at` and `attendance_at` say the same in SQL, and a test compares them (tests/shared/notions).

It was held where that was noted and it is not cancelled. Who came are the heads that were counted, which are those who
were not checked in by name, and those who were. Where neither was noted it was not measured: that is not nobody."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

State = Literal["planned", "held", "cancelled"]


def state(held: bool, cancelled: bool) -> State:
    return "cancelled" if cancelled else "held" if held else "planned"


def heads(counts: Iterable[int | None]) -> int | None:
    """The heads counted, of all publics; None where none was."""
    known = [count for count in counts if count is not None]
    return sum(known) if known else None


def came(heads: int | None, named: int | None) -> int | None:
    """How many came: heads counted, and checked in by name."""
    return None if heads is None and not named else (heads or 0) + (named or 0)
