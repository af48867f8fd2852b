"""The review that a network printed before there was a log: its figures, and what recounts each.

Of each, `review.yaml` is the review as published; it never changes. `paths.yaml` says what each of its leaves is, and
what recounts it; `page.yaml` what its page shows. It is that of the network which says so, and of no other
(deploy/networks/README.md).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from services.observatory.indicators import INDICATORS, Counts
from services.observatory.network.printed_layout import Group, Layout, Paths, WrongReview, loaded, read, text_of
from shared.base.network_files import folder_of
from shared.base.translations import Text
from shared.geo import DEPARTMENTS


@dataclass(frozen=True, slots=True)
class Figure:
    """One leaf that counts or measures. `published`: what was printed, None where it was not measured; a list counts
    by its entries. `counted`: the path that the indicator counts it under. `until`: the day it speaks of, where that is
    not the day asked for."""

    path: str
    counted: str
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
    """The review: its name, its closing date, its figures in their order, its other leaves with their reason, what
    stands on its page."""

    name: str
    as_of: date
    title: Text
    figures: tuple[Figure, ...]
    others: Mapping[str, Text]
    source: Mapping[str, Any]
    page: Layout

    def figure(self, path: str) -> Figure | None:
        """The figure of a path of its indicator."""
        return next((figure for figure in self.figures if figure.counted == path), None)


def published(name: str) -> Published:
    """A review as published, with what its leaves are. Raises KeyError for a review that there is not, WrongReview for
    one whose files do not hold together."""
    return _published(folder_of(name))


@cache
def _published(folder: Path) -> Published:
    source, said = loaded(folder / "review.yaml"), read(folder / "paths.yaml", Paths)
    page = read(folder / "page.yaml", Layout)
    figures = tuple(figure for group in said.figures for figure in _figures(group, source, folder.name))
    paths = [figure.path for figure in figures]
    twice = sorted({path for path in paths if paths.count(path) > 1})
    if twice:
        raise WrongReview(f"{folder.name}/paths.yaml: {', '.join(twice)}: a figure is said once")
    if wrong := page.wrong(paths):
        raise WrongReview(f"{folder.name}/page.yaml: {'; '.join(wrong)}")
    return Published(
        name=folder.name,
        as_of=said.as_of,
        title=said.title,
        figures=figures,
        others={path: group.reason for group in said.others for path in group.paths},
        source=source,
        page=page,
    )


def _figures(group: Group, source: Any, name: str) -> Iterator[Figure]:
    for path in group.paths:
        last_word = path.rpartition(".")[2]
        try:
            until = date(int(last_word), 12, 31) if group.until == "year" else group.until
            printed = leaf(source, path)
            number = float(len(printed)) if group.listed else _number(printed)
        except (KeyError, IndexError, TypeError, ValueError):
            raise WrongReview(
                f"{name}/paths.yaml: {path}: no such figure stands in review.yaml, or it is none"
            ) from None
        place = DEPARTMENTS[last_word].name if last_word in DEPARTMENTS else last_word
        yield Figure(
            path=path,
            counted=(group.counted or path).replace("{last}", last_word),
            label=text_of(group.label, department=place, year=last_word),
            indicator=group.indicator,
            published=number,
            precision=group.precision,
            first=group.first,
            last=group.last,
            until=until,
            note=group.note,
            doubt=group.doubt,
        )


def _number(printed: Any) -> float | None:
    """A printed figure; a school year by its first year. Raises ValueError, TypeError for what is no figure."""
    if isinstance(printed, str):
        if (found := re.fullmatch(r"(\d{4})-\d{4}", printed)) is None:
            raise ValueError(printed)
        return float(found[1])
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
