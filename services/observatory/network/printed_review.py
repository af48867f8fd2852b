"""The review that a network printed before there was a log: its figures, and what recounts each.

Of each, `review.yaml` is the review as published; it never changes. `paths.yaml` says what each of its leaves is, and
what recounts it. It is that of the network which says so, and of no other (deploy/networks/README.md).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import yaml

from services.observatory.indicators import INDICATORS, Counts
from shared.base.network_files import REVIEWS, printed_reviews
from shared.base.translations import Phrase, Text
from shared.geo import DEPARTMENTS


@dataclass(frozen=True, slots=True)
class Figure:
    """One leaf that counts or measures. `published`: what was printed, None where it was not measured; a list counts
    by its entries. `until`: the day it speaks of, where that is not the day asked for."""

    path: str
    label: Text
    indicator: str
    published: float | None
    precision: int = 0
    first: int | None = None
    last: int | None = None
    until: date | None = None
    note: Text | None = None
    doubt: bool = False

    @property
    def service(self) -> str:
        """The service whose figure it is: the first word of its path."""
        found = self.path.partition(".")[0]
        return "membership" if found == "network_of_networks" else found

    @property
    def rests_on(self) -> Counts:
        return INDICATORS[self.indicator].counts

    def day(self, as_of: date) -> date:
        """The day whose state the figure gives when it is asked for `as_of`."""
        return min(self.until, as_of) if self.until else as_of


@dataclass(frozen=True, slots=True)
class Published:
    """The review: its closing date, its figures in their order, its other leaves with their reason."""

    as_of: date
    title: Text
    figures: tuple[Figure, ...]
    others: Mapping[str, Text]
    source: Mapping[str, Any]

    def figure(self, path: str) -> Figure | None:
        return next((figure for figure in self.figures if figure.path == path), None)


@cache
def published(name: str) -> Published:
    """A review as published, with what its leaves are. Raises KeyError for a review that there is not, or a path that
    it does not have."""
    if name not in printed_reviews():
        raise KeyError(name)
    source, said = (
        yaml.safe_load((REVIEWS / name / file).read_text(encoding="utf-8")) for file in ("review.yaml", "paths.yaml")
    )
    return Published(
        as_of=said["as_of"],
        title=said["title"],
        figures=tuple(figure for group in said["figures"] for figure in _figures(group, source)),
        others={path: group["reason"] for group in said["others"] for path in group["paths"]},
        source=source,
    )


def _figures(group: Mapping[str, Any], source: Any) -> Iterator[Figure]:
    for path in group["paths"]:
        last_word = path.rpartition(".")[2]
        until = group.get("until")
        if until == "year":
            until = date(int(last_word), 12, 31)
        place = DEPARTMENTS[last_word].name if last_word in DEPARTMENTS else last_word
        printed = leaf(source, path)
        yield Figure(
            path=path,
            label=Phrase(group["label"], {"department": place, "year": last_word}),
            indicator=group["indicator"],
            published=float(len(printed)) if group.get("list") else _number(printed),
            precision=group.get("precision", 0),
            first=group.get("first"),
            last=group.get("last"),
            until=until,
            note=group.get("note"),
            doubt=group.get("doubt", False),
        )


def _number(printed: Any) -> float | None:
    """A printed figure; a school year by its first year."""
    if isinstance(printed, str):
        return float(re.fullmatch(r"(\d{4})-\d{4}", printed)[1])  # type: ignore[index]
    return None if printed is None else float(printed)


def leaf(source: Any, path: str) -> Any:
    """What stands at a dotted path; a year is a number there, a place in a list too."""
    found = source
    for word in path.split("."):
        if isinstance(found, list):
            found = found[int(word)]
        else:
            found = found[int(word) if word.isdigit() and int(word) in found else word]
    return found
