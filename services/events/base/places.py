"""What forms offer of places in France."""

from __future__ import annotations

from shared.geo import DEPARTMENTS


def departments_offered() -> list[tuple[str, str]]:
    """The departments for a form to choose from: (code, name)."""
    return [(code, f"{one.name} ({code})") for code, one in DEPARTMENTS.items()]
