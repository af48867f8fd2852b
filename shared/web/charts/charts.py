"""Charts made by the server: values on the marks, no script, text that keeps its size on a phone.

Not measured (None) is not zero: no mark, but the words. A label in `partial` is an incomplete year:
hatched, outlined in dashes, its note ("au 31/10") under it, and no line joins it to full years. Each
function gives the picture and, where one is needed, its key; the same figures as a table are the page's duty
(`m.chart`).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

from markupsafe import Markup

from shared.base.translations import L, Lang, colon, translated
from shared.web.charts.department_map import department_map
from shared.web.charts.home_pattern import cloth
from shared.web.charts.svg import Items, hatched, legend, picture, said, tag, text, unmeasured
from shared.web.formatting import number

__all__ = ["bars", "cloth", "department_map", "line", "shares", "stacked_bars"]

NO_NOTES: Mapping[str, str] = {}
HIGH = 143
"""Height of the tallest bar of `bars` and `line`, in pixels"""
FOOT = 170
STACK_HIGH, STACK_FOOT = 228, 250
ON = {"c1": "on", "c2": "on on-2", "c3": "on", "c4": "on", "c5": "on", "c6": "on"}


def bars(items: Items, *, title: str, partial: Mapping[str, str] = NO_NOTES, lang: Lang = "fr") -> Markup:
    """One upright bar a label, from zero. `partial`: label → note."""
    rows = list(items)
    top, slot = _top(value for _, value in rows), 100 / max(len(rows), 1)
    marks: list[Markup] = []
    for at, (label, value) in enumerate(rows):
        x, width, middle = _slot(at, slot, 0.65)
        if value is None:
            marks += unmeasured(middle, FOOT, lang)
        else:
            high = round(value / top * HIGH, 1)
            y = round(FOOT - high, 1)
            marks.append(tag("rect", class_="c1", x=x, y=y, width=width, height=high))
            if label in partial:
                marks += hatched(x, y, width, high)
            marks.append(text(middle, y - 8, number(value, lang), "strong"))
        marks += _under(label, middle, FOOT, partial)
    drawn = picture(said(title, rows, partial, lang), FOOT + 40, [*marks, _axis(FOOT)])
    shown = any(label in partial and value is not None for label, value in rows)
    return drawn + (legend([], lang, partial=True) if shown else Markup())


def stacked_bars(
    columns: Sequence[tuple[str, Sequence[float | None]]],
    series: Sequence[str],
    *,
    title: str,
    partial: Mapping[str, str] = NO_NOTES,
    lang: Lang = "fr",
) -> Markup:
    """One bar a column, a part a series from the foot up, its total on top.

    `columns` are (label, a value for each of `series`). Three series are told apart by lightness; up to six
    have a colour. A column of which a part was not measured has no total. Raises ValueError over six series.
    """
    if len(series) > len(ON):
        raise ValueError(f"{len(series)} series; at most {len(ON)} are told apart, draw several charts")
    top = _top(sum(value or 0 for value in values) for _, values in columns)
    slot, marks = 100 / max(len(columns), 1), list[Markup]()
    for at, (label, values) in enumerate(columns):
        x, width, middle = _slot(at, slot, 0.63)
        y = float(STACK_FOOT)
        for cls, value in zip(ON, values, strict=False):
            high = round((value or 0) / top * STACK_HIGH, 1)
            if not value:
                continue
            y = round(y - high, 1)
            part = max(high - 1.5, 0.5)
            marks.append(tag("rect", class_=cls, x=x, y=y, width=width, height=part))
            if label in partial:
                marks += hatched(x, y, width, part, outline=False)
            elif high >= 24:
                marks.append(text(middle, y + high / 2 + 4.5, number(value, lang), ON[cls]))
        if label in partial and y < STACK_FOOT:
            marks.append(tag("rect", class_="partial", x=x, y=y, width=width, height=STACK_FOOT - y))
        if all(value is None for value in values):
            marks += unmeasured(middle, STACK_FOOT, lang)
        else:
            whole = all(value is not None for value in values)
            total = number(sum(value or 0 for value in values), lang)
            marks.append(text(middle, y - 8, total if whole else f"≥ {total}", "strong"))
        marks += _under(label, middle, STACK_FOOT, partial)
    totals = [(label, None if None in values else sum(v or 0 for v in values)) for label, values in columns]
    drawn = picture(said(title, totals, partial, lang), STACK_FOOT + 40, [*marks, _axis(STACK_FOOT)])
    shown = any(label in partial for label, _ in columns)
    return drawn + legend(zip(ON, series, strict=False), lang, partial=shown)


def line(points: Items, *, title: str, partial: Mapping[str, str] = NO_NOTES, lang: Lang = "fr") -> Markup:
    """Points joined in order; the line stops at what was not measured and at an incomplete year."""
    rows = list(points)
    top, slot = _top(value for _, value in rows), 100 / max(len(rows), 1)
    lines: list[Markup] = [_axis(FOOT)]
    dots: list[Markup] = []
    before: tuple[str, float] | None = None
    for at, (label, value) in enumerate(rows):
        _, _, middle = _slot(at, slot, 1)
        if value is None:
            dots += unmeasured(middle, FOOT, lang)
            before = None
        else:
            y = round(FOOT - value / top * (HIGH - 20), 1)
            if before and label not in partial:
                lines.append(tag("line", class_="line", x1=before[0], y1=before[1], x2=middle, y2=y))
            cls = "dot partial" if label in partial else "dot"
            dots.append(tag("circle", class_=cls, cx=middle, cy=y, r=6))
            dots.append(text(middle, y - 13, number(value, lang), "strong"))
            before = None if label in partial else (middle, y)
        dots += _under(label, middle, FOOT, partial)
    return picture(said(title, rows, partial, lang), FOOT + 40, lines + dots)


def shares(items: Items, *, title: str, written: Callable[[float], str] | None = None, lang: Lang = "fr") -> Markup:
    """Level bars, label above and value at the end, the longest first if so given.

    `written` writes a value ("64 %"); without it the number is written as it is.
    """
    rows = list(items)
    write = written or (lambda value: number(value, lang))
    top, marks = _top(value for _, value in rows), list[Markup]()
    none = translated(L("non mesuré"), lang)
    for at, (label, value) in enumerate(rows):
        y = at * 46
        marks.append(text("0", y + 13, label, anchor=None))
        if value is None:
            marks.append(text("0", y + 32, none, "soft", None))
            continue
        wide = value / top * 85
        marks.append(tag("rect", class_="c1", x=0, y=y + 20, width=f"{wide:.2f}%", height=14))
        marks.append(tag("text", write(value), class_="strong", x=f"{wide + 1:.2f}%", y=y + 32, dx=4))
    words = ", ".join(f"{label} {none if value is None else write(value)}" for label, value in rows)
    return picture(f"{title}{colon(lang)}{words}." if words else title, max(len(rows), 1) * 46, marks)


def _top(values: Iterable[float | None]) -> float:
    found = [value for value in values if value is not None]
    return max([*found, 0]) or 1


def _slot(at: int, slot: float, filled: float) -> tuple[str, str, str]:
    """Left edge, width and middle of the bar number `at`, in %."""
    middle = (at + 0.5) * slot
    return f"{middle - slot * filled / 2:.2f}%", f"{slot * filled:.2f}%", f"{middle:.2f}%"


def _under(label: str, middle: str, foot: float, partial: Mapping[str, str]) -> list[Markup]:
    marks = [text(middle, foot + 19, label)]
    if label in partial:
        marks.append(text(middle, foot + 36, partial[label], "soft"))
    return marks


def _axis(y: float) -> Markup:
    return tag("line", class_="axis", x1=0, x2="100%", y1=y, y2=y)
