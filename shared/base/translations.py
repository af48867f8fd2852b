"""Words by code, in French and English: one table a service, one lexicon for looking them up.

Codes are dotted: `kind.association`, `field.name`, `field.name.hint`, `command.RegisterStructure` (a verb,
for the button), `event.StructureRegistered` (a past tense, for the journal), `refused.already-closed`.
Prose that is said once stands in its template as `L("…", "…")`, not here.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Literal

__all__ = ["LANGUAGES", "NNBSP", "L", "Lang", "Lexicon", "Pair", "Words", "translated", "typeset"]

Pair = tuple[str, str]
"""French, English"""
Words = Mapping[str, Pair]
"""code → (French, English)"""

Lang = Literal["fr", "en"]
LANGUAGES: tuple[Lang, ...] = ("fr", "en")


def L(fr: str, en: str) -> Pair:
    """A text in both languages, as templates have it."""
    return fr, en


def translated(text: Pair, lang: str) -> str:
    """The text in a language."""
    return text[1 if lang == "en" else 0]


NNBSP = "\u202f"
"""Narrow no-break space: French thousands, and before ; ! ? and %"""


_SPACED = re.compile(r"(?<=\S) (?:([;!?])|(:))(?!\S)|(?<=«) | (?=»)")


@lru_cache(4096)
def typeset(text: str) -> str:
    """French text with spaces that do not break before its signs, whatever was typed: no line begins with a `?`.

    >>> typeset("Qui ? « Eau » : rien") == "Qui\u202f? «\u00a0Eau\u00a0»\u00a0: rien"
    True
    """
    return _SPACED.sub(lambda found: f"{NNBSP}{found[1]}" if found[1] else f"\u00a0{found[2] or ''}", text)


class Lexicon:
    """Tables of words looked up as one; a later table wins over an earlier one.

    >>> Lexicon({"kind.school": ("École", "School")}).say("kind.school", "fr")
    'École'
    """

    def __init__(self, *tables: Words) -> None:
        self._words: dict[str, tuple[str, str]] = {}
        for table in tables:
            self._words.update({code: (typeset(fr), en) for code, (fr, en) in table.items()})

    def has(self, code: str) -> bool:
        """Whether the code has words of its own."""
        return code in self._words

    def say(self, code: str, lang: Lang | str, **values: object) -> str:
        """The words of a code, with `values` put in by `str.format`.

        An unknown code, or a value that is missing, never breaks a page: the last part of the code is
        said in plain letters ("field.shortName" → "Short name"), or the sentence with its blanks.
        """
        words = self._words.get(code)
        if words is None:
            return humanised(code)
        sentence = words[LANGUAGES.index("en" if lang == "en" else "fr")]
        if not values and "{" not in sentence:
            return sentence
        try:
            return sentence.format(**values)
        except (KeyError, IndexError, ValueError, AttributeError):
            return sentence


def humanised(code: str) -> str:
    """The last part of a dotted code as words: "event.MemberJoined" → "Member joined"."""
    last = code.rsplit(".", 1)[-1]
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", last).replace("_", " ").replace("-", " ").strip()
    return apart[:1].upper() + apart[1:].lower() if apart else code
