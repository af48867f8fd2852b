"""Marks that the charts share: SVG written by the server, sizes in %, every text escaped."""

from collections.abc import Iterable, Mapping
from hashlib import sha256

from markupsafe import Markup, escape

from shared.base.translations import L, Lang, colon, translated
from shared.web.formatting import number

__all__ = ["Items", "hatched", "legend", "picture", "said", "tag", "text", "unmeasured"]

Items = Iterable[tuple[str, float | None]]
"""(label, value); None is "not measured", never drawn as zero"""


def tag(name: str, inside: str | Markup = "", /, **attributes: object) -> Markup:
    """One element; `text_anchor="middle"` is written `text-anchor`, `class_` is `class`, None is left out."""
    written = Markup("").join(
        Markup(' {}="{}"').format(key.rstrip("_").replace("_", "-"), _short(value))
        for key, value in attributes.items()
        if value is not None
    )
    if inside == "" and name in {"rect", "line", "circle", "path"}:
        return Markup("<{}{}/>").format(Markup(name), written)
    return Markup("<{0}{1}>{2}</{0}>").format(Markup(name), written, escape(inside))


def _short(value: object) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def text(x: str, y: float, inside: str, cls: str | None = None, anchor: str | None = "middle") -> Markup:
    """A label whose x is in % and whose y is in pixels."""
    return tag("text", inside, class_=cls, x=x, y=y, text_anchor=anchor)


def picture(title: str, height: float, marks: Iterable[Markup]) -> Markup:
    """The `<svg role="img">` around the marks, `height` pixels high and as wide as its place.

    `title` says the figures to who does not see them.
    """
    inside = Markup("\n").join(marks)
    name = "c-" + sha256(f"{title}{inside}".encode()).hexdigest()[:10]
    return tag("svg", tag("title", title, id=name) + inside, height=height, role="img", aria_labelledby=name)


def hatched(x: str, y: float, width: str, height: float, *, outline: bool = True) -> list[Markup]:
    """What says "provisional": hatching over a mark that is already there, and a dashed outline."""
    marks = [tag("rect", class_="hatch", x=x, y=y, width=width, height=height)]
    if outline:
        marks.append(tag("rect", class_="partial", x=x, y=y, width=width, height=height))
    return marks


def unmeasured(x: str, foot: float, lang: Lang) -> list[Markup]:
    """The two words that stand where a value was not measured; `foot` is the axis in pixels."""
    first, second = unmeasured_words(lang)
    return [text(x, foot - 22, first, "soft"), text(x, foot - 8, second, "soft")]


def unmeasured_words(lang: Lang) -> tuple[str, str]:
    """Those two words: a line each."""
    first, _, second = translated(L("non mesuré"), lang).partition(" ")
    return first, second


def legend(entries: Iterable[tuple[str, str]], lang: Lang, *, partial: bool = False) -> Markup:
    """Swatches with their words: (class, words); `partial` adds the one of an incomplete year."""
    full = {"width": "100%", "height": "100%"}
    swatches = [(tag("rect", class_=cls, **full), words) for cls, words in entries]
    if partial:
        mark = Markup("").join(tag("rect", class_=cls, **full) for cls in ("c1", "hatch", "partial"))
        swatches.append((mark, translated(L("hachuré : année incomplète"), lang)))
    lines = (tag("li", tag("svg", mark, aria_hidden="true") + escape(words)) for mark, words in swatches)
    return tag("ul", Markup("").join(lines), class_="legend", aria_label=translated(L("Légende"), lang))


def said(title: str, items: Items, partial: Mapping[str, str], lang: Lang) -> str:
    """A title that says its figures: "Appuis : 25 en 2013, … ; 2017 : 146 (au 31/10)"."""
    none = translated(L("non mesuré"), lang)
    parts = [
        f"{label} {none if value is None else number(value, lang)}"
        + (f" ({partial[label]})" if label in partial else "")
        for label, value in items
    ]
    return f"{title}{colon(lang)}{', '.join(parts)}." if parts else title
