"""Outlines of departments cut out of the country's map and brought to one size, with a place for a number."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import hypot, inf

from shared.geo import outlines

__all__ = ["WIDTH", "Cut", "Piece", "cut_out"]

Point = tuple[float, float]
Ring = list[Point]

WIDTH = 217.0
"""Units of the view box, whatever the region: the sheet's strokes and letters are made for it"""


@dataclass(frozen=True, slots=True)
class Piece:
    """One department: its path, and the point farthest from its edges, where the number is written."""

    code: str
    path: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Cut:
    """A map of some departments, `WIDTH` × `height` units; `missing` have no outline (overseas).

    `scale`, `x` and `y` lead from the country's map to this one.
    """

    height: float
    pieces: tuple[Piece, ...]
    missing: tuple[str, ...]
    scale: float = 1.0
    x: float = 0.0
    y: float = 0.0

    def place(self, latitude: float, longitude: float) -> Point:
        """The point of this map for degrees of latitude and longitude."""
        east, south = outlines().place(latitude, longitude)
        return round(east * self.scale + self.x, 1), round(south * self.scale + self.y, 1)


@cache
def cut_out(codes: tuple[str, ...]) -> Cut:
    """The map cropped to these departments; kept, since finding the places takes some milliseconds."""
    whole = outlines().paths
    rings = {code: _rings(whole[code]) for code in codes if code in whole}
    missing = tuple(code for code in codes if code not in whole)
    points = [point for some in rings.values() for ring in some for point in ring]
    if not points:
        return Cut(0, (), missing)
    left, right = min(x for x, _ in points), max(x for x, _ in points)
    top, bottom = min(y for _, y in points), max(y for _, y in points)
    margin = 1.0
    # a tall region or a single department must not become a wall: at most 1.1 as high as wide
    scale = min(WIDTH - 2 * margin, 230 * (right - left) / ((bottom - top) or 1)) / ((right - left) or 1)
    shift = (WIDTH - (right - left) * scale) / 2
    pieces = []
    for code, some in rings.items():
        moved = [[((x - left) * scale + shift, (y - top) * scale + margin) for x, y in ring] for ring in some]
        x, y = _inside(max(moved, key=_area))
        pieces.append(Piece(code, "".join(_path(ring) for ring in moved), x, y))
    height = round((bottom - top) * scale + 2 * margin, 1)
    return Cut(height, tuple(pieces), missing, scale, shift - left * scale, margin - top * scale)


def _rings(path: str) -> list[Ring]:
    """The closed lines of a path made of m, l, h, v and z, absolute or relative (SVG 1.1, 8.3)."""
    rings: list[Ring] = []
    x = y = 0.0
    for letter, rest in re.findall(r"([a-zA-Z])([^a-zA-Z]*)", path):
        numbers = [float(one) for one in re.findall(r"-?\d*\.?\d+(?:e-?\d+)?", rest)]
        relative, kind = letter.islower(), letter.lower()
        if kind == "z":
            x, y = rings[-1][0]
            continue
        pairs = [(n, None) for n in numbers] if kind in "hv" else list(zip(numbers[::2], numbers[1::2], strict=True))
        for at, (a, b) in enumerate(pairs):
            if kind == "v":
                y = y + a if relative else a
            elif kind == "h":
                x = x + a if relative else a
            else:
                assert b is not None
                x, y = (x + a, y + b) if relative else (a, b)
            if kind == "m" and at == 0:
                rings.append([])
            rings[-1].append((x, y))
    return rings


def _path(ring: Ring) -> str:
    """A ring in tenths of a unit, relative, as short as it can be without drifting."""
    tenths = [(round(x * 10), round(y * 10)) for x, y in ring]
    (x, y), steps = tenths[0], []
    for a, b in tenths[1:]:
        if (a, b) != (x, y):
            steps.append(f"{(a - x) / 10:g} {(b - y) / 10:g}")
        x, y = a, b
    return f"M{tenths[0][0] / 10:g} {tenths[0][1] / 10:g}l{' '.join(steps)}z"


def _area(ring: Ring) -> float:
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in _sides(ring))) / 2


def _sides(ring: Ring) -> list[tuple[Point, Point]]:
    return list(zip(ring, [*ring[1:], ring[0]], strict=True))


def _inside(ring: Ring, steps: int = 24) -> Point:
    """Of the points of a grid, the one inside that is farthest from the edges."""
    xs, ys = [x for x, _ in ring], [y for _, y in ring]
    best, at = -inf, (sum(xs) / len(xs), sum(ys) / len(ys))
    sides = _sides(ring)
    for column in range(1, steps):
        for row in range(1, steps):
            x = min(xs) + (max(xs) - min(xs)) * column / steps
            y = min(ys) + (max(ys) - min(ys)) * row / steps
            if not _within(x, y, sides):
                continue
            room = min(_distance(x, y, a, b) for a, b in sides)
            if room > best:
                best, at = room, (x, y)
    return round(at[0], 1), round(at[1], 1)


def _within(x: float, y: float, sides: Sequence[tuple[Point, Point]]) -> bool:
    return (
        sum((a[1] > y) != (b[1] > y) and x < (b[0] - a[0]) * (y - a[1]) / (b[1] - a[1]) + a[0] for a, b in sides) % 2
        == 1
    )


def _distance(x: float, y: float, a: Point, b: Point) -> float:
    (ax, ay), (bx, by) = a, b
    long = (bx - ax) ** 2 + (by - ay) ** 2
    t = max(0.0, min(1.0, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / long)) if long else 0.0
    return hypot(x - ax - t * (bx - ax), y - ay - t * (by - ay))
