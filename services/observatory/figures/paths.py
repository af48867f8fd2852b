"""The dotted paths that indicators give their figures."""

from __future__ import annotations

import re


def year_of(path: str) -> int | None:
    """The year that a path ends with."""
    found = re.search(r"(?<!\d)(\d{4})$", path)
    return int(found[1]) if found else None
