"""Records that may be of one structure: by name and place, or by an official number. Pure.
from shared.contract.directory.structure_facts import NUMBERS

Names are compared word by word, each word weighing as much as it is rare: what two names share, divided by all that
either has. "Kynarou" and "Kynarou France" share what counts, "Association inventée 0001" and "… 0002" do not. Words are
like each other within a typing error; figures only where they are the same. Only records with a rare word, an acronym,
a number or the skeleton of a name in common are compared at all, so 20,000 lines against 100,000 records take seconds.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import log
from typing import Any, Literal

from rapidfuzz.distance import OSA

from services.directory.search.inverted_index import words_of
from shared.contract.directory.structure_facts import NUMBERS

Reason = Literal["identifier", "name", "acronym", "alike"]
LIKELY = 0.6  # of 1; below, a pair is not shown
ELSEWHERE = 0.15  # less, where both say their department and it is not the same
RARE = 3  # names that have a word, up to which the word says who it is
CROWD = 60  # records that share a word (or a pair of words) up to which they are compared
ENOUGH = 5  # likely records shown for one line of an import
EMPTY_WORDS = frozenset({
    "a", "au", "aux", "d", "de", "des", "du", "en", "et", "l", "la", "le", "les", "lez", "par", "pour", "sur", "the",
    "of", "and", "for", "association", "associations", "asso", "ass",
})  # fmt: skip
_bracketed = re.compile(r"\(([^()]{2,15})\)|\s[-–—]\s*([^\s()]{2,15})(?=\s|$)")


@dataclass(frozen=True)
class Named:
    """What is compared of a record. `numbers`: its official ones, with those of before."""

    key: str
    name: str
    acronym: str | None = None
    department: str | None = None
    commune: str | None = None
    numbers: tuple[str, ...] = ()

    @cached_property
    def words(self) -> frozenset[str]:
        return frozenset(words_of(self.name)) - EMPTY_WORDS or frozenset(words_of(self.name))

    @cached_property
    def acronyms(self) -> frozenset[str]:
        """Its acronym, and what a name gives as one: "Collectif … (Casir)", "Collectif … - Casir"."""
        given = [self.acronym or "", *(one or other for one, other in _bracketed.findall(self.name))]
        return frozenset("".join(words_of(one)) for one in given if one) - {""}

    @cached_property
    def skeleton(self) -> str:
        """The consonants of the name: "kynarou" and "kynaru" have the same."""
        bare = re.sub(r"[aeiouy]", "", "".join(sorted(self.words)))
        return re.sub(r"(.)\1+", r"\1", bare)


@dataclass(frozen=True)
class Likely:
    """A record that may be the same: how like (0 to 1), and what says so."""

    key: str
    likeness: float
    reason: Reason


@dataclass(frozen=True)
class Pair:
    first: str
    second: str
    likeness: float
    reason: Reason


def named(document: Mapping[str, Any]) -> Named:
    """What is compared of a document of the view of structures."""
    numbers = [document[name] for name in NUMBERS if document.get(name)]
    numbers += [one["number"] for one in document.get("former", ())]
    return Named(
        document["key"],
        document["name"],
        document.get("acronym"),
        document.get("department"),
        document.get("commune"),
        tuple(numbers),
    )


class Likeness:
    """Records to compare with, and with each other."""

    def __init__(self, records: Iterable[Named]) -> None:
        self.halted = False  # set by whoever wants the pairs no more, while another thread looks for them
        self._records = {one.key: one for one in records}
        self._count = Counter(word for one in self._records.values() for word in one.words)
        self._total = max(1000, len(self._records))  # in a small directory no word is common yet
        self._blocks: dict[str, list[str]] = defaultdict(list)
        for one in self._records.values():
            for block in self._blocks_of(one):
                self._blocks[block].append(one.key)

    def name(self, key: str) -> str:
        """The name of a record; nothing for one that is not among them."""
        found = self._records.get(key)
        return found.name if found else ""

    def like(self, one: Named, *, but: frozenset[str] = frozenset()) -> list[Likely]:
        """The records that may be the same structure as `one`, most alike first; never itself, nor those of `but`."""
        candidates: set[str] = set()
        for block in self._blocks_of(one):
            members = self._blocks.get(block, ())
            if len(members) <= CROWD:
                candidates.update(members)
        found = [
            Likely(key, likeness, reason)
            for key in candidates - but - {one.key}
            for likeness, reason in [self.compare(one, self._records[key])]
            if likeness >= LIKELY
        ]
        return sorted(found, key=lambda likely: (-likely.likeness, likely.key))[:ENOUGH]

    def pairs(self, apart: Iterable[frozenset[str]] = ()) -> list[Pair]:
        """All likely pairs, most alike first, but those that were told `apart`."""
        told = set(apart)
        seen: set[tuple[str, str]] = set()
        found: list[Pair] = []
        for members in self._blocks.values():
            if self.halted:
                break
            if 1 < len(members) <= CROWD:
                for first, second in _each_two(members):
                    if (first, second) in seen:
                        continue
                    seen.add((first, second))
                    if told and frozenset((first, second)) in told:
                        continue
                    likeness, reason = self.compare(self._records[first], self._records[second])
                    if likeness >= LIKELY:
                        found.append(Pair(first, second, likeness, reason))
        return sorted(found, key=lambda pair: (-pair.likeness, pair.first, pair.second))

    def compare(self, one: Named, other: Named) -> tuple[float, Reason]:
        """How like two records are, from 0 to 1, and what says so most."""
        if one.numbers and not set(one.numbers).isdisjoint(other.numbers):
            return 1.0, "identifier"
        place = ELSEWHERE if one.department and other.department and one.department != other.department else 0.0
        if one.words == other.words:
            return round(1.0 - place, 3), "name"
        shared, all_ = self._shared(one.words, other.words)
        alike = shared / all_ if all_ else 0.0
        best: tuple[float, Reason] = (alike, "alike")
        for short, long in ((one, other), (other, one)):
            if short.words & long.acronyms and short.words <= long.words | long.acronyms:
                best = max(best, (0.9 if len(short.words) == 1 else 0.85, "acronym"))
            elif short.words < long.words and alike >= 0.4 and any(self._count[w] <= RARE for w in short.words):
                best = max(best, ((1 + alike) / 2, "name"))  # "Kynarou" and "Kynarou France"
        return round(max(0.0, best[0] - place), 3), best[1]

    def _shared(self, one: frozenset[str], other: frozenset[str]) -> tuple[float, float]:
        """The weight of the words that two names share, and of all their words."""
        both = one & other
        shared = sum(map(self._weight, both))
        left, right = sorted(one - both), set(other - both)
        total = shared + sum(map(self._weight, left)) + sum(map(self._weight, right))
        for word in left:
            like = _mistyped(word, right)
            if like is not None:
                right.discard(like)
                weight = min(self._weight(word), self._weight(like))
                shared, total = shared + 0.9 * weight, total - weight
        return shared, total

    def _weight(self, word: str) -> float:
        return log(1 + self._total / (1 + self._count.get(word, 0)))

    def _blocks_of(self, one: Named) -> Iterator[str]:
        """Under which headings a record is looked for."""
        words = sorted(one.words, key=lambda word: (self._count.get(word, 0), word))
        for word in words:
            yield f"w {word}"
        for n, word in enumerate(words[:4]):
            for other in words[n + 1 : 4]:
                yield f"p {' '.join(sorted((word, other)))}"
        for acronym in one.acronyms:
            yield f"w {acronym}"
        for number in one.numbers:
            yield f"n {number}"
        if len(one.skeleton) > 2:
            yield f"s {one.skeleton}"


def _each_two(members: Sequence[str]) -> Iterator[tuple[str, str]]:
    for n, first in enumerate(members):
        for second in members[n + 1 :]:
            if first != second:
                yield (first, second) if first < second else (second, first)


def _mistyped(word: str, others: Iterable[str]) -> str | None:
    """The word of `others` that is this one but for a typing error; figures are never mistyped."""
    if len(word) < 5 or any(c.isdigit() for c in word):
        return None
    allowed = 1 if len(word) < 9 else 2
    for other in others:
        near = abs(len(other) - len(word)) <= allowed and OSA.distance(word, other, score_cutoff=allowed) <= allowed
        if near and not any(c.isdigit() for c in other):
            return other
    return None
