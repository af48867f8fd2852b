"""What differs between two releases: counted by kind, shown once each."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from difflib import unified_diff

from tests.compare.answers import Answer, Ask
from tests.compare.normal import NEVER, lines_of, same

LONGEST = 24  # lines of a difference that are shown
WIDEST = 160


@dataclass
class Compared:
    """Answers of two releases, counted. `shown`: what differs → the text that shows it, and the kinds in which it
    does."""

    since: datetime = NEVER  # moments not before it are the run's own
    equal: Counter[str] = field(default_factory=Counter)
    different: Counter[str] = field(default_factory=Counter)
    shown: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def equals(self, ask: Ask, one: Answer, other: Answer) -> bool:
        """Whether they are alike, which is counted."""
        if alike := same(one, other, self.since):
            self.equal[ask.kind] += 1
        return alike

    def add(self, ask: Ask, one: Answer, other: Answer) -> bool:
        """The same; a difference is counted, too."""
        if self.equals(ask, one, other):
            return True
        self.note(ask.kind, ask.name, lines_of(one, self.since), lines_of(other, self.since))
        return False

    def note(self, kind: str, name: str, one: Sequence[str], other: Sequence[str]) -> None:
        """A difference between two texts. What differs in many places in the same way is shown once."""
        found = [line[:WIDEST] for line in unified_diff(one, other, lineterm="", n=1)][2:]
        changed = "\n".join(line for line in found if not line.startswith(("@@", " ")))
        first = not self.different[kind]
        self.different[kind] += 1
        if not first and changed not in self.shown:
            return  # of a kind its first difference
        if changed not in self.shown:
            self.shown[changed] = ["\n".join([name, *found[:LONGEST], *(["…"] if len(found) > LONGEST else [])])]
        if first:
            self.shown[changed].append(kind)

    def shortly(self, one: Answer, other: Answer) -> str:
        """The first lines that differ, on one line."""
        lines = unified_diff(lines_of(one, self.since), lines_of(other, self.since), lineterm="", n=0)
        return " ".join(line[:WIDEST] for line in [*lines][3:7])

    def report(self) -> Iterator[str]:
        """The table and the differences, as lines."""
        kinds = self.equal | self.different
        groups: dict[str, Counter[str]] = defaultdict(Counter)
        for kind in kinds:
            of = groups[group_of(kind)]
            of.update(kinds=1, equal=self.equal[kind], different=self.different[kind])
        rows: list[tuple[str, ...]] = [("what", "kinds", "equal", "different")]
        rows += [(name, *(str(of[each]) for each in rows[0][1:])) for name, of in sorted(groups.items())]
        rows += [("all", str(len(kinds)), str(self.equal.total()), str(self.different.total()))]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        yield from (
            "  ".join(
                [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
            )
            for row in rows
        )
        for kind, number in sorted(self.different.items()):
            yield f"different: {kind}: {number} of {number + self.equal[kind]}"
        for first, *where in self.shown.values():
            yield ""
            yield first
            if len(where) > 1:
                more = " …" if len(where) > 6 else ""
                yield f"(the same in {len(where) - 1} other kinds: {', '.join(where[1:6])}{more})"

    @property
    def alike(self) -> bool:
        return not self.different


def group_of(kind: str) -> str:
    """The part of the installation that a kind belongs to, as the table sums up."""
    if kind.startswith("bad "):
        return " ".join(kind.split()[:2])
    method, _, path = kind.partition(" ") if kind.startswith("POST ") else ("", "", kind)
    steps = path.partition("?")[0].strip("/").split("/")
    part = steps[1] if len(steps) > 1 and steps[1] in ("api", "do") else "files" if "." in steps[-1] else "pages"
    return f"{method or 'GET'} {steps[0] or 'home'}{'' if not path.startswith('/') else ' ' + part}"


def listed(compared: Compared, kind: str, one: Iterable[str], other: Iterable[str]) -> None:
    """Two lists of texts, such as events: each counts, and the first difference is shown."""
    left, right = list(one), list(other)
    wrong = Counter(left) - Counter(right) + (Counter(right) - Counter(left))
    compared.equal[kind] += (Counter(left) & Counter(right)).total()
    if left != right:
        compared.note(kind, kind, *([line for text in each for line in text.splitlines()] for each in (left, right)))
        compared.different[kind] += max(0, wrong.total() - 1)
