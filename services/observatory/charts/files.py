"""A chart as a file of its own: the marks that the page draws (shared/web/charts/charts.py, maps.py), on a sheet with a
title and a foot, as SVG without a style sheet, or as PNG drawn by Pillow. Colours are those of the style sheet, by
daylight.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from io import BytesIO
from itertools import pairwise
from typing import Literal
from xml.etree import ElementTree

from markupsafe import Markup
from PIL import Image, ImageDraw, ImageFont, PngImagePlugin

from shared.web.charts.svg import tag
from shared.web.static_files import STATIC

WIDE, MARGIN, HEAD, FOOT, LEGEND = 960.0, 40.0, 96.0, 44.0, 28.0
MAP_WIDE = 620.0
FINE = 4  # pixels drawn for one unit; half of them are kept, so that edges are smooth
FONTS = ("DejaVuSans", "LiberationSans-Regular", "NotoSans-Regular", "Arial")
BOLD = ("DejaVuSans-Bold", "LiberationSans-Bold", "NotoSans-Bold", "Arial_Bold")
Point = tuple[float, float]


class NoFont(Exception):
    """The machine has no font to write a picture with."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One mark, in units of the sheet. `points`: the corners of a rectangle or line, the middle of a circle, where a
    text stands, the rings of a shape."""

    kind: Literal["rect", "line", "circle", "text", "shape"]
    classes: frozenset[str]
    points: tuple[tuple[Point, ...], ...]
    size: float = 0
    text: str = ""
    anchor: str = "start"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A chart on its sheet."""

    title: str
    height: float
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Look:
    """How a mark is drawn."""

    fill: str | None
    stroke: str | None = None
    width: float = 1.0
    dashed: bool = False
    hatched: bool = False
    bold: bool = False


@cache
def colours() -> dict[str, str]:
    """The names of the style sheet's colours → their daylight value."""
    sheet = (STATIC / "maillage.css").read_text(encoding="utf-8")
    found = dict(re.findall(r"--([\w-]+): light-dark\((#\w+),", sheet))
    return {**found, "c4": found["vert"], "c5": found["violet"], "c6": found["edge"], "q0": found["ground"]}


def look(mark: Mark) -> Look:
    """The style sheet's rules for charts, for what is on a sheet."""
    names, c = mark.classes, colours()
    dye = next((c[name] for name in sorted(names) if re.fullmatch(r"[cq][0-6]", name)), None)
    if mark.kind == "text":
        light = ("on" in names and "on-2" not in names) or bool(names & {"q4", "q5"})
        fill = c["on-dye"] if light else c["ink-soft"] if names & {"soft", "q0"} else c["ink"]
        return Look(fill, bold=bool(names & {"strong", "title"} or (dye and "q0" not in names)))
    if "hatch" in names:
        return Look(None, hatched=True)
    if "dot" in names:
        return Look(c["ground"], c["ink"], 1.5) if "partial" in names else Look(c["violet"], c["ground"], 2)
    if "partial" in names:
        return Look(None, c["ink"], 1.5, dashed=True)
    if mark.kind == "line":
        return Look(None, c["violet"], 2.5) if "line" in names else Look(None, c["edge"])
    return Look(dye, c["edge"] if names & {"swatch"} or mark.kind == "shape" else None)


def sheet(title: str, sub: str, foot: str, chart: Markup) -> Sheet:
    """The sheet of a chart as the page shows it: its drawing, and its key if it has one."""
    parts = ElementTree.fromstring(f"<div>{chart}</div>")
    drawing = parts.find("svg")
    if drawing is None:
        raise ValueError("no chart to put on a sheet")
    box = drawing.get("viewBox")
    if box:
        scale = MAP_WIDE / float(box.split()[2])
        high, left, wide = float(box.split()[3]) * scale, (WIDE - MAP_WIDE) / 2, MAP_WIDE
    else:
        scale, high, left, wide = 1.0, float(drawing.get("height", "0")), MARGIN, WIDE - 2 * MARGIN
    marks = [
        Mark("text", frozenset({"title"}), (((MARGIN, 44.0),),), 24, title),
        Mark("text", frozenset({"soft"}), (((MARGIN, 70.0),),), 14, sub),
        *_marks(drawing, left, HEAD, wide, scale),
    ]
    y = HEAD + high + 8
    for line in _key(parts.find("ul"), y):
        marks.append(line)
        y = max(y, line.points[0][0][1] + 8)
    y += FOOT
    marks.append(Mark("text", frozenset({"soft"}), (((MARGIN, y - 16),),), 12, foot))
    return Sheet(title, y, tuple(marks))


def _marks(drawing: ElementTree.Element, left: float, top: float, wide: float, scale: float) -> Iterator[Mark]:
    for one in drawing.iter():
        names = frozenset((one.get("class") or "").split())

        def at(x: str, y: str, one: ElementTree.Element = one) -> Point:
            found = one.get(x, "0")
            across = float(found[:-1]) * wide / 100 if found.endswith("%") else float(found) * scale
            return left + across, top + float(one.get(y, "0").removesuffix("px")) * scale

        if one.tag == "rect":
            x, y = at("x", "y")
            w, h = at("width", "height")
            yield Mark("rect", names, (((x, y), (x + w - left, y + h - top)),))
        elif one.tag == "line":
            yield Mark("line", names, ((at("x1", "y1"), at("x2", "y2")),))
        elif one.tag == "circle":
            yield Mark("circle", names, ((at("cx", "cy"),),), float(one.get("r", "0")))
        elif one.tag == "path":
            yield Mark("shape", names, tuple(_rings(one.get("d", ""), left, top, scale)))
        elif one.tag == "text":
            yield _written(one, names, at("x", "y"), scale)


def _written(one: ElementTree.Element, names: frozenset[str], place: Point, scale: float) -> Mark:
    words = " ".join(part.strip() for part in one.itertext() if part.strip())
    x, y = place[0] + float(one.get("dx", "0")), place[1]
    if scale != 1:  # the map writes in units of its own, around the middle of the letters
        size = (4.0 if "q0" in names else 5.0) * scale
        return Mark("text", names, (((x, y + size * 0.36),),), size, words, "middle")
    size = 14.0 if "strong" in names else 12.0 if "soft" in names else 13.0
    return Mark("text", names, (((x, y),),), size, words, one.get("text-anchor", "start"))


def _rings(path: str, left: float, top: float, scale: float) -> Iterator[tuple[Point, ...]]:
    """The rings of an outline as shared/web/charts/outlines.py writes them: M, then relative steps."""
    for start, steps in re.findall(r"M([^lMz]+)l?([^Mz]*)z", path):
        x, y = (float(n) for n in start.split())
        ring = [(x, y)]
        numbers = [float(n) for n in steps.split()]
        for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
            x, y = x + dx, y + dy
            ring.append((x, y))
        yield tuple((left + a * scale, top + b * scale) for a, b in ring)


def _key(legend: ElementTree.Element | None, y: float) -> Iterator[Mark]:
    x = MARGIN
    y += LEGEND - 8
    for item in legend.iter("li") if legend is not None else ():
        words = "".join(item.itertext()).strip()
        wide = 34 + 7.6 * len(words)
        if x + wide > WIDE - MARGIN:
            x, y = MARGIN, y + LEGEND - 4
        for swatch in item.iter("rect"):
            names = frozenset((swatch.get("class") or "").split())
            yield Mark("rect", names, (((x, y - 12), (x + 16, y + 4)),))
        yield Mark("text", frozenset(), (((x + 24, y + 1),),), 13, words)
        x += wide


def svg(on: Sheet) -> str:
    """The sheet as an SVG document that needs nothing else."""
    parts = [tag("title", on.title), tag("rect", width=WIDE, height=on.height, fill=colours()["ground"])]
    for mark in on.marks:
        parts += _drawn(mark, look(mark))
    return tag(
        "svg",
        Markup("\n").join(parts),
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {WIDE:g} {on.height:g}",
        width=WIDE,
        height=on.height,
        role="img",
        font_family="system-ui, 'DejaVu Sans', sans-serif",
    )


def bare(chart: Markup) -> str:
    """A chart as an SVG document of its own, without title and foot, for where these stand in words around it."""
    on = sheet("", "", "", chart)
    top, high = HEAD - 24, on.height - HEAD - FOOT + 36
    marks = [shape for mark in on.marks[2:-1] for shape in _drawn(mark, look(mark))]
    return tag(
        "svg",
        Markup("\n").join(marks),
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 {top:g} {WIDE:g} {high:g}",
        width=WIDE,
        height=high,
        font_family="system-ui, 'DejaVu Sans', sans-serif",
    )


def _drawn(mark: Mark, how: Look) -> list[Markup]:
    paint = {
        "fill": how.fill or "none",
        "stroke": how.stroke,
        "stroke_width": how.width if how.stroke else None,
        "stroke_dasharray": "4 3" if how.dashed else None,
    }
    (x, y), *others = mark.points[0]
    if how.hatched:
        lines = _hatching(mark.points[0])
        return [
            tag("line", x1=a, y1=b, x2=c, y2=d, stroke=colours()["ground"], stroke_width=2) for (a, b), (c, d) in lines
        ]
    if mark.kind == "rect":
        ((right, bottom),) = others
        return [tag("rect", x=x, y=y, width=right - x, height=bottom - y, **paint)]
    if mark.kind == "line":
        ((right, bottom),) = others
        return [tag("line", x1=x, y1=y, x2=right, y2=bottom, **paint)]
    if mark.kind == "circle":
        return [tag("circle", cx=x, cy=y, r=mark.size, **paint)]
    if mark.kind == "shape":
        rings = ("M" + "L".join(f"{a:.1f} {b:.1f}" for a, b in ring) + "z" for ring in mark.points)
        return [tag("path", d="".join(rings), **paint)]
    weight = "600" if how.bold else None
    return [
        tag(
            "text", mark.text, x=x, y=y, font_size=mark.size, font_weight=weight, text_anchor=mark.anchor, fill=how.fill
        )
    ]


def _hatching(corners: Sequence[Point], step: float = 7.0) -> list[tuple[Point, Point]]:
    """Lines that fall from left to right inside a rectangle."""
    (left, top), (right, bottom) = corners
    lines: list[tuple[Point, Point]] = []
    shift = top - right
    while shift < bottom - left:
        x1, x2 = max(left, top - shift), min(right, bottom - shift)
        if x1 < x2:
            lines.append(((x1, x1 + shift), (x2, x2 + shift)))
        shift += step
    return lines


@lru_cache(64)
def _font(size: float, bold: bool) -> ImageFont.FreeTypeFont:
    for name in BOLD if bold else FONTS:
        try:
            return ImageFont.truetype(f"{name}.ttf", round(size * FINE))
        except OSError:
            continue
    raise NoFont


def png(on: Sheet) -> bytes:
    """The sheet as a picture of 1920 pixels. Raises NoFont. Blocks."""
    c = colours()
    picture = Image.new("RGB", (round(WIDE * FINE), round(on.height * FINE)), c["ground"])
    draw = ImageDraw.Draw(picture)
    for mark in on.marks:
        _paint(draw, mark, look(mark))
    small = picture.reduce(2)
    said = PngImagePlugin.PngInfo()
    said.add_itxt("Title", on.title)
    out = BytesIO()
    small.save(out, "PNG", pnginfo=said)
    return out.getvalue()


def _paint(draw: ImageDraw.ImageDraw, mark: Mark, how: Look) -> None:
    rings = [[(x * FINE, y * FINE) for x, y in ring] for ring in mark.points]
    first, wide = rings[0], round(how.width * FINE)
    if how.hatched:
        for (a, b), (x, y) in _hatching(mark.points[0]):
            draw.line([(a * FINE, b * FINE), (x * FINE, y * FINE)], colours()["ground"], 2 * FINE)
    elif how.dashed:
        (left, top), (right, bottom) = first
        corners = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]
        for (x1, y1), (x2, y2) in pairwise(corners):
            _dashes(draw, x1, y1, x2, y2, how.stroke or "", wide)
    elif mark.kind == "rect":
        if first[1][0] > first[0][0] and first[1][1] > first[0][1]:
            draw.rectangle([*first[0], *first[1]], how.fill, how.stroke, wide if how.stroke else 0)
    elif mark.kind == "line":
        draw.line(first, how.stroke, wide)
    elif mark.kind == "circle":
        draw.circle(first[0], mark.size * FINE, how.fill, how.stroke, wide)
    elif mark.kind == "shape":
        for ring in rings:
            draw.polygon(ring, how.fill)
            draw.line([*ring, ring[0]], how.stroke, wide)
    else:
        anchor = {"middle": "ms", "end": "rs"}.get(mark.anchor, "ls")
        draw.text(first[0], mark.text, how.fill, _font(mark.size, how.bold), anchor)


def _dashes(draw: ImageDraw.ImageDraw, x1: float, y1: float, x2: float, y2: float, colour: str, wide: int) -> None:
    length = max(abs(x2 - x1), abs(y2 - y1), 1)
    at = 0.0
    while at < length:
        to = min(at + 4 * FINE, length)
        draw.line(
            [
                (x1 + (x2 - x1) * at / length, y1 + (y2 - y1) * at / length),
                (x1 + (x2 - x1) * to / length, y1 + (y2 - y1) * to / length),
            ],
            colour,
            wide,
        )
        at += 7 * FINE
