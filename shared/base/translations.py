"""Texts: French where they are said, every other language in a catalogue of its own, `shared/locale/<language>.po`.

`L("École")` marks a text, so that `make texts` finds it; `translated(text, lang)` says it in a language. Templates know
the reader's language, so that `{{ L("École") }}` does both. Words that are looked up by code (`kind.association`,
`command.RegisterStructure`, `refused.already-closed`) stand in tables of type `Words`, one a feature, whose texts need
no mark; a `Lexicon` finds them.

Why French is the key, and what that asks: docs/adr/0041-texts-in-catalogues.md. How to translate: docs/texts.md.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from babel import Locale

__all__ = [
    "CATALOGUES", "FIRST", "LOCALE", "NNBSP", "SOURCE", "TERM", "TITLES", "Catalogue", "Catalogues", "L", "Lang",
    "Lexicon", "Phrase", "Spoken", "Text", "Titles", "Words", "among", "colon", "humanised", "languages",
    "locale_of", "plural", "said_in", "singular", "spoken_in", "translated", "typeset",
]  # fmt: skip

T = TypeVar("T")

LOCALE = Path(__file__).parents[1] / "locale"
SOURCE = "fr"
"""The language that texts are written in: no catalogue is needed for it"""

Lang = str
"""A language's code, one of `languages()`"""

BETWEEN = "\x04"
"""Between a context and its text, as gettext writes them"""


NNBSP = "\u202f"
"""Narrow no-break space: French thousands, and before ; ! ? and %"""


@dataclass(frozen=True, slots=True)
class Phrase:
    """A text with the values that it is to be said with."""

    text: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Spoken(Phrase):
    """A text of a network's own data, said there in each language (`titles`, by its code): no catalogue has it. `text`:
    what is said in a language that it lacks."""

    titles: Mapping[Lang, str] = field(default_factory=dict)


Text = str | Phrase
"""What can be translated: French, or French with its values, of which each may be such a text, too"""

Words = Mapping[str, str]
"""code → French"""

TERM = "term."
"""How codes of words begin that name a term of a list of the network: `term.<list>.<code>`"""
Titles = Callable[[str, str, Lang], str | None]
"""(list, code, language) → what the network itself calls a term of one of its lists; None where it said nothing"""


def _nothing_said(vocabulary: str, code: str, lang: Lang) -> str | None:
    return None


TITLES: ContextVar[Titles] = ContextVar("titles", default=_nothing_said)
"""What the network calls its terms, for whatever is said in answer to a request: it lies over the words of the code"""


def _source() -> Lang:
    return SOURCE


FIRST: ContextVar[Callable[[], Lang]] = ContextVar("first", default=_source)
"""The first language of the network that a request is answered for: what its own data lack in a reader's language is
said in it"""


def spoken_in(titles: Mapping[Lang, Any], lang: Lang) -> Lang | None:
    """In which of its languages something is said to a reader of this one: in theirs, else in the network's first, else
    in any. None: in none."""
    return next((one for one in (lang, FIRST.get()(), *titles) if titles.get(one)), None)


def among(titles: Mapping[Lang, T], lang: Lang) -> T | None:
    """What is said to a reader of a language, of what a network's own data say in several."""
    found = spoken_in(titles, lang)
    return None if found is None else titles[found]


def L(text: str, /, *, context: str | None = None) -> str:
    """Marks a text. `context` parts two meanings that French says alike."""
    return text if context is None else f"{context}{BETWEEN}{text}"


_SPACED = re.compile(r"(?<=\S) (?:([;!?])|(:))(?!\S)|(?<=«) | (?=»)")


@lru_cache(8192)
def typeset(text: str) -> str:
    """French text with spaces that do not break before its signs, whatever was typed: no line begins with a `?`.

    >>> typeset("Qui ? « Eau » : rien") == "Qui\u202f? «\u00a0Eau\u00a0»\u00a0: rien"
    True
    """
    return _SPACED.sub(lambda found: f"{NNBSP}{found[1]}" if found[1] else f"\u00a0{found[2] or ''}", text)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """One language: `texts` from French (`context` + "\\x04" + French, where there is one) to its forms, of which a
    text without a plural has one; `form` says which of them a number takes."""

    texts: Mapping[str, tuple[str, ...]]
    form: Callable[[int], int]

    @classmethod
    def read(cls, path: Path) -> "Catalogue":
        """What is translated in a .po file; texts that are marked fuzzy, or empty, are not.

        Raises babel's PoFileError for a file that is none.
        """
        from gettext import c2py

        from babel.messages.pofile import read_po

        with path.open("rb") as file:
            read = read_po(file, locale=path.stem, abort_invalid=True)
        texts: dict[str, tuple[str, ...]] = {}
        for one in read:
            said = one.string if isinstance(one.string, tuple | list) else (one.string,)
            if one.id and not one.fuzzy and all(said):
                name = one.id if isinstance(one.id, str) else one.id[0]
                texts[L(name, context=one.context)] = tuple(str(form) for form in said)
        return cls(MappingProxyType(texts), c2py(read.plural_expr))


class Catalogues:
    """The catalogues of a folder, each read when its language is first asked for."""

    def __init__(self, folder: Path = LOCALE) -> None:
        self._folders = [folder]
        self._read: dict[str, Catalogue] = {}
        self._offered: tuple[Lang, ...] = ()

    @property
    def languages(self) -> tuple[Lang, ...]:
        """Those on offer: French, and each that has a catalogue, by code."""
        if not self._offered:
            found = {path.stem for folder in self._folders for path in folder.glob("*.po")}
            self._offered = (SOURCE, *sorted(found - {SOURCE}))
        return self._offered

    def of(self, lang: str) -> Catalogue | None:
        """The catalogue of a language; None for French, and for one that there is not."""
        found = self._read.get(lang)
        if found is None and lang != SOURCE and lang in self.languages:
            path = next(one for folder in self._folders if (one := folder / f"{lang}.po").exists())
            found = self._read[lang] = Catalogue.read(path)
        return found

    @contextmanager
    def beside(self, folder: Path) -> Iterator[None]:
        """The catalogues of another folder, too, for as long: how a language is looked at before it is released."""
        self._folders.append(folder)
        self._offered = ()
        try:
            yield
        finally:
            self._folders.remove(folder)
            self._offered = ()
            self._read.clear()


CATALOGUES = Catalogues()


def languages() -> tuple[Lang, ...]:
    """The languages on offer, French first."""
    return CATALOGUES.languages


@cache
def locale_of(lang: str) -> "Locale":
    """How the language writes numbers and dates, by CLDR: English as in Great Britain; what CLDR lacks, as French."""
    from babel import Locale, UnknownLocaleError

    try:
        return Locale.parse({"en": "en_GB"}.get(lang, lang), sep="-" if "-" in lang else "_")
    except (UnknownLocaleError, ValueError):
        return Locale("fr")


def translated(text: Text, lang: str, /, **values: object) -> str:
    """The text in a language, with values put in by `str.format`; French where the catalogue lacks it.

    >>> translated(L("{n} structures au registre"), "fr", n=3)
    '3 structures au registre'
    """
    if isinstance(text, Phrase):
        given = {**text.values, **values}
        within = {name: translated(one, lang) if isinstance(one, Phrase) else one for name, one in given.items()}
        if not isinstance(text, Spoken):
            return translated(text.text, lang, **within)
        said = typeset(among(text.titles, lang) or text.text)
        return said.format(**within) if within else said
    catalogue = CATALOGUES.of(lang)
    found = catalogue.texts.get(text) if catalogue else None
    said = found[0] if found else typeset(text.rpartition(BETWEEN)[2])
    return said.format(**values) if values else said


def said_in(lang: str, text: Text, /, *, context: str | None = None, **values: object) -> str:
    """`L` as templates have it: marks a text, and says it in a language.

    A text that is safe (`"…"|safe`) keeps its markup, and its values are escaped.
    """
    if not isinstance(text, str):
        return translated(text, lang, **values)
    plain = str(text)
    made = translated(L(plain, context=context), lang)
    if type(text) is not str:
        made = type(text)(made)
    return made.format(**values) if values else made


def plural(lang: str, n: float, one: str, several: str, /, *, context: str | None = None) -> str:
    """The form of a text that a number takes: in French 0 is singular, in English plural."""
    catalogue = CATALOGUES.of(lang)
    forms = catalogue.texts.get(L(one, context=context)) if catalogue else None
    if catalogue is None or forms is None or len(forms) == 1:
        return typeset(one if abs(n) < 2 else several)
    return forms[min(catalogue.form(int(n) if n == int(n) else 2), len(forms) - 1)]


def singular(lang: str, n: float) -> bool:
    """Whether a number takes the singular: 0 does in French, not in English."""
    catalogue = CATALOGUES.of(lang)
    return abs(n) < 2 if catalogue is None else n == int(n) and catalogue.form(int(n)) == 0


def colon(lang: str) -> str:
    """Between a name and what is said of it."""
    return translated(L("\u00a0: "), lang)


class Lexicon:
    """Tables of words looked up as one; a later table wins over an earlier one.

    >>> Lexicon({"kind.school": "École"}).say("kind.school", "fr")
    'École'
    """

    def __init__(self, *tables: Words) -> None:
        self._words: dict[str, str] = {}
        for table in tables:
            self._words.update(table)

    def has(self, code: str) -> bool:
        """Whether the code has words of its own."""
        return code in self._words or _titled(code, SOURCE) is not None

    def say(self, code: str, lang: Lang, **values: object) -> str:
        """The words of a code, with `values` put in by `str.format`.

        An unknown code, or a value that is missing, never breaks a page: the last part of the code is
        said in plain letters ("field.shortName" → "Short name"), or the sentence with its blanks.
        """
        if (title := _titled(code, lang)) is not None:
            return title
        words = self._words.get(code)
        if words is None:
            return humanised(code)
        sentence = translated(words, lang)
        if not values and "{" not in sentence:
            return sentence
        try:
            return sentence.format(**values)
        except (KeyError, IndexError, ValueError, AttributeError):
            return sentence


def _titled(code: str, lang: Lang) -> str | None:
    if not code.startswith(TERM):
        return None
    vocabulary, _, term = code.removeprefix(TERM).partition(".")
    return TITLES.get()(vocabulary, term, lang)


def humanised(code: str) -> str:
    """The last part of a dotted code as words: "event.MemberJoined" → "Member joined"."""
    last = code.rsplit(".", 1)[-1]
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", last).replace("_", " ").replace("-", " ").strip()
    return apart[:1].upper() + apart[1:].lower() if apart else code
