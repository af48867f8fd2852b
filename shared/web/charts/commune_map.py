"""A department from nearby: its outline, a point on each commune as large as its number. The table beside it has the
links."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from hashlib import sha256
from math import sqrt
from typing import NamedTuple

from markupsafe import Markup

from shared.base.translations import Lang, colon, singular
from shared.geo import commune
from shared.web.charts.outlines import WIDTH, Cut, cut_out
from shared.web.charts.svg import tag
from shared.web.formatting import department, number

__all__ = ["points_map"]

LARGEST, SMALLEST = 10.0, 1.6  # radius of a point, in units of the view box
NAMED = 6  # points that have their name beside them, at most
LINE = 8.0  # height of a name on a phone, where it is largest
LETTER = 4.0  # width of a letter of it, about


def points_map(
    code: str,
    counts: Mapping[str, int],
    href: Callable[[str], str],
    title: str,
    *,
    current: Collection[str] = (),
    unit: tuple[str, str] = ("structure", "structures"),
    lang: Lang = "fr",
) -> Markup:
    """The department `code` with `counts` (commune's code → number). Empty for one without an outline (overseas). Name
    `shared.geo.MAP_CREDIT` on the page.

    The area of a point is in proportion to its number. A point can be clicked, but no key stops at it: hundreds of
    stops help nobody, and the table says the same in links (WCAG 2.2, 2.5.8 "equivalent").
    """
    cut = cut_out((code,))
    if not cut.pieces:
        return Markup()
    marks = [tag("path", class_="land", d=cut.pieces[0].path)]
    points = _placed(counts, cut)
    for one in points:
        said = f"{one.name}{colon(lang)}{number(one.number, lang)} {unit[0] if singular(lang, one.number) else unit[1]}"
        circle = tag("circle", tag("title", said), cx=one.x, cy=one.y, r=one.radius)
        chosen = "chosen" if one.code in current else None
        marks.append(tag("a", circle, href=href(one.code), tabindex="-1", aria_hidden="true", class_=chosen))
    marks += _names(points, lang)
    name = "points-" + sha256(f"{title}{sorted(counts.items())}".encode()).hexdigest()[:10]
    return tag(
        "svg",
        tag("title", f"{title}{colon(lang)}{department(code)}", id=name) + Markup("\n").join(marks),
        viewBox=f"0 0 {WIDTH:g} {cut.height:g}",
        role="group",
        aria_labelledby=name,
        class_="points",
    )


class _Point(NamedTuple):
    code: str
    name: str
    number: int
    x: float
    y: float
    radius: float


def _placed(counts: Mapping[str, int], cut: Cut) -> list[_Point]:
    """The communes of which a place is known, the largest number first: the small ones are drawn over the large."""
    most = max(counts.values(), default=1)
    found = []
    for code, many in counts.items():
        one = commune(code)
        if one is not None and one.latitude is not None and one.longitude is not None:
            x, y = cut.place(one.latitude, one.longitude)
            found.append(_Point(code, one.name, many, x, y, max(SMALLEST, LARGEST * sqrt(many / most))))
    return sorted(found, key=lambda one: (-one.number, one.name))


def _names(points: Sequence[_Point], lang: Lang) -> list[Markup]:
    """The names of the largest points, where they stand in no other's way."""
    taken: list[tuple[float, float, float, float]] = []
    marks: list[Markup] = []
    for one in points:
        if len(marks) == NAMED:
            break
        said = f"{one.name} {number(one.number, lang)}"
        half = len(said) * LETTER / 2
        middle = min(max(one.x, half + 1), WIDTH - half - 1)
        above = one.y - one.radius - 1.5
        foot = above if above > LINE else one.y + one.radius + LINE
        box = (middle - half, foot - LINE, middle + half, foot + 1)
        if any(box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3] for other in taken):
            continue
        taken.append(box)
        marks.append(tag("text", said, x=middle, y=foot, aria_hidden="true"))
    return marks
