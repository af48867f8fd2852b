"""The map of departments: one dye in five steps, a number on each, each a link with a name."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from hashlib import sha256
from itertools import pairwise

from markupsafe import Markup

from shared.base.translations import L, Lang, colon, singular, translated
from shared.geo import DEPARTMENTS
from shared.web.charts.outlines import WIDTH, cut_out
from shared.web.charts.svg import legend, tag, unmeasured_words
from shared.web.formatting import department, number

__all__ = ["department_map", "drawn_departments", "steps_for"]

STEPS = ("q1", "q2", "q3", "q4", "q5")
PARTS = (0.25, 0.55, 0.8, 0.92)


def department_map(
    counts: Mapping[str, int | None],
    href: Callable[[str], str] | None,
    title: str,
    departments: Iterable[str],
    *,
    current: Collection[str] = (),
    steps: Sequence[int] | None = None,
    unit: tuple[str, str] = ("structure", "structures"),
    lang: Lang = "fr",
) -> Markup:
    """A map of `departments` (codes), with its key. Name `shared.geo.MAP_CREDIT` on the page.

    `counts`: code → number; a code that is absent or None was not measured, which is not zero. `href` gives
    the address of a department, None makes a map without links. `current` are the codes that are chosen.
    `steps` are the least numbers of the second to the fifth shade; without it the numbers give them. What has
    no outline (overseas) is said in words under the map.
    """
    cut = cut_out(tuple(departments))
    bounds = steps_for([n for n in counts.values() if n is not None]) if steps is None else list(steps)
    shades = _shades(len(bounds) + 1)
    marks: list[Markup] = []
    # the chosen ones last, so that no neighbour lies over their edge
    for piece in sorted(cut.pieces, key=lambda piece: piece.code in current):
        count = counts.get(piece.code)
        shade = "q0" if count is None else shades[sum(count >= bound for bound in bounds)]
        inside = tag("path", class_=shade, d=piece.path) + _number(count, shade, piece.x, piece.y, lang)
        label = _label(piece.code, count, unit, lang)
        chosen = "true" if piece.code in current else None
        if href is None:
            marks.append(tag("g", inside, role="img", aria_label=label, aria_current=chosen))
        else:
            marks.append(tag("a", inside, href=href(piece.code), aria_current=chosen, aria_label=label))
    name = "map-" + sha256(f"{title}{sorted(counts.items())}".encode()).hexdigest()[:10]
    svg = tag(
        "svg",
        tag("title", title, id=name) + Markup("\n").join(marks),
        viewBox=f"0 0 {WIDTH:g} {cut.height:g}",
        role="group",
        aria_labelledby=name,
    )
    unmeasured = any(counts.get(piece.code) is None for piece in cut.pieces)
    drawn = svg if cut.pieces else Markup()
    return drawn + _key(bounds, shades, unmeasured, lang) + _elsewhere(cut.missing, counts, href, unit, lang)


def drawn_departments(region: Sequence[str], counts: Mapping[str, int | None]) -> Sequence[str]:
    """The departments that a map shows: those of the region; without a region those in which there is something."""
    return region or sorted(code for code, n in counts.items() if n and code in DEPARTMENTS)


def steps_for(numbers: Iterable[int]) -> list[int]:
    """Up to four round numbers that part these into shades; the darkest is for the few that stand out."""
    ordered = sorted(numbers)
    if not ordered:
        return []
    last = len(ordered) - (2 if len(ordered) > 4 else 1)
    bounds: list[int] = []
    for part in PARTS:
        bound = _round(ordered[min(int(len(ordered) * part), last)])
        if bound > (bounds[-1] if bounds else ordered[0]) and bound <= ordered[-1]:
            bounds.append(bound)
    return bounds


def _round(n: int) -> int:
    """The round number at or under n: 129 → 120, 225 → 200, 7 → 7."""
    if n < 10:
        return n
    size: int = 10 ** (len(str(n)) - 2)
    two_digits = n // size
    step = 2 if two_digits < 20 else 5
    return two_digits // step * step * size


def _shades(many: int) -> tuple[str, ...]:
    return {1: ("q3",), 2: ("q2", "q4"), 3: ("q1", "q3", "q5"), 4: ("q1", "q2", "q4", "q5")}.get(many, STEPS)


def _number(count: int | None, shade: str, x: float, y: float, lang: Lang) -> Markup:
    if count is not None:
        return tag("text", number(count, lang), class_=shade, x=x, y=y)
    first, second = unmeasured_words(lang)
    return tag(
        "text",
        tag("tspan", first, x=x, dy="-.5em") + tag("tspan", second, x=x, dy="1em"),
        class_=shade,
        x=x,
        y=y,
    )


def _label(code: str, count: int | None, unit: tuple[str, str], lang: Lang) -> str:
    if count is None:
        words = translated(L("non mesuré"), lang)
    else:
        words = f"{number(count, lang)} {unit[0] if singular(lang, count) else unit[1]}"
    return f"{department(code)}{colon(lang)}{words}"


def _key(bounds: Sequence[int], shades: Sequence[str], unmeasured: bool, lang: Lang) -> Markup:
    entries: list[tuple[str, str]] = []
    if bounds:
        first = number(bounds[0], lang)
        under = translated(L("moins de {n}"), lang, n=first)
        entries.append((shades[0], "0" if bounds[0] == 1 else under))
        for at, (least, after) in enumerate(pairwise(bounds), 1):
            low, high = number(least, lang), number(after - 1, lang)
            span = translated(L("{low} à {high}"), lang, low=low, high=high)
            entries.append((shades[at], low if low == high else span))
        last = number(bounds[-1], lang)
        entries.append((shades[len(bounds)], translated(L("{n} et plus"), lang, n=last)))
    if unmeasured:
        entries.append(("q0", translated(L("non mesuré"), lang)))
    return legend([(f"swatch {shade}", words) for shade, words in entries], lang) if entries else Markup()


def _elsewhere(
    codes: Sequence[str],
    counts: Mapping[str, int | None],
    href: Callable[[str], str] | None,
    unit: tuple[str, str],
    lang: Lang,
) -> Markup:
    if not codes:
        return Markup()
    said = [_label(code, counts.get(code), unit, lang) for code in codes]
    linked = [tag("a", words, href=href(code)) if href else words for code, words in zip(codes, said, strict=True)]
    lead = tag("span", translated(L("Hors de la carte : "), lang))
    return tag("p", lead + Markup(", ").join(linked) + ".", class_="small soft")
