"""The results of a survey, question by question: pure functions from answers to counts.

What is public of them (`Result.public`) follows ADR 18 and 37: where an answer was given by 1 to 4, none of the
question's counts is shown; where 1 to 4 left it out, not even how many answered it, since how many there are in all is
told. Since figures are published once, of a survey that is over for good, there is no second day to subtract.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from math import fsum
from statistics import median
from typing import Any

from services.observatory.open_data.small_cells import LEAST, released, small
from services.observatory.surveys.domain.questions import CHOICES, TEXTS, ends
from shared.base.paris_days import PARIS
from shared.contract.observatory.surveys import SurveyQuestion
from shared.kernel.views.projection import Document


@dataclass(frozen=True, slots=True)
class Part:
    """One of the answers that a question offers. `n` is None where it is masked; `share`: of those who answered it."""

    label: str
    n: int | None
    share: float | None


@dataclass(frozen=True, slots=True)
class Spread:
    """Numbers, in short. Least and most are masked on public pages: they are those of one answer."""

    least: float | None
    most: float | None
    median: float
    mean: float
    sum: float


@dataclass(frozen=True, slots=True)
class Result:
    """What was answered to a question. `answered`: how many answered it, None where that is masked. `parts` for
    choices, yes and no, scales (in their order); `spread` for numbers and scales; `dates` from the earliest, each with
    its count. Texts are not here: they are sealed."""

    question: SurveyQuestion
    answered: int | None
    parts: tuple[Part, ...] = ()
    spread: Spread | None = None
    dates: tuple[tuple[str, int], ...] = ()

    def public(self, total: int) -> Result:
        """What everybody may know of it, where they know how many answered in all, `total`."""
        if self.answered is None or small(self.answered) or small(total - self.answered):
            return Result(self.question, None)
        spread = replace(self.spread, least=None, most=None) if self.spread else None
        counts = [part.n or 0 for part in self.parts]
        hidden = _overlapping(counts, self.answered) if self.question.kind == "several" else _masked(counts)
        # A mean and all counts but two would tell these two; and a sum of few is of few.
        scale = self.question.kind == "scale"
        if spread and (hidden if scale else self._of_few(spread.sum, self.answered)):
            spread = None
        parts = tuple(replace(part, n=None, share=None) for part in self.parts) if hidden else self.parts
        return Result(self.question, self.answered, parts, spread)

    def _of_few(self, whole: float, answered: int) -> bool:
        """Whether few of those who answered can have said another number than the least (without one: than none), or
        than the most. Who is asked for 0 or 1 is counted by the sum."""
        low, high = self.question.least or 0, self.question.most
        apart = [whole - low * answered, *([] if high is None else [high * answered - whole])]
        return any(0 < abs(n) < LEAST for n in apart)


def _masked(counts: Sequence[int]) -> bool:
    """Whether the cells of a total that is known are not shown."""
    (table,) = released([{str(n): count for n, count in enumerate(counts)}])
    return bool(table.hidden)


def _overlapping(counts: Sequence[int], answered: int) -> bool:
    """The same of options of which several may be chosen. Each parts those who answered in two, and whoever answered
    chose one: so what the options have together beyond them is what was chosen besides."""
    return any(small(n) or small(answered - n) for n in counts) or small(sum(counts) - answered)


def as_of(
    answers: Iterable[Document], day: date | None, known: int | None = None
) -> list[tuple[Document, Mapping[str, Any]]]:
    """Each answer with the version that counted when the day was over in Paris, as known at a sequence; None: with the
    last."""
    found = []
    for answer in answers:
        versions = [
            one
            for one in answer["versions"]
            if (known is None or one["seq"] <= known)
            and (day is None or datetime.fromisoformat(one["time"]).astimezone(PARIS).date() <= day)
        ]
        if versions:
            found.append((answer, versions[-1]))
    return found


def results(
    questions: Sequence[SurveyQuestion],
    versions: Sequence[Mapping[str, Any]],
    yes_and_no: tuple[str, str] = ("Oui", "Non"),
) -> list[Result]:
    """The results of all questions. `versions`: the answers as the view has them."""
    return [_result(one, versions, yes_and_no) for one in questions]


def _result(one: SurveyQuestion, versions: Sequence[Mapping[str, Any]], yes_and_no: tuple[str, str]) -> Result:
    if one.kind in CHOICES:
        chosen = [version["choices"][one.id] for version in versions if one.id in version["choices"]]
        counts = Counter(n for some in chosen for n in some)
        return Result(one, len(chosen), _parts(one.options, counts, len(chosen)))
    if one.kind == "yes_no":
        flags = Counter(0 if version["flags"][one.id] else 1 for version in versions if one.id in version["flags"])
        return Result(one, flags.total(), _parts(yes_and_no, flags, flags.total()))
    if one.kind == "date":
        days = Counter(version["dates"][one.id] for version in versions if one.id in version["dates"])
        return Result(one, days.total(), dates=tuple(sorted(days.items())))
    if one.kind in TEXTS:
        return Result(one, sum(one.id in version["written"] for version in versions))
    numbers = [float(version["numbers"][one.id]) for version in versions if one.id in version["numbers"]]
    spread = (
        Spread(min(numbers), max(numbers), median(numbers), fsum(numbers) / len(numbers), fsum(numbers))
        if numbers
        else None
    )
    if one.kind == "number":
        return Result(one, len(numbers), spread=spread)
    low, high = (int(end) for end in ends(one.least, one.most))
    counts = Counter(int(n) - low for n in numbers)
    return Result(one, len(numbers), _parts([str(n) for n in range(low, high + 1)], counts, len(numbers)), spread)


def _parts(labels: Sequence[str], counts: Mapping[int, int], total: int) -> tuple[Part, ...]:
    return tuple(
        Part(label, counts.get(n, 0), counts.get(n, 0) / total if total else None) for n, label in enumerate(labels)
    )
