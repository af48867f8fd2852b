"""A review as it is read: chapters, lines of figures in words, pictures. Page, PDF, workbook and JSON are made from it.

Pictures draw the figures that stand in the lines and nothing else, so what was left out of a publication is in no
chart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.observatory.charts.drawing import Context, Drawn, drawn, name, plain, term
from services.observatory.charts.drawing import label as worded
from services.observatory.dashboard.dashboard import service_of
from services.observatory.event_table.filtering import Filters
from services.observatory.figures.computed import Leaf, Spec
from services.observatory.figures.period import Period, year_of
from services.observatory.indicators import INDICATORS, Indicator
from services.observatory.indicators.paths import is_total, part_of
from services.observatory.network import NOBODY, Network
from shared.base.services import SERVICES
from shared.base.translations import Lang, Lexicon, Text, said_in
from shared.notions.vocabularies.view import known_lists
from shared.web.formatting import day as written
from shared.web.formatting import number, percent_sign

MINUS = "−"


@dataclass(frozen=True, slots=True)
class Line:
    """A figure in words: what it is, what it speaks of, what it came to, then and now."""

    leaf: Leaf
    label: str
    about: str
    value: str
    before: str
    change: str
    partial: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """The chart of an indicator."""

    indicator: Indicator
    title: str
    drawn: Drawn


@dataclass(frozen=True, slots=True)
class Chapter:
    """What a review says of one service's work. `recalled`: years before the period, for comparison."""

    service: str
    lines: Sequence[Line]
    recalled: Sequence[Line]
    pictures: Sequence[Picture]


@dataclass(frozen=True, slots=True)
class Head:
    """What stands over a review, on whatever it is printed on: the period, the day up to which it is looked at, what
    was known, what it is narrowed to. `upto`: the last event that was known."""

    title: str
    period: Period
    day: date
    known_at: date | None
    upto: int
    filters: Filters

    @property
    def partial(self) -> bool:
        """Whether the period was not over."""
        return self.day < self.period.until


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: the language, the words; and whose figures."""

    lang: Lang
    lexicon: Lexicon
    network: Network = NOBODY

    def L(self, text: Text, /, **values: Any) -> str:
        """A text in the reader's language."""
        return said_in(self.lang, text, **values)


def chapters(leaves: Sequence[Leaf], head: Head, who: Reader) -> list[Chapter]:
    """The chapters of a review, in the order of services; indicators by their rank, figures by their path."""
    by_name: dict[str, list[Leaf]] = {}
    for leaf in leaves:
        by_name.setdefault(leaf.spec.indicator, []).append(leaf)
    found: dict[str, list[str]] = {}
    for indicator in sorted(by_name, key=_rank):
        found.setdefault(_service(by_name[indicator][0].spec), []).append(indicator)
    return [
        _chapter(service, {one: by_name[one] for one in found[service]}, head, who)
        for service in SERVICES
        if service in found
    ]


def _rank(indicator: str) -> tuple[int, bool, str]:
    """Where an indicator stands in its chapter: those of the dashboard's key figures before others of their rank."""
    one = INDICATORS.get(indicator)
    return (999, True, indicator) if one is None else (one.rank, one.key is None, indicator)


def _service(spec: Spec) -> str:
    if spec.indicator in INDICATORS:
        return service_of(INDICATORS[spec.indicator])
    first = spec.path.partition(".")[0]
    return first if first in SERVICES else "observatory"


def _chapter(service: str, by_name: Mapping[str, Sequence[Leaf]], head: Head, who: Reader) -> Chapter:
    lines: list[Line] = []
    recalled: list[Line] = []
    pictures: list[Picture] = []
    for indicator, leaves in by_name.items():
        for leaf in sorted(leaves, key=lambda leaf: _place(leaf)):
            (recalled if leaf.recalled else lines).append(line(leaf, head, who))
        if indicator in INDICATORS and INDICATORS[indicator].chart != "figure":
            pictures += _picture(INDICATORS[indicator], leaves, head, who)
    return Chapter(service, lines, recalled, pictures)


def _place(leaf: Leaf) -> tuple[int, str]:
    """The total before its parts; of years the latest first."""
    return (-(leaf.spec.year or 9999), "" if is_total(leaf.spec.path) else leaf.spec.path)


def _picture(one: Indicator, leaves: Sequence[Leaf], head: Head, who: Reader) -> list[Picture]:
    """The chart of an indicator's figures; none where there are not two marks to compare."""
    if sum(leaf.value is not None for leaf in leaves if not one.by_year or leaf.spec.sort == "year") < 2:
        return []
    answer = {leaf.spec.path: (leaf.value, ()) for leaf in leaves}
    years = [leaf.spec.year for leaf in leaves if leaf.spec.year is not None]
    span = range(min([*years, head.period.since.year]), head.day.year + 1)
    context = Context(head.day, span, who.lang, who.lexicon, head.filters, network=who.network)
    return [Picture(one, who.L(one.title), drawn(one, answer, context))]


def line(leaf: Leaf, head: Head, who: Reader) -> Line:
    spec = leaf.spec
    return Line(
        leaf,
        label(spec, who),
        about(spec, head, who),
        amount(leaf, leaf.value, who),
        "" if leaf.before is None else amount(leaf, leaf.before, who),
        change(leaf, who),
        partial(spec, head),
    )


def partial(spec: Spec, head: Head) -> bool:
    """Whether a figure speaks of a year, or a period, that was not over."""
    if spec.sort == "flow":
        return head.partial
    if spec.sort == "years":
        last = spec.last or spec.first
        return last == spec.day.year and (spec.day.month, spec.day.day) != (12, 31)
    return spec.partial


def label(spec: Spec, who: Reader) -> str:
    """What a figure is called, without the time that it speaks of."""
    one = INDICATORS.get(spec.indicator)
    if one is None:
        return spec.path
    context = Context(spec.day, range(0), who.lang, who.lexicon, network=who.network)
    said = name(one, spec.path, context)
    year = year_of(spec.path)
    title = who.L(one.title)
    if of := term(one, part_of(spec.path), context):
        return f"{plain(title, context)}, {of}"
    if spec.sort == "year" and year is not None:
        part = part_of(spec.path) if one.parts else None
        short = plain(title, context)
        if part is None:
            return title
        if is_total(spec.path):
            return short
        return f"{short}, {_part(part, context)}"
    if spec.first is not None:
        begun = who.L("depuis {year}", year=spec.first)
        said = said.replace(f", {spec.first}-{spec.last}", "").replace(f" {begun}", "")
    return said


def _part(word: str, context: Context) -> str:
    code = f"term.college.{word}"
    has = context.lexicon.has(code)
    return context.lexicon.say(code, context.lang) if has else known_lists().title("college", word, context.lang)


def about(spec: Spec, head: Head, who: Reader) -> str:
    """The time that a figure speaks of: a day, the period, a year, years."""
    day = written(spec.day)
    if spec.sort == "state":
        return who.L("au {day}", context="chapters", day=day)
    short = f"{spec.day:%d/%m}"
    if spec.sort == "flow":
        within = who.L("dans la période")
    else:
        last = spec.year or spec.last or spec.first or spec.day.year
        within = str(last) if spec.first in (None, last) else f"{spec.first}–{last}"
    return within + who.L(", jusqu’au {day}", day=short) if partial(spec, head) else within


def amount(leaf: Leaf, value: float | None, who: Reader) -> str:
    """A figure as it is printed; a year is no number of thousands."""
    one = INDICATORS.get(leaf.spec.indicator)
    if value is None:
        return who.L("non mesuré")
    if one is not None and (one.unit == "year" or (one.counts == "measure" and value > 1900)):
        return str(int(value))
    percent = percent_sign(who.lang) if one is not None and one.unit == "percent" else ""
    return number(value, who.lang, None if value == int(value) else leaf.precision) + percent


def change(leaf: Leaf, who: Reader) -> str:
    if leaf.change is None:
        return ""
    if leaf.change == 0:
        return "="
    sign = "+" if leaf.change > 0 else MINUS
    size = abs(leaf.change)
    return sign + number(size, who.lang, None if size == int(size) else leaf.precision)


def dates(head: Head, who: Reader, made: date) -> list[tuple[str, str]]:
    """What is printed on every review: its period, the day, what was known, when it was made."""
    since, until, day = written(head.period.since), written(head.period.until), written(head.day)
    period = who.L("du {since} au {until}", since=since, until=until)
    if head.partial:
        period += who.L(", incomplète : arrêtée au {day}", day=day)
    known = written(head.known_at or made) + who.L(", jusqu’à l’événement n° {n}", n=number(head.upto, who.lang))
    before = Period(head.period.before.since, head.period.earlier(head.day))
    return [
        (who.L("Période"), period),
        (who.L("État au"), day),
        (who.L("Connu le"), known),
        (who.L("Filtres"), ", ".join(narrowed_to(head.filters, who)) or who.L("aucun")),
        (
            who.L("Comparé à"),
            who.L(
                "du {since} au {until}",
                since=written(before.since),
                until=written(before.until),
            ),
        ),
        (who.L("Établi le"), written(made)),
    ]


def narrowed_to(filters: Filters, who: Reader) -> list[str]:
    """The filters in words."""
    context = Context(date.min, range(0), who.lang, who.lexicon)
    return [
        known_lists().theme(value, who.lang) if name == "theme" else worded(context, value)
        for name, value in filters.chosen().items()
    ]
