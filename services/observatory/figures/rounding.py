"""Figures at the precision of the print."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal


def rounded(value: float | None, precision: int) -> float | None:
    """As a printer rounds: half away from zero."""
    if value is None:
        return None
    return float(Decimal(repr(value)).quantize(Decimal(1).scaleb(-precision), ROUND_HALF_UP))
