"""The dotted path of a figure, `<service>.<figure>.<part>.<year>`: which part it is of. A network calls its parts as it
likes, `total` and `values` too, so a word is looked at in its place alone."""

from __future__ import annotations

import re

TOTAL = "*"
"""Stands for all parts together where parts are told apart by their codes: no code is written so"""
_TOTAL = re.compile(r"[^.]+\.[^.]+\.total\.values?(\.\d{4})?")


def is_total(path: str) -> bool:
    """Whether a figure is of all its parts: `….total.value`, or `….total.values.2022` of a year. Of a part that has the
    code `total`, the path is `….total.2022`."""
    return _TOTAL.fullmatch(path) is not None


def part_of(path: str) -> str:
    """The code of the part that a path names (a college, a kind), or `TOTAL`; "" where it names none."""
    return TOTAL if is_total(path) else "".join(path.split(".")[2:3])
