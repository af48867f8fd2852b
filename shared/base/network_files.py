"""Where the data of networks lie that come with the product: those to begin with, and the reviews that they printed."""

from __future__ import annotations

from functools import cache
from pathlib import Path

NETWORKS = Path(__file__).parents[2] / "deploy" / "networks"
"""One file for each network to begin with (`bretagne.yaml`); README.md there says what stands in it"""
REVIEWS = NETWORKS / "reviews"
"""One folder for each review that a network printed before it had a log, by the name that it has in events"""


@cache
def printed_reviews() -> tuple[str, ...]:
    """The names of the printed reviews that can be recounted."""
    return tuple(sorted(one.parent.name for one in REVIEWS.glob("*/review.yaml")))
