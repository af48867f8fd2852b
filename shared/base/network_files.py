"""Where the data of networks lie that come with the product: those to begin with, and the reviews that they printed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import yaml

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


def whose(review: str) -> tuple[str, ...]:
    """What the network is called, and was, that printed a review, as its `review.yaml` says; of none: it says nobody,
    so it is of whoever put it there. Raises KeyError for a review that there is not."""
    return _whose(folder_of(review) / "review.yaml")


@cache
def _whose(path: Path) -> tuple[str, ...]:
    try:
        said = yaml.safe_load(path.read_text(encoding="utf-8"))["network"]
        return tuple(said[name] for name in ("name", "former_name") if said.get(name))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, KeyError, TypeError, AttributeError):
        return ()  # what is wrong with it is said where it is read


def reviews_of(names: Iterable[str]) -> tuple[str, ...]:
    """The printed reviews of a network that has had these names: a network's history is nobody else's to show."""
    called = {name.casefold() for name in names}
    found = ((review, {name.casefold() for name in whose(review)}) for review in printed_reviews())
    return tuple(review for review, of in found if not of or of & called)


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
