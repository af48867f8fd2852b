"""How figures, dates and places are written in each language, for people: never parse it."""

from datetime import UTC, date, datetime
from functools import cache

from babel.dates import format_date

from shared.base.paris_days import PARIS
from shared.base.translations import NNBSP, SOURCE, L, Lang, locale_of, translated
from shared.geo import DEPARTMENTS, plain
from shared.geo.countries import country_names

__all__ = [
    "NONE", "PARIS", "as_date", "as_moment", "clock", "countries", "country", "day", "decimal_point", "department",
    "language_name", "long_day", "moment", "number", "percent", "percent_sign",
]  # fmt: skip

NONE = "—"
"""What a cell says when there is no value; not measured is not zero"""


def number(n: float | None, lang: Lang = "fr", decimals: int | None = None) -> str:
    """1805 → "1 805" (narrow no-break space) or "1,805"; None → "—". `decimals`: None keeps at most two."""
    if n is None:
        return NONE
    if decimals is None:
        text = f"{n:,.0f}" if float(n).is_integer() else f"{n:,.2f}".rstrip("0").rstrip(".")
    else:
        text = f"{n:,.{decimals}f}"
    thousands, point = _signs(lang)
    if (thousands, point) != (",", "."):
        text = text.translate({ord(","): thousands, ord("."): point})
    return text.replace("-", "−")


@cache
def _signs(lang: str) -> tuple[str, str]:
    """What parts thousands, and what stands before decimals."""
    signs = locale_of(lang).number_symbols["latn"]
    return str(signs["group"]), str(signs["decimal"])


def decimal_point(lang: Lang) -> str:
    """What stands before decimals: a comma in French."""
    return _signs(lang)[1]


def percent_sign(lang: Lang) -> str:
    """ "%" with what stands before it."""
    pattern = str(locale_of(lang).percent_formats[None].pattern)
    return "%" if pattern.endswith("0%") else NNBSP + "%"


def percent(ratio: float | None, lang: Lang = "fr", decimals: int = 1) -> str:
    """0.358 → "35,8 %" (a ratio from 0 to 1, not a percentage); None → "—"."""
    if ratio is None:
        return NONE
    return number(ratio * 100, lang, decimals) + percent_sign(lang)


def as_moment(when: datetime | date | str) -> datetime:
    """A moment in Paris's wall time, from an aware datetime, an ISO 8601 text, or a date (its midnight).

    A naive datetime is taken as UTC. Raises ValueError for a text that is neither.
    """
    if isinstance(when, str):
        when = datetime.fromisoformat(when) if len(when) > 10 else date.fromisoformat(when)
    if not isinstance(when, datetime):
        return datetime(when.year, when.month, when.day, tzinfo=PARIS)
    return (when if when.tzinfo else when.replace(tzinfo=UTC)).astimezone(PARIS)


def as_date(when: date | str) -> date:
    """A calendar date, in Paris's time when a moment is given."""
    return as_moment(when).date()


def day(when: date | str | None) -> str:
    """ "31/10/2017" in both languages; None → "—"."""
    return NONE if when in (None, "") else f"{as_date(when):%d/%m/%Y}"


def clock(when: datetime | str | None) -> str:
    """ "17 h 42", Paris's time, with no-break spaces."""
    if when in (None, ""):
        return NONE
    at = as_moment(when)
    return f"{at.hour}\u00a0h\u00a0{at.minute:02d}"


def moment(when: datetime | str | None, lang: Lang = "fr") -> str:
    """ "31/10/2017 à 17 h 42", Paris's time."""
    if when in (None, ""):
        return NONE
    return translated(L("{day} à {clock}"), lang, day=day(when), clock=clock(when))


def long_day(when: date | str | None, lang: Lang = "fr") -> str:
    """ "mardi 31 octobre 2017", "Tuesday 31 October 2017"; the first of a month is "1er" in French."""
    if when in (None, ""):
        return NONE
    at = as_date(when)
    if lang in (SOURCE, "en"):
        text = format_date(at, "EEEE d MMMM y", locale=locale_of(lang))
        return text.replace(" 1 ", " 1er ", 1) if lang == SOURCE else text
    return format_date(at, "full", locale=locale_of(lang))


@cache
def _territories(lang: str) -> dict[str, str]:
    return dict(country_names(lang))


def country(code: str | None, lang: Lang = "fr") -> str:
    """The name of an ISO 3166-1 alpha-2 code ("BF" → "Burkina Faso"); an unknown code is said as it is."""
    return NONE if not code else _territories(str(lang)).get(code.upper(), code)


def countries(lang: Lang = "fr") -> list[tuple[str, str]]:
    """(code, name) of every country by name, as the choices of a form."""
    return sorted(_territories(str(lang)).items(), key=lambda pair: plain(pair[1]))


def language_name(code: Lang, lang: Lang) -> str:
    """What a language is called in another, inside a sentence: ("en", "fr") → "anglais"; an unknown code as it is."""
    return str(locale_of(lang).languages.get(code, code))


def department(code: str | None) -> str:
    """The name of a department's code ("29" → "Finistère"); an unknown code is said as it is."""
    if not code:
        return NONE
    found = DEPARTMENTS.get(code)
    return found.name if found else code
