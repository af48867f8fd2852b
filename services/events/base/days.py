"""The day on which a page is read."""

from __future__ import annotations

from datetime import datetime

from shared.base.paris_days import PARIS


def today() -> str:
    """The day in Paris, as documents keep days."""
    return datetime.now(PARIS).date().isoformat()
