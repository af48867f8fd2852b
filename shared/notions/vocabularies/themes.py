"""What a said theme means: the term of the network's thesaurus that is called so, else the word itself (ADR 71).

Events keep what was said, a word or a code. A word means a term that was ever called so, in any language: a term that
is renamed, or said in another language, is one. macros.sql reads themes in the same way (`themes_named`); a test
compares the two."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from shared.contract import Event
from shared.contract.membership.vocabularies import TermDefined, TermRevised
from shared.kernel.views.projection import folded

THEME = "theme"


@dataclass(frozen=True, slots=True)
class Themes:
    """The names of the thesaurus on a day. `names`: name, folded → the code of the term that it means; empty where the
    network has no thesaurus."""

    names: Mapping[str, str] = field(default_factory=dict)

    def read(self, word: str) -> str:
        """The code of the term that a word means; a word of no term is itself."""
        return self.names.get(folded_theme(word), word) if self.names else word

    def read_all(self, words: Iterable[str]) -> list[str]:
        """The same for several, each term once."""
        return list(dict.fromkeys(map(self.read, words)))

    def words(self, word: str) -> list[str]:
        """By what a theme is found: as it was said, and by all names of its term, folded."""
        code = self.read(word)
        return [word, *(name for name, one in self.names.items() if one == code)]


NO_THEMES = Themes()


def folded_theme(word: str) -> str:
    """A theme as it is compared: without accents and case, and with single spaces."""
    return " ".join(folded(word).split())


def named(said: Iterable[tuple[Event, date]], day: date | None = None) -> Themes:
    """The thesaurus after what was said of it, in the order of its line, each on its day. What was noted under a name
    before a term was called so is of that term too. Of one name that several had, the one counts that had it last by
    that `day` (None: now), else first thereafter; a code means its own term always."""
    best: dict[str, tuple[int, str]] = {}
    codes: dict[str, str] = {}
    for place, (event, on) in enumerate(said, 1):
        if isinstance(event, TermDefined | TermRevised):
            codes[folded_theme(event.code)] = event.code
            so = place if day is None or on <= day else -place
            for name in map(folded_theme, event.titles.values()):
                best[name] = max(best.get(name, (so, event.code)), (so, event.code))
    return Themes({name: code for name, (_, code) in best.items()} | codes)
