"""The home's cloth: departments are the warp, years the weft. Made from figures, never drawn by hand."""

from collections.abc import Mapping
from math import sqrt

from markupsafe import Markup

from shared.base.translations import L, Lang, translated
from shared.web.charts.svg import hatched, picture, tag

__all__ = ["cloth"]

WEFT = 150
"""Pixels that the years' threads take together"""
GAP_Y, GAP_X, SHADOW_X, SHADOW_Y = 9.0, 1.5, 0.35, 2.5


def cloth(
    departments: Mapping[str, int],
    years: Mapping[int, int | None],
    *,
    current_year: int | None = None,
    lang: Lang = "fr",
) -> Markup:
    """The weave. Warp: a thread a department (in the order given), its width ∝ √structures, so that a big
    one leaves room. Weft: a thread a year, its thickness ∝ members; `current_year` is incomplete, so hatched;
    a year not measured (None) is a dashed thread without thickness. With no structure yet the warp is bare.
    """
    warp = _warp(list(departments.values()))
    weft, height = _weft(years)
    title = _title(departments, years, lang)
    if not any(departments.values()):
        bare = [tag("rect", class_="bare", x=_pc(x), y=1, width=_pc(w), height=211) for x, w in _warp([1] * 13)]
        return picture(title, 213, bare)
    marks: list[Markup] = []
    for year, y, thick in weft:
        marks += _thread("0%", "100%", y, thick, now=year == current_year, measured=years[year] is not None)
    for x, width in warp:
        marks.append(
            tag("rect", class_="gap", x=_pc(x - SHADOW_X), y=0, width=_pc(width + 2 * SHADOW_X), height="100%")
        )
        marks.append(tag("rect", class_="warp", x=_pc(x), y=0, width=_pc(width), height="100%"))
    for row, (year, y, thick) in enumerate(weft):
        if years[year] is None:
            continue
        for column, (x, width) in enumerate(warp):
            if (row + column) % 2:
                continue
            left = warp[column - 1][0] + warp[column - 1][1] if column else 0.0
            right = warp[column + 1][0] if column + 1 < len(warp) else 100.0
            marks.append(
                tag(
                    "rect",
                    class_="gap",
                    x=_pc(x - 0.01),
                    y=y - SHADOW_Y,
                    width=_pc(width + 0.02),
                    height=thick + 2 * SHADOW_Y,
                )
            )
            marks += _thread(_pc(left), _pc(right - left), y, thick, now=year == current_year)
    return picture(title, round(height, 1), marks)


def _warp(counts: list[int]) -> list[tuple[float, float]]:
    """(left, width) of each thread in %."""
    gap = min(GAP_X, 21 / (len(counts) + 1))
    roots = [sqrt(max(count, 0)) for count in counts]
    room = 100 - gap * (len(counts) + 1)
    share = room / (sum(roots) or 1)
    x, threads = gap, []
    for root in roots:
        threads.append((x, root * share))
        x += root * share + gap
    return threads


def _weft(years: Mapping[int, int | None]) -> tuple[list[tuple[int, float, float]], float]:
    """(year, top, thickness) in pixels, and the height of the whole."""
    whole = sum(count or 0 for count in years.values()) or 1
    y, threads = GAP_Y, []
    for year, count in years.items():
        thick = 0.0 if count is None else max(round(count / whole * WEFT, 1), 1.0)
        threads.append((year, round(y, 1), thick))
        y += thick + GAP_Y
    return threads, max(y, 60.0)


def _thread(x: str, width: str, y: float, thick: float, *, now: bool, measured: bool = True) -> list[Markup]:
    if not measured:
        return [tag("line", class_="bare", x1=x, x2=width, y1=y, y2=y)]
    marks = [tag("rect", class_="weft now" if now else "weft", x=x, y=y, width=width, height=thick)]
    return marks + (hatched(x, y, width, thick, outline=False) if now else [])


def _title(departments: Mapping[str, int], years: Mapping[int, int | None], lang: Lang) -> str:
    first, last = (min(years), max(years)) if years else (None, None)
    span = "" if first is None else f" ({first}-{last})" if first != last else f" ({first})"
    return translated(
        L(
            "Tissu du réseau : {departments} fils de chaîne, un par département, larges comme leurs structures ; "
            "{years} fils de trame, un par an{span}, épais comme leurs adhérents."
        ),
        lang,
        departments=len(departments),
        years=len(years),
        span=span,
    )


def _pc(value: float) -> str:
    return f"{value:.2f}%"
