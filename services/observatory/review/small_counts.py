"""What of a review is left out before it is published, since it would point to few persons (ADR 18, masking.py).

A published figure stands for ever, so it is judged beside all that was published of its indicator before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from services.observatory.filtering import TOTAL
from services.observatory.indicators import INDICATORS, Indicator
from services.observatory.masking import released, released_alone, small
from services.observatory.review.computed import Leaf, Spec


def without_small(leaves: Sequence[Leaf], printed: Mapping[str, Sequence[float]]) -> tuple[list[Leaf], list[Leaf]]:
    """The figures that may be published, and those that are left out. `printed`: indicator → numbers of persons that
    were published of it before, narrowed in the same way."""
    hidden: set[Spec] = set()
    unsaid: set[Spec] = set()  # published without what is compared
    by_name: dict[str, list[Leaf]] = {}
    for leaf in leaves:
        one = INDICATORS[leaf.spec.indicator]
        if one.persons is not None:
            by_name.setdefault(one.name, []).append(leaf)
    for name, some in by_name.items():
        one = INDICATORS[name]
        found = _parted(one, some) if one.parts == "college" else _alone(some, printed.get(name, ()))
        hidden |= found[0]
        unsaid |= found[1]
    shown = [replace(leaf, before=None) if leaf.spec in unsaid else leaf for leaf in leaves if leaf.spec not in hidden]
    return shown, [leaf for leaf in leaves if leaf.spec in hidden]


def _alone(leaves: Sequence[Leaf], printed: Sequence[float]) -> tuple[set[Spec], set[Spec]]:
    """Figures of which none is part of another: judged one after the other, the values before what they are compared
    with."""
    ordered = sorted(leaves, key=lambda leaf: (leaf.spec.year or leaf.spec.day.year, leaf.spec.path))
    numbers = [*printed, *(leaf.value for leaf in ordered), *(leaf.before for leaf in ordered)]
    whole = [None if number is None else round(number) for number in numbers]
    shown = released_alone(whole, [True] * len(printed))[len(printed) :]
    values, befores = shown[: len(ordered)], shown[len(ordered) :]
    hidden = {
        leaf.spec for leaf, value in zip(ordered, values, strict=True) if leaf.value is not None and value is None
    }
    unsaid = {leaf.spec for leaf, value in zip(ordered, befores, strict=True) if value is None}
    return hidden, unsaid


def _parted(one: Indicator, leaves: Sequence[Leaf]) -> tuple[set[Spec], set[Spec]]:
    """Figures that part a total, year by year."""
    years = sorted({leaf.spec.year or 0 for leaf in leaves})
    tables: list[dict[str, int]] = [{} for _ in years]
    for leaf in leaves:
        part = leaf.spec.path.split(".")[-2]
        if TOTAL not in leaf.spec.path.split("."):
            tables[years.index(leaf.spec.year or 0)][part] = round(leaf.value or 0)
    hidden: set[Spec] = set()
    unsaid: set[Spec] = set()
    for year, table in zip(years, released(tables, {one.persons or ""}), strict=True):
        own = [leaf for leaf in leaves if (leaf.spec.year or 0) == year]
        for leaf in own:
            parts = leaf.spec.path.split(".")
            shown = table.total if TOTAL in parts else table.cells[parts[-2]]
            if shown is None and leaf.value is not None:
                hidden.add(leaf.spec)
        # What it is compared with parts a total too, of a day that is nobody's release: all of it, or nothing.
        guarded = [leaf for leaf in own if one.persons in leaf.spec.path.split(".")]
        if any(small(round(leaf.before or 0)) or small(round(leaf.change or 0)) for leaf in guarded):
            unsaid |= {leaf.spec for leaf in own}
    return hidden, unsaid
