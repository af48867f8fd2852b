"""An inverted index in memory: words, facets and orders over numbered documents. Pure; finder.py keeps it current.

Sets of documents are Python integers, one bit a document: `&`, `|` and `bit_count` run at memory speed, so 100,000
structures cost a facet some microseconds. A value that few documents have is a list of their numbers instead, which
takes less room. Words are found whole, by their beginning or by a part; where nothing is, typing errors are forgiven:
candidates share trigrams, and the optimal string alignment distance (rapidfuzz) decides (ADR 12).
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from types import MappingProxyType

from rapidfuzz.distance import OSA

from shared.kernel.views.projection import folded

FEW = 128  # documents of a value up to which it is kept as a list
BLOCK = 1024  # documents of an order that are skipped at once
PART = 4  # letters from which a word is found inside another
ERRORS = ((4, 0), (8, 1), (99, 2))  # typing errors forgiven in a word of less than so many letters
LONGEST = 40  # letters of a word that are looked at
MOST_WORDS = 12  # words of a question that are looked at
Bits = int


@dataclass(frozen=True)
class Entry:
    """A document as the index sees it. `strong`: text that counts more (names); `weak`: the rest; `facets`: field →
    values; `orders`: order → sort key, comparable with those of all documents."""

    key: str
    strong: str
    weak: str
    facets: Mapping[str, Sequence[str]]
    orders: Mapping[str, str]


@dataclass(frozen=True)
class Found:
    """`keys`: one page, in order; `total`: of all that match; `facets`: field → value → number, each field counted as
    if nothing were chosen in it; `forgiven`: word asked → words found instead."""

    keys: list[str]
    total: int
    facets: dict[str, dict[str, int]]
    forgiven: dict[str, list[str]] = field(default_factory=dict)


def words_of(text: str) -> list[str]:
    """Words as they are compared: without accents, case, punctuation."""
    return "".join(c if c.isalnum() else " " for c in folded(text)).split()


class Postings:
    """value → the documents that have it, as a list of numbers while they are few, as bits once they are many."""

    def __init__(self) -> None:
        self._of: dict[str, list[int] | Bits] = {}

    def __iter__(self) -> Iterator[str]:
        return iter(self._of)

    def __contains__(self, value: str) -> bool:
        return value in self._of

    def add(self, value: str, number: int) -> bool:
        """Whether the value is new."""
        found = self._of.get(value)
        if found is None:
            self._of[value] = [number]
            return True
        if isinstance(found, int):
            self._of[value] = found | (1 << number)
        else:
            found.append(number)  # once they are many, the first reader makes bits of them: that is faster to build
        return False

    def remove(self, value: str, number: int) -> bool:
        """Whether the value has gone with it."""
        found = self._of[value]
        if isinstance(found, int):
            found &= ~(1 << number)
            self._of[value] = found
        else:
            found.remove(number)
        if not found:
            del self._of[value]
        return not found

    def union(self, values: Iterable[str]) -> Bits:
        """The documents that have any of the values."""
        few: list[int] = []
        many = 0
        for value in values:
            found = self._settled(value)
            if isinstance(found, int):
                many |= found
            else:
                few += found
        return many | _bits(few)

    def _settled(self, value: str) -> list[int] | Bits:
        found = self._of.get(value, 0)
        if isinstance(found, list) and len(found) > FEW:
            found = self._of[value] = _bits(found)
        return found

    def counts(self, among: Bits, size: int, prefix: str = "") -> dict[str, int]:
        """value → how many of `among` have it, of values that begin with `prefix`; those that none has are left out."""
        octets = among.to_bytes(size // 8 + 1, "little")
        found: dict[str, int] = {}
        for value in self._of:
            if prefix and not value.startswith(prefix):
                continue
            documents = self._settled(value)
            if isinstance(documents, int):
                number = (documents & among).bit_count()
            else:
                number = sum(octets[n >> 3] >> (n & 7) & 1 for n in documents)
            if number:
                found[value] = number
        return found


class Vocabulary:
    """The words of all documents, to be found by their beginning, by a part, or in spite of typing errors."""

    def __init__(self) -> None:
        self._sorted: list[str] = []
        self._new: set[str] = set()  # not sorted in yet: building would take long one by one
        self._by_trigram: dict[str, set[str]] = {}

    def add(self, word: str) -> None:
        self._new.add(word)
        for trigram in _trigrams(word):
            self._by_trigram.setdefault(trigram, set()).add(word)

    def remove(self, word: str) -> None:
        self._settle()
        at = bisect_left(self._sorted, word)
        if at < len(self._sorted) and self._sorted[at] == word:
            del self._sorted[at]
        for trigram in _trigrams(word):
            self._by_trigram[trigram].discard(word)

    def beginning_with(self, start: str) -> list[str]:
        self._settle()
        at = bisect_left(self._sorted, start)
        end = bisect_left(self._sorted, start + "\U0010ffff", at)
        return self._sorted[at:end]

    def containing(self, part: str) -> list[str]:
        sets = [self._by_trigram.get(part[n : n + 3], set()) for n in range(len(part) - 2)]
        smallest = min(sets, key=len, default=set())
        return [word for word in smallest if part in word]

    def like(self, word: str) -> list[str]:
        """Words that are `word` but for a typing error or two, the nearest only."""
        allowed = next(errors for length, errors in ERRORS if len(word) < length)
        if not allowed:
            return []
        shared = Counter(other for trigram in _trigrams(word) for other in self._by_trigram.get(trigram, ()))
        least = len(word) + 2 - 3 * allowed - 2  # an error spoils three trigrams, a swap four
        near = [
            (OSA.distance(word, other, score_cutoff=allowed), other)
            for other, number in shared.items()
            if number >= max(1, least) and abs(len(other) - len(word)) <= allowed
        ]
        best = min((distance for distance, _ in near), default=allowed + 1)
        return sorted(other for distance, other in near if distance == best <= allowed)

    def _settle(self) -> None:
        if len(self._new) > 64:
            self._sorted = sorted({*self._sorted, *self._new})
        else:
            for word in self._new:
                insort(self._sorted, word)
        self._new.clear()


class Order:
    """Documents in one order: sorted blocks of (sort key, number), each with the bits of its documents. A page skips
    the blocks that hold none of what it wants, wherever in the order that stands."""

    def __init__(self) -> None:
        self._blocks: list[list[tuple[str, int]]] = []
        self._bits: list[Bits] = []
        self._new: list[tuple[str, int]] = []
        self._key: dict[int, str] = {}

    def add(self, key: str, number: int) -> None:
        self._key[number] = key
        self._new.append((key, number))

    def remove(self, number: int) -> None:
        self._settle()
        entry = (self._key.pop(number), number)
        at = self._block_of(entry)
        block = self._blocks[at]
        del block[bisect_left(block, entry)]
        self._bits[at] &= ~(1 << number)
        if not block:
            del self._blocks[at], self._bits[at]

    def page(self, among: Bits, size: int, offset: int, limit: int, backwards: bool) -> list[int]:
        """Numbers of `among` in order, from `offset` on."""
        self._settle()
        octets = among.to_bytes(size // 8 + 1, "little")
        found: list[int] = []
        for at in range(len(self._blocks))[:: -1 if backwards else 1]:
            here = (self._bits[at] & among).bit_count()
            if here > offset:
                walk = reversed(self._blocks[at]) if backwards else iter(self._blocks[at])
                hits = (n for _, n in walk if octets[n >> 3] >> (n & 7) & 1)
                found += islice(hits, offset, offset + limit - len(found))
                if len(found) == limit:
                    break
            offset = max(0, offset - here)
        return found

    def _block_of(self, entry: tuple[str, int]) -> int:
        """The block whose last entry is the first that is not before this one."""
        return min(bisect_left(self._blocks, entry, key=lambda block: block[-1]), len(self._blocks) - 1)

    def _settle(self) -> None:
        if len(self._new) > BLOCK // 8 or not self._blocks:
            whole = sorted([*(entry for block in self._blocks for entry in block), *self._new])
            self._blocks = [whole[n : n + BLOCK] for n in range(0, len(whole), BLOCK)]
            self._bits = [_bits([number for _, number in block]) for block in self._blocks]
        else:
            for entry in self._new:
                self._insert(entry)
        self._new.clear()

    def _insert(self, entry: tuple[str, int]) -> None:
        at = self._block_of(entry)
        block = self._blocks[at]
        insort(block, entry)
        self._bits[at] |= 1 << entry[1]
        if len(block) > 2 * BLOCK:
            halves = [block[:BLOCK], block[BLOCK:]]
            self._blocks[at : at + 1] = halves
            self._bits[at : at + 1] = [_bits([number for _, number in half]) for half in halves]


class Index:
    """Documents by words and facets. `put` and `drop` change it, `find` asks it; nothing else is kept of a document."""

    def __init__(self, facets: Sequence[str], orders: Sequence[str]) -> None:
        self._facets = {name: Postings() for name in facets}
        self._orders = {name: Order() for name in orders}
        self._strong, self._all = Postings(), Postings()
        self._words = Vocabulary()
        self._entries: dict[int, tuple[str, frozenset[str], frozenset[str], Mapping[str, Sequence[str]]]] = {}
        self._numbers: dict[str, int] = {}
        self._free: list[int] = []
        self._every: Bits = 0
        self._size = 0

    def __len__(self) -> int:
        return len(self._numbers)

    def __contains__(self, key: str) -> bool:
        return key in self._numbers

    def put(self, entry: Entry) -> None:
        """Takes a document in, or anew."""
        self.drop(entry.key)
        number = self._free.pop() if self._free else self._size
        self._size = max(self._size, number + 1)
        self._numbers[entry.key] = number
        self._every |= 1 << number
        strong = frozenset(word[:LONGEST] for word in words_of(entry.strong))
        every = strong | {word[:LONGEST] for word in words_of(entry.weak)}
        facets = {name: tuple(dict.fromkeys(entry.facets.get(name, ()))) for name in self._facets}
        self._entries[number] = (entry.key, strong, every, facets)
        for word in strong:
            self._strong.add(word, number)
        for word in every:
            if self._all.add(word, number):
                self._words.add(word)
        for name, values in facets.items():
            for value in values:
                self._facets[name].add(value, number)
        for name, order in self._orders.items():
            order.add(entry.orders[name], number)

    def drop(self, key: str) -> None:
        """Lets a document go, if it is there."""
        number = self._numbers.pop(key, None)
        if number is None:
            return
        _, strong, every, facets = self._entries.pop(number)
        self._free.append(number)
        self._every &= ~(1 << number)
        for word in strong:
            self._strong.remove(word, number)
        for word in every:
            if self._all.remove(word, number):
                self._words.remove(word)
        for name, values in facets.items():
            for value in values:
                self._facets[name].remove(value, number)
        for order in self._orders.values():
            order.remove(number)

    def find(
        self,
        text: str = "",
        where: Mapping[str, Sequence[str]] | None = None,
        *,
        order: str,
        limit: int = 50,
        offset: int = 0,
        count: Iterable[str] = (),
        prefixes: Mapping[str, str] = MappingProxyType({}),
    ) -> Found:
        """Documents that have all words and, in every field of `where`, one of its values. `order`: the name of one,
        with `-` from its end; with words, those that have them in their name come first. `count`: facets to count,
        where `prefixes` has one only values that begin so."""
        texts, strong, forgiven = self._asked(text)
        chosen = {name: self._facets[name].union(values) for name, values in (where or {}).items() if values}
        among = texts
        for bits in chosen.values():
            among &= bits
        facets = {}
        for name in count:
            others = texts
            for chosen_name, bits in chosen.items():
                others &= bits if chosen_name != name else -1
            facets[name] = self._facets[name].counts(others, self._size, prefixes.get(name, ""))
        name, backwards = order.lstrip("-"), order.startswith("-")
        first = among & strong if text.strip() else among
        numbers = self._page(name, (first, among & ~first), offset, limit, backwards)
        return Found([self._entries[n][0] for n in numbers], among.bit_count(), facets, forgiven)

    def _page(self, order: str, groups: Sequence[Bits], offset: int, limit: int, backwards: bool) -> list[int]:
        found: list[int] = []
        for group in groups:
            number = group.bit_count()
            if number and offset < number and len(found) < limit:
                found += self._orders[order].page(group, self._size, offset, limit - len(found), backwards)
            offset = max(0, offset - number)
        return found

    def _asked(self, text: str) -> tuple[Bits, Bits, dict[str, list[str]]]:
        """The documents that have all words, those that have them in their name, and which errors were forgiven."""
        words = [word[:LONGEST] for word in words_of(text)][:MOST_WORDS]
        forms = {word: self._forms(word) for word in words}
        forgiven = {word: like for word in words if not forms[word] and (like := self._words.like(word))}
        every, strong = self._with(words, forms | forgiven)
        if words and not every:  # each word is somewhere, but no document has them all: then any may be mistyped
            near = {word: like for word in words if (like := self._words.like(word)) and like != [word]}
            wider = {word: [*forms[word], *near.get(word, [])] for word in words}
            every, strong = self._with(words, wider)
            forgiven = near if every else forgiven
        return every, strong, forgiven

    def _with(self, words: Sequence[str], forms: Mapping[str, Sequence[str]]) -> tuple[Bits, Bits]:
        every = strong = self._every
        for word in words:
            every &= self._all.union(forms[word])
            strong &= self._strong.union(forms[word])
        return every, strong & every

    def _forms(self, word: str) -> Sequence[str]:
        """The words of documents that a word asked for stands for."""
        if len(word) < 3:
            return [word] if word in self._all else self._words.beginning_with(word)
        found = self._words.beginning_with(word)
        return list({*found, *self._words.containing(word)}) if len(word) >= PART else found


def _bits(numbers: Sequence[int]) -> Bits:
    if len(numbers) < 16:
        found = 0
        for n in numbers:
            found |= 1 << n
        return found
    octets = bytearray(max(numbers) // 8 + 1)
    for n in numbers:
        octets[n >> 3] |= 1 << (n & 7)
    return int.from_bytes(octets, "little")


def _trigrams(word: str) -> list[str]:
    around = f"^{word}$"
    return [around[n : n + 3] for n in range(len(around) - 2)]
