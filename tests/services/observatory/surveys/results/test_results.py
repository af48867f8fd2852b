"""Results beside a plain loop, and what of them is public."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.observatory.open_data.small_cells import LEAST, small
from services.observatory.surveys.results.results import Part, Result, Spread, as_of, results
from shared.contract.observatory.surveys import SurveyQuestion

QUESTIONS = [
    SurveyQuestion("q1", "one", "Un choix", options=["a", "b", "c"]),
    SurveyQuestion("q2", "several", "Plusieurs", options=["x", "y", "z"]),
    SurveyQuestion("q3", "number", "Un nombre"),
    SurveyQuestion("q4", "yes_no", "Oui ou non"),
    SurveyQuestion("q5", "date", "Une date"),
    SurveyQuestion("q6", "scale", "Une échelle", least=0, most=4),
    SurveyQuestion("q7", "long", "Un texte"),
]
Version = dict[str, Any]


@st.composite
def versions(draw: st.DrawFn) -> Version:
    """An answer as the view has it, with any of the questions left out."""
    left_out = draw(st.sets(st.sampled_from([one.id for one in QUESTIONS])))

    def some(**all: Any) -> dict[str, Any]:
        return {id: value for id, value in all.items() if id not in left_out}

    return {
        "choices": some(q1=[draw(st.integers(0, 2))], q2=sorted(draw(st.sets(st.integers(0, 2), min_size=1)))),
        "numbers": some(q3=draw(st.integers(-(10**6), 10**6)) / 4, q6=float(draw(st.integers(0, 4)))),
        "flags": some(q4=draw(st.booleans())),
        "dates": some(q5=draw(st.dates(date(2000, 1, 1), date(2000, 1, 9))).isoformat()),
        "written": list(some(q7="")),
    }


def counted(given: list[Version]) -> dict[str, Any]:
    """The same by a plain loop: question → how many answered, what to, and of numbers the sum."""
    said: dict[str, Any] = {one.id: [0, {}, 0.0] for one in QUESTIONS}
    for version in given:
        for id, chosen in version["choices"].items():
            said[id][0] += 1
            for n in chosen:
                said[id][1][n] = said[id][1].get(n, 0) + 1
        for id, n in version["numbers"].items():
            said[id][0] += 1
            said[id][1][int(n) if id == "q6" else n] = said[id][1].get(int(n) if id == "q6" else n, 0) + 1
            said[id][2] += n
        for id, flag in version["flags"].items():
            said[id][0] += 1
            said[id][1][0 if flag else 1] = said[id][1].get(0 if flag else 1, 0) + 1
        for id, day in version["dates"].items():
            said[id][0] += 1
            said[id][1][day] = said[id][1].get(day, 0) + 1
        for id in version["written"]:
            said[id][0] += 1
    return said


@pytest.mark.slow
@given(st.lists(versions(), max_size=25))
def test_results_are_those_of_a_plain_loop(given: list[Version]) -> None:
    found, plain = {one.question.id: one for one in results(QUESTIONS, given)}, counted(given)
    for id, (answered, counts, total) in plain.items():
        one = found[id]
        assert one.answered == answered
        if id in ("q1", "q2", "q4", "q6"):
            assert [part.n for part in one.parts] == [counts.get(n, 0) for n in range(len(one.parts))]
            assert [part.share for part in one.parts] == [
                (part.n or 0) / answered if answered else None for part in one.parts
            ]
        if id == "q5":
            assert dict(one.dates) == counts and list(one.dates) == sorted(one.dates)
        if id in ("q3", "q6") and answered:
            assert one.spread is not None
            values = sorted(n for n, count in counts.items() for _ in range(count))
            middle = (values[(len(values) - 1) // 2] + values[len(values) // 2]) / 2
            assert (one.spread.least, one.spread.most, one.spread.median) == (values[0], values[-1], middle)
            assert one.spread.sum == pytest.approx(total) and one.spread.mean == pytest.approx(total / answered)


def attacked(one: Result, total: int) -> list[int]:
    """What an attacker finds who knows all that is shown of a question, and how many answered in all: who left it out,
    each cell, what is left for the hidden, and what was chosen besides a first option."""
    if one.answered is None:
        return []
    shown = [part.n for part in one.parts if part.n is not None]
    if one.question.kind == "several":
        besides = [sum(shown) - one.answered] if shown and len(shown) == len(one.parts) else []
        return [total - one.answered, *shown, *(one.answered - n for n in shown), *besides]
    hidden = len(one.parts) - len(shown)
    return [total - one.answered, *shown, *([one.answered - sum(shown)] if hidden else [])]


@pytest.mark.slow
@given(st.lists(versions(), max_size=40))
def test_nothing_public_points_to_one_to_four_answers(given: list[Version]) -> None:
    for one in (one.public(len(given)) for one in results(QUESTIONS, given)):
        assert one.answered is None or not small(one.answered)
        assert not any(small(n) for n in attacked(one, len(given)))
        assert len({part.n is None for part in one.parts}) <= 1, "shown whole or not at all"
        assert one.dates == () and (one.spread is None or (one.spread.least, one.spread.most) == (None, None))


def chosen(*options: list[int], left_out: int = 0) -> list[Version]:
    """Answers to the second question, and of those who left it out."""
    nothing: Version = {"choices": {}, "numbers": {}, "flags": {}, "dates": {}, "written": []}
    return [*({**nothing, "choices": {"q2": some}} for some in options), *([nothing] * left_out)]


@pytest.mark.parametrize(
    ("given", "answered", "shown"),
    [
        (chosen(*[[0]] * 5, left_out=1), None, False),  # six answered: who left it out is one person
        (chosen(*[[0]] * 5, left_out=5), 5, True),
        (chosen(*[[0]] * 7, *[[1]] * 6, *[[0, 1]] * 2), 15, False),  # two chose both: 9 + 8 - 15
        (chosen(*[[0]] * 7, *[[1]] * 6, *[[0, 1]] * 5), 18, True),
        (chosen(*[[0]] * 10, *[[1]] * 6, *[[2]] * 4), 20, False),  # 20 - 10 - 6: 4 at least chose the third
    ],
)
def test_who_left_a_question_out_and_who_chose_two_options_are_no_few(
    given: list[Version], answered: int | None, shown: bool
) -> None:
    (one,) = (one.public(len(given)) for one in results([QUESTIONS[1]], given))
    assert one.answered == answered and all((part.n is not None) == shown for part in one.parts)


def test_what_is_public_of_enough_answers_is_whole() -> None:
    given: list[Version] = [
        {"choices": {"q1": [n % 2]}, "numbers": {"q3": n}, "flags": {}, "dates": {}, "written": []} for n in range(12)
    ]
    choice, number = (one.public(12) for one in results([QUESTIONS[0], QUESTIONS[2]], given))
    assert choice.parts == (Part("a", 6, 0.5), Part("b", 6, 0.5), Part("c", 0, 0.0))
    assert number.spread == Spread(None, None, 5.5, 5.5, 66.0) and LEAST == 5


def test_the_version_of_a_day_is_the_last_until_the_day_was_over_in_paris() -> None:
    def version(time: str, n: int) -> Mapping[str, Any]:
        return {"time": time, "n": n}

    answer = {
        "key": "a",
        "versions": [
            version("2026-03-01T10:00:00Z", 1),
            version("2026-03-02T22:59:00Z", 2),
            version("2026-03-02T23:30:00Z", 3),
        ],
    }
    assert [one["n"] for _, one in as_of([answer], date(2026, 3, 1))] == [1]
    assert [one["n"] for _, one in as_of([answer], date(2026, 3, 2))] == [2]
    assert [one["n"] for _, one in as_of([answer], None)] == [3]
    assert as_of([answer], date(2026, 2, 28)) == []


@pytest.mark.parametrize(
    ("numbers", "most", "told"),
    [
        ([1, 1, *[0] * 8], 1, False),  # two said 1
        ([*[1] * 8, 0, 0], 1, False),  # two said 0
        ([*[1] * 5, *[0] * 5], 1, True),
        ([3, *[0] * 9], None, False),  # three persons at most
        ([0] * 10, None, True),
        ([7, *[0] * 9], None, True),  # one person, or seven
    ],
)
def test_a_sum_that_counts_few_is_not_told(numbers: list[float], most: float | None, told: bool) -> None:
    question = SurveyQuestion("q", "number", "Un nombre", least=None if most is None else 0, most=most)
    given = [{"choices": {}, "numbers": {"q": n}, "flags": {}, "dates": {}, "written": []} for n in numbers]
    (one,) = [each.public(len(numbers)) for each in results([question], given)]
    assert (one.spread is not None) is told and one.answered == len(numbers)
