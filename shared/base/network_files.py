"""Where the data of networks lie that come with the product: those to begin with, and the reviews that they printed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NETWORKS = Path(__file__).parents[2] / "deploy" / "networks"
"""One file for each network to begin with (`bretagne.yaml`); README.md there says what stands in it"""
REVIEWS = NETWORKS / "reviews"
"""One folder for each review that a network printed before it had a log, by the name that it has in events"""
FOLDERS: list[Path] = [REVIEWS]
_found: dict[str, Path] = {}


def printed_reviews() -> tuple[str, ...]:
    """The names of the printed reviews that can be recounted."""
    if not _found:
        _found.update((one.parent.name, one.parent) for folder in FOLDERS for one in folder.glob("*/review.yaml"))
    return tuple(sorted(_found))


def folder_of(review: str) -> Path:
    """Where a printed review lies. Raises KeyError for one that there is not."""
    if review not in printed_reviews():
        raise KeyError(review)
    return _found[review]


@contextmanager
def beside(folder: Path) -> Iterator[None]:
    """The printed reviews of another folder, too, for as long: how one is looked at before it is released."""
    FOLDERS.append(folder)
    _found.clear()
    try:
        yield
    finally:
        FOLDERS.remove(folder)
        _found.clear()
