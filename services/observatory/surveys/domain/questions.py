"""The questions of a survey, and what may be answered to them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from math import isfinite
from typing import Annotated, Any, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from shared.contract.cleaning import line, paragraphs
from shared.contract.fields import AS_LINE, EMPTIED, Line, day_typed
from shared.contract.observatory.surveys import QuestionKind, SurveyQuestion

MOST_QUESTIONS = 60
MOST_OPTIONS = 40
SHORT, LONG = 300, 3000  # characters of a text that is answered
LONGEST = 60_000  # characters of all texts of an answer
BIGGEST = 1e15  # what a number may come to where the form sets no bound; beyond it a float leaves units out
SCALE = (1, 5)
POINTS = 11  # of a scale, at most
KINDS: tuple[QuestionKind, ...] = get_args(QuestionKind)
CHOICES = ("one", "several")
TEXTS = ("short", "long")
NUMBERS = ("number", "scale")
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)


Words = Annotated[Line | None, EMPTIED]
Hint = Annotated[Annotated[str, Field(min_length=1, max_length=500), AS_LINE] | None, EMPTIED]
Unit = Annotated[Annotated[str, Field(min_length=1, max_length=30), AS_LINE] | None, EMPTIED]
Bound = Annotated[float | None, Field(ge=-BIGGEST, le=BIGGEST, allow_inf_nan=False), EMPTIED]


class Question(BaseModel):
    """A question as an editor writes it; `shared.contract.observatory.surveys.SurveyQuestion` says what its fields
    are."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
    id: Annotated[str, Field(pattern=r"^q[0-9]{1,4}$")]
    kind: QuestionKind
    text: Annotated[str, Field(min_length=2, max_length=500), AS_LINE]
    hint: Hint = None
    required: bool = False
    options: list[Line] = Field([], max_length=MOST_OPTIONS)
    unit: Unit = None
    least: Bound = None
    most: Bound = None
    low: Words = None
    high: Words = None

    @model_validator(mode="after")
    def _whole(self) -> Question:
        if self.kind in CHOICES and len(self.options) < 2:
            raise ValueError("options-too-few")
        if self.kind in CHOICES and len(set(self.options)) < len(self.options):
            raise ValueError("options-twice")
        if self.least is not None and self.most is not None and self.least >= self.most:
            raise ValueError("bounds-turned")
        if self.kind == "scale":
            low, high = ends(self.least, self.most)
            if low != int(low) or high != int(high) or not 1 <= high - low < POINTS:
                raise ValueError("scale-too-long")
        return self

    def as_said(self) -> SurveyQuestion:
        """The question as an event holds it: only what its kind asks."""
        number = self.kind in NUMBERS
        least, most = ends(self.least, self.most) if self.kind == "scale" else (self.least, self.most)
        return SurveyQuestion(
            id=self.id,
            kind=self.kind,
            text=self.text,
            hint=self.hint,
            required=self.required,
            options=list(self.options) if self.kind in CHOICES else [],
            unit=self.unit if self.kind == "number" else None,
            least=least if number else None,
            most=most if number else None,
            low=self.low if self.kind == "scale" else None,
            high=self.high if self.kind == "scale" else None,
        )


def ends(least: float | None, most: float | None) -> tuple[float, float]:
    """The ends of a scale."""
    return (SCALE[0] if least is None else least), (SCALE[1] if most is None else most)


@dataclass(frozen=True, slots=True)
class Answers:
    """What was answered, question → answer; `shared.contract.observatory.surveys.SurveyAnswer` says how."""

    choices: Mapping[str, list[int]] = field(default_factory=dict)
    numbers: Mapping[str, float] = field(default_factory=dict)
    flags: Mapping[str, bool] = field(default_factory=dict)
    dates: Mapping[str, date] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict, repr=False)

    def given(self, question: str) -> Any:
        """The answer to one question, None where there is none."""
        parts: Sequence[Mapping[str, Any]] = (self.choices, self.numbers, self.flags, self.dates, self.texts)
        return next((part[question] for part in parts if question in part), None)


@dataclass(frozen=True, slots=True)
class Wrong:
    """Why an answer can't be taken: the word `answer.<code>`, and what it says."""

    code: str
    values: Mapping[str, Any] = field(default_factory=dict)


def read(
    questions: Sequence[SurveyQuestion], sent: Mapping[str, Sequence[str]], kept: Mapping[str, str] | None = None
) -> tuple[Answers, dict[str, Wrong]]:
    """What a form sent, question → its texts, as answers; and question → what is wrong. `kept`: question → the text
    that it was answered before, which is taken as it is."""
    parts: dict[str, dict[str, Any]] = {"choices": {}, "numbers": {}, "flags": {}, "dates": {}, "texts": {}}
    wrong: dict[str, Wrong] = {}
    for one in questions:
        texts = [text.replace("\r\n", "\n").strip() for text in sent.get(one.id, ())]
        texts = [text for text in texts if text]
        if not texts:
            continue
        try:
            part, value = _read(one, texts, (kept or {}).get(one.id))
        except PydanticCustomError as no:
            wrong[one.id] = Wrong(no.type, no.context or {})
        except ValueError:
            wrong[one.id] = Wrong({"number": "not-a-number", "date": "not-a-date"}.get(one.kind, "not-an-option"))
        else:
            parts[part][one.id] = value
    answers = Answers(**parts)
    return answers, {**checked(questions, answers, wrong), **wrong}


def _read(one: SurveyQuestion, texts: Sequence[str], kept: str | None) -> tuple[str, Any]:
    """The part of an answer, and the value there. Raises ValueError; PydanticCustomError for characters."""
    if one.kind in CHOICES:
        return "choices", sorted({_whole(text) for text in texts})
    if one.kind in NUMBERS:
        return "numbers", _number(texts[0])
    if one.kind == "yes_no":
        return "flags", {"yes": True, "no": False}[texts[0]] if texts[0] in ("yes", "no") else _no()
    if one.kind == "date":
        return "dates", day_typed(texts[0])
    if kept is not None and texts[0] == kept.replace("\r\n", "\n").strip():
        return "texts", kept
    return "texts", line(texts[0]) if one.kind == "short" else paragraphs(texts[0])


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else _no()


def _no() -> Any:
    raise ValueError


def _number(text: str) -> float:
    bare = re.sub(r"[\s\u00a0\u202f]", "", text).replace("−", "-").replace(",", ".")
    return float(bare) if re.fullmatch(r"[+-]?(\d{1,18}(\.\d{0,12})?|\.\d{1,12})", bare, re.ASCII) else float(_no())


def checked(
    questions: Sequence[SurveyQuestion], answers: Answers, unread: Mapping[str, Wrong] | None = None
) -> dict[str, Wrong]:
    """Question → why its answer can't be taken. `unread`: those whose answer could not be read at all."""
    wrong: dict[str, Wrong] = {}
    for one in questions:
        value = answers.given(one.id)
        found = _missing(one, value, one.id in (unread or {})) if value is None else _check(one, answers)
        if found is not None:
            wrong[one.id] = found
    known = {one.id for one in questions}
    asked = (answers.choices, answers.numbers, answers.flags, answers.dates, answers.texts)
    wrong |= {id: Wrong("unknown-question") for part in asked for id in part if id not in known}
    if not wrong and sum(map(len, answers.texts.values())) > LONGEST:
        wrong[next(iter(answers.texts))] = Wrong("too-long", {"most": LONGEST})
    return wrong


def _missing(one: SurveyQuestion, value: Any, unread: bool) -> Wrong | None:
    return Wrong("missing") if one.required and not unread else None


def _check(one: SurveyQuestion, answers: Answers) -> Wrong | None:
    if one.kind in CHOICES:
        return _check_choice(one, answers.choices.get(one.id))
    if one.kind in NUMBERS:
        return _check_number(one, answers.numbers.get(one.id))
    if one.kind == "yes_no":
        return None if one.id in answers.flags else Wrong("not-an-option")
    if one.kind == "date":
        day = answers.dates.get(one.id)
        return None if day is not None and FIRST_DAY <= day <= LAST_DAY else Wrong("not-a-date")
    text, most = answers.texts.get(one.id), SHORT if one.kind == "short" else LONG
    if text is None:
        return Wrong("not-an-option")
    return Wrong("too-long", {"most": most}) if len(text) > most else None


def _check_choice(one: SurveyQuestion, chosen: Sequence[int] | None) -> Wrong | None:
    """An empty list is no answer, so it can't stand for one."""
    good = chosen and all(0 <= n < len(one.options) for n in chosen) and len(set(chosen)) == len(chosen)
    if not good or (one.kind == "one" and chosen is not None and len(chosen) > 1):
        return Wrong("not-an-option")
    return None


def _check_number(one: SurveyQuestion, value: float | None) -> Wrong | None:
    if value is None or not isfinite(value) or abs(value) > BIGGEST:
        return Wrong("not-a-number")
    if one.kind == "scale" and value != int(value):
        return Wrong("not-an-option")
    if one.least is not None and value < one.least:
        return Wrong("too-low", {"least": one.least})
    if one.most is not None and value > one.most:
        return Wrong("too-high", {"most": one.most})
    return None
